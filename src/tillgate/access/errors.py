"""What can be wrong with an act on access: one class per fact, each with its cure in the text.

AccessError
├── PersonExists, WeakPassword
├── UnknownBusiness, ForeignLocation, NoLocation
├── UnknownScope, RedirectRefused
├── TooManySecrets
└── IntegrationEnded
"""

from collections.abc import Iterable


class AccessError(Exception):
    """An act on access was refused."""


class PersonExists(AccessError):
    """Somebody with this e-mail address is known already."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is known already: give that person a membership instead.")


class WeakPassword(AccessError):
    """The password would be easy to guess."""

    def __init__(self, reasons: Iterable[str]) -> None:
        super().__init__("Choose another password. " + " ".join(reasons))


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


class UnknownScope(AccessError):
    """A scope that does not exist, or none at all."""

    def __init__(self, scopes: Iterable[str], known: Iterable[str]) -> None:
        named = ", ".join(scopes) or "none given"
        super().__init__(f"Not a scope: {named}. Choose from {', '.join(known)}.")


class RedirectRefused(AccessError):
    """A redirect address that must not be registered."""

    def __init__(self, uri: str, cure: str) -> None:
        super().__init__(f"{uri!r} cannot be a redirect address: {cure}.")


class TooManySecrets(AccessError):
    """Two secrets of the client are live, which is enough to change from one to the next."""

    def __init__(self) -> None:
        super().__init__("Two secrets are live: revoke one before issuing the next.")


class IntegrationEnded(AccessError):
    """An ended integration stays ended."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has ended: open a new integration.")
