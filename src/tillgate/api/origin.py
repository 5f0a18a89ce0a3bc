"""The public base URL of a call: the setting, else what the request itself came by.

`Host` is believed when it is one of our hosts, `X-Forwarded-*` when the peer is a trusted proxy:
otherwise anybody could make us print links to a place of theirs.
"""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from tillgate.api.call import Call
from tillgate.foundation.config import Config

_KEPT = 1024


def base_url_of(config: Config) -> Callable[[Call], str]:
    """A function that tells the base URL of a call, without a slash at its end."""
    if config.base_url:
        return lambda _: config.base_url
    proxies = [ip_network(word) for word in config.trusted_proxies]
    hosts = frozenset(host.lower() for host in config.hosts)

    @lru_cache(_KEPT)
    def trusted(peer: str) -> bool:
        try:
            return any(ip_address(peer) in network for network in proxies)
        except ValueError:
            return False

    @lru_cache(_KEPT)
    def url(scheme: str, host: str, server: tuple[str, int] | None) -> str:
        if _is_ours(host, hosts):
            return f"{scheme}://{host}"
        name, port = server or ("localhost", 80)
        return f"{scheme}://{f'[{name}]' if ':' in name else name}:{port}"

    def base(call: Call) -> str:
        scheme, host = call.scope.get("scheme", "http"), call.header(b"host")
        client = call.scope.get("client")
        if proxies and client and trusted(client[0]):
            scheme = _first(call.header(b"x-forwarded-proto")) or scheme
            host = _first(call.header(b"x-forwarded-host")).encode() or host
        if scheme not in {"http", "https"}:
            scheme = "http"
        server = call.scope.get("server")
        return url(scheme, host.decode("latin-1"), tuple(server) if server else None)

    return base


def _first(header: bytes) -> str:
    return header.decode("latin-1").partition(",")[0].strip()


def _is_ours(host: str, hosts: frozenset[str]) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        name, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    spelled = f"[{name}]" if ":" in name else name
    plain = spelled if port is None else f"{spelled}:{port}"
    return host.lower() == plain and ("*" in hosts or spelled in hosts or name in hosts)
