"""The outbox: in a demo everything that was mailed, elsewhere nothing at all."""

import pytest
from django.conf import LazySettings
from django.test import Client as Http
from tests.access.world import World
from tests.portal.browser import signed_in
from tests.portal.pages_harness import Eye

from tillgate.content.mails import render_mail
from tillgate.foundation.mail import queue_mail
from tillgate.foundation.models import Message


@pytest.fixture
def demo(settings: LazySettings) -> None:
    settings.TILLGATE_DEMO = True


def a_mail(to: str = "robin@example.com", **changed: str) -> Message:
    facts = {"subject": "Hello", "text": "See https://gate.example/x?a=1&b=2 <b>\n\nBye"}
    return queue_mail(
        to=to, **(facts | {"html": "<html><head></head><body>Hi</body></html>"} | changed)
    )


def test_outside_a_demo_there_is_none(world: World) -> None:
    mail = a_mail()
    for browser in (Http(), signed_in(world.owner)):
        for path in ("/outbox/", f"/outbox/{mail.pk}/", f"/outbox/{mail.pk}/look/"):
            assert browser.get(path).status_code == 404
        assert b"Outbox" not in browser.get("/sign-out/", follow=True).content


def test_every_mail_is_listed_the_newest_first(demo: None, db: None) -> None:
    a_mail(subject="First")
    a_mail("kim@example.com", subject="Second <script>")
    page = Http().get("/outbox/").content.decode()
    assert page.index("Second &lt;script&gt;") < page.index("First")
    assert "2 mails were written" in page
    assert "waiting to be sent" in page
    only = Http().get("/outbox/", {"to": "KIM@example.com"}).content.decode()
    assert "Second" in only
    assert "First" not in only
    assert b"0 mails" in Http().get("/outbox/", {"to": "a\0b"}).content
    assert b'href="/outbox/"' in Http().get("/sign-in/").content


def test_a_mail_is_text_with_links_that_work(demo: None, db: None) -> None:
    page = Http().get(f"/outbox/{a_mail().pk}/")
    text = page.content.decode()
    assert 'href="https://gate.example/x?a=1&amp;b=2"' in text
    assert "&lt;b&gt;" in text
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


def test_a_mail_s_html_cannot_run_or_reach_anything(demo: None, db: None) -> None:
    answer = Http().get(f"/outbox/{a_mail(html='<html><head></head>Hi').pk}/look/")
    assert answer.content == b'<html><head><base target="_blank"></head>Hi'
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    rules = answer["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in rules
    assert "frame-ancestors 'self'" in rules
    (sandbox,) = [rule for rule in rules if rule.startswith("sandbox")]
    assert "allow-scripts" not in sandbox
    assert "allow-same-origin" not in sandbox


@pytest.mark.parametrize("path", ["/outbox/0/", "/outbox/99999999999999999999/", "/outbox/x/"])
def test_a_mail_that_is_none_is_not_found(demo: None, db: None, path: str) -> None:
    assert Http().get(path).status_code == 404


def test_long_lists_have_pages(demo: None, db: None) -> None:
    for number in range(51):
        a_mail(subject=f"Mail no. {number}")
    assert b"Mail no. 0<" not in Http().get("/outbox/").content
    assert b"Mail no. 0<" in Http().get("/outbox/?page=2").content
    assert Http().get("/outbox/?page=x").status_code == 200


def test_the_outbox_is_fit_to_be_seen(demo: None, committed: World, eye: Eye) -> None:
    facts = {"code": "BCDF-GHJK", "minutes": "15"}
    made = render_mail("sign_in_code", facts)
    mail = a_mail(subject=made.subject, text=made.text, html=made.html)
    try:
        eye.look_at("/outbox/", "outbox")
        page = eye.look_at(f"/outbox/{mail.pk}/", "outbox-mail")
        assert "BCDF-GHJK" in page.frame_locator("iframe").locator("body").inner_text()
    finally:
        mail.delete()
