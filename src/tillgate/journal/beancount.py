"""The journal as beancount reads it: accounts are opened, entries linked by their numbers.

Accounts are opened long before any entry and always in the same words, so that the lines of two
files can be told to be the same.
"""

from collections.abc import Iterator

from tillgate.journal import texts
from tillgate.journal.entry import Entry
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import Account
from tillgate.journal.names import Names

_OPENED = "1970-01-01"
_BETWEEN = "\n\n"
_INDENT = "  "
_ESCAPED = str.maketrans({'"': '\\"', "\\": "\\\\"})


def as_beancount(journal: Journal) -> bytes:
    """The whole file, in UTF-8."""
    names = Names(journal.accounts)
    blocks = [_head(journal, names)]
    blocks += ["\n".join(_entry(entry, journal, names)) for entry in journal.entries]
    return f"{_BETWEEN.join(blocks)}\n".encode()


def _head(journal: Journal, names: Names) -> str:
    lines = [f"; {line}" for line in texts.head(journal)]
    lines.append(f'option "operating_currency" "{journal.currency}"')
    for name, account in names.in_order(journal.accounts).items():
        lines += _opened(name, account, journal.currency)
    return "\n".join(lines)


def _opened(name: str, account: Account, currency: str) -> Iterator[str]:
    """Accounts of another currency are here only for those below them, or for what is unmapped."""
    only = f" {currency}" if account.currency == currency else ""
    yield f"{_OPENED} open {name}{only}"
    yield _said("code", account.code)
    yield _said("name", account.name)


def _entry(entry: Entry, journal: Journal, names: Names) -> Iterator[str]:
    if not entry.postings.all:
        yield f"; {texts.nothing_booked(entry)}"
        return
    flag = "*" if entry.final else "!"
    yield f"{entry.booked_on} {flag} {_quoted(texts.described(entry))} ^{entry.number}"
    for key, text in texts.told(entry, journal.mapping).items():
        yield _said(key, text)
    places = texts.places_of(each.amount for each in entry.postings.all)
    for posting in entry.postings.all:
        amount = f"{texts.written(posting.amount, places)} {journal.currency}"
        yield f"{_INDENT}{names.of(posting.account)}  {amount}"
        yield _INDENT + _said("what", posting.what)
        if things := texts.things_of(posting):
            yield _INDENT + _said("things", things)


def _said(key: str, text: str) -> str:
    return f"{_INDENT}{key}: {_quoted(text)}"


def _quoted(text: str) -> str:
    return f'"{texts.one_line(text).translate(_ESCAPED)}"'
