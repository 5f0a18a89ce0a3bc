"""Who may call: tokens, scopes, states, locations, limits; and what each refusal says."""

from datetime import timedelta
from time import monotonic, sleep

import msgspec
import pytest
from tests.api.conftest import Gate, Open
from tests.api.rows import BUSINESS, FOREIGN, LOCATION, Rows, sales_every

from tillgate.access.tokens import new_token
from tillgate.api.plane import Lifetimes

RATES = f"/f/finance/{LOCATION}/tax-rates"
ITEMS = f"/items/v1/items?businessLocationId={LOCATION}"


def challenge(gate: Gate, authorization: str) -> tuple[int, str, dict]:
    answer = gate.get(RATES, headers={"Authorization": authorization} if authorization else {})
    return answer.status_code, answer.headers["www-authenticate"], answer.json()


def test_a_call_without_a_token_is_told_how_to_send_one(gate: Gate) -> None:
    gate.token = ""
    title = "Send your access token as Authorization: Bearer <token>."
    body = {"errors": [{"code": "unauthorized", "title": title}]}
    assert challenge(gate, "") == (401, 'Bearer realm="tillgate"', body)


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer tg_short",
        "Bearer " + "x" * 5000,
        "Bearer \u00e9\u00e8",
        "Bearer tg_" + "0" * 38,
        pytest.param(f"Bearer {new_token()}", id="a right checksum"),
    ],
)
def test_a_token_nobody_was_given_is_refused(gate: Gate, authorization: str) -> None:
    status, header, body = challenge(gate, authorization.encode("latin-1"))
    assert status == 401
    assert header == 'Bearer realm="tillgate", error="invalid_token"'
    assert body["errors"][0]["code"] == "unauthorized"


def test_the_scheme_is_understood_in_any_case(gate: Gate) -> None:
    assert gate.get(RATES, headers={"Authorization": f"bEARER {gate.token}"}).status_code == 200


def test_an_expired_token_is_refused(gate: Gate, rows: Rows) -> None:
    gate.token = rows.add_token(expires_in=timedelta(seconds=-1))
    assert gate.get(RATES).status_code == 401


def test_a_token_expires_also_while_its_grant_is_kept(open_gate: Open, rows: Rows) -> None:
    rows.add_location()
    gate = open_gate(Lifetimes(grants=60, lookups=60))
    gate.token = rows.add_token(expires_in=timedelta(seconds=1))
    assert gate.get(RATES).status_code == 200
    sleep(1.1)
    assert gate.get(RATES).status_code == 401


def test_an_ended_integration_is_a_401_and_a_suspended_one_a_403(gate: Gate, rows: Rows) -> None:
    gate.token = rows.add_token(state="ended")
    assert gate.get(RATES).status_code == 401
    gate.token = rows.add_token(state="suspended")
    answer = gate.get(RATES)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "access_suspended"


@pytest.mark.parametrize(
    ("scopes", "path", "missing"),
    [("items", RATES, "financial-api"), ("financial-api", ITEMS, "items")],
)
def test_a_missing_scope_is_named(
    gate: Gate, rows: Rows, scopes: str, path: str, missing: str
) -> None:
    gate.token = rows.add_token(scopes=scopes)
    answer = gate.get(path)
    assert answer.status_code == 403
    assert answer.json() == {
        "errors": [{"code": "forbidden", "title": f"This needs the scope {missing}."}]
    }
    expected = f'Bearer realm="tillgate", error="insufficient_scope", scope="{missing}"'
    assert answer.headers["www-authenticate"] == expected


def test_a_revoked_token_is_refused_within_a_second_while_it_is_in_use(
    open_gate: Open, rows: Rows
) -> None:
    rows.add_location()
    gate = open_gate(Lifetimes())
    gate.token = rows.add_token()
    assert gate.get(RATES).status_code == 200
    rows.owner.execute("DELETE FROM oauth2_provider_accesstoken")
    revoked_at = monotonic()
    while gate.get(RATES).status_code == 200:
        assert monotonic() - revoked_at < 1
    assert gate.get(RATES).status_code == 401


