"""How an enquiry moves from state to state, and the one door it moves through."""

from collections.abc import Mapping
from typing import Any

from tillgate.hub.errors import AlreadyHandled
from tillgate.hub.models import EnquiryState, PartnerEnquiry

TRANSITIONS: Mapping[EnquiryState, frozenset[EnquiryState]] = {
    EnquiryState.NEW: frozenset({EnquiryState.IN_TALK}),
    EnquiryState.IN_TALK: frozenset({EnquiryState.ANSWERED, EnquiryState.CLOSED}),
    EnquiryState.ANSWERED: frozenset(),
    EnquiryState.CLOSED: frozenset(),
}


def move(enquiry: PartnerEnquiry, target: EnquiryState, **changes: Any) -> None:
    """Bring the enquiry into a state, with what changes along with it.

    Raises `AlreadyHandled` when it stands where no move leads there, whatever was read before.
    """
    sources = [source for source, targets in TRANSITIONS.items() if target in targets]
    waiting = PartnerEnquiry.objects.filter(pk=enquiry.pk, state__in=sources)
    won = waiting.update(state=target, **changes)
    enquiry.refresh_from_db()
    if not won:
        raise AlreadyHandled(enquiry.number, str(EnquiryState(enquiry.state).label))
