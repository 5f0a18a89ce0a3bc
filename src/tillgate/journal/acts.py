"""Keeping a mapping: a further version, never a change of an earlier one."""

import msgspec
from django.db import IntegrityError, transaction

from tillgate.directory.models import Business, Person
from tillgate.directory.permissions import require
from tillgate.foundation import clock
from tillgate.foundation.events import record_event
from tillgate.journal.checking import problems_of
from tillgate.journal.errors import MappingChanged, MappingUnusable
from tillgate.journal.mapping import Mapping
from tillgate.journal.models import KeptMapping
from tillgate.journal.queries import newest_mapping
from tillgate.journal.things import known_of, things_to_map


def keep_mapping(*, person: Person, business: Business, draft: Mapping, based_on: int) -> Mapping:
    """Keep a draft as the next version of a business's mapping, which is in force from then on.

    `based_on` is the version that the draft was made from; the draft's own is of no account. What
    says the same as the version in force makes no new one. Raises `NotPermitted`, `MappingUnusable`
    with every problem, and `MappingChanged` if another version was kept meanwhile.
    """
    require(person, "mapping:keep", business_id=business.pk)
    newest = newest_mapping(business.pk)
    if newest.version != based_on:
        raise MappingChanged(newest.version)
    if found := problems_of(draft, known_of(things_to_map(business), newest)):
        raise MappingUnusable(found)
    rules = sorted(draft.rules, key=lambda rule: (rule.what, rule.key))
    made = msgspec.structs.replace(draft, version=newest.version + 1, rules=rules)
    if newest.version and msgspec.structs.replace(made, version=newest.version) == newest:
        return newest
    try:
        with transaction.atomic():
            _keep(made, person, business)
    except IntegrityError:
        raise MappingChanged(made.version) from None
    return made


def _keep(made: Mapping, person: Person, business: Business) -> None:
    KeptMapping.objects.create(
        business_id=business.pk,
        version=made.version,
        made_at=clock.now(),
        made_by=person,
        body=msgspec.json.encode(made).decode(),
    )
    record_event(
        kind="journal:mapping:kept",
        subject=f"business:{business.pk}",
        actor=f"person:{person.pk}",
        data={
            "version": made.version,
            "accounts": len(made.accounts),
            "rules": len(made.rules),
            "corrections": made.corrections,
            "places": made.places,
        },
    )
