"""The base of every form, and how forms are drawn.

Limits stand on every text field, whether or not its author thought of one. Nothing is cut off or
cleaned behind a person's back: what cannot be taken is shown again, with what to do about it.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from tillgate.foundation.joiners import JOINERS, MISPLACED

SINGLE_LINE = 200
MULTI_LINE = 4000

_CONTROL, _FORMAT, _BROKEN = "Cc", "Cf", "Cs"
_DJANGOS_ROWS = "10"


class Renderer(DjangoTemplates):
    """Draws any form, allauth's too, by the portal's own templates."""

    form_template_name = "portal/forms/form.html"
    field_template_name = "portal/forms/field.html"


class Careful:
    """Mixin for forms: limits and clean text on every field, and words that name the cure.

    `autocomplete` says for fields by name what a browser may fill in, such as "email".
    """

    autocomplete: ClassVar[Mapping[str, str]] = {}
    use_required_attribute = False  # the server says what is missing, in its own words

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            if isinstance(field, forms.CharField):
                _make_careful(field)
            if name in self.autocomplete:
                field.widget.attrs["autocomplete"] = self.autocomplete[name]
            field.error_messages["required"] = _required(field)


class Form(Careful, forms.Form):
    """The base of the portal's forms; `{{ form }}` draws the problems on top and every field."""


def plain_line(value: str) -> None:
    """Refuse what does not belong into one line of text."""
    if "\n" in value or "\r" in value:
        raise ValidationError(_("Write this in one line."), code="lines")
    _refuse_invisible(value, allowed="\t")


def plain_text(value: str) -> None:
    """Refuse what does not belong into text of several lines."""
    _refuse_invisible(value, allowed="\t\n\r")


def _make_careful(field: forms.CharField) -> None:
    several = isinstance(field.widget, forms.Textarea)
    if field.max_length is None:
        field.max_length = MULTI_LINE if several else SINGLE_LINE
    if several and field.widget.attrs.get("rows") == _DJANGOS_ROWS:
        field.widget.attrs["rows"] = 4
    # A browser would silently cut off what is pasted; we rather say that it is too long.
    field.widget.attrs.pop("maxlength", None)
    kept = [check for check in field.validators if not isinstance(check, _REPLACED)]
    text = plain_text if several else plain_line
    field.validators = [*kept, text, _AtMost(field.max_length)]


class _AtMost:
    """Refuse text that is too long, saying by how much."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, value: str) -> None:
        # Browsers send line ends as two characters, which nobody who counts would count twice.
        if (length := len(value.replace("\r\n", "\n"))) > self.limit:
            facts = {"limit": self.limit, "length": length}
            raise ValidationError(_TOO_LONG, code="max_length", params=facts)


_TOO_LONG = ngettext_lazy(
    "Shorten this to %(limit)d character: it has %(length)d.",
    "Shorten this to %(limit)d characters: it has %(length)d.",
    "limit",
)
_REPLACED = (ProhibitNullCharactersValidator, MaxLengthValidator)


def _refuse_invisible(value: str, *, allowed: str) -> None:
    if any(_unfit(value, allowed)) or MISPLACED.search(value):
        raise ValidationError(
            _("There are invisible characters in this. Delete it and type it, without pasting."),
            code="invisible",
        )


def _unfit(value: str, allowed: str) -> Iterator[str]:
    for character in value:
        kind = unicodedata.category(character)
        if kind in {_CONTROL, _BROKEN} and character not in allowed:
            yield character
        if kind == _FORMAT and character not in JOINERS:
            yield character


def _required(field: forms.Field) -> Any:
    if isinstance(field.widget, forms.CheckboxInput):
        return _("Tick this to go on.")
    if isinstance(field, forms.FileField):
        return _("Choose a file.")
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return _("Choose an answer.")
    return _("Fill this in.")
