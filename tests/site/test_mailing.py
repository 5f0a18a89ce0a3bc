"""Mail over a real SMTP server: it waits while the server is down and is sent once."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from tests.post_office import PASSWORD, USER, PostOffice, body, post_office, wait_until

from tillgate.foundation.config import DEMO_MARK, config
from tillgate.foundation.mail import SENDING, queue_mail
from tillgate.foundation.models import Message, MessageState
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import setting_name
from tillgate.site.mailing import BackOff, NotSent, requeue_lost, send_message

SENDER = "Tillgate <gate@example.com>"


@pytest.fixture
def settings_said(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Settings are read afresh, and forgotten at the end."""
    monkeypatch.setenv("TILLGATE_MAIL_FROM", SENDER)
    config.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    config.cache_clear()


@pytest.fixture
def office(settings_said: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    with post_office() as opened:
        settings_said.setenv("TILLGATE_SMTP_URL", opened.url)
        yield opened


def a_mail(**changed: str) -> Message:
    return queue_mail(
        **{
            "to": "robin@example.com",
            "subject": "Your code",
            "text": "It is 123456.\n",
            "html": "<p>It is <b>123456</b>.</p>\n",
        }
        | changed
    )


def row(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def test_text_and_html_arrive(db: None, office: PostOffice) -> None:
    message = a_mail()
    send_message(message.pk)
    (mail,) = office.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == (SENDER, message.to, message.subject)
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [(part.get_content_type(), body(part)) for part in mail.iter_parts()]
    assert kinds == [("text/plain", message.text), ("text/html", message.html)]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert (row(message).state, row(message).attempts) == (MessageState.SENT, 1)
    assert row(message).sent_at is not None


def test_a_mail_without_html_is_plain(db: None, office: PostOffice) -> None:
    send_message(a_mail(html="").pk)
    assert office.mails[0].get_content_type() == "text/plain"


def test_codes_and_links_are_gone_once_sent(db: None, office: PostOffice) -> None:
    message = a_mail()
    send_message(message.pk)
    assert (row(message).text, row(message).html) == ("", "")


def test_other_scripts_arrive_whole(db: None, office: PostOffice) -> None:
    words = "Café Ünïque · 東京 " + "ü" * 200
    message = a_mail(to="jörg@bücher.example", subject=words, text=words + "\n", html="")
    send_message(message.pk)
    (mail,) = office.mails
    assert mail["Subject"] == message.subject
    assert body(mail) == words + "\n"
    assert office.envelopes[0].rcpt_tos == ["jörg@xn--bcher-kva.example"]


def test_a_subject_from_a_form_adds_no_header(db: None, office: PostOffice) -> None:
    send_message(a_mail(subject="Hi\r\nBcc: eve@example.com\r\n\r\nBody").pk)
    assert office.mails[0]["Bcc"] is None
    assert office.envelopes[0].rcpt_tos == ["robin@example.com"]


def test_a_server_that_is_down_is_tried_again_and_gets_it_once(
    db: None, settings_said: pytest.MonkeyPatch
) -> None:
    with post_office() as gone:
        pass
    settings_said.setenv("TILLGATE_SMTP_URL", gone.url)
    message = a_mail()
    for attempt in (1, 2):
        with pytest.raises(NotSent, match="refused"):
            send_message(message.pk)
        assert (row(message).state, row(message).attempts) == (MessageState.WAITING, attempt)
    assert row(message).text
    with post_office(gone.port) as office:
        for _ in range(3):
            send_message(message.pk)
        assert len(office.mails) == 1
    assert row(message).attempts == 3


def test_a_mail_sent_again_has_the_same_message_id(db: None, office: PostOffice) -> None:
    message = a_mail()
    send_message(message.pk)
    Message.objects.update(state=MessageState.WAITING)  # as after a crash before the commit
    send_message(message.pk)
    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]
    send_message(a_mail().pk)
    assert office.mails[2]["Message-ID"] != first["Message-ID"]
    assert first["Message-ID"].endswith("@example.com>")


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_mail(office: PostOffice) -> None:
    message = a_mail()
    office.thinks = 0.5

    def one(_: int) -> None:
        try:
            send_message(message.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(2)))
    assert len(office.mails) == 1


def test_a_server_that_answers_not_now_is_tried_again(db: None, office: PostOffice) -> None:
    office.answer = "451 later"
    message = a_mail()
    with pytest.raises(NotSent, match="later"):
        send_message(message.pk)
    office.answer = "250 fine"
    send_message(message.pk)
    assert len(office.mails) == 1


@pytest.mark.parametrize(
    ("answer", "hours", "state"),
    [
        ({"answer": "451 later"}, 25, MessageState.WAITING),
        ({"answer": "451 later"}, 24 * 4 + 1, MessageState.FAILED),
        ({"answer": "554 no"}, 23, MessageState.WAITING),
        ({"answer": "554 no"}, 25, MessageState.FAILED),
        ({"answer_to_recipient": "550 nobody"}, 25, MessageState.FAILED),
        ({"answer_to_recipient": "450 nobody now"}, 25, MessageState.WAITING),
    ],
)
def test_a_mail_is_given_up_after_a_day_of_refusals_or_four_without_an_answer(
    db: None, office: PostOffice, answer: dict[str, str], hours: int, state: str
) -> None:
    vars(office).update(answer)
    message = a_mail()
    Message.objects.update(created_at=message.created_at - timedelta(hours=hours))
    if state == MessageState.WAITING:
        with pytest.raises(NotSent):
            send_message(message.pk)
    else:
        send_message(message.pk)  # it raises nothing: there is no use in trying again
    assert row(message).state == state
    assert bool(row(message).text) == (state == MessageState.WAITING)
    assert row(message).last_error
    assert office.mails == []


