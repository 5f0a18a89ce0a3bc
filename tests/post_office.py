"""A real mail server on the loopback, which keeps what it is given."""

import asyncio
import email
import email.policy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from ssl import SSLContext
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "gate@office.example", "p@ss/word:1"


class PostOffice:
    """What arrived, and how the office behaves: answers to give, seconds to think before one."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.begun = 0
        self.answer = "250 taken"
        self.answer_to_recipient = "250 fine"
        self.thinks = 0.0
        self.port = 0

    @property
    def url(self) -> str:
        """What to set TILLGATE_SMTP_URL to."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"

    async def handle_RCPT(  # noqa: N802  the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer_to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_to_recipient

    async def handle_DATA(  # noqa: N802  the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.begun += 1
        await asyncio.sleep(self.thinks)
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.mails.append(mail)  # type: ignore[arg-type]  the policy makes it one
            self.envelopes.append(envelope)
        return self.answer

    def waited_for(self, count: int, *, seconds: float = 30) -> list[EmailMessage]:
        """The mails, once there are so many; fails when they do not come."""
        wait_until(lambda: len(self.mails) >= count, seconds=seconds)
        return self.mails


def body(part: EmailMessage) -> str:
    """The words of a mail without parts, or of one part, with plain line ends."""
    return str(part.get_content()).replace("\r\n", "\n")


def wait_until(holds: Callable[[], object], *, seconds: float = 30) -> None:
    """Look again and again until it holds; fails when it takes too long."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


class _AnyPort(Controller):  # type: ignore[misc]
    """Port 0 is any free one, which the library would ask for by that number."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _authenticates(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    assert isinstance(data, LoginPassword)
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@contextmanager
def post_office(port: int = 0, *, tls: SSLContext | None = None) -> Iterator[PostOffice]:
    """An open office during the block; with `tls` it wants STARTTLS and the password."""
    office = PostOffice()
    wants: dict[str, Any] = {"enable_SMTPUTF8": True, "data_size_limit": 10_000_000}
    if tls:
        wants |= {"tls_context": tls, "require_starttls": True, "auth_required": True}
        wants |= {"authenticator": _authenticates}
    controller = _AnyPort(office, hostname="127.0.0.1", port=port, **wants)
    controller.start()
    office.port = controller.port
    try:
        yield office
    finally:
        controller.stop()
