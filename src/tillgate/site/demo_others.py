"""A second merchant that waits at each step of the way, so that every page has something to show.

Its business is fed like any other, under ids of its own; it has no sales.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tillgate.content.queries import decline_reasons
from tillgate.directory.queries import locations_of
from tillgate.programme.acts import interest, request, review, sale, signature
from tillgate.programme.models import AccessRequest, Agreement
from tillgate.site import demo_way
from tillgate.site.demo_hub import ask_about_partner_program, fill_hub
from tillgate.site.demo_people import People

BUSINESS_ID = 730_900_000_000_001
NAME = "Kallas Bakeries"
_PLACES = (
    (730_900_001_000_000, "Kallas Old Town"),
    (730_900_002_000_000, "Kallas Station"),
    (730_900_003_000_000, "Kallas Market Hall"),
)


def write_directory(folder: Path) -> Path:
    """The feed file of the second merchant's business and locations."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "000-second-merchant.ndjson"
    path.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in _records()))
    return path


def fill_the_rest(people: People) -> None:
    """One request at every step, an interest nobody has handled, an enquiry and the Hub."""
    fill_hub(people.operator)
    quiet = demo_way.come_by_invitation
    quiet(BUSINESS_ID, NAME, people.second_owner, people, _nothing)
    demo_way.prepare(people.second_owner)
    _wait_at_each_step(people)
    _newcomers(people)


def _wait_at_each_step(people: People) -> None:
    steps = {
        "Takings to a spreadsheet": _declined,
        "Old web shop": _withdrawn,
        "Price screens": _refused,
        "Month-end report": _asked,
        "Daily journal": _signed,
        "Tips by shift": _sent,
        "Menu on the web site": _priced,
    }
    for name, bring_there in steps.items():
        bring_there(_filed(people, name), people)
    _filed(people, "Flour forecast")
    demo_way.fill(BUSINESS_ID, people.second_owner, _answers(people, "Bread by the hour"))


def _newcomers(people: People) -> None:
    interest.register_interest(
        business_name="Abrantes Fish Bar",
        contact_name=people.newcomer.name,
        country="PT",
        locations=1,
        wishes="I would like to see yesterday's takings in my own spreadsheet.",
        actor=people.newcomer,
    )
    ask_about_partner_program(people.newcomer)


def _filed(people: People, name: str) -> AccessRequest:
    owner = people.second_owner
    draft = demo_way.fill(BUSINESS_ID, owner, _answers(people, name))
    return request.submit_request(request=draft, actor=owner)


def _answers(people: People, name: str) -> Any:
    return demo_way.answers_of(
        people.second_owner,
        locations_of(BUSINESS_ID),
        name=name,
        staff=False,
        consumers=False,
        authorizations=False,
        redirect_uris=["https://books.kallas.example/callback"],
        technical_name="Paul Kask",
        technical_email="paul@kask.example",
        technical_company="Kask Programs",
    )


def _declined(filed: AccessRequest, people: People) -> None:
    review.decline_request(
        request=filed,
        reason=decline_reasons()[0].code,
        words="Please say which bookkeeping program it is, then ask again.",
        actor=people.partner_services,
    )


def _withdrawn(filed: AccessRequest, people: People) -> None:
    request.withdraw_request(request=filed, actor=people.second_owner)


def _priced(filed: AccessRequest, people: People) -> Agreement:
    return sale.price_request(
        request=filed,
        currency="EUR",
        discount_percent=Decimal(0),
        discount_reason="",
        actor=people.account_manager,
    )


def _sent(filed: AccessRequest, people: People) -> Agreement:
    return sale.send_agreement(agreement=_priced(filed, people), actor=people.account_manager)


def _signed(filed: AccessRequest, people: People) -> None:
    demo_way.sign(_sent(filed, people), _nothing)


def _refused(filed: AccessRequest, people: People) -> None:
    email = _sent(filed, people).basis["signatory_email"]
    token = demo_way.newest_token(email, "sign")
    origin = demo_way.ORIGIN
    signature.send_signing_code(token=token, origin=origin)
    code = signature.prove_signatory(token=token, typed=demo_way.newest_code(email), origin=origin)
    because = "Two of the locations close in spring."
    signature.refuse_agreement(token=token, code_id=code.pk, because=because, origin=origin)


def _asked(filed: AccessRequest, people: People) -> None:
    _signed(filed, people)
    review.ask_information(
        request=filed,
        words="Which bookkeeping program does it post to?",
        actor=people.partner_services,
    )


def _records() -> Iterator[dict[str, Any]]:
    recorded_at = "2026-01-01T00:00:00Z"
    yield {
        "record": "business",
        "recordedAt": recorded_at,
        "businessId": BUSINESS_ID,
        "name": NAME,
        "currency": "EUR",
    }
    for number, (location_id, name) in enumerate(_PLACES):
        run_by = {"franchisee": "Market Hall Foods"} if number == 2 else {}
        yield {
            "record": "location",
            "recordedAt": recorded_at,
            "businessLocationId": location_id,
            "businessId": BUSINESS_ID,
            "name": name,
            "country": "EE",
            "timezone": "Europe/Tallinn",
            "currency": "EUR",
            "since": "2026-01-01",
            **run_by,
        }


def _nothing(_: str) -> None:
    return
