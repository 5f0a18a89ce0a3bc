"""One event for each step, worded alike in all of the programme's acts."""

from tillgate.directory.models import Person
from tillgate.foundation.events import record_event
from tillgate.programme.models import AccessRequest, Agreement

CLOCK = "clock"


def record(kind: str, subject: str, actor: Person | str, **data: object) -> None:
    """Add `programme:{kind}` to the audit trail; `actor` is a person or a word such as `clock`."""
    who = f"person:{actor.pk}" if isinstance(actor, Person) else actor
    record_event(kind=f"programme:{kind}", subject=subject, actor=who, data=data)


def request_event(kind: str, request: AccessRequest, actor: Person | str, **data: object) -> None:
    """An event of a request."""
    record(f"request:{kind}", subject_of(request), actor, **data)


def agreement_event(kind: str, agreement: Agreement, actor: Person | str, **data: object) -> None:
    """An event of an agreement, found by its request too."""
    data = {"agreement": agreement.number, **data}
    record(f"agreement:{kind}", subject_of(agreement.request), actor, **data)


def subject_of(request: AccessRequest) -> str:
    """How the audit trail names a request and all that belongs to it."""
    return f"request:{request.number}"