@pytest.mark.parametrize("unset", ["TILLGATE_SMTP_URL", "TILLGATE_MAIL_FROM"])
def test_without_settings_the_mail_waits_and_says_why(
    db: None, office: PostOffice, settings_said: pytest.MonkeyPatch, unset: str
) -> None:
    settings_said.delenv(unset)
    message = a_mail()
    with pytest.raises(NotSent, match=unset):
        send_message(message.pk)
    assert row(message).state == MessageState.WAITING


def test_in_a_demo_the_outbox_is_where_mail_arrives(
    db: None, settings_said: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / DEMO_MARK).touch()
    settings_said.setenv("TILLGATE_DATA_DIR", str(tmp_path))
    settings_said.setenv("TILLGATE_DEMO", "1")
    message = a_mail()
    send_message(message.pk)
    assert (row(message).state, row(message).text) == (MessageState.SENT, message.text)


def test_a_demo_with_a_mail_server_sends_as_well(
    db: None, office: PostOffice, settings_said: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / DEMO_MARK).touch()
    settings_said.setenv("TILLGATE_DATA_DIR", str(tmp_path))
    settings_said.setenv("TILLGATE_DEMO", "1")
    settings_said.delenv("TILLGATE_MAIL_FROM")
    message = a_mail()
    send_message(message.pk)
    assert len(office.mails) == 1
    assert row(message).text == message.text


def test_starttls_and_password(db: None, settings_said: pytest.MonkeyPatch, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    with post_office(tls=context) as office:
        user, password = USER.replace("@", "%40"), PASSWORD.replace("@", "%40").replace("/", "%2F")
        url = f"smtp://{user}:{password.replace(':', '%3A')}@localhost:{office.port}"
        settings_said.setenv("TILLGATE_SMTP_URL", url)
        message = a_mail()
        with pytest.raises(NotSent, match="certificate"):
            send_message(message.pk)
        settings_said.setenv("SSL_CERT_FILE", str(certificate))
        send_message(message.pk)
        assert len(office.mails) == 1
        settings_said.setenv("TILLGATE_SMTP_URL", url.replace("%3A", "x"))
        config.cache_clear()
        with pytest.raises(NotSent, match="Authentication"):
            send_message(a_mail().pk)


def make_certificate(folder: Path) -> Path:
    """A certificate for localhost that only we trust; the key lies beside it."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")),
        ],
        check=True,
        capture_output=True,
    )
    return folder / "certificate.pem"


def test_waits_grow_to_four_hours() -> None:
    waits = [_wait(attempts) for attempts in range(12)]
    assert waits[:4] == [10, 30, 90, 270]
    assert waits == sorted(waits)
    assert waits[-1] == 4 * 3600


def _wait(attempts: int) -> float:
    job = Job(
        id=1,
        queue="default",
        lock=None,
        queueing_lock=None,
        task_name=SENDING,
        attempts=attempts,
    )
    decision = BackOff().get_retry_decision(exception=NotSent(), job=job)
    from procrastinate.utils import utcnow  # noqa: PLC0415

    assert decision is not None
    assert decision.retry_at is not None
    return round((decision.retry_at - utcnow()).total_seconds())


def test_a_mail_that_lost_its_job_gets_another(db: None) -> None:
    kept, lost = a_mail(), a_mail()
    _jobs_of(lost)._raw_delete("default")
    assert requeue_lost() == 1
    assert _jobs_of(lost).count() == _jobs_of(kept).count() == 1
    assert requeue_lost() == 0


def _jobs_of(message: Message):  # type: ignore[no-untyped-def]
    return ProcrastinateJob.objects.filter(task_name=SENDING, args__message_id=message.pk)


# --- real worker processes -----------------------------------------------------------------------


class Worker:
    """A `tillgate worker` of its own on the test's database."""

    def __init__(self, urls: dict[Role, str], folder: Path, smtp_url: str) -> None:
        environ = {setting_name(role): url for role, url in urls.items()}
        environ |= {"TILLGATE_SMTP_URL": smtp_url, "TILLGATE_MAIL_FROM": SENDER}
        environ |= {"TILLGATE_DATA_DIR": str(folder)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tillgate", "worker"], env={**os.environ, **environ}
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def worker(role_urls: dict[Role, str], tmp_path: Path) -> Iterator[object]:
    started: list[Worker] = []

    def start(smtp_url: str) -> Worker:
        started.append(Worker(role_urls, tmp_path, smtp_url))
        return started[-1]

    yield start
    for each in started:
        each.kill()


@pytest.mark.django_db(transaction=True)
def test_a_worker_sends_what_waited_for_the_server(worker) -> None:  # type: ignore[no-untyped-def]
    with post_office() as gone:
        pass
    message = a_mail()
    worker(gone.url)
    wait_until(lambda: row(message).attempts >= 1)
    with post_office(gone.port) as office:
        office.waited_for(1)
        wait_until(lambda: row(message).state == MessageState.SENT)
        assert len(office.mails) == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_is_replaced_by_another(worker) -> None:  # type: ignore[no-untyped-def]
    with post_office() as office:
        office.thinks = 15.0
        message = a_mail()
        first = worker(office.url)
        wait_until(lambda: office.begun == 1)
        first.kill()
        assert row(message).state == MessageState.WAITING
        office.thinks = 0.0
        worker(office.url)
        wait_until(lambda: row(message).state == MessageState.SENT)
        assert len(office.mails) == 1
