"""Secrets of this installation: given by a file, else made on first start in the data folder.

A made secret has mode 0600 and appears whole or not at all, also when two processes start at
once. Only the process that needs a secret reads it.
"""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tillgate.foundation.environment import env_secret


def django_secret(environ: Mapping[str, str], data_dir: Path) -> str:
    """The key that signs sessions and forms: TILLGATE_SECRET_KEY(_FILE), else a made one."""
    given = env_secret(environ, "TILLGATE_SECRET_KEY")
    return given or kept_secret(data_dir / "keys" / "django-secret")


def books_seed(environ: Mapping[str, str], data_dir: Path) -> str:
    """The Ed25519 seed that signs closed days, in base64url: TILLGATE_BOOKS_KEY(_FILE), or made."""
    given = env_secret(environ, "TILLGATE_BOOKS_KEY")
    return given or kept_secret(data_dir / "keys" / "books-key", size=32)


def kept_secret(path: Path, *, size: int = 48) -> str:
    """The secret in a file, made of so many bytes and stored with mode 0600 if there is none."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _store_first(path, secrets.token_urlsafe(size))
    return path.read_text().strip()


def _store_first(path: Path, value: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(value)
    # A hard link fails where the name is taken: the first of two processes wins, whole.
    with contextlib.suppress(FileExistsError):
        os.link(name, path)
    Path(name).unlink()
