"""The journal as beancount reads it: accounts are opened, entries linked by their numbers.

Accounts are opened long before any entry and always in the same words, so that the lines of two
files can be told to be the same.
"""

from collections.abc import Iterator

from tillgate.journal import texts
from tillgate.journal.entry import Entry, Posting
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import Account

_OPENED = "1970-01-01"
_INDENT = "  "
_ESCAPED = str.maketrans({'"': '\\"', "\\": "\\\\"})


def as_beancount(journal: Journal) -> bytes:
    """The whole file, in UTF-8."""
    return _Beancount(journal).file()


class _Beancount(texts.Text):
    """The language."""

    def head(self) -> Iterator[str]:
        """The currency, and every account opened."""
        journal = self.journal
        yield from (f"; {line}" for line in texts.head(journal))
        yield f'option "operating_currency" "{journal.currency}"'
        for name, account in self.names.in_order(journal.accounts).items():
            yield from self._opened(name, account)

    def _opened(self, name: str, account: Account) -> Iterator[str]:
        """Those of another currency are here for those below them, or for what is unmapped."""
        currency = self.journal.currency
        only = f" {currency}" if account.currency == currency else ""
        yield f"{_OPENED} open {name}{only}"
        yield self.said("code", account.code)
        yield self.said("name", account.name)

    def title(self, entry: Entry, flag: str) -> str:
        """With the entry's number as a link."""
        return f"{entry.booked_on} {flag} {_quoted(texts.described(entry))} ^{entry.number}"

    def said(self, key: str, text: str) -> str:
        """Metadata."""
        return f"{_INDENT}{key}: {_quoted(text)}"

    def posted(self, posting: Posting, name: str, amount: str) -> Iterator[str]:
        """A line, and what it is as metadata below."""
        yield f"{_INDENT}{name}  {amount}"
        yield _INDENT + self.said("what", posting.what)
        if things := texts.things_of(posting):
            yield _INDENT + self.said("things", things)


def _quoted(text: str) -> str:
    return f'"{texts.one_line(text).translate(_ESCAPED)}"'
