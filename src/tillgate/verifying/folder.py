"""A folder that `tillgate verify --save` wrote: a sub-folder a document, named by its place."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tillgate.verifying.day import KNOWN, Files
from tillgate.verifying.errors import Broken, CannotVerify

_NAME = re.compile(r"(\d{6,})-(\d{4}-\d\d-\d\d)-r(\d+)")


class Folder:
    """A merchant's copy; `unknown` names what lies there and is not looked at."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unknown: list[str] = []

    def documents(self) -> Iterator[Files]:
        """Each document, in the order of the chain."""
        found = []
        for each in sorted(self.path.iterdir()) if self.path.is_dir() else ():
            match = _NAME.fullmatch(each.name)
            if match is not None and each.is_dir():
                found.append((int(match[1]), match[2], int(match[3]), each))
            elif each.name != "keys.json" and not each.name.startswith("."):
                self.unknown.append(each.name)
        for position, day, revision, path in sorted(found):
            yield self._files(position, day, revision, path)

    def _files(self, position: int, day: str, revision: int, path: Path) -> Files:
        title = title_of(day, revision)
        if path.name != name_of(position, day, revision):
            raise Broken(title, f"lies in {path.name}, which is not its folder's name")
        texts = {}
        for each in sorted(path.iterdir()):
            if each.name in KNOWN and each.is_file():
                texts[each.name] = each.read_bytes()
            else:
                self.unknown.append(f"{path.name}/{each.name}")
        return Files(title, position, day, revision, texts)

    def keys(self) -> bytes:
        """`keys.json`; raises `CannotVerify` where it is missing."""
        try:
            return (self.path / "keys.json").read_bytes()
        except FileNotFoundError:
            raise CannotVerify(
                f"{self.path / 'keys.json'} is missing: fetch /.well-known/tillgate-keys of the"
                " gate, or name a file with --keys"
            ) from None

    def save_keys(self, text: bytes) -> None:
        """Write `keys.json`, making the folder."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "keys.json").write_bytes(text)

    def save(self, files: Files) -> None:
        """Write a document: its sub-folder appears when all of it is there."""
        target = self.path / name_of(files.position, files.business_date, files.revision)
        making = self.path / f".{target.name}.part"
        if making.exists():
            shutil.rmtree(making)
        making.mkdir(parents=True)
        for name, text in files.texts.items():
            (making / name).write_bytes(text)
        making.rename(target)


def title_of(day: str, revision: int) -> str:
    """What to call a document when talking of it."""
    return day if revision == 1 else f"{day} revision {revision}"


def name_of(position: int, day: str, revision: int) -> str:
    """The name of a document's folder; in a list they stand in the order of the chain."""
    return f"{position:06}-{day}-r{revision}"
