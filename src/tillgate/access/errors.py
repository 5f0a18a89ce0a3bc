"""What can be wrong with an act on access: one class per fact, each with its cure in the text.

AccessError
├── PersonExists, WeakPassword, LastOperator
├── UnknownBusiness, ForeignLocation, NoLocation
├── LocationIn, LocationOver, StartPassed (422), NotLicensed (404), WrongLastDay (422)
├── UnknownScope, RedirectRefused
├── TooManySecrets, LastSecret, BadOverlap (422)
├── IntegrationEnded
└── NobodysBusiness, NoSandboxHere, SandboxNotReady, SandboxOpen, NoSandbox, NoSuchSecret
"""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _


class AccessError(Exception):
    """An act on access was refused; `status` is for a page that has to say so."""

    status = 409


class PersonExists(AccessError):
    """Somebody with this e-mail address is known already."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is known already: give that person a membership instead.")


class WeakPassword(AccessError):
    """The password would be easy to guess."""

    def __init__(self, reasons: Iterable[str]) -> None:
        super().__init__("Choose another password. " + " ".join(reasons))


class LastOperator(AccessError):
    """Without an operator nobody could appoint one."""

    def __init__(self) -> None:
        super().__init__(_("This is the only operator left. Make somebody else an operator first."))


class UnknownBusiness(AccessError):
    """The back office has not fed this business."""

    def __init__(self, business_id: int) -> None:
        super().__init__(f"Business {business_id} is not known: feed it first.")


class ForeignLocation(AccessError):
    """Some locations are not known, or not this business's."""

    def __init__(self, location_ids: Iterable[int], business_id: int) -> None:
        names = ", ".join(map(str, sorted(location_ids)))
        super().__init__(f"Not known as locations of business {business_id}: {names}.")


class NoLocation(AccessError):
    """An integration without a location could read nothing."""

    def __init__(self) -> None:
        super().__init__("Name at least one business location.")


class LocationIn(AccessError):
    """The integration reads the location already in that period."""

    def __init__(self, name: str, last_date: date | None) -> None:
        if last_date is None:
            words = _("%(name)s is in this integration already.") % {"name": name}
        else:
            words = _(
                "%(name)s is in this integration until %(day)s. Choose a later start, if any."
            ) % {"name": name, "day": last_date}
        super().__init__(words)


class LocationOver(AccessError):
    """The location is closed or sold by then."""

    def __init__(self, name: str, until: date, ended_as: str) -> None:
        words = (
            _("%(name)s was sold: its last day is %(day)s, so it cannot be added.")
            if ended_as == "sold"
            else _("%(name)s is closed: its last day is %(day)s, so it cannot be added.")
        )
        super().__init__(words % {"name": name, "day": until})


class StartPassed(AccessError):
    """Nothing begins or ends in the past."""

    status = 422

    def __init__(self, name: str, today: date) -> None:
        words = _("This day is in the past: at %(name)s it is %(day)s. Choose that day or later.")
        super().__init__(words % {"name": name, "day": today})


class NotLicensed(AccessError):
    """The integration does not read the location."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("This location is not in the integration, or has left it already."))


class WrongLastDay(AccessError):
    """A last day outside of the licence: an end cannot be put off."""

    status = 422

    def __init__(self, first: date, last: date | None) -> None:
        if last is None:
            words = _("Choose a day from %(first)s on, when the location begins.")
        else:
            words = _(
                "Choose a day from %(first)s to %(last)s: an end can come sooner, and not later."
                " To keep the location, ask your account manager for an amendment."
            )
        super().__init__(words % {"first": first, "last": last})


class UnknownScope(AccessError):
    """A scope that does not exist, or none at all."""

    def __init__(self, scopes: Iterable[str], known: Iterable[str]) -> None:
        named = ", ".join(scopes) or "none given"
        super().__init__(f"Not a scope: {named}. Choose from {', '.join(known)}.")


class RedirectRefused(AccessError):
    """A redirect address that must not be registered."""

    def __init__(self, uri: str, cure: str) -> None:
        words = _("“%(uri)s” cannot be a redirect address: %(cure)s.")
        super().__init__(words % {"uri": uri, "cure": cure})


class TooManySecrets(AccessError):
    """Two secrets of the client are live, which is enough to change from one to the next."""

    def __init__(self) -> None:
        super().__init__(_("Two secrets are live. Revoke one before issuing the next."))


class LastSecret(AccessError):
    """The only live secret goes only when that is meant."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This is the only live secret by now. Without it the program gets no further"
                " token: make another first, or revoke it knowing that."
            )
        )


class BadOverlap(AccessError):
    """A date or a number of days that cannot be taken; `field` says which."""

    status = 422

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class IntegrationEnded(AccessError):
    """An ended integration stays ended."""

    def __init__(self, name: str) -> None:
        words = _("%(name)s has ended. Open a new integration.")
        super().__init__(words % {"name": name})


class NobodysBusiness(AccessError):
    """The sandbox's business has no people of its own."""

    def __init__(self) -> None:
        super().__init__(_("The sandbox belongs to nobody. Whoever is signed in opens their own."))


class NoSandboxHere(AccessError):
    """This installation offers no sandbox."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no sandbox here. Ask whoever runs this installation."))


class SandboxNotReady(AccessError):
    """The sandbox's business has not been fed yet."""

    def __init__(self) -> None:
        super().__init__(_("The sandbox is being prepared. Try again in a minute."))


class SandboxOpen(AccessError):
    """The person has a sandbox already."""

    def __init__(self) -> None:
        super().__init__(
            _("Your sandbox is open already. Its secret was shown once: make a new one.")
        )


class NoSandbox(AccessError):
    """The person has no sandbox, or none any more."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("You have no sandbox that is open. Open one first."))


class NoSuchSecret(AccessError):
    """A secret that is not the person's, or that has been revoked already."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            _("There is no such secret, or it was revoked before. Look at those you have.")
        )
