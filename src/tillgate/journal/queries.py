"""What the portal reads of mappings and by them: their versions, and entries.

As the portal's role. Which business somebody may ask about is for the caller to settle.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from tillgate.directory.queries import seeing
from tillgate.foundation import clock
from tillgate.journal.errors import NoSuchMapping
from tillgate.journal.journal import Journal
from tillgate.journal.mapping import BY_REFERENCE, Mapping, decode
from tillgate.journal.models import KeptMapping
from tillgate.journal.reads import Asked, read_journal


class KeptVersion(NamedTuple):
    """A version with when it was kept, and by whom: None for what the platform kept."""

    mapping: Mapping
    made_at: datetime
    made_by: str | None


# --- versions -------------------------------------------------------------------------------------


def newest_mapping(business_id: int) -> Mapping:
    """The mapping in force: by the back office's references where none was kept."""
    rows = KeptMapping.objects.filter(business_id=business_id).order_by("-version")
    body = rows.values_list("body", flat=True).first()
    return BY_REFERENCE if body is None else decode(body)


def kept_version(business_id: int, version: int) -> KeptVersion:
    """One version; raises `NoSuchMapping`."""
    row = _rows(business_id).filter(version=version).first()
    if row is None:
        raise NoSuchMapping
    return _kept(row)


def versions_of(business_id: int) -> list[KeptVersion]:
    """Every version of a business, the newest first."""
    return [_kept(row) for row in _rows(business_id).order_by("-version")]


def _rows(business_id: int) -> Any:
    return KeptMapping.objects.filter(business_id=business_id).select_related("made_by")


def _kept(row: KeptMapping) -> KeptVersion:
    who = None if row.made_by is None else row.made_by.get_full_name()
    return KeptVersion(decode(row.body), row.made_at, who)


# --- entries --------------------------------------------------------------------------------------


def journal_of(
    location: int,
    days: tuple[date, date],
    *,
    mapping: Mapping | None = None,
    version: int | None = None,
) -> Journal:
    """What is booked on these dates: by a draft, by a version, or by the mapping in force."""
    first, last = days
    asked = Asked(location=location, first=first, last=last, now=clock.now(), version=version)
    with seeing([location]):
        connection.ensure_connection()
        return read_journal(connection.connection, asked, mapping)
