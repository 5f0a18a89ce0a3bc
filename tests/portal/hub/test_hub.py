"""The Hub's pages: looking for an integration, reading of one, and keeping them."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client as Http
from pytest_django import DjangoAssertNumQueries
from tests.access.world import Shop, make_person
from tests.hub.cast import add, everyone
from tests.portal.browser import signed_in

from tillgate.directory.models import Person
from tillgate.directory.permissions import TABLE, Who
from tillgate.hub.models import Category, PublicIntegration
from tillgate.site.demo_hub import fill_hub


def browser_of(person: Any) -> Http:
    return Http() if isinstance(person, AnonymousUser) else signed_in(person)


def names_on(response: HttpResponse) -> list[str]:
    """The integrations on a listing, in its order."""
    return re.findall(r'<h2><a href="/hub/[a-z0-9-]+/">([^<]+)</a>', response.content.decode())


def form_of(
    integration: PublicIntegration | None = None, **changed: str | list[str]
) -> dict[str, Any]:
    """What the operator's form sends."""
    sent: dict[str, Any] = {
        "name": "Larder Count",
        "provider": "Larder Works",
        "summary": "Counts what is in the cellar.",
        "description": "It **counts**.",
        "categories": ["inventory"],
        "countries": "",
        "website": "https://larder.example/",
        "contact": "help@larder.example",
        "validated_on": "2026-05-04",
        "act": "save",
    }
    revision = {"revision": str(integration.revision)} if integration else {}
    return sent | revision | changed


# --- who may -------------------------------------------------------------------------------------


def test_every_page_is_open_to_whom_the_table_names(shop: Shop, olga: Person) -> None:
    add(olga, "shown")
    pages = {
        "/hub/": "hub:read",
        "/hub/shown/": "hub:read",
        "/hub/manage/": "hub:edit",
        "/hub/manage/add/": "hub:edit",
        "/hub/manage/shown/": "hub:edit",
    }
    for who, person in everyone(shop):
        for path, permission in pages.items():
            response = browser_of(person).get(path)
            if Who.ANYONE in TABLE[permission] or who in TABLE[permission]:
                assert response.status_code == 200, (who, path)
            elif who == Who.ANYONE:
                assert response["Location"] == f"/sign-in/?{urlencode({'next': path})}"
            else:
                assert response.status_code == 403, (who, path)


def test_only_the_operator_s_forms_change_anything(shop: Shop, olga: Person) -> None:
    made = add(olga, "shown")
    for who, person in everyone(shop):
        if who == Who.OPERATOR:
            continue
        browser = browser_of(person)
        for act in ("save", "list", "unlist"):
            browser.post("/hub/manage/shown/", form_of(made, name="Hijacked", act=act))
        browser.post("/hub/manage/add/", form_of(slug="hijacked"))
    made.refresh_from_db()
    assert (made.name, made.is_listed, PublicIntegration.objects.count()) == (
        "Larder Count",
        True,
        1,
    )


def test_what_is_not_listed_is_not_there_for_others(olga: Person) -> None:
    add(olga, "hidden", name="Hidden Thing", listed=False)
    for browser in (Http(), signed_in(make_person())):
        missing, none = browser.get("/hub/hidden/"), browser.get("/hub/no-such-thing/")
        assert missing.status_code == none.status_code == 404
        assert b"Hidden Thing" not in missing.content + browser.get("/hub/?q=hidden").content
    mine = signed_in(olga).get("/hub/hidden/")
    assert b"Only operators see this page" in mine.content


# --- looking for one -----------------------------------------------------------------------------


def test_the_listing_is_narrowed_by_words_category_and_country(olga: Person) -> None:
    fill_hub(olga)
    assert len(names_on(Http().get("/hub/"))) == 11
    assert names_on(Http().get("/hub/?q=COMPTABILITE")) == ["Comptoir Clair"]
    assert names_on(Http().get("/hub/?category=accounting")) == ["Comptoir Clair", "Plain Ledger"]
    only_french = names_on(Http().get("/hub/?category=accounting&country=DE"))
    assert only_french == ["Plain Ledger"]
    page = Http().get("/hub/?category=accounting").content.decode()
    assert "2 integrations fit" in page
    assert '<option value="accounting" selected>Accounting (2)</option>' in page


