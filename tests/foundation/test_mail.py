"""Queueing mail: in the act's transaction, to one address, with nothing smuggled in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from tillgate.foundation.mail import SENDING, BadAddress, queue_mail
from tillgate.foundation.models import Message, MessageState


def queued(**changed: str) -> Message:
    return queue_mail(**{"to": "a@example.com", "subject": "Hello", "text": "Hi"} | changed)


def test_a_mail_and_its_job_are_made_together(db: None) -> None:
    message = queued(html="<p>Hi</p>")
    assert (message.state, message.attempts, message.key) == (MessageState.WAITING, 0, None)
    job = ProcrastinateJob.objects.get(task_name=SENDING)
    assert (job.args, job.status) == ({"message_id": message.pk}, "todo")


def test_an_act_that_is_rolled_back_leaves_no_mail(db: None) -> None:
    def act() -> None:
        with transaction.atomic():
            queued()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert not Message.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_a_key_is_told_once(db: None) -> None:
    first = queued(key="request:R-1:approved")
    again = queued(key="request:R-1:approved", subject="Other")
    assert again == first
    assert again.subject == "Hello"
    assert queued(key="request:R-2:approved") != first
    assert ProcrastinateJob.objects.filter(task_name=SENDING).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_key_used_by_four_at_once_is_told_once() -> None:
    def one(_: int) -> int:
        try:
            return queued(key="race").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        (message_id,) = set(pool.map(one, range(4)))
    jobs = ProcrastinateJob.objects.filter(task_name=SENDING)
    assert jobs.filter(args__message_id=message_id).count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b@c.example",
        "a@example.com\nBcc: b@example.com",
        "a@example.com\r\nx",
        "a@example.com, b@example.com",
        "A <a@example.com>",
        "a b@example.com",
        "a@exa\0mple.com",
        "a@exam\u202eple.com",
        "a@" + "x" * 64 + ".example",
        "a@" + "x." * 130 + "example",
    ],
)
def test_a_mail_goes_to_one_address(db: None, address: str) -> None:
    with pytest.raises(BadAddress):
        queued(to=address)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Your request\r\nBcc: b@example.com", "Your request Bcc: b@example.com"),
        ("a\0b\u2028c", "a b c"),
        ("  Café Ünïque · 東京 ", "Café Ünïque · 東京"),
    ],
)
def test_a_subject_stays_one_line(db: None, given: str, kept: str) -> None:
    assert queued(subject=given).subject == kept


def test_a_text_without_what_no_database_takes(db: None) -> None:
    message = queued(text="a\0b\nc", html="<p>\0</p>")
    assert (message.text, message.html) == ("ab\nc", "<p></p>")
