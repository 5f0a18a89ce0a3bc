"""The discount of an offer, as account managers write it: for a request and for an amendment."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from tillgate.portal.forms import Form


class DiscountForm(Form):
    """How much, and why; further fields come from the forms that are made of it."""

    discount_percent = forms.DecimalField(
        label=_("Discount in percent"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )
    discount_reason = forms.CharField(
        label=_("Why there is a discount"),
        required=False,
        max_length=300,
        help_text=_("It stands in the agreement."),
    )

    def clean_discount_percent(self) -> Decimal:
        """Nothing typed is no discount."""
        return self.cleaned_data["discount_percent"] or Decimal(0)
