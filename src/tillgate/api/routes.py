"""Every operation of the plane, what is called most first; `openapi.yaml` promises the same."""

from tillgate.api import (
    accounting,
    aggregated,
    businesses,
    financials,
    items,
    lookups,
    summary,
    unbooked,
)
from tillgate.api.operation import Operation

_FINANCIAL = "financial-api"
_ITEMS = "items"
_LOCATION = "/f/finance/{businessLocationId}"
_LOCATION_V2 = "/f/v2/business-location/{businessLocationId}"
_BETA_LOCATION = "/f/v2/beta/business-location/{businessLocationId}"
_ACCOUNTING = "/accounting/v1/business-locations/{businessLocationId}"

OPERATIONS = (
    Operation(
        path=f"{_LOCATION}/financials/{{from}}/{{to}}",
        operation_id="getFinancials",
        scope=_FINANCIAL,
        parameters=financials.FinancialsParameters,
        handler=financials.get_financials,
    ),
    Operation(
        path=f"{_LOCATION}/dailyFinancials",
        operation_id="getDailyFinancials",
        scope=_FINANCIAL,
        parameters=financials.DailyParameters,
        handler=financials.get_daily_financials,
        kept_when_final=True,
    ),
    Operation(
        path=f"{_LOCATION}/tax-rates",
        operation_id="getTaxRates",
        scope=_FINANCIAL,
        parameters=lookups.LocationParameters,
        handler=lookups.get_tax_rates,
        kept=True,
    ),
    Operation(
        path=f"{_LOCATION}/paymentMethods",
        operation_id="getPaymentMethods",
        scope=_FINANCIAL,
        parameters=lookups.LocationParameters,
        handler=lookups.get_payment_methods,
        kept=True,
    ),
    Operation(
        path=f"{_LOCATION}/accountingGroups",
        operation_id="getAccountingGroups",
        scope=_FINANCIAL,
        parameters=lookups.LocationParameters,
        handler=lookups.get_accounting_groups,
        kept=True,
    ),
    Operation(
        path="/items/v1/items",
        operation_id="getItems",
        scope=_ITEMS,
        parameters=items.ItemsParameters,
        handler=items.get_items,
        kept=True,
    ),
    Operation(
        path="/items/v1/items/{id}",
        operation_id="getItemById",
        scope=_ITEMS,
        parameters=items.ItemParameters,
        handler=items.get_item_by_id,
        kept=True,
    ),
    Operation(
        path="/f/data/businesses",
        operation_id="getBusinesses",
        scope=_FINANCIAL,
        parameters=businesses.BusinessesParameters,
        handler=businesses.get_businesses,
        kept=True,
    ),
    Operation(
        path=f"{_LOCATION}/aggregatedSales",
        operation_id="getAggregatedSales",
        scope=_FINANCIAL,
        parameters=aggregated.AggregatedParameters,
        handler=aggregated.get_aggregated_sales,
    ),
    Operation(
        path=f"{_LOCATION}/saleByExternalReference",
        operation_id="getSaleByExternalReference",
        scope=_FINANCIAL,
        parameters=financials.ReferenceParameters,
        handler=financials.get_sale_by_external_reference,
    ),
    Operation(
        path=f"{_LOCATION_V2}/lightspeed-payments",
        operation_id="getLightspeedPayments",
        scope=_FINANCIAL,
        parameters=unbooked.CardPaymentsParameters,
        handler=unbooked.get_card_payments,
    ),
    Operation(
        path=f"{_BETA_LOCATION}/aborted-orders",
        operation_id="getAbortedOrders",
        scope=_FINANCIAL,
        parameters=unbooked.AbortedOrdersParameters,
        handler=unbooked.get_aborted_orders,
    ),
    Operation(
        path=f"{_ACCOUNTING}/days",
        operation_id="getDays",
        scope=_FINANCIAL,
        parameters=accounting.DaysParameters,
        handler=accounting.get_days,
    ),
    Operation(
        path=f"{_ACCOUNTING}/changes",
        operation_id="getChanges",
        scope=_FINANCIAL,
        parameters=accounting.ChangesParameters,
        handler=accounting.get_changes,
    ),
    Operation(
        path=f"{_ACCOUNTING}/summary",
        operation_id="getSummary",
        scope=_FINANCIAL,
        parameters=summary.SummaryParameters,
        handler=summary.get_summary,
    ),
)
