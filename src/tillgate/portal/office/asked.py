"""What a request asks for, in words, for those who price it and those who review it."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tillgate.content.feasibility_rules import Verdict
from tillgate.directory.models import BusinessLocation
from tillgate.directory.queries import locations_by_id
from tillgate.programme.answers import CONFIRMATIONS, Answers, Consent, read_answers
from tillgate.programme.models import AccessRequest
from tillgate.programme.wording import API_NAMES, PERSONAL_WORDS

Words = str | Promise

AUDIENCE_WORDS: dict[str, Words] = {
    "own": _("this business only"),
    "several": _("other merchants too"),
    "public": _("to be listed in the Integration Hub"),
}
# Short, for those who know what each of them is about.
CONFIRMED_WORDS: dict[str, Words] = {
    "read_only": _("read-only understood"),
    "own_business_only": _("one business only"),
    "built_by_us": _("built and kept by themselves"),
    "not_resold": _("not resold or shared"),
    "no_support": _("no development support"),
}


class Place(NamedTuple):
    """A location of a request; `run_by`, and who agreed there and when, only where franchised."""

    pk: int
    name: str
    run_by: str
    agreed_by: str
    agreed_on: date | None


class Wish(NamedTuple):
    """An answer of the feasibility check; `shown` is where it is read, or why it is not."""

    verdict: str
    words: str
    endpoints: list[str]
    why: str


class Asked(NamedTuple):
    """A request as its answers have it."""

    answers: Answers
    audience: Words
    apis: list[Words]
    personal: list[Words]
    places: list[Place]
    confirmed: list[Words]
    unconfirmed: list[Words]
    wishes: list[Wish]

    @property
    def franchised(self) -> int:
        """How many of the locations are run by a franchisee."""
        return sum(bool(place.run_by) for place in self.places)


def asked_of(request: AccessRequest) -> Asked:
    """What a request asks for, with the locations as they are called now."""
    said = read_answers(request.answers)
    return Asked(
        answers=said,
        audience=AUDIENCE_WORDS.get(said.audience, said.audience),
        apis=[API_NAMES.get(api, api) for api in said.apis],
        personal=[words for name, words in PERSONAL_WORDS.items() if getattr(said, name)],
        places=[_place(said, place) for place in locations_by_id(said.locations)],
        confirmed=list(_confirmed(said, given=True)),
        unconfirmed=list(_confirmed(said, given=False)),
        wishes=list(_wishes(request)),
    )


def _place(said: Answers, place: BusinessLocation) -> Place:
    consent = said.consents.get(str(place.pk), Consent())
    if not place.franchisee:
        return Place(place.pk, place.name, "", "", None)
    return Place(place.pk, place.name, place.franchisee, consent.by, _day(consent.on))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _confirmed(said: Answers, *, given: bool) -> Iterator[Words]:
    for name in CONFIRMATIONS:
        if getattr(said, name) == given:
            yield CONFIRMED_WORDS[name]


def _wishes(request: AccessRequest) -> Iterator[Wish]:
    check = request.feasibility
    for answer in check.answers if check is not None else ():
        possible = answer["verdict"] == Verdict.POSSIBLE
        yield Wish(
            verdict=answer["verdict"],
            words=answer["asked"] or answer["wish"],
            endpoints=answer["endpoints"] if possible else [],
            why=answer["why"],
        )
