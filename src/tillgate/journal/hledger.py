"""The journal as hledger reads it: all that is used is declared, so that strict checks hold.

What is told of entries and postings are tags. A comma would end a tag's value and a bracket may
begin a date, so texts have a semicolon and a parenthesis instead.
"""

from collections.abc import Iterator

from tillgate.journal import texts
from tillgate.journal.entry import Entry, Posting
from tillgate.journal.journal import Journal
from tillgate.ledger.amounts import PLACES

_INDENT = "    "
_SAFE = str.maketrans({",": ";", "[": "(", "]": ")"})
_THOUSAND = 1000 * 10**PLACES


def as_hledger(journal: Journal) -> bytes:
    """The whole file, in UTF-8."""
    return _Hledger(journal).file()


class _Hledger(texts.Text):
    """The language."""

    def head(self) -> Iterator[str]:
        """What strict checks want to have declared: the commodity, and every account."""
        journal = self.journal
        yield from (f"; {line}" for line in texts.head(journal))
        yield "decimal-mark ."
        yield f"commodity {_style(journal)} {journal.currency}"
        for name, account in self.names.in_order(journal.accounts).items():
            yield f"account {name}"
            yield self.said("code", account.code)
            yield self.said("name", account.name)

    def title(self, entry: Entry, flag: str) -> str:
        """With the entry's number as its code."""
        return f"{entry.booked_on} {flag} ({entry.number}) {texts.described(entry)}"

    def said(self, key: str, text: str) -> str:
        """A tag."""
        return f"{_INDENT}; {key}:{_safe(text)}"

    def posted(self, posting: Posting, name: str, amount: str) -> Iterator[str]:
        """One line, with what it is as tags at its end."""
        yield f"{_INDENT}{name}  {amount}  {_comment(posting)}"


def _style(journal: Journal) -> str:
    """An amount with as many places as hledger has to keep, so that it checks all of them."""
    amounts = (each.amount for entry in journal.entries for each in entry.postings.all)
    return texts.written(_THOUSAND, texts.places_of(amounts))


def _comment(posting: Posting) -> str:
    things = texts.things_of(posting)
    return f"; what:{posting.what}" + (f", things:{_safe(things)}" if things else "")


def _safe(text: str) -> str:
    return texts.one_line(text).translate(_SAFE)
