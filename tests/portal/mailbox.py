"""What was mailed to somebody, read where it waits, and the code in it."""

import re

from tillgate.foundation.models import Message

_CODE = re.compile(r"^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$", re.MULTILINE)


def mails_to(address: str) -> list[Message]:
    """Every mail to this address, the oldest first."""
    return list(Message.objects.filter(to=address).order_by("pk"))


def last_mail_to(address: str) -> Message:
    return mails_to(address)[-1]


def code_for(address: str) -> str:
    """The code of the newest mail to this address; it stands in text and HTML."""
    mail = last_mail_to(address)
    (code,) = _CODE.findall(mail.text)
    assert code in mail.html
    return str(code)


def another(code: str) -> str:
    """A code of the same form that is not this one."""
    return code.translate(str.maketrans("BCDFGHJKLMNPQRSTVWXZ", "ZBCDFGHJKLMNPQRSTVWX"))
