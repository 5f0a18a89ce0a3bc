"""The columns of the CSV files, in their order: what somebody reads today has to fit tomorrow."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_COMMON = ("businessLocationId", "businessDate", "accountReference", "accountFiscId")
_OF_SALE = (*_COMMON, "saleType", "cancelled", "timeOfCloseAndPaid")

SALES = _COMMON + _words("""
    receiptId type cancelled timeOfOpening timeOfCloseAndPaid nbCovers dineIn tableNumber
    tableName accountProfileCode ownerId ownerNameRef deviceId deviceName
    externalFiscalNumber voidReason sourceInitialAccountId sourcePreviousAccountId
    externalReferences lineCount gross net tax serviceCharge paymentCount paid tips
    surcharges
""")
LINES = _OF_SALE + _words("""
    id parentLineId name nameOverride sku quantity currency totalNetAmountWithTax
    totalNetAmountWithoutTax taxAmount taxCode taxRatePercentage serviceCharge
    serviceChargeType serviceChargeRate discountAmount discountType discountCode
    discountName accountDiscountAmount accountDiscountType accountDiscountCode
    accountDiscountName totalDiscountAmount menuListPrice unitCostPrice accountingGroupId
    accountingGroupName accountingGroupCode statisticGroup tags categories revenueCenter
    revenueCenterId accountProfileCode staffId staffNameRef deviceId deviceName timeOfSale
    voidReason
""")
PAYMENTS = _OF_SALE + _words("""
    uuid fiscId fiscDate code description paymentMethodId type netAmountWithTax tip
    surcharge roundingAmount currency externalReference deviceId deviceName staffId
    staffNameRef consumerRef authorizationRef revenueCenter revenueCenterId
""")
TAXES = _OF_SALE + _words("""
    lineId lineNetAmount taxId taxCode taxRate taxAmount taxIncluded
""")
# Columns of numbers; whatever else is text, also where it happens to look like a number.
NUMBERS = frozenset(
    _words("""
    businessLocationId nbCovers ownerId deviceId lineCount gross net tax serviceCharge
    paymentCount paid tips surcharges quantity totalNetAmountWithTax
    totalNetAmountWithoutTax taxAmount taxRatePercentage serviceChargeRate discountAmount
    accountDiscountAmount totalDiscountAmount menuListPrice unitCostPrice accountingGroupId
    revenueCenterId staffId paymentMethodId netAmountWithTax tip surcharge roundingAmount
    lineNetAmount taxRate
""")
)
# Of these the whole ones: ids and counts.
WHOLE = frozenset(
    _words("""
    businessLocationId ownerId deviceId lineCount paymentCount accountingGroupId
    revenueCenterId staffId paymentMethodId
""")
)
# Columns that say where in `people.ndjson` a value lies, and the field that has the reference.
REFERENCES = {
    "ownerNameRef": "ownerName",
    "staffNameRef": "staffName",
    "consumerRef": "consumer",
    "authorizationRef": "authorization",
}
# Columns whose value lies in an object of the row.
WITHIN = {
    "accountingGroupId": ("accountingGroup", "accountingGroupId"),
    "accountingGroupName": ("accountingGroup", "name"),
    "accountingGroupCode": ("accountingGroup", "code"),
    "sourceInitialAccountId": ("source", "initialAccountId"),
    "sourcePreviousAccountId": ("source", "previousAccountId"),
}
