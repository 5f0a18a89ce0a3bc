"""The export: which files a range of closed days consists of, and each of those files."""

import asyncio
from datetime import date
from time import monotonic
from typing import Annotated

import msgspec
from msgspec import field

from tillgate.access.reads import Grant
from tillgate.api.accounting import DaysParameters, days_asked_for
from tillgate.api.call import Call
from tillgate.api.errors import NotThere
from tillgate.api.exact import ExactPayload
from tillgate.api.keys import PATH as KEYS
from tillgate.api.params import Parameters, Unusable, reading
from tillgate.api.payload import Payload, accepts_gzip
from tillgate.api.plane import Plane
from tillgate.api.readers import BusinessDate, Id, clamped, one_of, whole
from tillgate.ledger.day_reads import DayRow
from tillgate.ledger.export import files
from tillgate.ledger.export.files import File, Format, StoredDay
from tillgate.ledger.export.people import Shown
from tillgate.ledger.export.reads import Revision, fetch_people, fetch_stored_day

_MOST_DAYS = 31
# Some hundred sales are 50 KB packed and a megabyte unpacked.
_WORTH_KEEPING = 256 * 1024


def _read_format(text: str) -> Format:
    try:
        return Format(text)
    except ValueError as error:
        raise Unusable(f"write {' or '.join(Format)}") from error


class ExportParameters(DaysParameters, frozen=True):
    """Which days, as of when, and how their rows are written."""

    page_size: Annotated[int, reading(clamped(_MOST_DAYS))] = _MOST_DAYS
    format_: Annotated[Format, reading(_read_format)] = field(name="format", default=Format.NDJSON)


class FileParameters(Parameters, frozen=True):
    """One file of one revision of a day."""

    business_location_id: Id
    business_date: BusinessDate
    revision: Annotated[int, reading(whole(1))]
    file: Annotated[File, reading(one_of(File))]


async def get_export(plane: Plane, call: Call, grant: Grant, asked: ExportParameters) -> bytes:
    """The days of a range, each closed one with its files and what they are checked by."""
    location = asked.business_location_id
    rows = await days_asked_for(plane, grant, asked)
    base = f"{call.base_url}/accounting/v1/business-locations/{location}/export/{files.VERSION}"
    names = [
        *files.SIGNED,
        *(file for file in files.PARTS[asked.format_] if file is not File.SALES),
    ]
    items = [
        await _item(plane, grant, row, names, f"{base}/{row.business_date}")
        for row in rows[: asked.page_size]
    ]
    body: dict[str, object] = {
        "businessLocationId": location,
        "format": asked.format_,
        "version": files.VERSION,
        "keys": f"{call.base_url}{KEYS}",
        "items": items,
    }
    if further := rows[asked.page_size :]:
        body["next"] = further[0].business_date
    return msgspec.json.encode(body)


async def _item(
    plane: Plane, grant: Grant, row: DayRow, names: list[File], folder: str
) -> dict[str, object]:
    told: dict[str, object] = {"businessDate": row.business_date, "state": row.state}
    if row.closed is None:
        return told
    manifest = row.closed.manifest
    revision = Revision(manifest.business_location_id, row.business_date, manifest.revision)
    described = await _described(plane, grant, revision, row.closed.digest, names)
    folder = f"{folder}/{manifest.revision}"
    given = {
        name: {"href": f"{folder}/{name}", "bytes": size, "sha256": sha256}
        for name, (size, sha256) in described.items()
    }
    return told | {
        "revision": manifest.revision,
        "position": manifest.position,
        "digest": row.closed.digest.hex(),
        "previousDigest": manifest.previous_digest,
        "keyId": row.closed.key_id,
        "closedAt": manifest.closed_at,
        "sales": row.sales,
        "files": given,
        "people": {"href": f"{folder}/{File.PEOPLE}", **manifest.parts},
    }


async def _described(
    plane: Plane, grant: Grant, revision: Revision, digest: bytes, names: list[File]
) -> dict[File, tuple[int, str]]:
    """Size and SHA-256 of files, each made once in the life of this process."""
    known = {name: plane.files.get((revision, digest, name)) for name in names}
    if not all(known.values()):
        async with plane.sums:
            day = await _stored_day(plane, grant, revision)
            known = await asyncio.to_thread(
                lambda: {name: _measured(files.make_file(name, day)) for name in names}
            )
        for name, measured in known.items():
            if measured:
                plane.files.put((revision, digest, name), measured, read_at=0)
    return {name: measured for name, measured in known.items() if measured}


def _measured(text: bytes) -> tuple[int, str]:
    return len(text), files.digest_of(text)


async def get_export_file(plane: Plane, call: Call, grant: Grant, asked: FileParameters) -> Payload:
    """A file; what is personal in it is only what is there and agreed."""
    revision = Revision(asked.business_location_id, asked.business_date, asked.revision)
    if asked.file is File.PEOPLE:
        shown = Shown(grant.staff, grant.consumers, grant.authorizations)
        people = await fetch_people(plane.pool, grant.locations, revision, shown)
        if people is None:
            raise _no_such_day(asked.business_date, asked.revision)
        return Payload(people, File.PEOPLE.content_type.encode())
    day = await _stored_day(plane, grant, revision)
    packs = accepts_gzip(call.header(b"accept-encoding")) and not call.header(b"range")
    return await asyncio.to_thread(_made, asked.file, day, packs)


async def _stored_day(plane: Plane, grant: Grant, revision: Revision) -> StoredDay:
    """The document; files of one day are mostly fetched one after the other."""
    key = (revision, grant.locations)
    day = plane.documents.get(key)
    if day is None:
        read_at = monotonic()
        day = await fetch_stored_day(plane.pool, grant.locations, revision)
        if day is None:
            raise _no_such_day(revision.business_date, revision.number)
        if len(day.data) <= _WORTH_KEEPING:
            plane.documents.put(key, day, read_at=read_at)
    return day


def _made(file: File, day: StoredDay, packs: bool) -> ExactPayload:
    text = files.make_file(file, day)
    payload = ExactPayload(text, files.digest_of(text), file.content_type)
    _ = payload.packed if packs else payload.body
    return payload


def _no_such_day(day: date, revision: int) -> NotThere:
    return NotThere(f"There is no closed day {day} with revision {revision} at this location.")
