"""What can be wrong with what the platform says: one class per fact, with its cure in the text.

ContentError
├── UnknownSlot, UnknownVersion
├── BadContent
├── NothingChanged, ChangedMeanwhile
├── WrongFacts
└── PriceError
    ├── BadPrice
    ├── PriceStands
    └── NoPrice
"""

from collections.abc import Iterable, Mapping
from datetime import date


class ContentError(Exception):
    """Something about the platform's words or prices was refused."""


class UnknownSlot(ContentError):
    """There is no such piece of content."""

    def __init__(self, slot: str) -> None:
        super().__init__(f"There is no content called {slot!r}.")


class UnknownVersion(ContentError):
    """The slot has no version of this number."""

    def __init__(self, slot: str, number: int) -> None:
        super().__init__(f"{slot} has no version {number}.")


class BadContent(ContentError):
    """Some of it cannot be published; `problems` says what, by the field it is in."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class NothingChanged(ContentError):
    """What was to be published is what is in force."""

    def __init__(self, label: str) -> None:
        super().__init__(f"Nothing was published: version {label} says exactly this already.")


class ChangedMeanwhile(ContentError):
    """Somebody else published first."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} was published while you were writing. Compare it with yours, then decide"
            " whether yours is to follow it."
        )


class WrongFacts(ContentError):
    """A mail was given other facts than it declares."""

    def __init__(self, name: str, missing: Iterable[str], unknown: Iterable[str]) -> None:
        super().__init__(
            f"mail/{name}: missing {', '.join(sorted(missing)) or 'nothing'},"
            f" not declared {', '.join(sorted(unknown)) or 'nothing'}."
        )


class PriceError(ContentError):
    """Something about a price was refused."""


class BadPrice(PriceError):
    """The price cannot be published; `problems` says what, by the field it is in."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class PriceStands(PriceError):
    """The price book says exactly this already."""

    def __init__(self, currency: str, valid_from: date) -> None:
        super().__init__(
            f"Nothing was published: {currency} has this price from {valid_from:%Y-%m-%d} already."
        )


class NoPrice(PriceError):
    """The add-on cannot be sold in this currency on this date."""

    def __init__(self, currency: str, on: date) -> None:
        super().__init__(
            f"The price book has no price in {currency} for {on:%Y-%m-%d}: an operator can add one."
        )
