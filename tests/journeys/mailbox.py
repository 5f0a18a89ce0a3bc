"""The mail server of everybody in a journey: it takes mail from Tillgate and is read by people."""

import re
from collections import Counter
from contextlib import ExitStack
from email.message import EmailMessage
from typing import NamedTuple

from tests.post_office import PostOffice, body, post_office, wait_until

PATIENCE = 60.0  # seconds; a mail that was refused once is tried again after ten


class Letter(NamedTuple):
    """A mail as its reader uses it."""

    subject: str
    text: str

    @property
    def link(self) -> str:
        """The link it asks to follow."""
        return self._found(r"^(https?://\S+)$")

    @property
    def code(self) -> str:
        """The code it asks to type."""
        return self._found(r"^(\d{6}|[A-Z]{4}-[A-Z]{4})$")

    def _found(self, pattern: str) -> str:
        found = re.search(pattern, self.text, re.MULTILINE)
        assert found, f"nothing like {pattern} in: {self.text}"
        return found[1]


class Mailbox:
    """What arrived for whom; `shut` and `opened` are what happens to a server now and then."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        self._read: set[int] = set()
        self._open = ExitStack()
        self.open()

    @property
    def url(self) -> str:
        """What to set TILLGATE_SMTP_URL to."""
        office = PostOffice()
        office.port = self.port
        return office.url

    def open(self) -> None:
        """Take mail, at the same port as ever."""
        office = self._open.enter_context(post_office(self.port))
        self.port, office.mails = office.port, self.mails

    def shut(self) -> None:
        """Take none; what arrived is kept."""
        self._open.close()

    def newest(self, to: str, subject: str) -> Letter:
        """The newest mail whose subject has these words, waited for; each is read once."""
        wait_until(lambda: self._unread(to, subject), seconds=PATIENCE)
        mail = self._unread(to, subject)[-1]
        self._read |= {id(each) for each in self._unread(to, subject)}
        text = mail.get_body(("plain",))
        assert isinstance(text, EmailMessage)
        return Letter(mail["Subject"], body(text))

    def count(self, to: str, subject: str) -> int:
        """How many such mails arrived, read or not."""
        return len(self._all(to, subject))

    def repeated(self) -> list[str]:
        """The subjects of mails that arrived more than once."""
        ids = Counter(mail["Message-ID"] for mail in self.mails)
        return [mail["Subject"] for mail in self.mails if ids[mail["Message-ID"]] > 1]

    def _unread(self, to: str, subject: str) -> list[EmailMessage]:
        return [mail for mail in self._all(to, subject) if id(mail) not in self._read]

    def _all(self, to: str, subject: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == to and subject in mail["Subject"]]
