"""Tokens that are none, no longer, not for this, or not for here."""

import time
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from tests.api.rows import FOREIGN, LOCATION
from tests.contract.gate import Answer
from tests.contract.house import House
from tests.contract.server import Server, database_settings
from tests.hostile.estate import OUR_BUSINESS, THEIR_BUSINESS, UNKNOWN, Estate
from tests.hostile.promise import Operation, operation, operations

from tillgate.access.tokens import new_token, token_hash
from tillgate.foundation.postgres.roles import Role

TARGET = "/f/data/businesses"


@pytest.fixture(scope="module")
def second_server(house: House, tmp_path_factory) -> Iterator[Server]:  # type: ignore[no-untyped-def]
    """The API plane alone in a second process, with nothing but the roles it needs."""
    settings = database_settings({role: house.urls[role] for role in (Role.READER, Role.METER)})
    made = Server("api", tmp_path_factory.mktemp("serve api"), settings)
    yield made
    assert made.stop() == 0, made.log()


def is_unauthorized(answer: Answer, *, sent: bool = True) -> bool:
    """A 401 as WIRE.md has it, with the challenge of RFC 6750 section 3."""
    challenge = 'Bearer realm="tillgate"' + (', error="invalid_token"' if sent else "")
    body = answer.json()
    assert set(body) == {"errors"}
    assert [set(error) for error in body["errors"]] == [{"code", "title"}]
    assert body["errors"][0]["code"] == "unauthorized"
    assert answer.header("www-authenticate") == challenge
    assert answer.header("cache-control") == "no-store"
    return answer.status == 401


def is_forbidden(answer: Answer, code: str) -> bool:
    (error,) = answer.json()["errors"]
    return (answer.status, error["code"]) == (403, code)


def authorized(server: Server, value: str, target: str = TARGET) -> Answer:
    return server.get(target, headers={"Authorization": value})


def test_a_call_without_a_token_is_told_how_to_send_one(server: Server) -> None:
    for one in operations():
        assert is_unauthorized(server.get(one.target()), sent=False), one.id


@pytest.mark.parametrize("kind", ["cut", "longer", "checksum", "case", "spaced", "quoted", "twice"])
def test_a_token_that_is_not_whole_is_refused(kind: str, server: Server, estate: Estate) -> None:
    token = estate.ours
    last = "a" if token[-1] != "a" else "b"
    spoilt = {
        "cut": token[:-1],
        "longer": f"{token}a",
        "checksum": token[:-1] + last,
        "case": token.swapcase(),
        "spaced": f"{token[:20]} {token[20:]}",
        "quoted": f'"{token}"',
        "twice": f"{token},{token}",
    }[kind]
    assert is_unauthorized(authorized(server, f"Bearer {spoilt}"))


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Bearer null",
        "Bearer undefined",
        "Bearer tg_",
        "Bearer tg_" + "0" * 38,
        "Bearer " + "x" * 7_000,
        "Bearer \xff\xfe",
        "Bearer tg_\xe9" + "0" * 37,
        "Basic dXNlcjpwYXNz",
        "Digest x",
        "Bearer' OR 1=1 --",
        "Bearer <script>",
    ],
)
def test_what_is_no_token_is_refused(value: str, server: Server) -> None:
    answer = authorized(server, value)
    assert is_unauthorized(answer)
    assert b"<script>" not in answer.body


@pytest.mark.parametrize("sign", ["\0", "\x01", "\x7f"])
def test_a_control_character_in_the_header_is_refused_by_the_server_under_us(
    sign: str, server: Server, estate: Estate
) -> None:
    for value in (f"Bearer {estate.ours}{sign}", sign):
        assert authorized(server, value).status == 400


def test_a_genuine_looking_token_that_nobody_has_is_refused(server: Server) -> None:
    for token in (new_token(), new_token(sandbox=True)):
        assert is_unauthorized(server.get(TARGET, token=token))


def test_a_refresh_token_or_a_hash_is_no_access_token(server: Server, estate: Estate) -> None:
    assert is_unauthorized(server.get(TARGET, token=token_hash(estate.ours)))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_is_read_in_any_case(scheme: str, server: Server, estate: Estate) -> None:
    assert authorized(server, f"{scheme} {estate.ours}").status == 200


def test_spaces_around_a_token_do_no_harm(server: Server, estate: Estate) -> None:
    assert authorized(server, f"Bearer   {estate.ours}  ").status == 200


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_authorization_headers_are_refused(
    order: tuple[int, int], server: Server, estate: Estate
) -> None:
    """Which of them holds is not for us to guess, nor for a proxy before us."""
    lines = [f"Authorization: Bearer {token}\r\n" for token in (estate.ours, estate.theirs)]
    raw = f"GET {TARGET} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    raw += "".join(lines[number] for number in order)
    answer = server.send(f"{raw}\r\n".encode())
    assert answer.status in {400, 401}, answer


@pytest.mark.parametrize("name", ["access_token", "token", "bearer_token", "authorization"])
def test_a_token_in_the_query_is_no_token(name: str, server: Server, estate: Estate) -> None:
    answer = server.get(f"{TARGET}?{name}={estate.ours}")
    assert is_unauthorized(answer, sent=False)
    assert estate.ours not in answer.body.decode()


def test_a_token_in_a_cookie_or_a_form_is_no_token(server: Server, estate: Estate) -> None:
    cookie = server.get(TARGET, headers={"Cookie": f"access_token={estate.ours}"})
    assert is_unauthorized(cookie, sent=False)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"access_token={estate.ours}".encode()
    assert is_unauthorized(server.call("GET", TARGET, headers=form, body=body), sent=False)


