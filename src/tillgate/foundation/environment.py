"""Reading one setting from the environment, or saying by name what is wrong with it."""

from collections.abc import Mapping
from pathlib import Path


class BadSetting(ValueError):
    """A setting holds something that cannot be used; names it, its value and the cure."""

    def __init__(self, name: str, value: str, cure: str) -> None:
        super().__init__(f"{name}={value!r}: {cure}")
        self.name = name


def env_bool(environ: Mapping[str, str], name: str, default: bool) -> bool:
    """A yes-or-no setting: 1, true, yes, on, or 0, false, no, off."""
    value = environ.get(name, "")
    if not value:
        return default
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(name, value, "write true or false")


def env_int(environ: Mapping[str, str], name: str, default: int, *, least: int = 1) -> int:
    """A whole number of at least `least`."""
    value = environ.get(name, "")
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise BadSetting(name, value, f"write a whole number of at least {least}")
    return int(value)


def env_secret(environ: Mapping[str, str], name: str) -> str:
    """A secret from NAME, or from the file that NAME_FILE names; "" when neither is set."""
    value, file = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if value and file:
        raise BadSetting(f"{name}_FILE", file, f"set either {name} or {name}_FILE, not both")
    if not file:
        return value
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise BadSetting(f"{name}_FILE", file, f"cannot be read: {error.strerror}") from error
