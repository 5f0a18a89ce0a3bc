"""Keeping the Integration Hub: adding, changing, listing and unlisting public integrations."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from tillgate.directory.models import Person
from tillgate.directory.permissions import require
from tillgate.foundation import clock
from tillgate.foundation.events import record_event
from tillgate.hub.errors import (
    AlreadyListed,
    AlreadyUnlisted,
    ChangedMeanwhile,
    NotValidated,
    SlugTaken,
    SlugUnusable,
)
from tillgate.hub.models import PublicIntegration
from tillgate.hub.words import plain

EDIT = "hub:edit"
# Pages of the Hub have these places below /hub/.
RESERVED_SLUGS = frozenset({"manage", "add"})
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 60


@dataclass(frozen=True, kw_only=True)
class IntegrationFacts:
    """What an operator says of a public integration; see the model for the words."""

    name: str
    provider: str
    summary: str
    description: str
    categories: list[str]
    countries: list[str]
    website: str
    contact: str
    validated_on: date | None = None


@transaction.atomic
def add_public_integration(
    *, slug: str, facts: IntegrationFacts, actor: Person
) -> PublicIntegration:
    """Add an integration, not listed yet; the same again returns the one that is there.

    Raises `SlugUnusable`, or `SlugTaken` when another integration has the address.
    """
    require(actor, EDIT)
    if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST_SLUG or slug in RESERVED_SLUGS:
        raise SlugUnusable(slug)
    now = clock.now()
    integration = PublicIntegration(
        slug=slug, added_at=now, changed_at=now, **asdict(facts), **_for_search(facts)
    )
    try:
        with transaction.atomic():
            integration.save(force_insert=True)
    except IntegrityError as error:
        there = PublicIntegration.objects.filter(slug=slug).first()
        if there is None:
            raise
        if _changed(there, facts):
            raise SlugTaken(slug) from error
        return there
    _record("added", integration, actor, name=facts.name)
    return integration


@transaction.atomic
def change_public_integration(
    *, integration: PublicIntegration, facts: IntegrationFacts, revision: int, actor: Person
) -> None:
    """Replace what is said of an integration, as it was read at this revision.

    Raises `ChangedMeanwhile`, and `NotValidated` when a listed one would lose its validation.
    """
    require(actor, EDIT)
    before = PublicIntegration.objects.select_for_update().get(pk=integration.pk)
    if before.revision != revision:
        raise ChangedMeanwhile(before.name)
    if before.is_listed and facts.validated_on is None:
        raise NotValidated(facts.name)
    if changed := _changed(before, facts):
        _update(integration, **asdict(facts), **_for_search(facts))
        _record("changed", integration, actor, fields=changed)


@transaction.atomic
def list_public_integration(*, integration: PublicIntegration, actor: Person) -> None:
    """Show an integration to everybody. Raises `AlreadyListed` or `NotValidated`."""
    require(actor, EDIT)
    current = PublicIntegration.objects.select_for_update().get(pk=integration.pk)
    if current.is_listed:
        raise AlreadyListed(current.name)
    if current.validated_on is None:
        raise NotValidated(current.name)
    _update(integration, is_listed=True)
    _record("listed", integration, actor)


@transaction.atomic
def unlist_public_integration(*, integration: PublicIntegration, actor: Person) -> None:
    """Hide an integration; it stays with us. Raises `AlreadyUnlisted`."""
    require(actor, EDIT)
    current = PublicIntegration.objects.select_for_update().get(pk=integration.pk)
    if not current.is_listed:
        raise AlreadyUnlisted(current.name)
    _update(integration, is_listed=False)
    _record("unlisted", integration, actor)


def _changed(integration: PublicIntegration, facts: IntegrationFacts) -> list[str]:
    """The names of what is said otherwise than it stands."""
    said = asdict(facts)
    return sorted(name for name, value in said.items() if getattr(integration, name) != value)


def _update(integration: PublicIntegration, **changes: Any) -> None:
    row = PublicIntegration.objects.filter(pk=integration.pk)
    row.update(revision=F("revision") + 1, changed_at=clock.now(), **changes)
    integration.refresh_from_db()


def _for_search(facts: IntegrationFacts) -> dict[str, str]:
    searched: Iterable[str] = (facts.name, facts.provider, facts.summary, facts.description)
    return {"sort_name": plain(facts.name), "search_text": plain("\n".join(searched))}


def _record(what: str, integration: PublicIntegration, actor: Person, **data: object) -> None:
    record_event(
        kind=f"hub:integration:{what}",
        subject=f"public_integration:{integration.slug}",
        actor=f"person:{actor.pk}",
        data=data,
    )
