"""What the embedded PostgreSQL keeps on disk: one private folder below the data folder.

    postgres/cluster          the data
    postgres/passwords.json   made once: the superuser's and the five roles' passwords
    postgres/socket_folder    the name of the private folder in which its socket is
    postgres/connection.json  where the server listens, while it runs
    postgres/prepared         which start of the server has its roles and database
    postgres/server.log       what the server says; postgres/keeper.log what its keeper says
    postgres/*.lock           see `locks`

Only the standard library is imported here: the keeper stays a small process.
"""

import json
import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tillgate.foundation.postgres.errors import FolderUnusable

SUPERUSER = "postgres"
PORT = 5432
_SHORT_PLAIN_PATH = re.compile(r"[\w./-]{1,60}", re.ASCII)


@dataclass(frozen=True)
class Folder:
    """The paths below one data folder; `data_dir` is absolute."""

    data_dir: Path

    @property
    def root(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def cluster(self) -> Path:
        return self.root / "cluster"

    @property
    def passwords(self) -> Path:
        return self.root / "passwords.json"

    @property
    def socket_folder(self) -> Path:
        return self.root / "socket_folder"

    @property
    def connection(self) -> Path:
        return self.root / "connection.json"

    @property
    def prepared(self) -> Path:
        return self.root / "prepared"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    @property
    def keeper_log(self) -> Path:
        return self.root / "keeper.log"

    def lock(self, name: str) -> Path:
        return self.root / f"{name}.lock"

    def create(self) -> None:
        """Make the folder, readable by nobody else. Parents that exist keep their modes."""
        # What root makes may have to let another user pass, see `runner`.
        mode = 0o711 if os.geteuid() == 0 else 0o700
        try:
            self.data_dir.mkdir(mode=mode, parents=True, exist_ok=True)
            if not self.root.exists():
                self.root.mkdir(mode=0o700)
                give_to_folder_owner(self.root, self.data_dir)
        except (PermissionError, FileExistsError, NotADirectoryError) as error:
            raise self._unusable(str(error.strerror)) from error
        if not os.access(self.root, os.R_OK | os.W_OK | os.X_OK):
            raise self._unusable("it belongs to another user")

    def _unusable(self, why: str) -> FolderUnusable:
        return FolderUnusable(
            f"PostgreSQL cannot keep its data in {self.root}: {why}. "
            "Name another data folder in TILLGATE_DATA_DIR, or change this one's owner"
        )


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file; None when there is no such file."""
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return content if isinstance(content, dict) else None


def write_private(path: Path, text: str) -> None:
    """Put a file in place whole, readable by the folder's owner only."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "w") as file:
        give_to_folder_owner(file.fileno(), path.parent)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that what was renamed in the folder is still so after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def give_to_folder_owner(file: int | Path, folder: Path) -> None:
    """What root writes into a person's folder must stay readable to that person."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(file, owner.st_uid, owner.st_gid)


def new_passwords(names: list[str]) -> dict[str, str]:
    """A random password for each name."""
    return {name: secrets.token_urlsafe(24) for name in names}


def make_socket_folder() -> Path:
    """A private folder with a short path: a socket's path has a hundred bytes at most.

    libpq splits a host at commas, so a temporary folder with an unusual name is passed over.
    """
    for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108  mkdtemp makes it ours
        if _SHORT_PLAIN_PATH.fullmatch(base) and os.access(base, os.W_OK | os.X_OK):
            return Path(tempfile.mkdtemp(prefix="tillgate-", dir=base))
    return Path(tempfile.mkdtemp(prefix="tillgate-"))
