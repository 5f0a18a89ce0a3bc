"""Which taxes lie on what is sold: by country, by kind of thing, and whether it is eaten in."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Tax:
    """A tax rate of the back office; `share` is 0.2 for 20 percent."""

    code: str
    description: str
    share: Decimal
    accounting_reference: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TaxLaw:
    """A country's rates, and the codes that apply by tax class.

    `eaten_in` and `taken_away` map a tax class to codes joined by a plus sign; what is missing in
    `taken_away` is taxed as eaten in. An empty text means untaxed.
    """

    included: bool
    rates: tuple[Tax, ...]
    eaten_in: dict[str, str]
    taken_away: dict[str, str]

    def codes(self, tax_class: str, *, dine_in: bool) -> tuple[str, ...]:
        """The codes of the taxes on a thing of that class, none when it is untaxed."""
        joined = self.eaten_in[tax_class]
        if not dine_in:
            joined = self.taken_away.get(tax_class, joined)
        return tuple(joined.split("+")) if joined else ()


def _tax(code: str, description: str, share: str, accounting_reference: str | None = None) -> Tax:
    return Tax(code, description, Decimal(share), accounting_reference)


def _classes(food: str, drink: str, alcohol: str, goods: str, heat: str) -> dict[str, str]:
    return {
        "hot": food,
        "cold": food,
        "brewed": drink,
        "soft": drink,
        "alcohol": alcohol,
        "goods": goods,
        "heat": heat,
        "gift": "",
    }


LAWS = {
    "GB": TaxLaw(
        included=True,
        rates=(
            _tax("VAT20", "VAT 20%", "0.2", "2200-20"),
            _tax("VAT5", "VAT 5%", "0.05", "2200-05"),
            _tax("VAT0", "VAT 0%", "0"),
        ),
        eaten_in=_classes("VAT20", "VAT20", "VAT20", "VAT20", "VAT5"),
        taken_away={"cold": "VAT0", "goods": "VAT0"},
    ),
    "FR": TaxLaw(
        included=True,
        rates=(
            _tax("TVA20", "TVA 20 %", "0.2", "445710"),
            _tax("TVA10", "TVA 10 %", "0.1", "445711"),
            _tax("TVA55", "TVA 5,5 %", "0.055", "445712"),
        ),
        eaten_in=_classes("TVA10", "TVA10", "TVA20", "TVA55", "TVA20"),
        taken_away={"soft": "TVA55"},
    ),
    "US": TaxLaw(
        included=False,
        rates=(
            _tax("STATE", "State sales tax 6.25%", "0.0625", "2310-STATE"),
            _tax("CITY", "City restaurant tax 2.5%", "0.025", "2310-CITY"),
        ),
        eaten_in=_classes("STATE+CITY", "STATE+CITY", "STATE+CITY", "STATE", "STATE"),
        taken_away={"cold": "STATE"},
    ),
    "CA": TaxLaw(
        included=False,
        rates=(
            _tax("GST", "GST / TPS 5%", "0.05", "2320-TPS"),
            _tax("QST", "QST / TVQ 9.975%", "0.09975", "2320-TVQ"),
        ),
        eaten_in=_classes("GST+QST", "GST+QST", "GST+QST", "GST", "GST+QST"),
        taken_away={},
    ),
    "IE": TaxLaw(
        included=True,
        rates=(
            _tax("VAT23", "VAT 23%", "0.23", "2200-23"),
            _tax("VAT135", "VAT 13.5%", "0.135", "2200-13"),
            _tax("VAT0", "VAT 0%", "0"),
        ),
        eaten_in=_classes("VAT135", "VAT135", "VAT23", "VAT23", "VAT23"),
        taken_away={"cold": "VAT0"},
    ),
}
