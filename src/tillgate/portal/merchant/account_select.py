"""A choice of an account, quick also where a long chart is offered for many things."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from tillgate.journal.mapping import Account, Kind
from tillgate.portal.merchant.journal_shown import account_words

# The code and the words of an option, ready for a page.
_Option = tuple[str, SafeString, SafeString]


class Offer:
    """The accounts of a chart as options, written out once for each set of kinds."""

    def __init__(self, chart: Sequence[Account]) -> None:
        self._chart = chart
        self._written: dict[Collection[Kind], list[_Option]] = {}

    def of(self, kinds: frozenset[Kind]) -> list[_Option]:
        """Those of these kinds."""
        if kinds not in self._written:
            self._written[kinds] = [
                (each.code, conditional_escape(each.code), conditional_escape(account_words(each)))
                for each in self._chart
                if each.kind in kinds
            ]
        return self._written[kinds]


class AccountSelect(forms.Select):
    """A `<select>` of these options, with `none` for no account.

    Django would draw each option by a template: seconds for a chart of thousands.
    """

    def __init__(self, none: str, options: list[_Option]) -> None:
        super().__init__()
        self._none = none
        self._options = options

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """The element with its options; what is chosen stays chosen, also if it does not fit."""
        chosen = "" if value is None else str(value)
        written = [
            f'<option value="{code}"{" selected" if plain == chosen else ""}>{words}</option>'
            for plain, code, words in [("", "", conditional_escape(self._none)), *self._options]
        ]
        if chosen and all(plain != chosen for plain, _, _ in self._options):
            written.append(format_html("<option selected>{}</option>", chosen))
        begin = format_html("<select{}>", flatatt(self.build_attrs({"name": name}, attrs)))
        # Each of these was escaped above.
        return mark_safe(begin + "\n".join(written) + "</select>")  # noqa: S308
