"""The peers' tables as Django maps them; their search path finds the schema."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


def _text() -> models.TextField:  # type: ignore[type-arg]
    return models.TextField(null=True)


def _amount(*, null: bool = False) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=19, decimal_places=6, null=null)


class Unmanaged(models.Model):
    """The tables are there already."""

    id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True
        managed = False
        app_label = "peers"


class AccountingGroup(Unmanaged):
    """What lines are booked under."""

    accounting_group_id = models.BigIntegerField()
    name = models.TextField()
    statistic_group = _text()
    code = _text()

    class Meta(Unmanaged.Meta):
        abstract = False
        db_table = "accounting_group"


class Sale(Unmanaged):
    """An account that was closed."""

    business_location_id = models.BigIntegerField()
    account_reference = models.TextField()
    account_fisc_id = models.TextField()
    receipt_id = _text()
    initial_account_id = _text()
    previous_account_id = _text()
    time_of_opening = models.DateTimeField(null=True)
    time_of_close_and_paid = models.DateTimeField()
    cancelled = models.BooleanField(null=True)
    external_fiscal_number = _text()
    table_name = models.TextField()
    type = models.TextField()
    external_references = ArrayField(models.TextField(), null=True)
    nb_covers = models.IntegerField(null=True)
    dine_in = models.BooleanField(null=True)
    device_id = models.BigIntegerField(null=True)
    device_name = _text()
    void_reason = _text()

    class Meta(Unmanaged.Meta):
        abstract = False
        db_table = "sale"

    @property
    def source(self) -> dict[str, str | None]:
        """The chain of accounts."""
        return {
            "initial_account_id": self.initial_account_id,
            "previous_account_id": self.previous_account_id,
        }


class Line(Unmanaged):
    """A line of a sale."""

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="sales_lines")
    line_id = models.TextField()
    parent_line_id = _text()
    total_net_amount_with_tax = _amount()
    total_net_amount_without_tax = _amount()
    menu_list_price = _amount()
    unit_cost_price = _amount()
    service_charge = _amount()
    service_charge_type = models.TextField()
    service_charge_rate = _amount(null=True)
    discount_amount = _amount()
    tax_amount = _amount()
    tax_code = _text()
    tax_rate_percentage = _amount(null=True)
    account_discount_amount = _amount()
    total_discount_amount = _amount()
    sku = _text()
    name = _text()
    name_override = models.TextField()
    statistic_group = models.TextField()
    quantity = _amount()
    accounting_group = models.ForeignKey(AccountingGroup, models.CASCADE, null=True)
    currency = models.TextField()
    tags = ArrayField(models.TextField())
    categories = models.JSONField()
    time_of_sale = models.DateTimeField(null=True)
    device_id = models.BigIntegerField(null=True)
    device_name = _text()
    void_reason = _text()
    discount_type = _text()
    discount_code = _text()
    discount_name = _text()
    account_discount_type = _text()
    account_discount_code = _text()
    account_discount_name = _text()

    class Meta(Unmanaged.Meta):
        abstract = False
        db_table = "line"


class TaxLine(Unmanaged):
    """One tax on a line."""

    line = models.ForeignKey(Line, models.CASCADE, related_name="tax_lines")
    tax_id = _text()
    tax_code = models.TextField()
    tax_rate = _amount()
    tax_amount = _amount()
    tax_included = models.BooleanField()

    class Meta(Unmanaged.Meta):
        abstract = False
        db_table = "tax_line"


class Payment(Unmanaged):
    """A tender."""

    sale = models.ForeignKey(Sale, models.CASCADE, related_name="payments")
    code = models.TextField()
    description = _text()
    payment_method_id = models.BigIntegerField(null=True)
    net_amount_with_tax = _amount()
    currency = models.TextField()
    tip = _amount()
    type = models.TextField()
    device_id = models.BigIntegerField(null=True)
    device_name = _text()
    external_reference = _text()
    fisc_id = _text()
    uuid = models.TextField()
    fisc_date = models.DateTimeField(null=True)
    surcharge = _amount()

    class Meta(Unmanaged.Meta):
        abstract = False
        db_table = "payment"