def test_the_demo_fills_every_main_category_once(olga: Person) -> None:
    for _ in range(2):
        fill_hub(olga)
    assert PublicIntegration.objects.count() == 12
    main = ("property_management", "reservations", "inventory", "accounting", "online_ordering")
    for category in main:
        listed = PublicIntegration.objects.filter(is_listed=True, categories__contains=[category])
        assert listed.count() >= 2, category


def test_an_empty_answer_says_how_to_ask_for_less(olga: Person) -> None:
    fill_hub(olga)
    page = Http().get("/hub/?q=spaceship&category=accounting&country=FR").content.decode()
    assert "None fits all of that" in page
    assert "without “spaceship”" in page
    links = set(re.findall(r'href="(\?[^"]*|/hub/)"', page))
    assert links >= {
        "?category=accounting&amp;country=FR",
        "?q=spaceship&amp;country=FR",
        "?q=spaceship&amp;category=accounting",
        "/hub/",
    }


def test_an_empty_hub_says_so(db: None) -> None:
    assert b"Nothing is listed yet" in Http().get("/hub/").content


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=%E2%80%AEabc",
        "q=" + "x" * 5000,
        "q=<script>alert(1)</script>",
        "q=%ff%fe",
        "category=nonsense",
        "country=%27%3B--",
        "page=-1",
        "page=" + "9" * 400,
        "page=two",
        "page=%00",
        "q=a&q=b&category=&country=",
    ],
)
def test_odd_questions_are_answered(olga: Person, query: str) -> None:
    add(olga, "shown")
    response = Http().get(f"/hub/?{query}")
    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_what_cannot_be_looked_for_is_said_and_kept(olga: Person) -> None:
    add(olga, "shown")
    page = Http().get("/hub/", {"q": "y" * 101}).content.decode()
    assert "Shorten this to 100 characters" in page
    assert "y" * 101 in page
    assert "Larder Count" in page


def test_long_lists_come_in_pages_and_keep_the_question(olga: Person) -> None:
    for number in range(30):
        add(olga, f"app-{number:02}", name=f"App {number:02}")
    first = Http().get("/hub/?q=app")
    assert names_on(first) == [f"App {number:02}" for number in range(24)]
    assert 'href="?q=app&amp;page=2"' in first.content.decode()
    second = Http().get("/hub/?q=app&page=2")
    assert names_on(second) == [f"App {number:02}" for number in range(24, 30)]
    assert names_on(Http().get("/hub/?q=app&page=99")) == names_on(second)


