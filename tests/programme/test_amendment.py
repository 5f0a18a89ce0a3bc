"""Further locations and new prices: offered, signed, in force from their day, and never else."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.access.world import Shop, basic, make_person, make_shop, post, remove_shop, shop_date
from tests.programme.way import (
    ORIGIN,
    Cast,
    approved,
    mails_to,
    make_cast,
    make_staff,
    opened,
    proved,
    sign,
    signing_token,
)

from tillgate.access import acts as access
from tillgate.access import leaving
from tillgate.access.errors import (
    ForeignLocation,
    IntegrationEnded,
    LocationIn,
    LocationOver,
    NoLocation,
    NotLicensed,
    StartPassed,
    WrongLastDay,
)
from tillgate.access.models import Integration, LicencePeriod
from tillgate.access.queries import licensed_today, statement_for
from tillgate.content.acts import publish_price
from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person, StaffRole
from tillgate.foundation import clock
from tillgate.programme.acts import amendment as acts
from tillgate.programme.acts import sale, signature
from tillgate.programme.acts.amendment import Amendment
from tillgate.programme.errors import Incomplete, NotAmendable, Overtaken
from tillgate.programme.models import Agreement, Amends, CredentialLink
from tillgate.programme.states import AgreementState


@pytest.fixture
def shop(owner_url: str) -> Iterator[Shop]:
    """Four locations; the first two are asked for."""
    made = make_shop(owner_url, locations=4)
    yield made
    remove_shop(owner_url, made)


@pytest.fixture
def cast(shop: Shop, db: None) -> Cast:
    return make_cast(shop)


@pytest.fixture
def integration(cast: Cast) -> Integration:
    request = approved(cast, locations=cast.shop.locations[:2])
    assert request.integration is not None
    return request.integration


def today(days: int = 0) -> date:
    return shop_date() + timedelta(days=days)


def offered(
    cast: Cast, integration: Integration, *locations: int, starts: int = 0, **changed: Any
) -> Agreement:
    said = {"amends": Amends.LOCATIONS} | changed
    return acts.price_amendment(
        integration=integration,
        amendment=Amendment(said["amends"], locations, today(starts), said.get("consent", "")),
        discount_percent=said.get("discount_percent", Decimal(0)),
        discount_reason=said.get("discount_reason", ""),
        actor=said.get("actor", cast.manager),
    )


def in_force(cast: Cast, integration: Integration, *locations: int, **changed: Any) -> Agreement:
    made = offered(cast, integration, *locations, **changed)
    return sign(sale.send_agreement(agreement=made, actor=cast.manager))


def periods(integration: Integration) -> list[tuple[int, date, date | None, Decimal | None, str]]:
    rows = LicencePeriod.objects.filter(integration=integration)
    return [
        (each.location_id, each.from_date, each.last_date, each.monthly_price, each.agreement)
        for each in rows.order_by("location_id", "from_date")
    ]


def test_the_licences_of_the_first_agreement_carry_its_prices(
    cast: Cast, integration: Integration
) -> None:
    first = Agreement.objects.get()
    lines = {line.location_id: line.monthly_price for line in first.lines.all()}
    assert periods(integration) == [
        (key, today(), None, lines[key], first.number) for key in sorted(lines)
    ]


def test_a_signed_amendment_gives_access_and_costs_from_its_day_on(
    cast: Cast, integration: Integration
) -> None:
    third = cast.shop.locations[2]
    made = offered(cast, integration, third)
    assert third not in licensed_today(integration)
    made = sale.send_agreement(agreement=made, actor=cast.manager)
    assert third not in licensed_today(integration)
    made = sign(made)
    assert made.state == AgreementState.IN_FORCE
    assert third in licensed_today(integration)
    assert (third, today(), None, made.list_price, made.number) in periods(integration)
    statement = statement_for(integration, today())
    assert {line.agreement for line in statement.lines if line.location_id == third} == {
        made.number
    }


def test_a_start_in_the_future_is_kept(cast: Cast, integration: Integration) -> None:
    third = cast.shop.locations[2]
    in_force(cast, integration, third, starts=10)
    assert third not in licensed_today(integration)
    assert periods(integration)[2][:3] == (third, today(10), None)


def test_a_signature_after_the_start_begins_on_its_own_day(
    cast: Cast, integration: Integration
) -> None:
    third = cast.shop.locations[2]
    made = offered(cast, integration, third, starts=1)
    made = sale.send_agreement(agreement=made, actor=cast.manager)
    Agreement.objects.filter(pk=made.pk).update(starts_on=today(-5))
    sign(made)
    assert periods(integration)[2][:2] == (third, today())


@pytest.mark.parametrize(
    ("which", "error"), [("in", LocationIn), ("foreign", ForeignLocation), ("none", NoLocation)]
)
def test_a_location_that_cannot_be_added_is_refused_in_words(
    cast: Cast, integration: Integration, which: str, error: type[Exception], owner_url: str
) -> None:
    other = make_shop(owner_url, locations=1)
    given = {
        "in": [cast.shop.locations[0], cast.shop.locations[2]],
        "foreign": other.locations,
        "none": [],
    }[which]
    try:
        with pytest.raises(error, match=r"\w+"):
            offered(cast, integration, *given)
    finally:
        remove_shop(owner_url, other)
    assert Agreement.objects.count() == 1


@pytest.mark.parametrize("ended_as", ["closed", "sold"])
def test_a_location_that_is_closed_or_sold_is_refused_also_when_it_is_signed_for(
    cast: Cast, integration: Integration, owner_url: str, ended_as: str
) -> None:
    third = cast.shop.locations[2]
    made = sale.send_agreement(agreement=offered(cast, integration, third), actor=cast.manager)
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "UPDATE directory_businesslocation SET until = %s, ended_as = %s, until_fed_at = now()"
            " WHERE business_location_id = %s",
            (today(-1), ended_as, third),
        )
    with pytest.raises(LocationOver, match=ended_as):
        sign(made)
    made.refresh_from_db()
    assert made.state == AgreementState.SENT
    assert not hasattr(Agreement.objects.get(pk=made.pk), "signature")
    assert third not in licensed_today(integration)
    with pytest.raises(LocationOver, match=ended_as):
        offered(cast, integration, third)


def test_a_start_in_the_past_or_years_away_is_refused(cast: Cast, integration: Integration) -> None:
    with pytest.raises(StartPassed, match="in the past"):
        offered(cast, integration, cast.shop.locations[2], starts=-1)
    with pytest.raises(Incomplete):
        offered(cast, integration, cast.shop.locations[2], starts=400)
    assert Agreement.objects.count() == 1


def test_a_franchised_location_needs_the_consent_of_who_runs_it(
    cast: Cast, integration: Integration, owner_url: str
) -> None:
    third = cast.shop.locations[2]
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            "UPDATE directory_businesslocation SET franchisee = 'Ada Ltd'"
            " WHERE business_location_id = %s",
            (third,),
        )
    with pytest.raises(Incomplete) as refused:
        offered(cast, integration, third)
    assert "Ada Ltd" in refused.value.problems["consent"]
    made = offered(cast, integration, third, consent="A. Ada, owner, on 2026-11-02")
    assert made.basis["consent"] == "A. Ada, owner, on 2026-11-02"


def test_a_new_offer_replaces_the_one_that_is_not_signed(
    cast: Cast, integration: Integration
) -> None:
    third, fourth = cast.shop.locations[2:]
    first = offered(cast, integration, third)
    second = offered(cast, integration, fourth)
    first.refresh_from_db()
    assert (first.state, second.state) == (AgreementState.VOID, AgreementState.PRICED)
    with pytest.raises(Overtaken):
        sale.send_agreement(agreement=first, actor=cast.manager)


def test_the_amendment_leaves_the_first_agreement_and_its_request_as_they_are(
    cast: Cast, integration: Integration
) -> None:
    in_force(cast, integration, cast.shop.locations[2])
    in_force(cast, integration, cast.shop.locations[3])
    states = Agreement.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [AgreementState.IN_FORCE] * 3
    assert integration.request.agreements.filter(integration=None).count() == 1


def test_new_prices_or_terms_void_an_amendment_that_is_not_signed(
    cast: Cast, integration: Integration
) -> None:
    made = offered(cast, integration, cast.shop.locations[2])
    sale.send_agreement(agreement=made, actor=cast.manager)
    operator = make_staff("otto", StaffRole.OPERATOR)
    publish_price(
        currency="EUR",
        monthly_price=Decimal("99.00"),
        valid_from=clock.now().date(),
        actor=operator,
    )
    sale.void_outdated_agreements()
    made.refresh_from_db()
    assert made.state == AgreementState.VOID
    assert "is void" in mails_to(cast.manager.email)[0].subject


def test_a_price_changes_from_a_day_on_and_both_prices_are_kept(
    cast: Cast, integration: Integration
) -> None:
    first, second = cast.shop.locations[:2]
    before = Agreement.objects.get()
    made = in_force(
        cast,
        integration,
        first,
        starts=5,
        amends=Amends.PRICES,
        discount_percent=Decimal(10),
        discount_reason="five locations",
    )
    assert periods(integration) == [
        (first, today(), today(4), before.list_price, before.number),
        (first, today(5), None, made.lines.get().monthly_price, made.number),
        (second, today(), None, before.list_price, before.number),
    ]
    with pytest.raises(NotLicensed):
        offered(cast, integration, cast.shop.locations[3], amends=Amends.PRICES)


def test_an_owner_takes_a_location_out_with_a_day_and_only_sooner_after_that(
    cast: Cast, integration: Integration
) -> None:
    first = cast.shop.locations[0]

    def take_out(days: int, person: Person = cast.owner) -> None:
        leaving.take_out_location(
            integration=integration, location_id=first, last_date=today(days), actor=person
        )

    for person in (cast.member, cast.manager, cast.reviewer):
        with pytest.raises(NotPermitted):
            take_out(3, person)
    with pytest.raises(StartPassed):
        take_out(-1)
    take_out(9)
    with pytest.raises(WrongLastDay, match="not later"):
        take_out(10)
    take_out(0)
    assert first in licensed_today(integration)
    assert periods(integration)[0][:3] == (first, today(), today())
    with pytest.raises(NotLicensed):
        leaving.take_out_location(
            integration=integration,
            location_id=cast.shop.locations[3],
            last_date=today(),
            actor=cast.owner,
        )
    assert "leaves" in mails_to("ines@okafor.example")[0].subject
    assert "leaves" in mails_to(cast.manager.email)[0].subject


def test_a_location_that_left_joins_again_by_an_amendment(
    cast: Cast, integration: Integration
) -> None:
    first = cast.shop.locations[0]
    leaving.take_out_location(
        integration=integration, location_id=first, last_date=today(3), actor=cast.owner
    )
    with pytest.raises(LocationIn, match=str(today(3))):
        offered(cast, integration, first, starts=3)
    in_force(cast, integration, first, starts=6)
    assert [each[1:3] for each in periods(integration) if each[0] == first] == [
        (today(), today(3)),
        (today(6), None),
    ]


def test_an_ended_integration_and_one_without_an_agreement_are_not_amended(
    cast: Cast, integration: Integration
) -> None:
    made = sale.send_agreement(
        agreement=offered(cast, integration, cast.shop.locations[2]), actor=cast.manager
    )
    bare = access.open_integration(
        business_id=cast.shop.business_id,
        name="Bare",
        scopes=["items"],
        location_ids=cast.shop.locations[:1],
        staff=False,
        consumers=False,
        authorizations=False,
        actor="test",
    )
    with pytest.raises(NotAmendable):
        offered(cast, bare, cast.shop.locations[2])
    access.end_integration(integration=integration, reason="left", actor="test")
    for act in (lambda: offered(cast, integration, cast.shop.locations[3]), lambda: sign(made)):
        with pytest.raises(IntegrationEnded):
            act()


def test_only_the_merchants_account_manager_offers(cast: Cast, integration: Integration) -> None:
    stranger = make_staff("ola", StaffRole.ACCOUNT_MANAGER)
    for person in (stranger, cast.owner, cast.reviewer, make_person("sid")):
        with pytest.raises(NotPermitted):
            offered(cast, integration, cast.shop.locations[2], actor=person)


def test_who_is_told_and_that_the_technical_contact_learns_no_price(
    cast: Cast, integration: Integration
) -> None:
    made = in_force(cast, integration, cast.shop.locations[2])
    for email in (cast.owner.email, cast.manager.email, "maya@lindqvist.example"):
        assert "is in force" in mails_to(email)[0].subject
    told = mails_to("ines@okafor.example")[0]
    assert "gets further locations" in told.subject
    assert str(made.monthly_total) not in told.text + told.html


def test_an_owner_asks_and_nothing_is_agreed_by_it(cast: Cast, integration: Integration) -> None:
    third = cast.shop.locations[2]
    acts.ask_for_locations(
        integration=integration, location_ids=(third,), words="From May on.", actor=cast.owner
    )
    assert "From May on." in mails_to(cast.manager.email)[0].text
    assert third not in licensed_today(integration)
    with pytest.raises(LocationIn):
        acts.ask_for_locations(
            integration=integration,
            location_ids=(cast.shop.locations[0],),
            words="",
            actor=cast.owner,
        )
    with pytest.raises(NotPermitted):
        acts.ask_for_locations(
            integration=integration, location_ids=(third,), words="", actor=cast.member
        )


def test_the_new_location_is_called_with_the_secret_there_is(
    cast: Cast, integration: Integration
) -> None:
    credentials = opened(CredentialLink.objects.get())
    in_force(cast, integration, cast.shop.locations[2])
    headers = basic(credentials.client_id, credentials.secret)
    assert post("/oauth/token", headers, grant_type="client_credentials").status_code == 200


def test_a_declined_amendment_changes_nothing(cast: Cast, integration: Integration) -> None:
    made = sale.send_agreement(
        agreement=offered(cast, integration, cast.shop.locations[2]), actor=cast.manager
    )
    before = periods(integration)
    token = signing_token(made)
    signature.refuse_agreement(
        token=token, code_id=proved(made, token), because="too dear", origin=ORIGIN
    )
    assert periods(integration) == before
