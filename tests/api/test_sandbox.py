"""A sandbox as its program meets it: a token for the secret, sales for the token, and no more."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from tests.access.sandboxes import committed_people, in_the_books
from tests.access.world import basic, make_person, post
from tests.api.conftest import Gate, Open
from tests.api.rows import LOCATION, Rows

from tillgate.access import sandbox
from tillgate.access.oauth.client_authentication import limiter
from tillgate.foundation import clock
from tillgate.foundation.sandbox_ids import LOCATIONS
from tillgate.site.sandbox import feed

RIVERSIDE = LOCATIONS[0]


class Program(NamedTuple):
    client_id: str
    secret: str

    def ask_token(self) -> Any:
        return post(
            "/oauth/token", basic(self.client_id, self.secret), grant_type="client_credentials"
        )


@pytest.fixture
def program(
    rows: Rows, ledger_url: str, owner_url: str, django_db_blocker: Any
) -> Iterator[Program]:
    limiter.forget()
    with in_the_books(owner_url), committed_people(django_db_blocker):
        feed(ledger_url)
        issued = sandbox.open_sandbox(actor=make_person())
        yield Program(issued.client_id, issued.secret)


@pytest.fixture
def sandbox_gate(open_gate: Open, program: Program) -> Gate:
    gate = open_gate()
    gate.token = program.ask_token().json()["access_token"]
    return gate


def yesterday() -> str:
    return str(clock.now().date() - timedelta(days=1))


def test_the_first_call_brings_yesterdays_sales(sandbox_gate: Gate) -> None:
    assert sandbox_gate.token.startswith("tg_test_")
    answer = sandbox_gate.get(
        f"/f/finance/{RIVERSIDE}/dailyFinancials?date={yesterday()}&include=payments,staff,consumer"
    )
    assert answer.status_code == 200
    assert len(answer.json()["sales"]) > 5
    assert answer.json()["sales"][0]["salesLines"]


def test_it_reads_both_apis_and_its_own_business_only(sandbox_gate: Gate) -> None:
    businesses = sandbox_gate.get("/f/data/businesses").json()["_embedded"]["businessList"]
    places = {place["blID"] for one in businesses for place in one["businessLocations"]}
    assert {one["businessName"] for one in businesses} == {"Sandbox Kingfisher Kitchens"}
    assert places == set(LOCATIONS)
    items = sandbox_gate.get(f"/items/v1/items?businessLocationId={RIVERSIDE}")
    assert items.status_code == 200
    assert len(items.json()) > 50


def test_a_live_location_is_not_there_for_it(sandbox_gate: Gate, rows: Rows) -> None:
    rows.add_location()
    path = f"/f/finance/{LOCATION}/dailyFinancials"
    live = rows.add_token()
    assert sandbox_gate.get(path, headers={"Authorization": f"Bearer {live}"}).status_code == 200
    assert sandbox_gate.get(path).status_code == 404


def test_the_sandbox_is_not_there_for_a_live_client(sandbox_gate: Gate, rows: Rows) -> None:
    rows.add_location()
    sandbox_gate.token = rows.add_token()
    assert sandbox_gate.get(f"/f/finance/{RIVERSIDE}/dailyFinancials").status_code == 404


def test_it_may_call_sixty_times_a_minute(sandbox_gate: Gate) -> None:
    path = f"/f/finance/{RIVERSIDE}/tax-rates"
    assert [sandbox_gate.get(path).status_code for _ in range(60)] == [200] * 60
    refused = sandbox_gate.get(path)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60


def test_after_thirty_days_it_reads_nothing_even_before_anybody_ended_it(
    open_gate: Open, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = clock.now() - timedelta(days=31)
    with monkeypatch.context() as then:
        then.setattr(clock, "now", lambda: long_ago)
        late = sandbox.open_sandbox(actor=make_person("noor"))
    other = Program(late.client_id, late.secret)
    gate = open_gate()
    gate.token = other.ask_token().json()["access_token"]
    path = f"/f/finance/{RIVERSIDE}/dailyFinancials"
    assert gate.get(path).status_code == 404
    assert sandbox.end_due_sandboxes() == 1
    assert gate.get(path).status_code == 401
    assert other.ask_token().status_code == 401
    assert program.ask_token().status_code == 200


def test_closed_it_is_refused_at_once(sandbox_gate: Gate, program: Program) -> None:
    mine = sandbox.Sandbox.objects.get(integration__clients__client_id=program.client_id)
    sandbox.close_sandbox(actor=mine.person)
    path = f"/f/finance/{RIVERSIDE}/dailyFinancials"
    assert sandbox_gate.get(path).status_code == 401
    assert program.ask_token().status_code == 401
