"""A chart of accounts as rows of text: pasted from a spreadsheet, and written back the same way.

A row is code, name, kind, parent and currency, between tabs, semicolons or commas. A first row that
names its columns may put them in any order, and others between them.
"""

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tillgate.journal.mapping import Account, Kind

COLUMNS = ("code", "name", "kind", "parent", "currency")
KIND_NAMES: dict[Kind, Promise] = {
    Kind.ASSET: gettext_lazy("asset"),
    Kind.LIABILITY: gettext_lazy("liability"),
    Kind.EQUITY: gettext_lazy("equity"),
    Kind.INCOME: gettext_lazy("income"),
    Kind.EXPENSE: gettext_lazy("expense"),
}
_CALLED = {
    "code": ("code", "account", "account code", "account number", "number", "no", "nr", "id"),
    "name": ("name", "account name", "description", "title"),
    "kind": ("kind", "type", "account type", "class"),
    "parent": ("parent", "parent account", "below", "sub-account of"),
    "currency": ("currency", "ccy"),
}
_KINDS = {
    Kind.ASSET: ("asset", "assets", "bank", "cash", "current asset", "current assets"),
    Kind.LIABILITY: ("liability", "liabilities", "current liability", "current liabilities"),
    Kind.EQUITY: ("equity", "capital"),
    Kind.INCOME: ("income", "revenue", "revenues", "sales", "turnover"),
    Kind.EXPENSE: ("expense", "expenses", "cost", "costs", "overhead", "overheads"),
}
_SEPARATORS = ("\t", ";", ",")
_MOST_TOLD = 10


class Pasted(NamedTuple):
    """The accounts of a text, and what is wrong with its rows, each with the number of its line."""

    accounts: list[Account]
    problems: list[str]


def read_chart(text: str) -> Pasted:
    """The accounts of pasted rows; empty rows are passed over.

    Cells stand between whatever explains the most rows: commas and semicolons are in names as well.
    """
    # Files saved for a spreadsheet begin with an invisible mark.
    lines = text.removeprefix("\ufeff").splitlines()
    used = [each for each in _SEPARATORS if each in text] or [","]
    found = (_read(lines, separator) for separator in used)
    accounts, problems = min(found, key=lambda pasted: len(pasted.problems))
    return Pasted(accounts, _at_most(problems))


def _read(lines: Sequence[str], separator: str) -> Pasted:
    rows = list(_rows(lines, separator))
    order = _order_of(rows[0][1]) if rows else None
    places = order or {name: place for place, name in enumerate(COLUMNS)}
    accounts, problems = list[Account](), list[str]()
    for line, row in rows[1:] if order else rows:
        told = {name: row[at].strip() for name, at in places.items() if at < len(row)}
        kind = _kind_of(told.get("kind", ""))
        if kind is None:
            problems.append(_no_kind(line, told.get("kind", "")))
            continue
        currency = told.get("currency", "").upper()
        accounts.append(
            Account(
                code=told.get("code", ""),
                name=told.get("name", ""),
                kind=kind,
                parent=told.get("parent", ""),
                currency=currency,
            )
        )
    return Pasted(accounts, problems)


def write_chart(accounts: Sequence[Account]) -> str:
    """Accounts as rows that `read_chart` reads: between semicolons, or tabs if there are such."""
    plain = not any(set(';"') & set(f"{each.code}{each.name}{each.parent}") for each in accounts)
    separator = ";" if plain else "\t"
    return "\n".join(_written(each, separator) for each in accounts)


def _written(account: Account, separator: str) -> str:
    cells = [account.code, account.name, account.kind.value, account.parent, account.currency]
    while not cells[-1]:
        cells.pop()
    gap = separator if separator == "\t" else f"{separator} "
    return gap.join(cells)


def _rows(lines: Sequence[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    # Quotes stand around cells where a spreadsheet needs them; within tabs they are plain letters.
    for number, line in enumerate(lines, 1):
        if line.strip(f"{separator} "):
            yield number, _cells(line, separator)


def _cells(line: str, separator: str) -> list[str]:
    if separator == "\t":
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    except csv.Error:  # a cell that is longer than any could be
        return [line]


def _order_of(row: Sequence[str]) -> dict[str, int] | None:
    """Where the columns are, if this row names them: code, name and kind at least."""
    # Some programs mark the columns that must be there.
    heads = [cell.strip("* ").lower() for cell in row]
    found = {
        name: heads.index(called)
        for name, all_called in _CALLED.items()
        for called in all_called[::-1]
        if called in heads
    }
    return found if {"code", "name", "kind"} <= found.keys() else None


def _kind_of(text: str) -> Kind | None:
    word = text.lower()
    for kind, called in _KINDS.items():
        if word in called or word == str(KIND_NAMES[kind]).lower():
            return kind
    return None


def _no_kind(line: int, text: str) -> str:
    facts = {"line": line, "text": text[:20], "kinds": ", ".join(map(str, KIND_NAMES.values()))}
    if not text:
        words = _("Line %(line)d does not say what the account is: write one of %(kinds)s.")
    else:
        words = _("Line %(line)d: “%(text)s” is no kind of account. Write one of %(kinds)s.")
    return words % facts


def _at_most(problems: list[str]) -> list[str]:
    if len(problems) <= _MOST_TOLD:
        return problems
    more = _("The same holds for %(more)d more lines.") % {"more": len(problems) - _MOST_TOLD}
    return [*problems[:_MOST_TOLD], more]
