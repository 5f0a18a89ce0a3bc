"""The journal as hledger reads it: all that is used is declared, so that strict checks hold.

What is told of entries and postings are tags. A comma would end a tag's value and a bracket may
begin a date, so texts have a semicolon and a parenthesis instead.
"""

from collections.abc import Iterator

from tillgate.journal import texts
from tillgate.journal.entry import Entry, Posting
from tillgate.journal.journal import Journal
from tillgate.journal.names import Names
from tillgate.ledger.amounts import PLACES

_BETWEEN = "\n\n"
_INDENT = "    "
_SAFE = str.maketrans({",": ";", "[": "(", "]": ")"})
_THOUSAND = 1000 * 10**PLACES


def as_hledger(journal: Journal) -> bytes:
    """The whole file, in UTF-8."""
    names = Names(journal.accounts)
    blocks = [_head(journal, names)]
    blocks += ["\n".join(_entry(entry, journal, names)) for entry in journal.entries]
    return f"{_BETWEEN.join(blocks)}\n".encode()


def _head(journal: Journal, names: Names) -> str:
    lines = [f"; {line}" for line in texts.head(journal)]
    lines += ["decimal-mark .", f"commodity {_style(journal)} {journal.currency}"]
    for name, account in names.in_order(journal.accounts).items():
        lines += [f"account {name}", _tag("code", account.code), _tag("name", account.name)]
    return "\n".join(lines)


def _style(journal: Journal) -> str:
    """An amount with as many places as hledger has to keep, so that it checks all of them."""
    amounts = (each.amount for entry in journal.entries for each in entry.postings.all)
    return texts.written(_THOUSAND, texts.places_of(amounts))


def _entry(entry: Entry, journal: Journal, names: Names) -> Iterator[str]:
    if not entry.postings.all:
        yield f"; {texts.nothing_booked(entry)}"
        return
    flag = "*" if entry.final else "!"
    yield f"{entry.booked_on} {flag} ({entry.number}) {texts.described(entry)}"
    for key, text in texts.told(entry, journal.mapping).items():
        yield _tag(key, text)
    places = texts.places_of(each.amount for each in entry.postings.all)
    for posting in entry.postings.all:
        amount = f"{texts.written(posting.amount, places)} {journal.currency}"
        yield f"{_INDENT}{names.of(posting.account)}  {amount}  {_comment(posting)}"


def _comment(posting: Posting) -> str:
    things = texts.things_of(posting)
    return f"; what:{posting.what}" + (f", things:{_safe(things)}" if things else "")


def _tag(key: str, text: str) -> str:
    return f"{_INDENT}; {key}:{_safe(text)}"


def _safe(text: str) -> str:
    return texts.one_line(text).translate(_SAFE)
