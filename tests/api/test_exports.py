"""The export: files of closed days that never change, whole or by ranges, and what they say."""

import csv
import hashlib
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.conftest import Gate, Open
from tests.api.rows import DAY, LOCATION, OPENING, Rows, a_line, a_payment, a_sale, sales_every
from tests.api.test_accounting import correct

from tillgate.api.errors import NoSuchRange
from tillgate.api.exact import asked_range
from tillgate.ledger.export.cells import defused
from tillgate.ledger.export.columns import LINES, PAYMENTS, SALES, TAXES
from tillgate.ledger.sale import Consumer, TaxLine

BASE = f"/accounting/v1/business-locations/{LOCATION}/export"
WHOLE = f"{BASE}?from={DAY}&to={DAY + timedelta(days=2)}"
FOLDER = f"{BASE}/v1/{DAY}/1"
SIGNED = ["day.json", "signature.json", "totals.json", "sales.ndjson"]


def personal_sale(number: int = 1, **changes: Any) -> Any:
    paid = a_payment(
        number,
        consumer=Consumer(id="c-1", first_name="Chris"),
        authorization="00AA",
        staff_id=14670,
        staff_name="Example Waiter",
    )
    taxes = [TaxLine(tax_code="S", tax_rate="1.2", tax_amount="2", tax_included=True)]
    sold = a_line(number, tax_lines=taxes, name='=HYPERLINK("x")', tags=["hot", "a,b"])
    fields = {"sales_lines": [sold], "payments": [paid], "table_name": "-5"}
    return a_sale(number, OPENING + timedelta(minutes=number), **{**fields, **changes})


@pytest.fixture
def closed(gate: Gate, rows: Rows) -> None:
    rows.add_sales([personal_sale(), *sales_every(10, 3)[1:]])
    rows.close_day()
    rows.add_sales([a_sale(9, OPENING + timedelta(days=1))], day=DAY + timedelta(days=1))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def get(gate: Gate, file: str, **headers: str) -> httpx.Response:
    return gate.get(f"{FOLDER}/{file}", headers={"Accept-Encoding": "identity", **headers})


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_the_manifest_names_every_file_with_its_size_and_digest(gate: Gate, form: str) -> None:
    answer = gate.get(f"{WHOLE}&format={form}").json()
    day, second, third = answer["items"]
    assert [one["state"] for one in (second, third)] == ["provisional", "provisional"]
    assert "files" not in second
    rest = [*(["sales"] if form == "csv" else []), "lines", "payments", "taxes"]
    assert list(day["files"]) == SIGNED + [f"{name}.{form}" for name in rest]
    for file in day["files"].values():
        got = gate.get(file["href"], headers={"Accept-Encoding": "identity"})
        assert got.status_code == 200
        assert (len(got.content), sha256(got.content)) == (file["bytes"], file["sha256"])
        assert got.headers["etag"] == f'"{file["sha256"]}"'
    assert day["files"]["day.json"]["sha256"] == day["digest"]
    assert answer["keys"].endswith("/.well-known/tillgate-keys")
    assert gate.get(day["people"]["href"]).status_code == 200


@pytest.mark.usefixtures("closed")
def test_the_sales_are_the_text_that_is_signed(gate: Gate) -> None:
    told = get(gate, "day.json").json()
    assert sha256(get(gate, "sales.ndjson").content) == told["sales"]["sha256"]
    assert sha256(get(gate, "totals.json").content) == told["totals"]["sha256"]
    hashes = [json.loads(line)["sha256"] for line in get(gate, "people.ndjson").text.splitlines()]
    assert sha256(bytes.fromhex("".join(hashes))) == told["parts"]["sha256"]


