"""Where mail is handed over: the server that TILLGATE_SMTP_URL names."""

from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

_PORTS = {"smtp": 587, "smtps": 465}
_SHAPE = "write it like smtp://user:password@mail.example.com:587 or smtps://…"


class Tls(StrEnum):
    """How the connection is encrypted: from its first byte, after a word in the clear, not."""

    AT_ONCE = "at once"
    STARTTLS = "starttls"
    NONE = "none"


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server that takes our mail; without a user it asks for no password."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_mail_server(url: str) -> MailServer:
    """Read `smtp://user:password@host:port?tls=starttls|none` or `smtps://…`.

    Raises ValueError, whose text is the cure and never holds the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise ValueError(_SHAPE) from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError(_SHAPE)
    if parts.username and not parts.password:
        raise ValueError("give the password too; write @ : / and # in it as %40 %3A %2F %23")
    return MailServer(
        host=parts.hostname,
        port=port,
        tls=_tls(parts.scheme, parse_qs(parts.query, keep_blank_values=True)),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _tls(scheme: str, query: dict[str, list[str]]) -> Tls:
    if scheme == "smtps" and not query:
        return Tls.AT_ONCE
    wanted = query.pop("tls", [Tls.STARTTLS])
    if scheme == "smtp" and not query and wanted in ([Tls.STARTTLS], [Tls.NONE]):
        return Tls(wanted[0])
    raise ValueError("after the ? only tls=starttls or tls=none is known, and only for smtp://")
