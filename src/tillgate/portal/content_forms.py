"""The forms in which an operator writes content: one for each kind of slot.

A list of reasons or wishes is drawn as rows, always with empty ones at the end, so that rows can be
added without any script.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from tillgate.content.checks import LONGEST_LINE, LONGEST_TEXT, LONGEST_WORDS, problems_of
from tillgate.content.feasibility_rules import IN_CATALOGUE
from tillgate.content.slots import Kind, Slot
from tillgate.hub.models import Category
from tillgate.portal.forms import Form
from tillgate.portal.states import shown

MOST_ROWS = 100
EMPTY_ROWS = 2

Given = tuple[str, dict[str, Any]]


class ContentForm(Form):
    """The base: what is written, a note for the history, and the version it is based on."""

    note = forms.CharField(
        label=_("What changes, in a few words"),
        help_text=_("for the history; needed to publish"),
        max_length=LONGEST_WORDS,
        required=False,
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self, slot: Slot, data: Any, *, text: str, fields: dict[str, Any], based_on: int
    ) -> None:
        super().__init__(data, initial={"text": text, "based_on": based_on, **fields})
        self.slot = slot

    def given(self) -> Given:
        """Text and fields as a version holds them."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Say what keeps this from being published, at the field it is in."""
        for name, words in problems_of(self.slot, *self.given()).items():
            self.blame(name, words)
        return dict(self.cleaned_data)

    def blame(self, name: str, words: str) -> None:
        """Put a problem at its field, or at the form where it has none; one a field is enough."""
        field = self.field_called(name)
        if field not in self.errors:
            self.add_error(field, words)

    def field_called(self, name: str) -> str | None:
        """The form's field for a field of the content."""
        return name if name in self.fields else None

    def words(self) -> str:
        """The text; browsers send the end of a line as two characters."""
        return str(self.cleaned_data.get("text", "")).replace("\r\n", "\n").strip()

    def matter(self) -> list[BoundField]:
        """The fields that are the content, without the note."""
        return [field for field in self.visible_fields() if field.name != "note"]


class MarkdownForm(ContentForm):
    """Words in markdown."""

    text = forms.CharField(
        label=_("Text"),
        help_text=_("# for headings, - for lists, | for tables, **strong**"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 30, "class": "mono"}),
    )

    def given(self) -> Given:
        """The text alone."""
        return self.words(), {}


class MailForm(ContentForm):
    """A mail's subject and words."""

    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_LINE)
    text = forms.CharField(
        label=_("Text"),
        help_text=_("an empty line begins a new paragraph"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 18}),
    )

    def given(self) -> Given:
        """The words, and the subject as their field."""
        return self.words(), {"subject": self.cleaned_data.get("subject", "")}


class PlatformForm(ContentForm):
    """Who the platform is."""

    name = forms.CharField(label=_("Name"), max_length=80)
    support = forms.CharField(label=_("E-mail address for help"), max_length=LONGEST_LINE)
    website = forms.CharField(label=_("Website"), max_length=LONGEST_LINE)

    def given(self) -> Given:
        """The three fields."""
        return "", {
            name: self.cleaned_data.get(name, "") for name in ("name", "support", "website")
        }


class ReviewForm(ContentForm):
    """How soon requests are to be decided."""

    target_working_days = forms.IntegerField(label=_("Working days until a decision"))

    def given(self) -> Given:
        """The number of days."""
        return "", {"target_working_days": self.cleaned_data.get("target_working_days")}


class Row(NamedTuple):
    """A row as it is drawn: what it is called, its fields, and whether it needs a look."""

    title: str
    cells: list[BoundField]
    is_open: bool


class RowsForm(ContentForm):
    """A list of rows with the same fields, such as the reasons for declining."""

    collection: ClassVar[str]
    title_field: ClassVar[str]

    def __init__(
        self, slot: Slot, data: Any, *, text: str, fields: dict[str, Any], based_on: int
    ) -> None:
        rows = fields.get(self.collection, []) if data is None else []
        self.count = _used(self.collection, data or {}, len(rows)) + EMPTY_ROWS
        self.count = min(MOST_ROWS, self.count)
        self.kept: list[int] = []
        cells = {
            f"{self.collection}-{number}-{name}": field
            for number in range(self.count)
            for name, field in self.row_fields(_at(rows, number)).items()
        }
        # Given before the form is made, so that these fields are as careful as any other.
        self.base_fields = cells | type(self).base_fields  # type: ignore[misc]
        super().__init__(slot, data, text=text, fields={}, based_on=based_on)

    @classmethod
    def row_fields(cls, values: Mapping[str, Any]) -> dict[str, forms.Field]:
        """The fields of a row, with its values."""
        raise NotImplementedError

    def row_given(self, number: int) -> dict[str, Any]:
        """The row as a version holds it."""
        raise NotImplementedError

    def rows(self) -> Iterator[Row]:
        """The rows to draw, the empty ones last."""
        for number in range(self.count):
            title = str(self[f"{self.collection}-{number}-{self.title_field}"].value() or "")
            hidden = "" if title else f"{self.collection}-{number}-remove"
            cells = [self[name] for name in self._names(number) if name != hidden]
            yield Row(title, cells, not title or any(cell.errors for cell in cells))

    def given(self) -> Given:
        """The rows that say anything and are not to be removed."""
        self.kept = [number for number in range(self.count) if self._is_kept(number)]
        return "", {self.collection: [self.row_given(number) for number in self.kept]}

    def field_called(self, name: str) -> str | None:
        """The field of the row that is meant; empty and removed rows do not count there."""
        parts = name.split("-")
        if len(parts) == 3 and parts[1].isdigit() and int(parts[1]) < len(self.kept):
            parts[1] = str(self.kept[int(parts[1])])
        return super().field_called("-".join(parts))

    def value(self, number: int, name: str) -> Any:
        """What was typed into a cell."""
        return self.cleaned_data.get(f"{self.collection}-{number}-{name}")

    def _names(self, number: int) -> list[str]:
        start = f"{self.collection}-{number}-"
        return [name for name in self.fields if name.startswith(start)]

    def _is_kept(self, number: int) -> bool:
        typed = {
            name.rpartition("-")[2]: self.cleaned_data.get(name) for name in self._names(number)
        }
        removed = typed.pop("remove", False)
        wrong = any(name in self.errors for name in self._names(number))
        return wrong or (any(typed.values()) and not removed)