@pytest.mark.usefixtures("closed")
def test_rows_are_stretches_of_the_signed_text(gate: Gate) -> None:
    sales = [json.loads(line) for line in get(gate, "sales.ndjson").text.splitlines()]
    lines = [json.loads(line) for line in get(gate, "lines.ndjson").text.splitlines()]
    paid = [json.loads(line) for line in get(gate, "payments.ndjson").text.splitlines()]
    (tax,) = [json.loads(line) for line in get(gate, "taxes.ndjson").text.splitlines()]
    assert len(lines) == len(paid) == len(sales) == 3
    for sale, line, payment in zip(sales, lines, paid, strict=True):
        common = {
            "businessLocationId": LOCATION,
            "businessDate": str(DAY),
            "accountReference": sale["accountReference"],
            "accountFiscId": sale["accountFiscId"],
            "saleType": "SALE",
            "timeOfCloseAndPaid": sale["timeOfCloseAndPaid"],
        }
        assert line == common | sale["salesLines"][0]
        assert payment == common | sale["payments"][0]
    assert (tax["lineId"], tax["lineNetAmount"], tax["taxRate"]) == (
        "S510007.1",
        "10.000000",
        "1.2",
    )


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    ("personal", "names"), [(False, set()), (True, {"Example Waiter", "Chris", "00AA"})]
)
def test_people_are_shown_as_far_as_agreed_and_can_always_be_checked(
    gate: Gate, rows: Rows, personal: bool, names: set[str]
) -> None:
    gate.token = rows.add_token(personal=personal)
    parts = [json.loads(line) for line in get(gate, "people.ndjson").text.splitlines()]
    assert [part["part"] for part in parts] == list(range(len(parts)))
    for part in parts:
        assert ("salt" in part) is ("values" in part) is personal
        if personal:
            values = json.dumps(part["values"], separators=(",", ":"), ensure_ascii=False)
            assert part["sha256"] == sha256(bytes.fromhex(part["salt"]) + values.encode())
    found = json.dumps(parts)
    assert {name for name in ("Example Waiter", "Chris", "00AA") if name in found} == names
    for file in ("sales.ndjson", "lines.ndjson", "payments.ndjson", "payments.csv", "lines.csv"):
        text = get(gate, file).text
        assert "Example Waiter" not in text
        assert "Chris" not in text
        assert "00AA" not in text


@pytest.mark.usefixtures("closed")
def test_one_agreed_kind_of_personal_data_shows_no_other(gate: Gate, rows: Rows) -> None:
    gate.token = rows.add_token()
    rows.owner.execute("UPDATE access_integration SET consumers = true")
    parts = [json.loads(line) for line in get(gate, "people.ndjson").text.splitlines()]
    assert [part.get("values") for part in parts] == [
        None,
        [{"id": "c-1", "firstName": "Chris"}, None],
    ]
    assert "salt" not in parts[1]


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("sales.csv", SALES),
        ("lines.csv", LINES),
        ("payments.csv", PAYMENTS),
        ("taxes.csv", TAXES),
    ],
)
def test_csv_has_the_documented_columns_in_their_order(
    gate: Gate, file: str, columns: tuple[str, ...]
) -> None:
    text = get(gate, file).content.decode()
    assert text.startswith(",".join(f'"{column}"' for column in columns) + "\r\n")
    assert len(set(columns)) == len(columns)
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["businessDate"] for row in table} == {str(DAY)}


@pytest.mark.usefixtures("closed")
def test_a_cell_is_no_formula_and_a_number_stays_one(gate: Gate) -> None:
    line = next(csv.DictReader(io.StringIO(get(gate, "lines.csv").text, newline="")))
    assert line["name"] == '\'=HYPERLINK("x")'
    assert line["tags"] == '["hot","a,b"]'
    assert (line["totalNetAmountWithTax"], line["staffNameRef"]) == ("12.000000", "0/0")
    sale = next(csv.DictReader(io.StringIO(get(gate, "sales.csv").text, newline="")))
    assert (sale["tableName"], sale["gross"], sale["paid"]) == ("'-5", "12.000000", "12.000000")
    assert f',"{sale["accountReference"]}",' in get(gate, "sales.csv").text
    assert ",12.000000," in get(gate, "lines.csv").text


