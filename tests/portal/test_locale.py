"""Dates and amounts as their reader writes them, states as badges, languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel import Locale
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client as Http
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from tillgate.access.models import State
from tillgate.foundation import clock
from tillgate.portal.locale import FALLBACK, locale_of, reader_locale, readers_language
from tillgate.portal.states import STATES, Sign, shown

FACTS = {
    "day": date(2026, 11, 5),
    "when": datetime(2026, 11, 5, 14, 3, 59, tzinfo=UTC),
    "sum": Decimal("1234.50"),
    "nothing": None,
}


def drawn(source: str, accept: str = "", **facts: object) -> str:
    """What a template says to a reader whose browser asks for these languages."""

    def answer(request: HttpRequest) -> HttpResponse:
        template = engines["django"].from_string("{% load tillgate %}" + source)
        return HttpResponse(template.render({**FACTS, **facts}, request))

    headers = {"Accept-Language": accept} if accept else {}
    return readers_language(answer)(RequestFactory().get("/", headers=headers)).content.decode()


@pytest.mark.parametrize(
    ("accept", "day", "moment", "money"),
    [
        ("en-GB", "5 Nov 2026", "5 Nov 2026, 14:03 UTC", "€1,234.50"),
        ("", "5 Nov 2026", "5 Nov 2026, 14:03 UTC", "€1,234.50"),
        ("en", "5 Nov 2026", "5 Nov 2026, 14:03 UTC", "€1,234.50"),
        ("en-US", "Nov 5, 2026", "Nov 5, 2026, 2:03\u202fPM UTC", "€1,234.50"),
        (
            "fr",
            "5 nov. 2026",
            "5 nov. 2026, 14:03 TU",
            "1\u202f234,50\xa0€",
        ),
        ("de", "05.11.2026", "05.11.2026, 14:03 UTC", "1.234,50\xa0€"),
        ("tlh, de;q=0.5", "05.11.2026", "05.11.2026, 14:03 UTC", "1.234,50\xa0€"),
    ],
)
def test_dates_and_amounts_follow_the_reader(
    accept: str, day: str, moment: str, money: str
) -> None:
    assert drawn("{{ day|day }}", accept) == day
    assert drawn("{{ when|moment }}", accept) == moment
    assert drawn('{{ sum|money:"EUR" }}', accept) == money


def test_more_of_the_same() -> None:
    assert drawn('{{ day|day:"long" }}', "fr") == "5 novembre 2026"
    assert drawn("{{ when|day }}") == "5 Nov 2026"
    assert drawn('{{ when|moment:"Europe/Paris" }}') == "5 Nov 2026, 15:03 CET"
    assert drawn('{{ sum|money:"JPY" }}', "en", sum=29) == "JP¥29"
    assert drawn("{{ sum|number }}", "de") == "1.234,5"
    nothing = "{{ nothing|day }}{{ nothing|moment }}{{ nothing|ago }}"
    assert drawn(nothing + '{{ nothing|money:"EUR" }}{{ nothing|number }}{% time nothing %}') == ""


def test_how_long_ago() -> None:
    then = clock.now() - timedelta(days=3, minutes=1)
    assert drawn("{{ then|ago }}", then=then) == "3 days ago"
    assert drawn("{{ then|ago }}", "fr", then=then) == "il y a 3 jours"
    soon = clock.now() + timedelta(hours=2, minutes=1)
    assert drawn("{{ then|ago }}", "de", then=soon) == "in 2 Stunden"


def test_programs_can_read_the_time_too() -> None:
    assert drawn("{% time day %}") == '<time datetime="2026-11-05">5 Nov 2026</time>'
    moment = drawn('{% time when "moment" %}')
    assert moment == '<time datetime="2026-11-05T14:03:59+00:00">5 Nov 2026, 14:03 UTC</time>'
    ago = drawn('{% time when "ago" %}')
    assert 'title="5 Nov 2026, 14:03 UTC">' in ago


def test_money_is_never_a_float() -> None:
    with pytest.raises(TypeError, match="Decimal"):
        drawn('{{ sum|money:"EUR" }}', sum=29.0)


def test_outside_a_request_we_write_british() -> None:
    drawn("{{ day|day }}", "de")
    assert reader_locale() is FALLBACK


@given(st.text() | st.from_regex(r"[a-zA-Z*]{1,8}(-[a-zA-Z0-9]{1,8}){0,3}(;q=[0-9.]{1,4})?"))
def test_whatever_a_browser_asks_for_there_is_a_locale(accept: str) -> None:
    assert isinstance(locale_of(accept), Locale)


@pytest.mark.parametrize("accept", ["x" * 100_000, "de," * 20_000, "../../etc/passwd", "*", "\xff"])
def test_an_odd_header_breaks_no_page(db: None, accept: str) -> None:
    assert Http().get("/signed-out/", headers={"Accept-Language": accept}).status_code == 200


def test_a_page_names_its_language(db: None) -> None:
    answer = Http().get("/signed-out/", headers={"Accept-Language": "fr"})
    assert b'<html lang="en">' in answer.content, "no French texts yet"
    assert answer["Content-Language"] == "en"
    assert "Accept-Language" in answer["Vary"]
    assert "Content-Language" not in Http().post("/oauth/token").headers


def test_a_language_from_right_to_left_runs_so(db: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.LANGUAGES = [("en", "English"), ("ar", "Arabic")]
    page = Http().get("/signed-out/", headers={"Accept-Language": "ar"}).content.decode()
    assert '<html lang="ar" dir="rtl">' in page


# --- states ---------------------------------------------------------------------------------------


def test_a_state_is_a_sign_and_a_word() -> None:
    assert drawn('{% state "approved" %}') == '<span class="state ok">approved</span>'
    assert drawn('{% state "void" %}') == '<span class="state">void</span>'
    assert (
        drawn('{% badge "wait" said %}', said="<b>") == '<span class="state wait">&lt;b&gt;</span>'
    )


def test_a_word_may_mean_different_things() -> None:
    assert shown("sent", "agreement") == (Sign.WAIT, "waiting for signature")
    assert shown("sent", "mail") == shown("sent") == (Sign.OK, "sent")


def test_an_unknown_state_is_shown_as_it_is() -> None:
    assert drawn('{% state "half_done" %}') == '<span class="state">half done</span>'


def test_every_state_of_an_integration_is_known() -> None:
    assert {state.value for state in State} <= set(STATES)