class DeclineReasonsForm(RowsForm):
    """The reasons for declining."""

    collection = "reasons"
    title_field = "words"

    @classmethod
    def row_fields(cls, values: Mapping[str, Any]) -> dict[str, forms.Field]:
        """Code, words, advice."""
        return {
            "code": _line(_("Code"), values.get("code"), _("for the record, such as other")),
            "words": _words(_("Words for the merchant"), values.get("words")),
            "advise_account_manager": _tick(
                _("Advise to talk to the account manager"), values.get("advise_account_manager")
            ),
            "remove": _tick(_("Remove this reason")),
        }

    def row_given(self, number: int) -> dict[str, Any]:
        """A reason."""
        return {
            "code": self.value(number, "code") or "",
            "words": " ".join((self.value(number, "words") or "").split()),
            "advise_account_manager": bool(self.value(number, "advise_account_manager")),
        }


class FeasibilityForm(RowsForm):
    """The wishes of the feasibility catalogue."""

    collection = "wishes"
    title_field = "words"

    @classmethod
    def row_fields(cls, values: Mapping[str, Any]) -> dict[str, forms.Field]:
        """Everything a wish has."""
        choices = [("", "—"), *((each, shown(each)[1]) for each in IN_CATALOGUE)]
        return {
            "words": _line(_("The wish, in a merchant's words"), values.get("words")),
            "key": _line(_("Key"), values.get("key"), _("for the record, such as tips")),
            "verdict": forms.ChoiceField(
                label=_("Answer"),
                choices=choices,
                initial=values.get("verdict"),
                required=False,
            ),
            "why": _words(_("Why"), values.get("why")),
            "endpoints": _lines(_("Endpoints"), values.get("endpoints")),
            "fields": _lines(_("Fields"), values.get("fields")),
            "categories": forms.MultipleChoiceField(
                label=_("Kinds of public integrations that serve it"),
                choices=Category.choices,
                initial=values.get("categories"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            ),
            "keywords": _lines(
                _("Keywords"),
                values.get("keywords"),
                _("a rule a line: all its terms must occur, a|b offers a choice, pric* goes on"),
            ),
            "remove": _tick(_("Remove this wish")),
        }

    def row_given(self, number: int) -> dict[str, Any]:
        """A wish."""
        return {
            "key": self.value(number, "key") or "",
            "words": self.value(number, "words") or "",
            "verdict": self.value(number, "verdict") or "",
            "endpoints": _split(self.value(number, "endpoints")),
            "fields": _split(self.value(number, "fields")),
            "why": " ".join((self.value(number, "why") or "").split()),
            "categories": list(self.value(number, "categories") or []),
            "keywords": _split(self.value(number, "keywords")),
        }


_BY_KIND: Mapping[Kind, type[ContentForm]] = {Kind.MARKDOWN: MarkdownForm, Kind.MAIL: MailForm}
_BY_NAME: Mapping[str, type[ContentForm]] = {
    "platform": PlatformForm,
    "review": ReviewForm,
    "decline_reasons": DeclineReasonsForm,
    "feasibility": FeasibilityForm,
}


def form_for(
    slot: Slot, data: Any, *, text: str, fields: dict[str, Any], based_on: int
) -> ContentForm:
    """The form of a slot, beginning with this text and these fields."""
    made = _BY_NAME.get(slot.name) or _BY_KIND[slot.kind]
    return made(slot, data, text=text, fields=fields, based_on=based_on)


def _used(collection: str, data: Mapping[str, Any], at_least: int) -> int:
    """How many rows there are, up to the last that says anything."""
    used = [at_least]
    for key, value in data.items():
        name, _, rest = key.partition("-")
        number = rest.partition("-")[0]
        if name == collection and value and number.isdecimal():
            used.append(int(number[:4]) + 1)
    return max(used)


def _at(rows: list[dict[str, Any]], number: int) -> dict[str, Any]:
    return rows[number] if number < len(rows) else {}


def _line(label: Any, value: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, initial=value, help_text=hint, required=False, max_length=LONGEST_LINE
    )


def _words(label: Any, value: Any, hint: Any = "", rows: int = 2) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, initial=value, help_text=hint, required=False, widget=widget
    )


def _lines(label: Any, value: Any, hint: Any = "") -> forms.CharField:
    return _words(
        label, "\n".join(value or []), hint or _("one a line"), rows=max(2, len(value or []))
    )


def _tick(label: Any, value: Any = False) -> forms.BooleanField:
    return forms.BooleanField(label=label, initial=bool(value), required=False)


def _split(typed: str | None) -> list[str]:
    lines = (line.strip() for line in (typed or "").splitlines())
    return [line for line in lines if line]