def test_a_page_costs_the_same_with_one_row_and_with_thirty(
    olga: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = signed_in(olga)
    browser.get("/hub/")  # the platform's own words are stored with the first page
    counts: dict[str, set[int]] = {}
    for rows in (1, 30):
        for number in range(PublicIntegration.objects.count(), rows):
            add(
                olga,
                f"app-{number}",
                name=f"App {number}",
                categories=Category.values,
                countries=["FR"],
            )
        for path in ("/hub/", "/hub/app-0/", "/hub/manage/", "/hub/manage/app-0/"):
            with django_assert_max_num_queries(40) as captured:
                assert browser.get(path).status_code == 200
            counts.setdefault(path, set()).add(len(captured))
    assert {path: len(each) for path, each in counts.items()} == dict.fromkeys(counts, 1)


# --- reading of one ------------------------------------------------------------------------------


def test_a_description_is_shown_as_text_with_a_few_marks(olga: Person) -> None:
    add(
        olga,
        "shown",
        description="# Stock\n\nIt **counts**. <script>alert(1)</script> [x](javascript:alert(1))",
        countries=["FR", "DE"],
    )
    page = Http().get("/hub/shown/", headers={"Accept-Language": "de-AT"}).content.decode()
    assert "<h3>Stock</h3>" in page
    assert "<strong>counts</strong>" in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "Deutschland, Frankreich" in page
    assert 'rel="noopener external"' in page


def test_others_for_the_same_are_offered(olga: Person) -> None:
    fill_hub(olga)
    page = Http().get("/hub/plain-ledger/").content.decode()
    assert "Comptoir Clair" in page
    assert page.count('class="button"') == 1


# --- keeping them --------------------------------------------------------------------------------


def test_an_operator_adds_changes_lists_and_unlists(olga: Person) -> None:
    browser = signed_in(olga)
    added = browser.post("/hub/manage/add/", form_of(name="Crème Count", countries="fr, Germany"))
    assert (added.status_code, added["Location"]) == (302, "/hub/manage/creme-count/")
    made = PublicIntegration.objects.get()
    assert (made.countries, made.is_listed) == (["DE", "FR"], False)
    page = browser.get("/hub/manage/creme-count/").content.decode()
    assert "Crème Count is added. It is not listed yet." in page
    assert 'value="France, Germany"' in page or 'value="Germany, France"' in page
    browser.post("/hub/manage/creme-count/", {"act": "list"})
    assert b"is listed: everybody finds it" in browser.get("/hub/manage/creme-count/").content
    assert names_on(Http().get("/hub/")) == ["Crème Count"]
    made.refresh_from_db()
    browser.post("/hub/manage/creme-count/", form_of(made, name="Count Crème"))
    assert names_on(Http().get("/hub/")) == ["Count Crème"]
    browser.post("/hub/manage/creme-count/", {"act": "unlist"})
    assert names_on(Http().get("/hub/")) == []


def test_a_second_click_changes_nothing_more(olga: Person) -> None:
    browser = signed_in(olga)
    for _ in range(2):
        assert (
            browser.post("/hub/manage/add/", form_of())["Location"] == "/hub/manage/larder-count/"
        )
    for act in ("list", "unlist"):
        for _ in range(2):
            assert browser.post("/hub/manage/larder-count/", {"act": act}).status_code == 302
    assert PublicIntegration.objects.get().revision == 3


def test_an_address_that_is_taken_is_said_at_its_field(olga: Person) -> None:
    add(olga, "larder-count")
    for slug in ("larder-count", ""):
        answer = signed_in(olga).post("/hub/manage/add/", form_of(slug=slug, summary="Typed."))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "has the address “larder-count”" in page
        assert 'value="Typed."' in page
    nameless = signed_in(olga).post("/hub/manage/add/", form_of(name="寿司"))
    assert b"cannot be an address" in nameless.content


def test_two_operators_notice_each_other(olga: Person) -> None:
    made = add(olga, "shown")
    stale = form_of(made, summary="Mine.")
    browser = signed_in(olga)
    browser.post("/hub/manage/shown/", form_of(made, summary="Theirs."))
    answer = browser.post("/hub/manage/shown/", stale)
    page = answer.content.decode()
    assert "Somebody else changed Larder Count" in page
    assert 'value="Mine."' in page
    made.refresh_from_db()
    assert made.summary == "Theirs."
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision
    browser.post("/hub/manage/shown/", stale | {"revision": revision[1]})
    made.refresh_from_db()
    assert made.summary == "Mine."


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Fill this in."),
        ("name", "x" * 81, "Shorten this to 80 characters: it has 81."),
        ("name", "evil\u202ename", "invisible characters"),
        ("name", "nul\0", "invisible characters"),
        ("provider", " ", "Fill this in."),
        ("summary", "two\nlines", "one line"),
        ("description", "x" * 5001, "Shorten this to 5000 characters"),
        ("categories", ["nonsense"], "Select a valid choice"),
        ("categories", [], "Choose an answer."),
        ("countries", "France, Atlantis", "Not known as a country: Atlantis."),
        ("website", "javascript:alert(1)", "Enter a valid URL."),
        ("website", "http://plain.example/", "Begin the address with https://."),
        ("contact", "not an address", "Enter a valid email address."),
        ("validated_on", "soon", "Enter a valid date."),
        ("validated_on", "2999-01-01", "still to come"),
        ("validated_on", "", "is not validated"),
        ("revision", "x", "Enter a whole number."),
    ],
)
def test_a_wrong_field_says_what_is_wrong_and_nothing_is_lost(
    olga: Person, field: str, typed: str | list[str], said: str
) -> None:
    made = add(olga, "shown")
    sent = form_of(made, provider="Kept Provider") | {field: typed}
    answer = signed_in(olga).post("/hub/manage/shown/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'role="alert"' in page
    assert "Kept Provider" in page or field == "provider"
    made.refresh_from_db()
    assert made.revision == 2


def test_the_operator_s_list_has_everything_and_can_be_searched(olga: Person) -> None:
    fill_hub(olga)
    page = signed_in(olga).get("/hub/manage/").content.decode()
    assert "12 integrations in our keeping" in page
    assert "Punchcard" in page
    found = signed_in(olga).get("/hub/manage/?q=punch").content.decode()
    assert "1 integration has “punch”" in found
    assert "Nightfold" not in found
