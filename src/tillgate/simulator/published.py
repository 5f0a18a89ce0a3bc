"""An account written as the published V1 sale, spelled as it is on the wire, every part given."""

from decimal import Decimal
from functools import cache
from typing import Any

from tillgate.foundation.instants import format_instant
from tillgate.foundation.money import trimmed
from tillgate.simulator.account import Account, Line, Payment
from tillgate.simulator.group import Location, PaymentMethod
from tillgate.simulator.items import Item
from tillgate.simulator.taxes import LAWS, Tax


def published_sale(account: Account) -> dict[str, Any]:
    """The sale of an account whose ids are given; what is not known is left out."""
    sale: dict[str, Any] = {
        "accountReference": account.reference,
        "accountFiscId": account.id,
        "source": _source(account),
        "salesLines": [_line(line, account) for line in account.lines],
        "payments": [_payment(payment, account) for payment in account.payments],
        "timeOfOpening": format_instant(account.opened),
        "timeOfCloseAndPaid": format_instant(account.closed),
        "tableName": _table_name(account),
        "ownerName": account.owner.name,
        "ownerId": account.owner.id,
        "type": account.type,
        "nbCovers": account.covers,
        "dineIn": account.dine_in,
        "deviceId": account.device.id,
        "deviceName": account.device.name,
    }
    optional = {
        "receiptId": account.receipt_id or None,
        "cancelled": account.cancelled or None,
        "externalFiscalNumber": account.external_fiscal_number,
        "tableNumber": str(account.table) if account.table else None,
        "accountProfileCode": account.profile,
        "externalReferences": account.external_references or None,
        "voidReason": account.void_reason,
    }
    return sale | known(optional)


def known(optional: dict[str, Any]) -> dict[str, Any]:
    """The same without what is `None`: the feed leaves out what is not known."""
    return {name: value for name, value in optional.items() if value is not None}


def _source(account: Account) -> dict[str, str]:
    if account.previous is None:
        return {"initialAccountId": account.id}
    first = account.first or account.previous
    return {"initialAccountId": first.id, "previousAccountId": account.previous.id}


def _table_name(account: Account) -> str:
    if not account.table:
        return ""
    word = "Table" if account.location.language == "en" else "Table n°"
    return f"{account.centre.name}, {word} {account.table}"


def _line(line: Line, account: Account) -> dict[str, Any]:
    body = {
        "id": line.id,
        "totalNetAmountWithTax": str(line.gross),
        "totalNetAmountWithoutTax": str(line.net),
        "menuListPrice": str(line.price),
        "unitCostPrice": str(line.item.cost),
        "serviceCharge": str(line.service_charge),
        "serviceChargeType": line.service_type,
        "discountAmount": str(line.discount_amount),
        "taxAmount": str(line.tax),
        "taxLines": [
            _tax_line(tax, amount, account.location)
            for tax, amount in zip(line.taxes, line.tax_amounts, strict=True)
        ],
        "accountDiscountAmount": str(line.account_discount_amount),
        "totalDiscountAmount": str(line.discount_amount + line.account_discount_amount),
        "nameOverride": line.name_override,
        "quantity": str(line.quantity),
        "timeOfSale": format_instant(line.at),
        "staffId": line.staff.id,
        "staffName": line.staff.name,
        "deviceId": account.device.id,
        "deviceName": account.device.name,
        "revenueCenter": account.centre.name,
        "revenueCenterId": account.centre.id,
    }
    body |= _what_was_sold(line.item, account.location.currency)
    body |= _tax_summary(line.taxes)
    return body | _line_options(line, account)


@cache
def _what_was_sold(item: Item, currency: str) -> dict[str, Any]:
    statistic_group = item.group.statistic_groups[0][1] if item.group.statistic_groups else ""
    group = {
        "accountingGroupId": item.group.id,
        "name": item.group.name,
        "statisticGroup": statistic_group or None,
        "code": item.group.code,
    }
    return {
        "sku": item.sku,
        "name": item.name,
        "statisticGroup": statistic_group,
        "accountingGroup": known(group),
        "currency": currency,
        "tags": list(item.tags),
        "categories": [
            {"category": category, "value": value}
            for category, value in item.group.statistic_groups
        ],
    }


@cache
def _tax_summary(taxes: tuple[Tax, ...]) -> dict[str, str]:
    if not taxes:
        return {}
    share = sum((tax.share for tax in taxes), Decimal(0))
    return {"taxCode": taxes[0].code, "taxRatePercentage": f"{share * 100:.2f}"}


@cache
def _tax_line_head(tax: Tax, location: Location) -> dict[str, Any]:
    law = LAWS[location.country]
    return {
        "taxId": str(location.id + 100 + law.rates.index(tax)),
        "taxCode": tax.code,
        "taxRate": trimmed(tax.share + 1),
        "taxIncluded": law.included,
    }


def _tax_line(tax: Tax, amount: Decimal, location: Location) -> dict[str, Any]:
    return _tax_line_head(tax, location) | {"taxAmount": trimmed(amount)}


def _line_options(line: Line, account: Account) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if line.parent is not None:
        options["parentLineId"] = line.parent.id
    if line.service_rate is not None:
        options["serviceChargeRate"] = str(line.service_rate)
    if line.void_reason is not None:
        options["voidReason"] = line.void_reason
    if account.profile is not None:
        options["accountProfileCode"] = account.profile
    if line.discount is not None:
        options["discountType"] = line.discount.type
        options["discountCode"] = line.discount.code
        options["discountName"] = line.discount.name
    if line.account_discount is not None:
        options["accountDiscountType"] = line.account_discount.type
        options["accountDiscountCode"] = line.account_discount.code
        options["accountDiscountName"] = line.account_discount.name
    return options


def _payment(payment: Payment, account: Account) -> dict[str, Any]:
    location = account.location
    body = {
        "code": payment.method.code,
        "description": method_name(payment.method, location),
        "paymentMethodId": location.id + payment.method.number,
        "netAmountWithTax": str(payment.amount),
        "currency": location.currency,
        "tip": str(payment.tip),
        "type": "ACCOUNTS_RECEIVABLE" if payment.method.code == "ACCOUNT" else "NORMAL",
        "deviceId": account.device.id,
        "deviceName": account.device.name,
        "staffId": payment.staff.id,
        "staffName": payment.staff.name,
        "revenueCenter": account.centre.name,
        "revenueCenterId": account.centre.id,
        "fiscId": payment.id,
        "uuid": payment.uuid,
        "fiscDate": format_instant(payment.at),
        "surcharge": str(payment.surcharge),
    }
    optional = {
        "consumer": payment.consumer,
        "authorization": payment.authorization,
        "externalReference": payment.external_reference,
        "roundingAmount": None if payment.rounding is None else str(payment.rounding),
    }
    return body | known(optional)


def method_name(method: PaymentMethod, location: Location) -> str:
    """The name of a payment method in the location's language."""
    return method.english if location.language == "en" else method.french
