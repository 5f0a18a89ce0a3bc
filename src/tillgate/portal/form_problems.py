"""What is wrong with a form, as the list on top of it."""

from collections.abc import Iterator
from typing import NamedTuple

from django.forms import BaseForm, BoundField


class Problem(NamedTuple):
    """One thing to mend: the id of the field to go to, "" for the form as a whole; and the words.

    `label` is the field's, so that the same words at two fields can be told apart.
    """

    target: str
    label: str
    words: str


def problems_of(form: BaseForm) -> list[Problem]:
    """Every problem, those of the whole form first."""
    whole = [Problem("", "", str(words)) for words in form.non_field_errors()]
    return [*whole, *_of_fields(form)]


def _of_fields(form: BaseForm) -> Iterator[Problem]:
    for field in form:
        for words in field.errors:
            yield Problem(
                "" if field.is_hidden else target_of(field),
                str(field.label).rstrip("?:"),
                str(words),
            )


def target_of(field: BoundField) -> str:
    """The id of the first thing one can type into or choose."""
    parts = field.subwidgets if field.use_fieldset else []
    first = str(parts[0].id_for_label or "") if parts else ""
    return first or field.auto_id or ""
