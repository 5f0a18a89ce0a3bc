"""`kept.json`: a chain as version 0.1 stored it, and the digests of all of its files.

Never to be made anew: it stands for every installation that was there before the present version.
"""

import json
from base64 import b64decode
from datetime import date
from pathlib import Path
from typing import Any

from tillgate.ledger.export.files import File, StoredDay, digest_of, make_file
from tillgate.ledger.export.people import KeptPart, Shown, make_people
from tillgate.verifying.day import Files
from tillgate.verifying.folder import Folder, title_of

KEPT: dict[str, Any] = json.loads((Path(__file__).parent / "kept.json").read_text())
EVERYTHING = Shown(staff=True, consumers=True, authorizations=True)


def documents() -> list[Files]:
    """Each document with all of its files, as this version makes them."""
    return [_files(row, position) for position, row in enumerate(KEPT["days"], start=1)]


def digests(files: Files) -> dict[str, str]:
    return {name: digest_of(text) for name, text in files.texts.items()}


def write(path: Path, wanted: list[Files] | None = None) -> Folder:
    folder = Folder(path)
    folder.save_keys(KEPT["keys"].encode())
    for files in documents() if wanted is None else wanted:
        folder.save(files)
    return folder


def stored(row: list[Any]) -> StoredDay:
    """A document as it lies in the books."""
    location, day, _, digest, key, *others = row
    columns = map(b64decode, others[:-1])
    return StoredDay(location, date.fromisoformat(day), b64decode(digest), key, *columns)


def _files(row: list[Any], position: int) -> Files:
    _, day, revision, *_, hashes = row
    parts = [
        KeptPart(number, person, b64decode(salt), b64decode(values))
        for on, number, person, salt, values in KEPT["people"]
        if on == day
    ]
    document = stored(row)
    texts = {file.value: make_file(file, document) for file in File if file is not File.PEOPLE}
    texts[File.PEOPLE.value] = make_people(b64decode(hashes), parts, EVERYTHING)
    return Files(title_of(day, revision), position, day, revision, texts)
