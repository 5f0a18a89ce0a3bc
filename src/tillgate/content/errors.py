"""What can be wrong with what the platform says: one class per fact, with its cure in the text.

ContentError
├── UnknownSlot, UnknownVersion
├── BadContent, NothingChanged, ChangedMeanwhile
├── WrongFacts
└── BadPrice, PriceStands, NoPrice
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _


class ContentError(Exception):
    """Something about the platform's words or prices was refused."""

    status = 409


class UnknownSlot(ContentError):
    """There is no such piece of content."""

    status = 404

    def __init__(self, slot: str) -> None:
        super().__init__(_("There is no content called %(slot)s.") % {"slot": slot})


class UnknownVersion(ContentError):
    """The slot has no version of this number."""

    status = 404

    def __init__(self, slot: str, number: int) -> None:
        words = _("%(slot)s has no version %(number)d.")
        super().__init__(words % {"slot": slot, "number": number})


class BadContent(ContentError):
    """Some of it cannot be published; `problems` says what, by the field it is in."""

    status = 400

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class NothingChanged(ContentError):
    """What was to be published is what is in force."""

    def __init__(self, label: str) -> None:
        words = _("Nothing was published: version %(label)s says exactly this already.")
        super().__init__(words % {"label": label})


class ChangedMeanwhile(ContentError):
    """Somebody else published first, `what` says which."""

    def __init__(self, what: str) -> None:
        words = _(
            "%(what)s was published while you were writing, so yours was not. Compare the two;"
            " publishing again puts yours after it."
        )
        super().__init__(words % {"what": what})


class WrongFacts(ContentError):
    """A mail was given other facts than it declares: a mistake of ours."""

    status = 500

    def __init__(self, name: str, missing: Iterable[str], unknown: Iterable[str]) -> None:
        super().__init__(
            f"mail/{name}: missing {', '.join(sorted(missing)) or 'nothing'},"
            f" not declared {', '.join(sorted(unknown)) or 'nothing'}."
        )


class BadPrice(BadContent):
    """The price cannot be published; `problems` says what, by the field it is in."""


class PriceStands(ContentError):
    """The price book says exactly this already."""

    def __init__(self, currency: str, valid_from: date) -> None:
        words = _("Nothing was published: %(currency)s has this price from %(day)s already.")
        super().__init__(words % {"currency": currency, "day": valid_from.isoformat()})


class NoPrice(ContentError):
    """The add-on cannot be sold in this currency on this date."""

    def __init__(self, currency: str, on: date) -> None:
        words = _(
            "The price book has no price in %(currency)s for %(day)s. An operator can add one."
        )
        super().__init__(words % {"currency": currency, "day": on.isoformat()})
