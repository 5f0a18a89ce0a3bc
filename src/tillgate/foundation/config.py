"""Every setting Tillgate reads, from one environment, for both planes.

A value that cannot be understood is refused by name (`BadSetting`) instead of being guessed.
Secrets can be given as a file: `NAME_FILE` wins over nothing, and both at once are refused.
Importing this module reads nothing and starts nothing; call `load()` or `config()`.
"""

import os
import re
from collections.abc import Mapping
from email.utils import parseaddr
from functools import cache
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from tillgate.foundation.environment import BadSetting, env_bool, env_int, env_secret
from tillgate.foundation.mail_server import MailServer, parse_mail_server
from tillgate.foundation.single_sign_on import SingleSignOn, single_sign_on

DEFAULT_DATA_DIR = Path(".tillgate")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
DEMO_MARK = "this-is-a-demo"


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What the environment says. `data_dir` is absolute; rates are calls a minute.

    `demo` is true in an installation made by `tillgate demo`, and in no other.
    """

    data_dir: Path
    base_url: str = ""
    hosts: tuple[str, ...] = LOCAL_HOSTS
    trusted_proxies: tuple[str, ...] = ()
    redis_url: str = ""
    citus: bool = False
    calls_per_minute: int = 600
    token_calls_per_minute: int = 30
    log_format: str = "json"
    access_log: bool = True
    shutdown_seconds: int = 10
    timestamp_url: str = ""
    mail_server: MailServer | None = None
    mail_from: str = ""
    single_sign_on: SingleSignOn | None = None
    demo: bool = False
    sandbox: bool = True


def _words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in environ.get(name, "").split(",") if word.strip())


def _base_url(environ: Mapping[str, str]) -> str:
    value = environ.get("TILLGATE_BASE_URL", "").rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.query):
        raise BadSetting("TILLGATE_BASE_URL", value, "write it like https://api.example.com")
    return value


def _proxies(environ: Mapping[str, str]) -> tuple[str, ...]:
    words = _words(environ, "TILLGATE_TRUSTED_PROXIES")
    for word in words:
        try:
            ip_network(word)
        except ValueError as error:
            cure = "write addresses or networks, such as 127.0.0.1,10.0.0.0/8"
            raise BadSetting("TILLGATE_TRUSTED_PROXIES", word, cure) from error
    return words


def _redis_url(environ: Mapping[str, str]) -> str:
    url = env_secret(environ, "TILLGATE_REDIS_URL")
    if url and find_spec("redis") is None:
        raise BadSetting("TILLGATE_REDIS_URL", "…", "install the redis extra: tillgate[redis]")
    return url


def _timestamp_url(environ: Mapping[str, str]) -> str:
    value = environ.get("TILLGATE_TIMESTAMP_URL", "")
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
        cure = "write it like https://stamps.example.com/tsa"
        raise BadSetting("TILLGATE_TIMESTAMP_URL", value, cure)
    return value


def _choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = environ.get(name, "") or choices[0]
    if value not in choices:
        raise BadSetting(name, value, f"write one of {', '.join(choices)}")
    return value


def _mail_server(environ: Mapping[str, str]) -> MailServer | None:
    url = env_secret(environ, "TILLGATE_SMTP_URL")
    try:
        return parse_mail_server(url) if url else None
    except ValueError as error:
        raise BadSetting("TILLGATE_SMTP_URL", "…", str(error)) from error


def _mail_from(environ: Mapping[str, str]) -> str:
    value = environ.get("TILLGATE_MAIL_FROM", "").strip()
    name, address = parseaddr(value)
    is_one = value.endswith(f"<{address}>") if name else value == address
    if value and not (is_one and value.isprintable() and re.fullmatch(r"[^@\s]+@[^@\s]+", address)):
        cure = "write it like Tillgate <gate@example.com>"
        raise BadSetting("TILLGATE_MAIL_FROM", value, cure)
    return value


def _demo(environ: Mapping[str, str], data_dir: Path) -> bool:
    is_demo = env_bool(environ, "TILLGATE_DEMO", default=False)
    if is_demo and not (data_dir / DEMO_MARK).exists():
        cure = "only `tillgate demo` sets this; unset it"
        raise BadSetting("TILLGATE_DEMO", environ["TILLGATE_DEMO"], cure)
    return is_demo


def load(environ: Mapping[str, str]) -> Config:
    """Read and check the settings; raises `BadSetting` for the first that cannot be used."""
    base_url = _base_url(environ)
    own_host = urlsplit(base_url).hostname
    hosts = _words(environ, "TILLGATE_HOSTS") or LOCAL_HOSTS
    data_dir = Path(environ.get("TILLGATE_DATA_DIR", "") or DEFAULT_DATA_DIR).absolute()
    return Config(
        data_dir=data_dir,
        base_url=base_url,
        hosts=(*hosts, own_host) if own_host else hosts,
        trusted_proxies=_proxies(environ),
        redis_url=_redis_url(environ),
        citus=env_bool(environ, "TILLGATE_CITUS", default=False),
        calls_per_minute=env_int(environ, "TILLGATE_CALLS_PER_MINUTE", 600),
        token_calls_per_minute=env_int(environ, "TILLGATE_TOKEN_CALLS_PER_MINUTE", 30),
        log_format=_choice(environ, "TILLGATE_LOG_FORMAT", ("json", "text")),
        access_log=env_bool(environ, "TILLGATE_ACCESS_LOG", default=True),
        shutdown_seconds=env_int(environ, "TILLGATE_SHUTDOWN_SECONDS", 10),
        timestamp_url=_timestamp_url(environ),
        mail_server=_mail_server(environ),
        mail_from=_mail_from(environ),
        single_sign_on=single_sign_on(environ),
        demo=_demo(environ, data_dir),
        sandbox=env_bool(environ, "TILLGATE_SANDBOX", default=True),
    )


@cache
def config() -> Config:
    """The settings of this process, read once from its environment."""
    return load(os.environ)
