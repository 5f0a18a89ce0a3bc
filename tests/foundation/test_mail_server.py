"""Reading TILLGATE_SMTP_URL."""

import pytest

from tillgate.foundation.config import DEMO_MARK, load
from tillgate.foundation.environment import BadSetting
from tillgate.foundation.mail_server import MailServer, Tls, parse_mail_server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp://mail.example.com",
            MailServer(host="mail.example.com", port=587, tls=Tls.STARTTLS),
        ),
        ("smtp://h:25?tls=none", MailServer(host="h", port=25, tls=Tls.NONE)),
        ("smtp://h:25/?tls=starttls", MailServer(host="h", port=25, tls=Tls.STARTTLS)),
        (
            "smtps://me%40example.com:p%2Fw@h",
            MailServer(host="h", port=465, tls=Tls.AT_ONCE, user="me@example.com", password="p/w"),
        ),
        ("smtp://[::1]:2525?tls=none", MailServer(host="::1", port=2525, tls=Tls.NONE)),
    ],
)
def test_a_url_says_host_port_user_and_encryption(url: str, server: MailServer) -> None:
    assert parse_mail_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://h:port",
        "smtp://h:99999",
        "smtp://h/path",
        "smtp://user@h",
        "smtp://u:secret@h?tls=perhaps",
        "smtp://u:secret@h?timeout=5",
        "smtps://u:secret@h?tls=none",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadSetting, match="TILLGATE_SMTP_URL") as refused:
        load({"TILLGATE_SMTP_URL": url})
    assert "secret" not in str(refused.value)


def test_a_password_is_not_shown_by_accident() -> None:
    assert "secret" not in repr(load({"TILLGATE_SMTP_URL": "smtp://me:secret@h"}))


@pytest.mark.parametrize("value", ["gate@example.com", "Tillgate <gate@example.com>"])
def test_a_sender_is_an_address_with_or_without_a_name(value: str) -> None:
    assert load({"TILLGATE_MAIL_FROM": value}).mail_from == value


@pytest.mark.parametrize("value", ["Tillgate", "a@b.example, c@d.example", "a@b.example\nX: y"])
def test_a_sender_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(BadSetting, match="TILLGATE_MAIL_FROM"):
        load({"TILLGATE_MAIL_FROM": value})


def test_nothing_is_a_demo_by_setting_alone(tmp_path) -> None:  # type: ignore[no-untyped-def]
    environ = {"TILLGATE_DATA_DIR": str(tmp_path), "TILLGATE_DEMO": "1"}
    with pytest.raises(BadSetting, match="TILLGATE_DEMO"):
        load(environ)
    (tmp_path / DEMO_MARK).touch()
    assert load(environ).demo
    assert not load({"TILLGATE_DATA_DIR": str(tmp_path)}).demo
