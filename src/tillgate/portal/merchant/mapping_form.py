"""The form by which a mapping is kept: the chart as text, an account for each thing, the policy."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillgate.journal.checking import LONGEST_CODE, MOST_ACCOUNTS, Problem, problems_of
from tillgate.journal.mapping import (
    ALLOWED,
    SUSPENSE_KINDS,
    Account,
    Corrections,
    Mapping,
    Places,
    Rule,
    What,
)
from tillgate.journal.things import HowMapped, Mappable, by_reference, how_mapped, known_of
from tillgate.portal.forms import Form, plain_text
from tillgate.portal.merchant.account_select import AccountSelect, Offer
from tillgate.portal.merchant.chart_text import read_chart, write_chart
from tillgate.portal.merchant.journal_shown import WHAT_NAMES, account_words, title_of

# So many things are shown with a choice; a browser's form holds a thousand fields at most.
MOST_SHOWN = 600
# With more choices than this in one page, codes are typed and the browser proposes them.
_MOST_OFFERED = 20_000
_LONGEST_CHART = 400_000
_FIELD = re.compile(r"(\w+)(?:\[(\d+)\])?")

# Of these there is one each.
_ONE_EACH = frozenset({What.TIPS, What.SURCHARGES, What.ROUNDING})

_HINTS = {
    What.DISCOUNT: gettext_lazy(
        "Sales are after discounts. Give one an account, and all stand apart, with sales before"
        " them."
    ),
    What.GIFT_CARDS: gettext_lazy("Owed to whoever holds the card, and no sale yet."),
}

CORRECTIONS = {
    Corrections.RESTATE: gettext_lazy(
        "On its own day: the entry of a corrected day replaces the one before it"
    ),
    Corrections.OPEN_PERIOD: gettext_lazy(
        "In the open period: the entry stays, and what changed is booked on the day of the"
        " correction"
    ),
}
PLACES = {
    Places.EXACT: gettext_lazy("Exact: with all six places, as the books have them"),
    Places.CENTS: gettext_lazy(
        "Cents: each amount rounded, and what that leaves booked as rounding"
    ),
}


class Choice(NamedTuple):
    """A thing with the field that chooses its account."""

    how: HowMapped
    name: str
    field: BoundField


class Section(NamedTuple):
    """The things of a kind, and what else to know of them."""

    name: str
    hint: str
    choices: list[Choice]


class MappingForm(Form):
    """A draft of a mapping; valid only when it could be kept."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    accounts = forms.CharField(
        label=gettext_lazy("Chart of accounts"),
        help_text=gettext_lazy(
            "One account a line: code, name, kind, and where you like the code of its parent and"
            " its only currency. Kinds are asset, liability, equity, income and expense. Rows"
            " copied from a spreadsheet can be pasted as they are; a first row may name the"
            " columns."
        ),
        widget=forms.Textarea({"rows": 12, "class": "mono", "spellcheck": "false"}),
        max_length=_LONGEST_CHART,
        # An empty first cell is a cell.
        strip=False,
    )
    suspense = forms.CharField(
        label=gettext_lazy("Suspense account"),
        help_text=gettext_lazy("Takes what has no account, and what keeps a day from adding up."),
    )
    corrections = forms.ChoiceField(
        label=gettext_lazy("Where a day that was corrected later is booked"),
        choices=[(each.value, words) for each, words in CORRECTIONS.items()],
        widget=forms.RadioSelect,
    )
    places = forms.ChoiceField(
        label=gettext_lazy("Amounts"),
        choices=[(each.value, words) for each, words in PLACES.items()],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, kept: Mapping, things: list[Mappable]) -> None:
        how = how_mapped(things, kept)
        start = accounts_of(kept, how)
        self._kept, self._known = kept, known_of(things, kept)
        self.how = sorted(how, key=_prominence)[:MOST_SHOWN]
        self.left_out = len(how) - len(self.how)
        super().__init__(*args, initial=_initial(kept, start, self.how))
        # The checks of a mapping say in which account an invisible character is.
        chart: Any = self.fields["accounts"]
        chart.validators = [each for each in chart.validators if each is not plain_text]
        self.fields.update(self._rule_fields())
        typed = read_chart(self.data["accounts"]).accounts if "accounts" in self.data else start
        self.chart = typed[:MOST_ACCOUNTS]
        self.has_typed_codes = len(self.chart) * len(self.how) > _MOST_OFFERED
        self.draft: Mapping | None = None
        self._fields_of_rules: dict[Rule, str] = {}
        self._referenced = by_reference(things, self.chart)
        self._discounts_apart = any(
            each.mappable.thing.what is What.DISCOUNT and self[_name_of(each)].value()
            for each in self.how
        )
        self._offer_accounts()

    def _rule_fields(self) -> Iterator[tuple[str, forms.Field]]:
        for each in self.how:
            label = title_of(each.mappable.thing)
            yield (
                _name_of(each),
                forms.CharField(label=label, required=False, max_length=LONGEST_CODE),
            )

    def _offer_accounts(self) -> None:
        """Choices of the chart as it is typed; what is sent is checked as a whole, not by them."""
        offer = Offer(self.chart)
        nothing = _("choose an account")
        self.fields["suspense"].widget = AccountSelect(nothing, offer.of(SUSPENSE_KINDS))
        for each in self.how:
            self.fields[_name_of(each)].widget = self._choice_of(each, offer)

    def _choice_of(self, each: HowMapped, offer: Offer) -> forms.Widget:
        none = self._unruled(each)
        if self.has_typed_codes:
            return forms.TextInput({"list": "codes", "placeholder": none})
        return AccountSelect(none, offer.of(ALLOWED[each.mappable.thing.what]))

    def _unruled(self, each: HowMapped) -> str:
        thing = each.mappable.thing
        if account := self._referenced.get(thing):
            return _("by reference: %(account)s") % {"account": account_words(account)}
        if thing.what is What.DISCOUNT and not self._discounts_apart:
            return _("within sales")
        return _("no account: suspense")

    def without_account(self) -> list[str]:
        """What came up lately and goes to suspense by what is chosen."""
        apart = self._discounts_apart
        return [
            title_of(each.mappable.thing)
            for each in self.how
            if each.mappable.booked
            and not self[_name_of(each)].value()
            and each.mappable.thing not in self._referenced
            and (apart or each.mappable.thing.what is not What.DISCOUNT)
        ]

    def sections(self) -> list[Section]:
        """The things by kind, in the order in which an entry has them."""
        ordered = sorted(self.how, key=lambda each: list(What).index(each.mappable.thing.what))
        found: dict[str, list[Choice]] = {}
        for each in ordered:
            thing = each.mappable.thing
            named = _("Tips and the rest") if thing.what in _ONE_EACH else WHAT_NAMES[thing.what]
            choice = Choice(each, title_of(thing), self[_name_of(each)])
            found.setdefault(str(named), []).append(choice)
        return [Section(name, _hint(choices[0]), choices) for name, choices in found.items()]

    def clean(self) -> dict[str, Any]:
        """The draft, with every problem at the field where it can be mended."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "accounts" in cleaned and not self.errors:
            pasted = read_chart(cleaned["accounts"])
            for words in pasted.problems:
                self.add_error("accounts", words)
            if not pasted.problems:
                self.draft = self._made(pasted.accounts, cleaned)
                self.add_problems(problems_of(self.draft, self._known))
        return cleaned

    def _made(self, accounts: list[Account], cleaned: dict[str, Any]) -> Mapping:
        self._fields_of_rules = dict(self._chosen(cleaned))
        return Mapping(
            version=self._kept.version + 1,
            accounts=accounts,
            rules=list(self._fields_of_rules),
            suspense=cleaned["suspense"],
            corrections=Corrections(cleaned["corrections"]),
            places=Places(cleaned["places"]),
        )

    def _chosen(self, cleaned: dict[str, Any]) -> Iterator[tuple[Rule, str]]:
        """Each rule with the field it comes from; "" for what has none, which stays as it was."""
        shown = set()
        for each in self.how:
            field, what = _name_of(each), each.mappable.thing.what
            for key in each.mappable.keys:
                shown.add((what, key))
                if cleaned.get(field):
                    yield Rule(what, key, cleaned[field]), field
        for rule in self._kept.rules:
            if (rule.what, rule.key) not in shown:
                yield rule, ""

    def add_problems(self, problems: Sequence[Problem]) -> None:
        """Tell problems of the draft, each once, at the field that it comes from."""
        fields = list(self._fields_of_rules.values())
        told = {(self._field_of(each, fields), each.words): None for each in problems}
        for at, words in told:
            self.add_error(at, words)

    def _field_of(self, problem: Problem, fields: Sequence[str]) -> str | None:
        """The name of the field to mend it in; `fields` are those of the rules in their order."""
        match = _FIELD.match(problem.field)
        name, number = match.groups() if match else ("", None)
        field = fields[int(number)] if name == "rules" and number else name
        return field if field in self.fields else None


def _hint(choice: Choice) -> str:
    return str(_HINTS.get(choice.how.mappable.thing.what, ""))


def _prominence(each: HowMapped) -> tuple[bool, bool]:
    return each.by != "rule", not each.mappable.booked


def _name_of(each: HowMapped) -> str:
    """The name of a thing's field: the same whenever it is shown, and safe in a page."""
    thing = each.mappable.thing
    said = f"{thing.what}\0{thing.key}"
    return f"of-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def accounts_of(mapping: Mapping, how: Sequence[HowMapped]) -> list[Account]:
    """The accounts of a mapping, or those that the back office names while none was kept."""
    if mapping.version:
        return mapping.accounts
    named = {each.account.code: each.account for each in how}
    named |= {each.code: each for each in mapping.accounts}
    return [named[code] for code in sorted(named)]


def _initial(kept: Mapping, start: Sequence[Account], how: Sequence[HowMapped]) -> dict[str, Any]:
    ruled = {(rule.what, rule.key): rule.account for rule in kept.rules}
    chosen = {_name_of(each): ruled.get(each.mappable.each_key[0], "") for each in how}
    return chosen | {
        "based_on": kept.version,
        "accounts": write_chart(start),
        "suspense": kept.suspense,
        "corrections": kept.corrections.value,
        "places": kept.places.value,
    }
