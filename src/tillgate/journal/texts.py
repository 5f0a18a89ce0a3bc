"""What hledger's and beancount's texts have in common: amounts, and what is told of an entry."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from math import gcd
from unicodedata import category

from tillgate.journal.entry import Entry, Posting
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import Mapping
from tillgate.journal.names import Names
from tillgate.journal.sources import Source
from tillgate.ledger.amounts import PLACES, exact

_FEWEST = 2
# Controls, line and paragraph separators, and halves of a character.
_UNSEEN = frozenset({"Cc", "Zl", "Zp", "Cs"})


class Text(ABC):
    """A journal in a language of plain text: a head, then entries, each with its postings."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.names = Names(journal.accounts)

    @abstractmethod
    def head(self) -> Iterator[str]:
        """What is declared before any entry, line by line."""

    @abstractmethod
    def title(self, entry: Entry, flag: str) -> str:
        """The first line of an entry; the flag says whether it is final."""

    @abstractmethod
    def said(self, key: str, text: str) -> str:
        """A line with something that is told of the thing above it."""

    @abstractmethod
    def posted(self, posting: Posting, name: str, amount: str) -> Iterator[str]:
        """The lines of a posting on an account of this name."""

    def file(self) -> bytes:
        """The whole file, in UTF-8."""
        blocks = [self.head(), *map(self._entry, self.journal.entries)]
        return ("\n\n".join(map("\n".join, blocks)) + "\n").encode()

    def _entry(self, entry: Entry) -> Iterator[str]:
        if not entry.postings.all:
            yield f"; {nothing_booked(entry)}"
            return
        yield self.title(entry, "*" if entry.final else "!")
        for key, text in told(entry, self.journal.mapping).items():
            yield self.said(key, text)
        places = places_of(each.amount for each in entry.postings.all)
        for posting in entry.postings.all:
            amount = f"{written(posting.amount, places)} {self.journal.currency}"
            yield from self.posted(posting, self.names.of(posting.account), amount)


def places_of(amounts: Iterable[int]) -> int:
    """How many places write all of these millionths exactly, at least two."""
    common, places = gcd(*amounts), PLACES
    while places > _FEWEST and common % 10 == 0:
        common, places = common // 10, places - 1
    return places


def written(amount: int, places: int) -> str:
    """Millionths as a number with so many places, which have to be enough."""
    text = exact(amount)
    return text[: len(text) - PLACES + places]


def one_line(text: str) -> str:
    """A text without breaks and unseen characters; each run of them and of spaces is a space."""
    if not text.isprintable():
        text = "".join(" " if category(each) in _UNSEEN else each for each in text)
    return " ".join(text.split())


def head(journal: Journal) -> Iterator[str]:
    """What is said in front of the entries, line by line."""
    mapping = journal.mapping
    made_by = "the back office's references (version 0)"
    if mapping.version:
        made_by = f"version {mapping.version} of its business's mapping"
    yield f"Journal of business location {journal.location}, by {made_by}."
    yield f"Corrections: {mapping.corrections}. Places: {mapping.places}."
    if not journal.final:
        yield "It is not final: days are not closed (with ! instead of *), or may be corrected yet."
    if journal.without_figures:
        days = ", ".join(map(str, journal.without_figures))
        yield f"Nothing is known of {days}."


def described(entry: Entry) -> str:
    """What the entry is, in words."""
    if entry.follows and not entry.restated:
        return f"Correction of business day {entry.business_date}"
    if entry.restated:
        return f"Business day {entry.business_date}, restated"
    state = "" if entry.final else ", not closed"
    return f"Business day {entry.business_date}{state}"


def nothing_booked(entry: Entry) -> str:
    """What is said in place of an entry without postings."""
    return f"{entry.booked_on} {entry.number}: {described(entry)}: nothing to book"


def told(entry: Entry, mapping: Mapping) -> dict[str, str]:
    """What tags and metadata say of an entry, by a key that both languages take."""
    said = {"number": entry.number, "business-date": f"{entry.business_date}"}
    if entry.revision is not None:
        said |= {"revision": f"{entry.revision}", "digest": entry.digest.hex()}
    said |= {"mapping-version": f"{mapping.version}", "follows": entry.follows}
    said |= {"reasons": _listed(entry.reasons)}
    said |= {"unmapped": _listed(map(_unmapped, entry.postings.unmapped))}
    return {key: text for key, text in said.items() if text}


def things_of(posting: Posting) -> str:
    """The names of what a posting is the sum of; nothing where that has no names, such as tips."""
    names = (part.thing.name or part.thing.key for part in posting.parts)
    return _listed(dict.fromkeys(filter(None, names)))


def _unmapped(source: Source) -> str:
    what, key, name, _ = source.thing
    amount = written(source.amount, places_of([source.amount]))
    return one_line(f"{what} {name or key} {amount}")


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(map(one_line, texts))