@given(st.text())
def test_what_was_defused_can_be_had_back(text: str) -> None:
    safe = defused(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe.removeprefix("'") == text


@pytest.mark.usefixtures("closed")
def test_a_negative_amount_is_a_number_in_csv(gate: Gate, rows: Rows) -> None:
    day = DAY + timedelta(days=1)
    back = a_line(5, total_net_amount_with_tax="-12.000000", quantity="-1.000", name="-1")
    rows.add_sales([a_sale(5, OPENING + timedelta(days=1), sales_lines=[back])], day=day)
    rows.close_day(day)
    text = gate.get(f"{BASE}/v1/{day}/1/lines.csv").text
    assert ",-12.000000," in text
    assert ",-1.000," in text
    assert ',"\'-1",' in text


@pytest.mark.usefixtures("closed")
def test_ranges_give_every_byte_once(gate: Gate) -> None:
    whole = get(gate, "sales.ndjson").content
    assert get(gate, "sales.ndjson").headers["accept-ranges"] == "bytes"
    parts = []
    for start in range(0, len(whole), 700):
        answer = get(gate, "sales.ndjson", Range=f"bytes={start}-{start + 699}")
        assert answer.status_code == 206
        last = min(start + 700, len(whole)) - 1
        assert answer.headers["content-range"] == f"bytes {start}-{last}/{len(whole)}"
        parts.append(answer.content)
    assert b"".join(parts) == whole
    assert get(gate, "sales.ndjson", Range="bytes=-10").content == whole[-10:]


@pytest.mark.usefixtures("closed")
def test_a_range_beyond_the_end_is_refused_with_the_size(gate: Gate) -> None:
    size = len(get(gate, "sales.ndjson").content)
    answer = get(gate, "sales.ndjson", Range=f"bytes={size}-")
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{size}"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.usefixtures("closed")
def test_a_range_of_other_bytes_gets_the_whole_file(gate: Gate) -> None:
    whole = get(gate, "lines.ndjson")
    tag = whole.headers["etag"]
    ask = {"Range": "bytes=0-4"}
    assert get(gate, "lines.ndjson", **ask, **{"If-Range": tag}).status_code == 206
    for other in ('"other"', f"W/{tag}", "Sat, 14 Mar 2026 00:00:00 GMT"):
        answer = get(gate, "lines.ndjson", **ask, **{"If-Range": other})
        assert (answer.status_code, answer.content) == (200, whole.content)
    assert get(gate, "lines.ndjson", **ask, **{"If-None-Match": tag}).status_code == 304


@pytest.mark.usefixtures("closed")
def test_the_packed_form_has_a_weak_tag_and_a_range_is_never_packed(gate: Gate) -> None:
    tag = get(gate, "sales.ndjson").headers["etag"]
    packed = gate.get(f"{FOLDER}/sales.ndjson", headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["content-encoding"], packed.headers["etag"]) == ("gzip", f"W/{tag}")
    assert sha256(packed.content) == tag.strip('"')
    ask = {"Accept-Encoding": "gzip", "Range": "bytes=0-9"}
    stretch = gate.get(f"{FOLDER}/sales.ndjson", headers=ask)
    assert "content-encoding" not in stretch.headers
    assert (stretch.headers["etag"], stretch.content) == (tag, packed.content[:10])
    for known in (tag, f"W/{tag}"):
        again = gate.get(f"{FOLDER}/sales.ndjson", headers={"If-None-Match": known})
        assert again.status_code == 304
    assert "Accept-Encoding" in packed.headers["vary"]


@pytest.mark.usefixtures("closed")
def test_head_tells_what_get_would_give(gate: Gate) -> None:
    plain = {"Accept-Encoding": "identity", "Range": "bytes=0-9"}
    head = gate.call("HEAD", f"{FOLDER}/sales.ndjson", headers=plain)
    whole = get(gate, "sales.ndjson")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "content-type", "accept-ranges"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (f"{BASE}?format=xml", 400, "ndjson or csv"),
        (f"{BASE}?columns=a", 400, "columns"),
        (f"{BASE}/v1/{DAY}/1/else.txt", 400, "sales.ndjson"),
        (f"{BASE}/v1/{DAY}/0/sales.ndjson", 400, "revision"),
        (f"{BASE}/v1/{DAY}/2/sales.ndjson", 404, "2026-03-14 with revision 2"),
        (f"{BASE}/v1/{DAY}/2/people.ndjson", 404, "2026-03-14 with revision 2"),
        (f"{BASE}/v1/{DAY + timedelta(days=1)}/1/sales.ndjson", 404, "no closed day"),
        (f"{BASE}/v2/{DAY}/1/sales.ndjson", 404, "nothing at this path"),
    ],
)
def test_what_cannot_be_had_is_said_clearly(gate: Gate, path: str, status: int, said: str) -> None:
    answer = gate.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    assert said in answer.text


