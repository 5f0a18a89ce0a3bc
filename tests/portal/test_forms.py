"""Forms: what they refuse and in which words, and that nothing typed is lost."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Http
from django.urls import clear_url_caches
from hypothesis import given
from hypothesis import strategies as st
from tests.access.world import World
from tests.portal.frame_pages import EveryField
from tests.portal.pages_harness import Eye

from tillgate.portal.form_problems import problems_of

GOOD: dict[str, Any] = {
    "name": "Harbour Street Kitchens",
    "email": "maya@lindqvist.example",
    "purpose": "Daily journal\r\ninto our books\tand more",
    "apis": ["financial"],
    "size": "items",
    "country": "items",
    "count": "3",
    "since": "2026-01-01",
    "agreed": "on",
    "token": "t1",
}


@pytest.fixture(autouse=True)
def frame_site(settings: LazySettings) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.portal.frame_pages"
    yield
    clear_url_caches()


def filled(**changed: Any) -> EveryField:
    files = {"drawing": SimpleUploadedFile("a.png", b"x")}
    return EveryField({**GOOD, **changed}, files)  # type: ignore[arg-type]


def words(form: EveryField, field: str) -> list[str]:
    return [str(each) for each in form.errors.get(field, [])]


def test_what_is_right_is_taken_as_it_is() -> None:
    form = filled(name="Zoë Café 北京", note="")
    assert form.is_valid(), form.errors
    assert form.cleaned_data["purpose"] == "Daily journal\r\ninto our books\tand more"


@pytest.mark.parametrize(
    "hostile",
    [
        "a\0b",
        "\0",
        "user\u202egnp.exe",
        "pay\u200bpal",
        "pay\u200dpal",
        "a\u2066b",
        "\ufeffab",
        "a\u2060b",
        "a\u00adb",
        "a\x1bb",
        "a\x85b",
        "a\U000e0041b",
    ],
)
@pytest.mark.parametrize("field", ["name", "purpose", "email", "note"])
def test_characters_that_nobody_sees_are_refused(hostile: str, field: str) -> None:
    form = filled(**{field: hostile})
    assert not form.is_valid()
    assert any("invisible characters" in each for each in words(form, field))
    assert problems_of(form)[0].target == f"id_{field}"


@pytest.mark.parametrize(
    "said",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a non-joiner
        "\U0001f469\u200d\U0001f373",  # a cook, of two pictures joined
        "\u0915\u094d\u200d\u0937",  # Devanagari, with a joiner
        "Zoë — “quoted” …",
        "<b>=1+1</b>",
        "../../etc/passwd",
    ],
)
def test_what_people_write_is_taken(said: str) -> None:
    assert filled(name=said).is_valid()


@given(st.text(min_size=1))
def test_no_text_breaks_a_form(said: str) -> None:
    form = filled(name=said, purpose=said, email=said, count=said, since=said, country=said)
    form.is_valid()
    form.render()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count", "9" * 5000),
        ("count", "501"),
        ("count", "1e5"),
        ("count", "\0"),
        ("since", "2026-02-30"),
        ("since", "\0"),
        ("size", "\0"),
        ("apis", ["financial", "\u202e"]),
        ("country", "x" * 100_000),
    ],
)
def test_what_is_no_answer_is_refused(field: str, value: Any) -> None:
    form = filled(**{field: value})
    assert list(form.errors) == [field]
    assert form.render()


def test_a_line_is_one_line() -> None:
    assert words(filled(name="a\nb"), "name") == ["Write this in one line."]
    assert words(filled(purpose="a\nb"), "purpose") == []


def test_what_is_too_long_is_told_by_how_much() -> None:
    assert words(filled(name="x" * 201), "name") == ["Shorten this to 200 characters: it has 201."]
    assert words(filled(name="x" * 200), "name") == []
    assert words(filled(purpose="x" * 51), "purpose") == [
        "Shorten this to 50 characters: it has 51."
    ]
    assert words(filled(purpose="\r\n".join("x" * 25)), "purpose") == []
    assert words(filled(purpose="\r\n".join("x" * 26)), "purpose") != []


def test_a_browser_cuts_nothing_off() -> None:
    assert "maxlength" not in filled().render()


def test_what_is_missing_is_told_at_its_field() -> None:
    form = EveryField({"token": "t1"})
    assert {name: words(form, name) for name in form.errors} == {
        "name": ["Fill this in."],
        "email": ["Fill this in."],
        "purpose": ["Fill this in."],
        "apis": ["Choose an answer."],
        "size": ["Choose an answer."],
        "country": ["Choose an answer."],
        "count": ["Fill this in."],
        "since": ["Fill this in."],
        "drawing": ["Choose a file."],
        "agreed": ["Tick this to go on."],
    }


def test_every_problem_on_top_leads_to_something_on_the_page() -> None:
    form = EveryField({"token": "t1"})
    page = form.render()
    targets = [problem.target for problem in problems_of(form)]
    assert len(targets) == 10
    for target in targets:
        assert f'href="#{target}"' in page
        assert page.count(f'id="{target}"') == 1, target


def test_hint_and_error_are_tied_to_their_field() -> None:
    page = EveryField({"token": "t1"}).render()
    for field in ("name", "drawing", "agreed"):
        assert f'aria-describedby="id_{field}_helptext id_{field}_error"' in page
        assert f'id="id_{field}_helptext"' in page
        assert f'id="id_{field}_error"' in page
    assert 'aria-describedby="id_apis_error"' in page
    assert page.count('aria-invalid="true"') >= 7
    assert "(optional)" in page.split('for="id_note"')[1].split("</label>")[0]


def test_a_browser_may_fill_in_what_it_knows() -> None:
    page = EveryField().render()
    assert 'autocomplete="email"' in page.split('name="email"')[1].split(">")[0]
    assert page.count("autocomplete=") == 1


def test_what_is_wrong_with_the_whole_is_told_first() -> None:
    form = filled(note="whole", count="many")
    first, second = problems_of(form)
    assert (first.target, first.words) == ("", "These answers do not fit together.")
    assert second.target == "id_count"


def test_a_form_without_fault_shows_no_fault() -> None:
    page = EveryField().render()
    assert "alert" not in page
    assert "wrong" not in page
    assert "aria-invalid" not in page


def test_what_was_typed_stays_and_is_shown_as_text(db: None) -> None:
    typed = {**GOOD, "name": '"><script>alert(1)</script>', "email": "no address"}
    page = Http().post("/frame/fields/", typed).content.decode()
    assert "<title>Error: Every field" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert 'value="no address"' in page
    assert "Daily journal" in page
    assert page.count(" checked") == 3
    assert page.count(" selected") == 1


def test_forms_in_a_browser(committed: World, eye: Eye) -> None:
    page = eye.look_at("/frame/fields/", "frame-form", person=committed.owner)
    page.get_by_label("Business name").fill("  ")
    page.get_by_label("Purpose").fill("x" * 60)
    page.get_by_label("Financial").first.check()
    page.get_by_role("button", name="Send").click()
    page.locator("[role=alert]:focus").wait_for()
    assert page.get_by_label("Purpose").input_value() == "x" * 60
    eye.check(page, "frame-form-wrong")
    page.get_by_role("alert").get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id") == "id_name"
    page.get_by_role("link", name="Size").click()
    assert page.evaluate("document.activeElement.id") == "id_size_0"
