"""The session in which a mail server takes a mail from us."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from tillgate.foundation.mail_server import MailServer, Tls

_PATIENCE = 20.0  # seconds for each answer of the server


def deliver(server: MailServer, email: EmailMessage, *, sender: str, to: str) -> None:
    """Hand one mail over; raises OSError, smtplib's errors too, when it was not taken."""
    with connected(server) as session:
        session.send_message(email, sender, [to])


@contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A session with the mail server, encrypted and signed in as its URL says."""
    session = _opened(server)
    try:
        if server.tls is Tls.STARTTLS:
            session.starttls(context=ssl.create_default_context())
        if server.user:
            session.login(server.user, server.password)
        yield session
        # What was taken is taken, however the server says goodbye.
        with suppress(OSError):
            session.quit()
    finally:
        session.close()


def _opened(server: MailServer) -> smtplib.SMTP:
    if server.tls is not Tls.AT_ONCE:
        return smtplib.SMTP(server.host, server.port, timeout=_PATIENCE)
    trust = ssl.create_default_context()
    return smtplib.SMTP_SSL(server.host, server.port, timeout=_PATIENCE, context=trust)
