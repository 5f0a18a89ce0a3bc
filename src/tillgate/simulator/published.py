"""An account written as the published V1 sale, spelled as it is on the wire, every part given."""

from decimal import Decimal
from functools import cache
from typing import Any

from tillgate.foundation.instants import format_instant
from tillgate.foundation.money import trimmed
from tillgate.simulator.account import Account, Discount, Line, Payment
from tillgate.simulator.group import AccountingGroup, Location, PaymentMethod
from tillgate.simulator.taxes import LAWS, Tax


def known(body: dict[str, Any]) -> dict[str, Any]:
    """The same without what is `None`: what is not known is left out."""
    return {name: value for name, value in body.items() if value is not None}


def published_sale(account: Account) -> dict[str, Any]:
    """The sale of an account whose ids are given, its fields in the published order."""
    return known(
        {
            "accountReference": account.reference,
            "accountFiscId": account.id,
            "receiptId": account.receipt_id or None,
            "source": _source(account),
            "salesLines": [_line(line, account) for line in account.lines],
            "payments": [_payment(payment, account) for payment in account.payments],
            "timeOfOpening": format_instant(account.opened),
            "timeOfCloseAndPaid": format_instant(account.closed),
            "cancelled": account.cancelled or None,
            "externalFiscalNumber": account.external_fiscal_number,
            "tableNumber": str(account.table) if account.table else None,
            "tableName": _table_name(account),
            "accountProfileCode": account.profile,
            "ownerName": account.owner.name,
            "ownerId": account.owner.id,
            "type": account.type,
            "externalReferences": account.external_references or None,
            "nbCovers": account.covers,
            "dineIn": account.dine_in,
            "deviceId": account.device.id,
            "deviceName": account.device.name,
            "voidReason": account.void_reason,
        }
    )


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
    item = line.item
    return known(
        {
            "id": line.id,
            "parentLineId": line.parent.id if line.parent else None,
            **_amounts(line, account.location),
            "sku": item.sku,
            "name": item.name,
            "nameOverride": line.name_override,
            "statisticGroup": _statistic_group(item.group) or "",
            "quantity": str(line.quantity),
            "accountingGroup": _accounting_group(item.group),
            "currency": account.location.currency,
            "tags": item.tags,
            "revenueCenter": account.centre.name,
            "revenueCenterId": account.centre.id,
            "categories": _categories(item.group),
            "timeOfSale": format_instant(line.at),
            "staffId": line.staff.id,
            "staffName": line.staff.name,
            "deviceId": account.device.id,
            "deviceName": account.device.name,
            "voidReason": line.void_reason,
            "accountProfileCode": account.profile,
            **_discount("discount", line.discount),
            **_discount("accountDiscount", line.account_discount),
        }
    )


def _amounts(line: Line, location: Location) -> dict[str, Any]:
    return {
        "totalNetAmountWithTax": str(line.gross),
        "totalNetAmountWithoutTax": str(line.net),
        "menuListPrice": str(line.price),
        "unitCostPrice": str(line.item.cost),
        "serviceCharge": str(line.service_charge),
        "serviceChargeType": line.service_type,
        "serviceChargeRate": None if line.service_rate is None else str(line.service_rate),
        "discountAmount": str(line.discount_amount),
        "taxAmount": str(line.tax),
        "taxCode": line.taxes[0].code if line.taxes else None,
        "taxRatePercentage": _tax_percentage(line.taxes),
        "taxLines": [
            _tax_line(tax, amount, location)
            for tax, amount in zip(line.taxes, line.tax_amounts, strict=True)
        ],
        "accountDiscountAmount": str(line.account_discount_amount),
        "totalDiscountAmount": str(line.discount_amount + line.account_discount_amount),
    }


def _discount(prefix: str, discount: Discount | None) -> dict[str, str]:
    if discount is None:
        return {}
    return {
        f"{prefix}Type": discount.type,
        f"{prefix}Code": discount.code,
        f"{prefix}Name": discount.name,
    }


def _statistic_group(group: AccountingGroup) -> str | None:
    return group.statistic_groups[0][1] if group.statistic_groups else None


@cache
def _accounting_group(group: AccountingGroup) -> dict[str, Any]:
    return known(
        {
            "accountingGroupId": group.id,
            "name": group.name,
            "statisticGroup": _statistic_group(group),
            "code": group.code,
        }
    )


@cache
def _categories(group: AccountingGroup) -> list[dict[str, str]]:
    return [{"category": category, "value": value} for category, value in group.statistic_groups]


@cache
def _tax_percentage(taxes: tuple[Tax, ...]) -> str | None:
    share = sum((tax.share for tax in taxes), Decimal(0))
    return f"{share * 100:.2f}" if taxes else None


@cache
def _tax_id(tax: Tax, location: Location) -> str:
    return str(location.id + 100 + LAWS[location.country].rates.index(tax))


def _tax_line(tax: Tax, amount: Decimal, location: Location) -> dict[str, Any]:
    return {
        "taxId": _tax_id(tax, location),
        "taxCode": tax.code,
        "taxRate": trimmed(tax.share + 1),
        "taxAmount": trimmed(amount),
        "taxIncluded": LAWS[location.country].included,
    }


def _payment(payment: Payment, account: Account) -> dict[str, Any]:
    location = account.location
    return known(
        {
            "code": payment.method.code,
            "description": method_name(payment.method, location),
            "paymentMethodId": location.id + payment.method.number,
            "netAmountWithTax": str(payment.amount),
            "currency": location.currency,
            "tip": str(payment.tip),
            "consumer": payment.consumer,
            "type": "ACCOUNTS_RECEIVABLE" if payment.method.code == "ACCOUNT" else "NORMAL",
            "deviceId": account.device.id,
            "deviceName": account.device.name,
            "staffId": payment.staff.id,
            "staffName": payment.staff.name,
            "authorization": payment.authorization,
            "externalReference": payment.external_reference,
            "revenueCenter": account.centre.name,
            "revenueCenterId": account.centre.id,
            "fiscId": payment.id,
            "uuid": payment.uuid,
            "fiscDate": format_instant(payment.at),
            "surcharge": str(payment.surcharge),
            "roundingAmount": None if payment.rounding is None else str(payment.rounding),
        }
    )


def method_name(method: PaymentMethod, location: Location) -> str:
    """The name of a payment method in the location's language."""
    return method.english if location.language == "en" else method.french