@pytest.mark.parametrize("age", [timedelta(seconds=-1), timedelta(days=-400)])
def test_an_expired_token_is_refused(age: timedelta, server: Server, house: House) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS, expires_in=age)
    assert is_unauthorized(server.get(TARGET, token=token))


def test_a_token_works_to_its_last_second_and_no_longer(
    server: Server, house: House, estate: Estate
) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS, expires_in=timedelta(seconds=1.5))
    assert server.get(TARGET, token=token).status == 200
    time.sleep(1.6)
    assert is_unauthorized(server.get(TARGET, token=token))


def revoke(house: House, token: str) -> None:
    with psycopg.connect(house.urls[Role.OWNER]) as owner:
        gone = owner.execute(
            "DELETE FROM oauth2_provider_accesstoken WHERE token_checksum = %s",
            (token_hash(token),),
        )
        assert gone.rowcount == 1


def test_a_revoked_token_is_refused_within_a_second_in_every_process(
    server: Server, second_server: Server, house: House, estate: Estate
) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS)
    both = [server, second_server]
    targets = [
        TARGET,
        f"/f/finance/{LOCATION}/tax-rates",
        f"/items/v1/items?businessLocationId={LOCATION}",
    ]
    assert {one.get(target, token=token).status for one in both for target in targets} == {200}
    revoke(house, token)
    revoked_at = time.monotonic()
    while time.monotonic() - revoked_at < 1.0:  # keep all caches as warm as they can be
        for one in both:
            for target in targets:
                one.get(target, token=token)
    for one in both:
        for target in targets:
            assert is_unauthorized(one.get(target, token=token))


@pytest.mark.parametrize(
    ("state", "refusal"),
    [("suspended", (403, "access_suspended")), ("ended", (401, "unauthorized"))],
)
def test_a_stopped_integration_is_refused_within_a_second(
    state: str, refusal: tuple[int, str], server: Server, second_server: Server, house: House
) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS)
    assert {one.get(TARGET, token=token).status for one in (server, second_server)} == {200}
    set_integration(house, token, f"state = '{state}'")
    time.sleep(1.0)
    for one in (server, second_server):
        answer = one.get(TARGET, token=token)
        assert (answer.status, answer.json()["errors"][0]["code"]) == refusal


def test_a_suspended_integration_goes_on_once_it_is_resumed(
    server: Server, house: House, estate: Estate
) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS, state="suspended")
    assert is_forbidden(server.get(TARGET, token=token), "access_suspended")
    set_integration(house, token, "state = 'active'")
    time.sleep(1.0)
    assert server.get(TARGET, token=token).status == 200


def set_integration(house: House, token: str, change: str) -> None:
    with psycopg.connect(house.urls[Role.OWNER]) as owner:
        owner.execute(
            f"UPDATE access_integration SET {change} WHERE id = (SELECT c.integration_id FROM"
            " access_client c JOIN oauth2_provider_accesstoken t ON t.application_id = c.id"
            " WHERE t.token_checksum = %s)",  # type: ignore[arg-type]
            (token_hash(token),),
        )


def test_a_location_whose_licence_ends_is_gone_within_a_second(
    server: Server, house: House, estate: Estate
) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS)
    target = f"/f/finance/{LOCATION}/tax-rates"
    assert server.get(target, token=token).status == 200
    with psycopg.connect(house.urls[Role.OWNER]) as owner:
        owner.execute(
            "UPDATE access_licensedlocation SET until_date = current_date - 1 WHERE integration_id"
            " = (SELECT c.integration_id FROM access_client c JOIN oauth2_provider_accesstoken t"
            " ON t.application_id = c.id WHERE t.token_checksum = %s)",
            (token_hash(token),),
        )
    time.sleep(1.0)
    assert server.get(target, token=token).status == 404


@pytest.mark.parametrize("one", operations(), ids=lambda one: one.id)
def test_an_operation_needs_its_scope_and_no_other(
    one: Operation, server: Server, house: House, estate: Estate
) -> None:
    other = "items" if one.scope == "financial-api" else "financial-api"
    fits = house.rows.add_token(business=OUR_BUSINESS, scopes=one.scope)
    assert server.get(one.target(), token=fits).status == 200
    lacks = house.rows.add_token(business=OUR_BUSINESS, scopes=f"{other} offline_access")
    answer = server.get(one.target(), token=lacks)
    assert is_forbidden(answer, "forbidden")
    challenge = answer.header("www-authenticate")
    assert 'error="insufficient_scope"' in challenge
    assert f'scope="{one.scope}"' in challenge


@pytest.mark.parametrize("scopes", ["", "offline_access", "financial-apis", "FINANCIAL-API", "*"])
def test_a_scope_that_only_resembles_the_right_one_opens_nothing(
    scopes: str, server: Server, house: House, estate: Estate
) -> None:
    token = house.rows.add_token(business=OUR_BUSINESS, scopes=scopes)
    assert is_forbidden(server.get(TARGET, token=token), "forbidden")


@pytest.mark.parametrize("location", [FOREIGN, UNKNOWN])
def test_another_location_is_not_found(location: int, server: Server, estate: Estate) -> None:
    target = operation("getTaxRates").target(businessLocationId=str(location))
    answer = server.get(target, token=estate.ours)
    assert answer.status == 404
    assert answer.json()["message"] == f"Business Location Not found for {location}"


def test_a_token_of_nobody_s_locations_sees_no_business(
    server: Server, house: House, estate: Estate
) -> None:
    token = house.rows.add_token([], business=THEIR_BUSINESS)
    answer = server.get(TARGET, token=token)
    assert answer.json()["_embedded"] == {"businessList": []}
    assert server.get(operations()[4].target(), token=token).status == 404
