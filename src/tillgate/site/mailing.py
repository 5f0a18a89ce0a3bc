"""Handing waiting mail to the mail server: each once, tried for days, then given up aloud.

The row is locked while it is sent, so two workers never send one mail. What cannot be promised:
when the process dies after the server has taken the mail and before that is committed, it is
sent again, under the same Message-ID, by which receivers may know the second for what it is.
"""

import logging
import smtplib
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from django.db import transaction
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from tillgate.foundation import clock
from tillgate.foundation.config import Config, config
from tillgate.foundation.mail import SENDING, defer_sending
from tillgate.foundation.models import Message, MessageState
from tillgate.site import smtp

TRIED_FOR = timedelta(days=4)
REFUSED_FOR = timedelta(days=1)
_FIRST_WAIT, _LONGEST_WAIT = 10, 4 * 3600  # seconds
_DEMO_SENDER = "Tillgate demo <gate@demo.example>"

log = logging.getLogger("tillgate.mail")


class NotSent(Exception):
    """The mail waits on; its text says what kept it."""


class BackOff(BaseRetryStrategy):
    """Try again after 10 s, 30 s, 90 s and so on, at last every four hours."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try next; how long altogether is decided by `send_message`."""
        waits = _FIRST_WAIT * 3 ** min(job.attempts, 10)
        return RetryDecision(retry_in={"seconds": min(waits, _LONGEST_WAIT)})


def send_message(message_id: int) -> None:
    """Send a mail if it still waits. Raises `NotSent` where it is to be tried again."""
    with transaction.atomic():
        waiting = Message.objects.select_for_update().filter(state=MessageState.WAITING)
        message = waiting.filter(pk=message_id).first()
        if message is None:
            return
        message.attempts += 1
        try:
            _deliver(message, config())
        except (NotSent, OSError) as error:
            _note_failure(message, error)
        else:
            message.state, message.sent_at = MessageState.SENT, clock.now()
        if message.state != MessageState.WAITING and not config().demo:
            message.text = message.html = ""
        message.save()
    if message.state == MessageState.WAITING:
        raise NotSent(message.last_error)


def requeue_lost() -> int:
    """Give every waiting mail a job that has none, such as one whose worker was killed."""
    with transaction.atomic():
        waiting = Message.objects.select_for_update(skip_locked=True)
        jobs = ProcrastinateJob.objects.filter(task_name=SENDING, status="todo")
        queued = set(jobs.values_list("args__message_id", flat=True))
        lost = [m for m in waiting.filter(state=MessageState.WAITING) if m.pk not in queued]
        for message in lost:
            defer_sending(message)
    return len(lost)


def _deliver(message: Message, conf: Config) -> None:
    if conf.demo and conf.mail_server is None:
        return  # The outbox page is where a demo's mail arrives.
    if conf.mail_server is None:
        raise NotSent("TILLGATE_SMTP_URL is not set")
    sender = conf.mail_from or (_DEMO_SENDER if conf.demo else "")
    if not sender:
        raise NotSent("TILLGATE_MAIL_FROM is not set")
    email, address = as_email(message, sender), parseaddr(sender)[1]
    smtp.deliver(conf.mail_server, email, sender=address, to=_routable(message.to))


def as_email(message: Message, sender: str) -> EmailMessage:
    """The mail as it travels: text, and HTML beside it where there is any.

    Its Message-ID comes from the row alone, so that a mail sent twice is recognised.
    """
    email = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))
    email["From"] = sender
    email["To"] = _routable(message.to)
    email["Subject"] = message.subject
    email["Date"] = format_datetime(clock.now())
    domain = parseaddr(sender)[1].rpartition("@")[2]
    email["Message-ID"] = f"<{message.created_at:%Y%m%d.%H%M%S%f}.{message.pk}@{_ascii(domain)}>"
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.text)
    if message.html:
        email.add_alternative(message.html, subtype="html")
    return email


def _routable(address: str) -> str:
    """An address with its domain in ASCII; any other local part needs a server with SMTPUTF8."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{_ascii(domain)}"


def _ascii(domain: str) -> str:
    return domain.encode("idna").decode()


def _note_failure(message: Message, error: Exception) -> None:
    """Keep why, and give up when it has been tried for long enough."""
    message.last_error = " ".join(f"{type(error).__name__}: {error}".split())
    if isinstance(error, NotSent):
        message.last_error = str(error)
    patience = REFUSED_FOR if _is_refusal(error) else TRIED_FOR
    if clock.now() - message.created_at < patience:
        log.warning("mail %s waits: %s", message.pk, message.last_error)
        return
    message.state = MessageState.FAILED
    log.error("mail %s is given up: %s", message.pk, message.last_error)


def _is_refusal(error: Exception) -> bool:
    """Whether the server said no for good to this mail, rather than being away or misconfigured."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
