"""The pages after the yes: locations, statements, amendments, suspension, end and handover."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Http
from tests.access.world import Shop, make_shop, remove_shop, shop_date
from tests.portal.browser import signed_in
from tests.portal.pages_harness import Eye
from tests.programme.way import Cast, approved, make_cast, sign

from tillgate.access.models import Integration
from tillgate.access.queries import licensed_today, statement_for
from tillgate.directory.models import Person
from tillgate.portal.integration.statement import defused
from tillgate.programme.models import Agreement


@pytest.fixture(autouse=True)
def one_factor(settings: Any) -> None:
    settings.STAFF_NEEDS_SECOND_FACTOR = False


@pytest.fixture
def shop(owner_url: str) -> Iterator[Shop]:
    """Three locations; the first two are asked for."""
    made = make_shop(owner_url, locations=3)
    yield made
    remove_shop(owner_url, made)


@pytest.fixture
def cast(shop: Shop, db: None) -> Cast:
    return make_cast(shop)


@pytest.fixture
def integration(cast: Cast) -> Integration:
    return opened_for(cast)


def opened_for(cast: Cast) -> Integration:
    found = approved(cast, locations=cast.shop.locations[:2]).integration
    assert found is not None
    return found


def send(person: Person, path: str, **form: Any) -> Any:
    return signed_in(person).post(path, form)


def get(person: Person, path: str) -> str:
    answer = signed_in(person).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def path_of(integration: Integration, tail: str = "") -> str:
    return f"/integrations/{integration.pk}/{tail}"


def month() -> str:
    return f"{shop_date():%Y-%m}"


def offer(cast: Cast, integration: Integration, **changed: Any) -> Any:
    form = {
        "act": "offer",
        "amends": "locations",
        "locations": [cast.shop.locations[2]],
        "starts_on": shop_date(),
    } | changed
    return send(cast.manager, path_of(integration, "amendment/"), **form)


def test_an_amendment_goes_from_price_to_access_on_its_pages(
    cast: Cast, integration: Integration
) -> None:
    assert "Further locations" in get(cast.owner, path_of(integration))
    asked = {"act": "ask", "locations": [cast.shop.locations[2]], "words": "From May on."}
    assert send(cast.owner, path_of(integration), **asked).status_code == 302
    assert offer(cast, integration).status_code == 302
    made = Agreement.objects.get(integration=integration)
    page = path_of(integration, "amendment/")
    assert "ready to be sent" in get(cast.manager, page)
    assert send(cast.manager, page, act="send", agreement=made.number).status_code == 302
    assert "Waiting for" in get(cast.manager, page)
    paper = signed_in(cast.manager).get(f"{page}{made.number}.pdf")
    assert paper.content.startswith(b"%PDF")
    made.refresh_from_db()
    sign(made)
    assert cast.shop.locations[2] in licensed_today(integration)
    assert made.number in get(cast.owner, path_of(integration))


@pytest.mark.parametrize(
    ("wrong", "words", "status"),
    [
        ({"starts_on": "2020-01-01"}, "in the past", 422),
        ({"starts_on": "never"}, "", 422),
        ({"locations": []}, "", 422),
        ({"locations": ["1"]}, "", 422),
        ({"locations": ["x"]}, "", 422),
        ({"discount_percent": "10"}, "Say why there is a discount", 422),
        ({"amends": "all"}, "", 422),
    ],
)
def test_an_offer_that_cannot_be_made_is_told_and_not_made(
    cast: Cast, integration: Integration, wrong: dict[str, Any], words: str, status: int
) -> None:
    answer = offer(cast, integration, **wrong)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not Agreement.objects.filter(integration=integration).exists()


def test_a_location_that_is_in_is_refused_in_words(cast: Cast, integration: Integration) -> None:
    answer = offer(cast, integration, locations=[cast.shop.locations[0]])
    assert answer.status_code == 409
    assert "is in this integration already" in answer.content.decode()


def test_an_owner_takes_a_location_out_on_the_page(cast: Cast, integration: Integration) -> None:
    first, today = cast.shop.locations[0], shop_date()
    form = {"act": "take_out", "location": first}
    for day, status in ((today - timedelta(days=1), 422), ("", 422), (today, 302)):
        assert send(cast.owner, path_of(integration), last_date=day, **form).status_code == status
    assert send(cast.member, path_of(integration), last_date=today, **form).status_code == 403
    assert f'datetime="{today}"' in get(cast.owner, path_of(integration))


def test_page_csv_and_pdf_of_a_statement_agree_with_the_agreement(
    cast: Cast, integration: Integration
) -> None:
    Agreement.objects.get()
    drawn = statement_for(integration, shop_date())
    assert drawn.total == sum((line.amount for line in drawn.lines), Decimal(0)) > 0
    page = get(cast.owner, path_of(integration, f"statements/{month()}/"))
    assert f"{drawn.total:.2f}" in page
    sheet = get(cast.owner, path_of(integration, f"statements/{month()}/statement.csv"))
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [Decimal(row["amount"]) for row in rows[:-1]] == [line.amount for line in drawn.lines]
    assert Decimal(rows[-1]["amount"]) == drawn.total
    paper = signed_in(cast.owner).get(path_of(integration, f"statements/{month()}/statement.pdf"))
    assert paper.content.startswith(b"%PDF")
    assert month() in get(cast.owner, path_of(integration, "statements/"))


def test_every_month_of_an_old_integration_can_be_reached(
    cast: Cast, integration: Integration
) -> None:
    """Forty months: a page of 36, and the four before."""
    newest = shop_date().replace(day=1)
    months = [_months_before(newest, number) for number in range(41)]
    integration.licences.update(from_date=months[40] + timedelta(days=9))
    first = get(cast.owner, path_of(integration, "statements/"))
    assert _listed(first) == [f"{each:%Y-%m}" for each in months[:36]]
    (link,) = re.findall(r'href="(\?until=[0-9-]+)">Earlier months', first)
    second = get(cast.owner, path_of(integration, f"statements/{link}"))
    assert _listed(second) == [f"{each:%Y-%m}" for each in months[36:]]
    assert "Earlier months" not in second
    assert "The newest months" in second
    get(cast.owner, path_of(integration, f"statements/{months[40]:%Y-%m}/"))
    for text in ("2026-13", "x", "2026-1"):
        place = path_of(integration, f"statements/?until={text}")
        assert signed_in(cast.owner).get(place).status_code == 404


def _months_before(month: date, number: int) -> date:
    count = month.year * 12 + month.month - 1 - number
    return date(count // 12, count % 12 + 1, 1)


def _listed(page: str) -> list[str]:
    return re.findall(r'/statements/(\d{4}-\d\d)/"', page)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_cell_that_begins_a_formula_is_defused(cell: str) -> None:
    assert defused(cell) == f"'{cell}"
    assert defused("Old Mill Quay") == "Old Mill Quay"


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "x", "0000-01", "2026-01-01"])
def test_a_month_that_is_none_is_not_there(cast: Cast, integration: Integration, text: str) -> None:
    for tail in ("", "statement.csv", "statement.pdf"):
        place = path_of(integration, f"statements/{text}/{tail}")
        assert signed_in(cast.owner).get(place).status_code == 404


def test_who_sees_prices_and_statements(cast: Cast, integration: Integration) -> None:
    contact = Person.objects.get(email="ines@okafor.example")
    for person in (cast.owner, cast.manager, cast.reviewer):
        assert "Statements" in get(person, path_of(integration))
        get(person, path_of(integration, f"statements/{month()}/"))
    for person in (cast.member, contact):
        assert "A month" not in get(person, path_of(integration))
        for tail in ("", f"{month()}/", f"{month()}/statement.csv", f"{month()}/statement.pdf"):
            place = path_of(integration, f"statements/{tail}")
            assert signed_in(person).get(place).status_code == 403
    assert Http().get(path_of(integration, "statements/")).status_code == 302


def test_suspension_end_and_handover_on_the_page(cast: Cast, integration: Integration) -> None:
    page = path_of(integration)
    assert send(cast.owner, page, act="suspend").status_code == 422
    assert send(cast.owner, page, act="suspend", **{"suspend-reason": "a leak"}).status_code == 302
    assert "is suspended" in get(cast.owner, page)
    assert "a leak" in get(cast.owner, page)
    assert send(cast.owner, page, act="resume").status_code == 302
    handover = {"act": "transfer", "name": "Tess", "reason": "moved", "stops": "on"}
    assert send(cast.owner, page, **handover, email="tess").status_code == 422
    assert send(cast.owner, page, **handover, email="tess@abara.example").status_code == 302
    assert "tess@abara.example" in get(cast.owner, page)
    assert send(cast.member, page, act="end", **{"end-reason": "x"}).status_code == 403
    assert send(cast.owner, page, act="end", **{"end-reason": "we closed"}).status_code == 302
    assert "has ended" in get(cast.owner, page)
    assert send(cast.owner, page, act="suspend", **{"suspend-reason": "x"}).status_code == 409


def test_the_pages_are_fit_to_be_seen(committed_cast: Cast, eye: Eye) -> None:
    cast = committed_cast
    found = approved(cast, locations=cast.shop.locations[:1]).integration
    assert found is not None
    offer(cast, found, locations=[cast.shop.locations[1]])
    page = eye.open(path_of(found), person=cast.owner)
    for summary in page.locator("summary").all():
        summary.click()
    eye.check(page, "integration-life")
    eye.look_at(path_of(found, f"statements/{month()}/"), "statement", person=cast.owner)
    eye.look_at(path_of(found, "amendment/"), "amendment", person=cast.manager)
