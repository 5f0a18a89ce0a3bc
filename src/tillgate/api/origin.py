"""The public base URL of a call: the setting, else what the request itself came by.

`Host` is believed when it is one of our hosts: otherwise anybody could make us print links to a
place of theirs. What a trusted proxy forwards has been put into the scope by whoever serves us.
"""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from tillgate.api.call import Call
from tillgate.foundation.config import Config

_KEPT = 1024


def base_url_of(config: Config) -> Callable[[Call], str]:
    """A function that tells the base URL of a call, without a slash at its end."""
    if config.base_url:
        return lambda _: config.base_url
    hosts = frozenset(host.lower() for host in config.hosts)

    @lru_cache(_KEPT)
    def url(scheme: str, host: str, server: tuple[str, int] | None) -> str:
        if _is_ours(host, hosts):
            return f"{scheme}://{host}"
        name, port = server or ("localhost", 80)
        return f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}"

    def base(call: Call) -> str:
        scheme, host = call.scope.get("scheme", "http"), call.header(b"host")
        if scheme not in {"http", "https"}:
            scheme = "http"
        server = call.scope.get("server")
        return url(scheme, host.decode("latin-1"), tuple(server) if server else None)

    return base


def _is_ours(host: str, hosts: frozenset[str]) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        name, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    spelled = f"[{name}]" if ":" in name else name
    plain = spelled if port is None else f"{spelled}:{port}"
    return host.lower() == plain and ("*" in hosts or spelled in hosts or name in hosts)