@pytest.mark.usefixtures("closed")
def test_files_of_a_foreign_location_are_as_good_as_none(gate: Gate, rows: Rows) -> None:
    rows.add_location(LOCATION + 1)
    gate.token = rows.add_token([LOCATION + 1])
    for path in (WHOLE, f"{FOLDER}/sales.ndjson", f"{FOLDER}/people.ndjson"):
        assert gate.get(path).status_code == 404


def test_pages_of_the_manifest_follow_each_other(gate: Gate) -> None:
    base, found, cursor = f"{BASE}?from=2026-01-01&to=2026-01-07&pageSize=3", list[str](), ""
    while True:
        page = gate.get(f"{base}{cursor}").json()
        found += [day["businessDate"] for day in page["items"]]
        if "next" not in page:
            break
        cursor = f"&cursor={page['next']}"
    assert found == [str(date(2026, 1, day)) for day in range(1, 8)]


@pytest.mark.usefixtures("closed")
def test_a_day_without_sales_has_empty_files(gate: Gate, rows: Rows) -> None:
    day = DAY + timedelta(days=2)
    rows.close_day(day)
    for file in ("sales.ndjson", "lines.ndjson", "people.ndjson"):
        answer = gate.get(f"{BASE}/v1/{day}/1/{file}")
        assert (answer.status_code, answer.content) == (200, b"")
    assert gate.get(f"{BASE}/v1/{day}/1/sales.ndjson", headers={"Range": "bytes=0-"}).is_error


@pytest.mark.usefixtures("closed")
def test_other_processes_give_the_same_bytes(gate: Gate, open_gate: Open) -> None:
    other = open_gate()
    other.token = gate.token
    for file in gate.get(f"{WHOLE}&format=csv").json()["items"][0]["files"].values():
        assert gate.get(file["href"]).content == other.get(file["href"]).content


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(st.integers(0, 30), st.integers(0, 40), st.integers(0, 40), st.sampled_from("fls"))
def test_any_range_is_what_slicing_gives(size: int, first: int, last: int, kind: str) -> None:
    text = bytes(range(size))
    wanted = {"f": f"bytes={first}-", "l": f"bytes=-{last}", "s": f"bytes={first}-{last}"}[kind]
    expected = {
        "f": text[first:],
        "l": text[max(size - last, 0) :] if last else b"",
        "s": text[first : last + 1],
    }[kind]
    if kind == "s" and last < first:
        assert asked_range(wanted.encode(), b"", b"", size) is None
        return
    if not expected:
        with pytest.raises(NoSuchRange):
            asked_range(wanted.encode(), b"", b"", size)
        return
    found = asked_range(wanted.encode(), b"", b"", size)
    assert found is not None
    assert text[found[0] : found[1]] == expected


def test_the_columns_are_documented_in_their_order() -> None:
    page = (Path(__file__).parents[2] / "docs" / "books.md").read_text()
    tables = {"sales": SALES, "lines": LINES, "payments": PAYMENTS, "taxes": TAXES}
    for name, columns in tables.items():
        assert f"| `{name}.csv` | {', '.join(columns)} |" in page


@pytest.mark.usefixtures("closed")
def test_a_correction_has_files_of_its_own_and_the_earlier_ones_stay(
    gate: Gate, ledger_url: str, tmp_path: Path
) -> None:
    files = [*SIGNED, "lines.ndjson", "lines.csv", "people.ndjson"]
    before = [get(gate, file).content for file in files]
    correct(ledger_url, tmp_path, 3, table_name="Terrace")
    day = gate.get(WHOLE).json()["items"][0]
    assert (day["revision"], day["position"]) == (2, 2)
    assert "/1/" not in str(day["files"])
    assert "Terrace" in gate.get(day["files"]["sales.ndjson"]["href"]).text
    then = gate.get(f"{WHOLE}&asOf=2026-03-21T00:00:00Z").json()["items"][0]
    assert then["revision"] == 1
    assert then["files"]["sales.ndjson"]["sha256"] == sha256(before[3])
    assert [get(gate, file).content for file in files] == before
