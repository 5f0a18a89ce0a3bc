"""`tillgate verify --base-url`: over the API, kept in a folder, and against changed rows."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from tests.api.conftest import Gate
from tests.api.rows import DAY, LOCATION, Rows
from tests.verifying.conftest import NEXT, Copy

from tillgate.ledger import signing
from tillgate.verifying.command import Asked, report, verify
from tillgate.verifying.errors import Broken, CannotVerify
from tillgate.verifying.gate import Refused, over_http


@pytest.mark.usefixtures("closed")
def test_a_gate_s_whole_chain_is_followed(copy: Copy) -> None:
    chain = copy.verify()
    assert (chain.count, len(chain.digests)) == (3, 3)
    assert chain.head is not None
    assert (chain.head.title, chain.head.position) == ("2026-03-14 revision 2", 3)


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("personal", [True, False])
def test_whoever_may_see_no_names_verifies_the_same_digests(
    copy: Copy, rows: Rows, personal: bool
) -> None:
    before = copy.verify().digests
    copy.gate.token = rows.add_token(personal=personal)
    assert copy.verify().digests == before


@pytest.mark.usefixtures("closed")
def test_what_was_saved_is_verified_without_a_gate_and_goes_on(
    copy: Copy, rows: Rows, tmp_path: Path
) -> None:
    place = tmp_path / "books"
    first = copy.verify(place)
    assert verify(Asked(place)).digests == first.digests
    rows.close_day(NEXT + timedelta(days=1))
    copy.calls.clear()
    again = copy.verify(place)
    assert again.count == 4
    assert len([path for path in copy.calls if "/export/" in path]) == 5
    assert verify(Asked(place)).digests == again.digests


@pytest.mark.usefixtures("closed")
def test_a_gate_that_lost_what_was_saved_is_found_out(
    copy: Copy, rows: Rows, tmp_path: Path
) -> None:
    place = tmp_path / "books"
    copy.verify(place)
    rows.owner.execute("DELETE FROM ledger_closedday WHERE position = 3")
    with pytest.raises(Broken, match=r"2026-03-14: .* people that no document speaks of"):
        copy.verify()
    # Whoever takes its people away too is found out only by what was kept.
    rows.owner.execute("DELETE FROM ledger_personalpart")
    assert copy.verify().count == 2
    with pytest.raises(Broken, match="revision 2: is position 3 in your folder, not at the gate"):
        copy.verify(place)


@pytest.mark.usefixtures("closed")
def test_a_row_taken_out_of_the_chain_is_found(copy: Copy, rows: Rows) -> None:
    rows.owner.execute("DELETE FROM ledger_closedday WHERE position = 2")
    with pytest.raises(Broken, match="position 2 of the chain is missing"):
        copy.verify()


@pytest.mark.usefixtures("closed")
def test_days_of_before_a_new_key_verify_by_the_old_one(
    copy: Copy, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = copy.verify()
    monkeypatch.setattr("tillgate.ledger.closing.signer", lambda: signing.Signer(b"\3" * 32))
    rows.close_day(NEXT + timedelta(days=1))
    after = copy.verify()
    assert len(before.signed_with) == 1
    assert len(after.signed_with) == 2
    assert before.digests < after.digests


COLUMNS = ["manifest", "signature", "digest", "part_hashes", "totals", "spans", "data"]


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("day", [DAY, NEXT])
def test_one_changed_byte_of_a_stored_day_is_found_and_named(
    copy: Copy, rows: Rows, column: str, day: date
) -> None:
    """Or it is one that no answer of a closed day is made of, and nothing reads differently."""
    at = f"business_location_id = {LOCATION} AND business_date = '{day}' AND revision = 1"
    found = rows.owner.execute(f"SELECT {column} FROM ledger_closedday WHERE {at}").fetchone()
    assert found is not None
    whole, before, draw = found[0], _everything(copy, day), random.Random(column)
    for place in draw.sample(range(len(whole)), min(len(whole), 6)):
        changed = bytearray(whole)
        changed[place] ^= draw.randrange(1, 256)
        update = f"UPDATE ledger_closedday SET {column} = %s WHERE {at}"
        rows.owner.execute(update, (bytes(changed),))
        said = copy.fault()
        if not said:
            assert _everything(copy, day) == before, (column, place)
        else:
            # Of a manifest that cannot be read nobody knows the date any more.
            names = (f"{day}", f"position {1 if day == DAY else 2} of the chain:")
            assert said.startswith(names) or f"does not follow {day}" in said
        rows.owner.execute(update, (whole,))
    assert not copy.fault()


def _everything(copy: Copy, day: object) -> list[bytes]:
    base = f"/accounting/v1/business-locations/{LOCATION}"
    daily = f"/f/finance/{LOCATION}/dailyFinancials?date={day}&include=payments,staff,consumer"
    names = ("day.json", "signature.json", "totals.json", "sales.ndjson", "people.ndjson")
    paths = [*(f"{base}/export/v1/{day}/1/{name}" for name in names), daily]
    return [copy.get(path) for path in paths]


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("column", ["salt", "part_values"])
def test_a_changed_byte_of_a_personal_part_is_found(
    copy: Copy, owner_url: str, column: str
) -> None:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(f"UPDATE ledger_personalpart SET {column} = set_byte({column}, 9, 77)")
    with pytest.raises(Broken, match=r"^2026-03-1\d: people.ndjson"):
        copy.verify()


@pytest.mark.usefixtures("closed")
def test_a_changed_public_key_is_found(copy: Copy, owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("UPDATE ledger_signingkey SET public = set_byte(public, 3, 1)")
    with pytest.raises(Broken, match="not among the keys"):
        copy.verify()
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("DELETE FROM ledger_signingkey")


class _Odd(BaseHTTPRequestHandler):
    """Answers 429, then what was asked for; other paths go elsewhere or nowhere."""

    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        if self.path == "/later" and self.asked < 3:
            self.send_response(429)
            self.send_header("Retry-After", "7")
        elif self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "https://elsewhere.example/")
        else:
            self.send_response(200 if self.path == "/later" else 404)
        self.end_headers()
        self.wfile.write(self.headers["Authorization"].encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def odd() -> Iterator[str]:
    _Odd.asked = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), _Odd) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_it_waits_when_it_is_told_to(odd: str) -> None:
    waited: list[float] = []
    assert over_http(odd, "tg_x", wait=waited.append)("/later") == b"Bearer tg_x"
    assert waited == [7.0, 7.0]


def test_a_token_is_not_taken_along_to_another_address(odd: str) -> None:
    with pytest.raises(Refused, match="302"):
        over_http(odd, "tg_x")("/away")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("gate.example", "is no address of a gate"),
        ("ftp://gate.example", "is no address of a gate"),
        ("http://gate.example", "over https only"),
        ("http://127.0.0.1:9", "cannot be reached"),
    ],
)
def test_an_address_that_cannot_be_is_said_so(address: str, said: str) -> None:
    with pytest.raises(CannotVerify, match=said):
        over_http(address, "tg_x")("/")


@pytest.mark.usefixtures("closed")
def test_a_foreign_location_is_a_clear_refusal(copy: Copy, gate: Gate, rows: Rows) -> None:
    rows.add_location(LOCATION + 1)
    gate.token = rows.add_token([LOCATION + 1])
    with pytest.raises(CannotVerify, match="404"):
        copy.verify()


@pytest.mark.usefixtures("closed")
def test_values_that_cannot_be_compared_with_anything_are_told(copy: Copy, rows: Rows) -> None:
    copy.gate.token = rows.add_token()
    rows.owner.execute("UPDATE access_integration SET consumers = true, authorizations = false")
    chain = copy.verify()
    assert chain.unchecked == 2
    assert "2 personal parts were given in part only" in report(chain)
