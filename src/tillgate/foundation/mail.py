"""Mail is queued in the transaction of the act it tells about; the worker sends it afterwards."""

import re

from django.db import transaction
from procrastinate.contrib.django import app

from tillgate.foundation import clock
from tillgate.foundation.models import Message

# Named and not imported: sending is the worker's, in a room above this one.
SENDING = "tillgate.site.tasks.send_message"

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"[^@\s,;:<>()\[\]\\\"]+@[^@\s,;:<>()\[\]\\\"]+")
_LONGEST_ADDRESS = 254


class BadAddress(ValueError):
    """A mail cannot go to this: it is not one e-mail address."""


def queue_mail(*, to: str, subject: str, text: str, html: str = "", key: str = "") -> Message:
    """Let a mail go out when the transaction around it is committed, and never if it is not.

    With a `key` that was used before, nothing is queued and the earlier mail is returned: an act
    that may run twice tells of itself once. Control characters in a subject become spaces, so
    that names from a form cannot add headers. Raises `BadAddress`.
    """
    fields = {
        "to": _one_address(to),
        "subject": _CONTROLS.sub(" ", subject).strip(),
        "text": text.replace("\0", ""),
        "html": html.replace("\0", ""),
        "created_at": clock.now(),
    }
    with transaction.atomic():
        if key:
            message, is_new = Message.objects.get_or_create(key=key, defaults=fields)
        else:
            message, is_new = Message.objects.create(**fields), True
        if is_new:
            defer_sending(message)
    return message


def defer_sending(message: Message) -> None:
    """Ask the worker to send a mail; asked twice, it still sends it once."""
    app.configure_task(SENDING).defer(message_id=message.pk)


def _one_address(address: str) -> str:
    address = address.strip()
    is_one = _ADDRESS.fullmatch(address) and not _CONTROLS.search(address)
    if not is_one or len(address) > _LONGEST_ADDRESS:
        raise BadAddress(f"{address!r} is not an e-mail address.")
    try:
        address.rpartition("@")[2].encode("idna")
    except UnicodeError as error:
        raise BadAddress(f"{address!r} is not an e-mail address.") from error
    return address
