"""What every page shares: who may open it, what it links to, and how refusals are told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.test import Client as Http
from django.test import RequestFactory
from django.urls import NoReverseMatch, clear_url_caches, reverse
from tests.access.world import World, make_person
from tests.portal import frame_pages, pages_harness
from tests.portal.browser import signed_in
from tests.portal.pages_harness import Eye

from tillgate.access.acts import add_membership, add_staff_role
from tillgate.directory.models import Person, Role, StaffRole
from tillgate.directory.permissions import TABLE
from tillgate.portal import second_factor
from tillgate.portal.navigation import FOOT, MAIN, links
from tillgate.portal.urls import urlpatterns as portal_paths


@pytest.fixture(autouse=True)
def frame_site(settings: LazySettings) -> Iterator[None]:
    """The portal with the pages of these tests."""
    settings.ROOT_URLCONF = "tests.portal.frame_pages"
    yield
    clear_url_caches()


@pytest.fixture
def reviewer(db: None) -> Person:
    person = make_person("rae")
    add_staff_role(person=person, role=StaffRole.PARTNER_SERVICES, actor="test")
    return person


def labels(page: bytes) -> list[str]:
    """What the main navigation offers."""
    nav = page.decode().split("<nav")[1].split("</nav>")[0]
    return [part.split("<")[0] for part in nav.split('">')[2:]]


# --- who may open a page -----------------------------------------------------------------------


def test_every_page_names_a_permission_of_the_table() -> None:
    named = [each.callback.may for each in portal_paths if hasattr(each.callback, "may")]
    assert named
    assert set(named) <= set(TABLE)


def test_a_page_cannot_need_an_unknown_permission() -> None:
    with pytest.raises(ImproperlyConfigured, match="nobody:knows"):
        frame_pages.page("x/", frame_pages.reviewers, name="x", may="nobody:knows")


def test_who_is_not_signed_in_signs_in_and_comes_back(db: None) -> None:
    answer = Http().get("/frame/reviewers/?page=2")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=%2Fframe%2Freviewers%2F%3Fpage%3D2"


def test_htmx_is_told_to_go_and_sign_in(db: None) -> None:
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/frame/part/?a=1"}
    answer = Http().get("/frame/reviewers/", headers=asked)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Fframe%2Fpart%2F%3Fa%3D1"


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://testserver/frame/part/", "%2Fframe%2Fpart%2F"),
        ("https://evil.example/x", "%2F"),
        ("javascript:alert(1)", "%2F"),
        ("", "%2F"),
    ],
)
def test_after_a_form_one_comes_back_to_its_page(db: None, referer: str, leads_to: str) -> None:
    answer = Http().post("/frame/post/", headers={"Referer": referer})
    assert answer["Location"] == f"/sign-in/?next={leads_to}"


def test_who_may_not_is_told_so(world: World, reviewer: Person) -> None:
    assert signed_in(reviewer).get("/frame/reviewers/").content == reviewer.email.encode()
    answer = signed_in(world.owner).get("/frame/reviewers/")
    assert answer.status_code == 403
    assert b"This is not open to you" in answer.content


def test_an_account_that_was_closed_may_nothing(reviewer: Person) -> None:
    browser = signed_in(reviewer)
    Person.objects.filter(pk=reviewer.pk).update(is_active=False)
    assert browser.get("/frame/reviewers/").status_code == 302


def test_other_methods_than_the_pages_own_are_refused(reviewer: Person) -> None:
    browser = signed_in(reviewer)
    assert browser.head("/frame/reviewers/").status_code == 200
    assert browser.delete("/frame/reviewers/").status_code == 405
    visit = browser.get("/frame/post/")
    assert (visit.status_code, visit["Allow"]) == (405, "POST")
    assert b"There is nothing to see at this address" in visit.content
    assert browser.post("/frame/post/").status_code == 200


@pytest.mark.parametrize(("needed", "status"), [(True, 302), (False, 200)])
def test_staff_without_a_second_factor_are_asked_for_it(
    reviewer: Person,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    needed: bool,
    status: int,
) -> None:
    settings.STAFF_NEEDS_SECOND_FACTOR = needed
    monkeypatch.setattr(second_factor, "second_factor_missing", lambda _: True)
    monkeypatch.setattr(second_factor, "PAGE", "frame_part")
    answer = signed_in(reviewer).get("/frame/reviewers/")
    assert answer.status_code == status
    if needed:
        assert answer["Location"] == "/frame/part/?next=%2Fframe%2Freviewers%2F"
    assert signed_in(reviewer).get("/frame/components/").status_code == 200, "open to anyone"


# --- refusals -------------------------------------------------------------------------------------


def test_a_refused_act_says_what_happened_and_what_to_do(db: None) -> None:
    came_from = {"Referer": "http://testserver/frame/part/?a=1"}
    answer = Http().post("/frame/closed/", headers=came_from)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<h1>R-1042 was decided by Rae at 14:03</h1>" in page
    assert "Open it to see the decision." in page
    assert 'href="/frame/part/?a=1"' in page


def test_a_refusal_never_leads_elsewhere(db: None) -> None:
    answer = Http().post("/frame/closed/", headers={"Referer": "https://evil.example/"})
    assert b"evil" not in answer.content
    assert b'href="/"' in answer.content


def test_an_act_may_refuse_where_the_page_did_not(reviewer: Person) -> None:
    assert signed_in(reviewer).get("/frame/act/").status_code == 403
    assert Http().get("/frame/act/")["Location"] == "/sign-in/?next=%2Fframe%2Fact%2F"


def test_our_own_mistakes_are_no_refusals(db: None) -> None:
    browser = Http(raise_request_exception=False)
    answer = browser.get("/frame/broken/")
    assert answer.status_code == 500
    assert b"a detail" not in answer.content


# --- navigation -----------------------------------------------------------------------------------


def test_everybody_sees_what_their_roles_may_use(world: World, reviewer: Person) -> None:
    def seen(browser: Http) -> list[str]:
        return labels(browser.get("/frame/components/").content)

    member = make_person("mo")
    add_membership(
        person=member, business_id=world.shop.business_id, role=Role.MEMBER, actor="test"
    )
    assert {"Access", "Requests"}.isdisjoint(seen(Http()))
    assert "Overview" in seen(Http())
    assert "Requests" in seen(signed_in(reviewer))
    assert "Access" not in seen(signed_in(reviewer))
    assert "Access" in seen(signed_in(member))
    assert "Requests" not in seen(signed_in(member))


def test_pages_are_offered_in_the_order_of_the_list(reviewer: Person) -> None:
    request = RequestFactory().get("/")
    request.user = reviewer
    order = [str(item.label) for item in MAIN]
    offered = [link.label for link in links(request)]
    assert offered == sorted(offered, key=order.index)


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/frame/overview/", "Overview"),
        ("/frame/overview/more/", "Overview"),
        ("/frame/overviews/", None),
        ("/", None),
    ],
)
def test_the_page_one_is_in_is_marked(db: None, path: str, current: str | None) -> None:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    marked = [link.label for link in links(request) if link.is_current]
    assert marked == ([current] if current else [])
    page = Http().get("/frame/overview/").content.decode()
    assert page.count('aria-current="page"') == 1


def test_pages_that_do_not_exist_are_not_offered(db: None, settings: LazySettings) -> None:
    settings.ROOT_URLCONF = "tests.portal.frame_pages"
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert "/frame/check/" in {link.url for link in links(request, FOOT)}
    unknown = FOOT[0]._replace(name="no_such_page")
    assert links(request, (unknown,)) == []


def test_every_page_of_the_navigation_exists(settings: LazySettings) -> None:
    settings.ROOT_URLCONF = "tillgate.site.urls"
    assert [item.name for item in (*MAIN, *FOOT) if _is_missing(item.name)] == []
    assert {item.permission for item in (*MAIN, *FOOT)} <= set(TABLE)


def _is_missing(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return True
    return False


def test_navigation_costs_two_queries(world: World, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    request = RequestFactory().get("/")
    request.user = world.owner
    with django_assert_num_queries(2):
        assert links(request)


def test_who_is_signed_in_is_named_and_can_leave(world: World) -> None:
    page = signed_in(world.owner).get("/frame/components/").content.decode()
    assert f'<a href="/account/">{world.owner.name}</a>' in page
    assert 'action="/sign-out/"' in page
    stranger = Http().get("/frame/components/").content.decode()
    assert "Sign out" not in stranger
    assert 'href="/sign-in/"' in stranger


# --- in a browser ---------------------------------------------------------------------------------


def test_the_look_holds_in_every_width_and_both_lights(committed: World, eye: Eye) -> None:
    eye.look_at("/frame/components/", "frame-components", person=committed.owner)
    page = eye.open("/frame/components/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    eye.look_at("/frame/closed/", "frame-refused", status=409)
    eye.look_at("/frame/reviewers/", "frame-not-permitted", person=committed.owner, status=403)


def test_a_part_of_a_page_is_loaded_and_a_refusal_of_it_is_shown(
    committed: World, eye: Eye
) -> None:
    page = eye.open("/frame/part/", person=committed.owner)
    page.get_by_role("button", name="Load").click()
    page.get_by_text("The part has come.").wait_for()
    page.get_by_role("button", name="Break").click()
    page.get_by_role("heading", name="R-1042 was decided").wait_for()
    assert page.get_by_role("banner").count() == 1
    page.goto("/frame/part/")
    page.get_by_role("button", name="Hide").click()
    page.get_by_role("heading", name="This is not open to you").wait_for()
    assert [text for text in page.complaints if "Content Security" in text] == []


def test_htmx_leads_to_sign_in_when_the_session_is_over(committed: World, eye: Eye) -> None:
    page = eye.open("/frame/part/")
    page.get_by_role("button", name="Hide").click()
    page.wait_for_url("**/sign-in/?next=%2Fframe%2Fpart%2F")


def test_the_harness_sees_what_is_wrong(
    committed: World, eye: Eye, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_harness, "SCREENSHOTS", tmp_path)
    page = eye.open("/frame/part/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x>')")
    with pytest.raises(AssertionError):
        eye.check(page, "frame-wrong")
    page = eye.open("/frame/part/")
    page.evaluate("document.querySelector('main').innerHTML = '<input name=a>'")
    with pytest.raises(AssertionError, match="label"):
        eye.check(page, "frame-wrong")
    page = eye.open("/frame/part/")
    page.evaluate("document.querySelector('main').textContent = 'x'")
    page.evaluate("document.querySelector('main').style.width = '500px'")
    with pytest.raises(AssertionError, match="room for 320"):
        eye.check(page, "frame-wrong")