def test_a_location_taken_away_is_gone_within_a_second(open_gate: Open, rows: Rows) -> None:
    rows.add_location()
    gate = open_gate(Lifetimes())
    gate.token = rows.add_token()
    assert gate.get(RATES).status_code == 200
    rows.owner.execute("DELETE FROM access_licensedlocation")
    taken_at = monotonic()
    while gate.get(RATES).status_code == 200:
        assert monotonic() - taken_at < 1
    assert gate.get(RATES).status_code == 404


def test_kept_answers_never_reach_a_client_of_another_business(open_gate: Open, rows: Rows) -> None:
    rows.add_location()
    rows.add_location(FOREIGN, business=2)
    rows.add_entry("taxrate", "code", "OURS", {"code": "OURS"})
    rows.add_entry("taxrate", "code", "THEIRS", {"code": "THEIRS"}, location=FOREIGN)
    gate = open_gate(Lifetimes(grants=60, lookups=60))
    ours, theirs = rows.add_token(), rows.add_token([FOREIGN], business=2)
    foreign_rates = f"/f/finance/{FOREIGN}/tax-rates"
    for _ in range(2):
        gate.token = ours
        assert "OURS" in gate.get(RATES).text
        assert gate.get(foreign_rates).status_code == 404
        assert str(BUSINESS) in gate.get("/f/data/businesses").text
        gate.token = theirs
        assert "THEIRS" in gate.get(foreign_rates).text
        assert gate.get(RATES).status_code == 404
        assert str(BUSINESS) not in gate.get("/f/data/businesses").text


def test_without_our_own_check_row_level_security_still_shows_nothing(
    gate: Gate, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Anywhere(frozenset):
        def __contains__(self, _: object) -> bool:
            return True

    rows.add_location(FOREIGN, business=2)
    rows.add_sales(sales_every(10, 3), location=FOREIGN)
    rows.add_entry("taxrate", "code", "VAT", {"code": "VAT"}, location=FOREIGN)
    rows.add_item({"id": 7, "name": "Soup"}, location=FOREIGN)
    recognise = gate.plane.plane.gatekeeper.recognise

    async def recognise_anywhere(*asked: object) -> object:
        grant = await recognise(*asked)
        return msgspec.structs.replace(grant, locations=Anywhere(grant.locations))

    monkeypatch.setattr(gate.plane.plane.gatekeeper, "recognise", recognise_anywhere)
    assert gate.get(f"/f/finance/{FOREIGN}/dailyFinancials?date=2026-03-14").status_code == 404
    assert gate.get(f"/f/finance/{FOREIGN}/aggregatedSales?groupBy=tag").status_code == 404
    assert gate.get(f"/f/finance/{FOREIGN}/tax-rates").json()["_embedded"]["taxRateList"] == []
    assert gate.get(f"/items/v1/items?businessLocationId={FOREIGN}").json() == []


def test_calls_are_limited_and_told_how_many_are_left(gate: Gate, rows: Rows) -> None:
    gate.token = rows.add_token(calls_per_minute=3)
    first = gate.get(RATES)
    assert first.headers["ratelimit-policy"] == '"client";q=3;w=60'
    assert first.headers["ratelimit"] == '"client";r=2;t=60'
    etag = first.headers["etag"]
    assert gate.get(RATES, headers={"If-None-Match": etag}).status_code == 304
    assert gate.get(f"/f/finance/{FOREIGN}/tax-rates").status_code == 404
    answer = gate.get(RATES)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["ratelimit"].startswith('"client";r=0;t=')
    assert answer.json()["errors"][0]["code"] == "too_many_requests"
    gate.token = rows.add_token(calls_per_minute=3)
    assert gate.get(RATES).status_code == 200
