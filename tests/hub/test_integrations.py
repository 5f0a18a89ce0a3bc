"""Keeping the Hub: who may, what is refused, and two operators at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.access.world import Shop
from tests.hub.cast import add, at_once, everyone, facts, operator

from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person
from tillgate.directory.permissions import TABLE
from tillgate.foundation.models import Event
from tillgate.hub.acts.integrations import (
    add_public_integration,
    change_public_integration,
    list_public_integration,
    unlist_public_integration,
)
from tillgate.hub.errors import (
    AlreadyListed,
    AlreadyUnlisted,
    ChangedMeanwhile,
    NotValidated,
    SlugTaken,
    SlugUnusable,
)
from tillgate.hub.models import PublicIntegration


def kinds() -> list[str]:
    return list(
        Event.objects.filter(kind__startswith="hub:").order_by("pk").values_list("kind", flat=True)
    )


def test_an_integration_is_added_changed_listed_and_unlisted(olga: Person) -> None:
    made = add(olga, "larder-count", listed=False)
    assert (made.is_listed, made.revision) == (False, 1)
    change_public_integration(
        integration=made, facts=facts(name="Lärder Count 2"), revision=1, actor=olga
    )
    assert (made.name, made.sort_name, made.revision) == ("Lärder Count 2", "larder count 2", 2)
    list_public_integration(integration=made, actor=olga)
    assert made.is_listed
    unlist_public_integration(integration=made, actor=olga)
    assert not made.is_listed
    assert kinds() == [
        f"hub:integration:{what}" for what in ("added", "changed", "listed", "unlisted")
    ]
    changed = Event.objects.get(kind="hub:integration:changed")
    assert (changed.actor, changed.subject) == (
        f"person:{olga.pk}",
        "public_integration:larder-count",
    )
    assert changed.data == {"fields": ["name"]}


def test_saving_without_a_change_changes_nothing(olga: Person) -> None:
    made = add(olga, "larder-count", listed=False)
    change_public_integration(integration=made, facts=facts(), revision=1, actor=olga)
    assert made.revision == 1
    assert kinds() == ["hub:integration:added"]


def test_only_who_the_table_names_keeps_the_hub(shop: Shop, olga: Person) -> None:
    made = add(olga, "larder-count", listed=False)
    acts: list[Callable[[Any], object]] = [
        lambda actor: add_public_integration(slug="other", facts=facts(), actor=actor),
        lambda actor: change_public_integration(
            integration=made, facts=facts(), revision=1, actor=actor
        ),
        lambda actor: list_public_integration(integration=made, actor=actor),
        lambda actor: unlist_public_integration(integration=made, actor=actor),
    ]
    for who, person in everyone(shop):
        if who in TABLE["hub:edit"]:
            continue
        for act in acts:
            with pytest.raises(NotPermitted):
                act(person)
    made.refresh_from_db()
    assert (made.is_listed, made.revision) == (False, 1)
    assert PublicIntegration.objects.count() == 1


def test_only_the_operator_is_shown_what_is_not_listed(shop: Shop, olga: Person) -> None:
    add(olga, "hidden", listed=False)
    add(olga, "shown")
    for who, person in everyone(shop):
        seen = set(PublicIntegration.objects.visible_to(person).values_list("slug", flat=True))
        assert seen == ({"hidden", "shown"} if who in TABLE["hub:edit"] else {"shown"})


@pytest.mark.parametrize(
    "slug", ["", "Up", "a b", "-a", "a--b", "../x", "é", "manage", "a" * 61, "a\0b", "a\n"]
)
def test_an_address_is_letters_figures_and_hyphens(olga: Person, slug: str) -> None:
    with pytest.raises(SlugUnusable):
        add(olga, slug)


def test_an_address_belongs_to_one_integration(olga: Person) -> None:
    add(olga, "larder-count")
    with pytest.raises(SlugTaken):
        add(olga, "larder-count", name="Another")
    assert PublicIntegration.objects.count() == 1


def test_the_same_twice_is_added_once(olga: Person) -> None:
    assert add(olga, "larder-count", listed=False) == add(olga, "larder-count", listed=False)
    assert kinds() == ["hub:integration:added"]


def test_only_what_was_validated_is_listed(olga: Person) -> None:
    made = add(olga, "larder-count", listed=False, validated_on=None)
    with pytest.raises(NotValidated):
        list_public_integration(integration=made, actor=olga)
    change_public_integration(integration=made, facts=facts(), revision=1, actor=olga)
    list_public_integration(integration=made, actor=olga)
    with pytest.raises(NotValidated):
        change_public_integration(
            integration=made, facts=facts(validated_on=None), revision=3, actor=olga
        )
    assert made.is_listed


def test_the_database_holds_to_it_too(olga: Person) -> None:
    made = add(olga, "larder-count")
    for wrong in ({"validated_on": None}, {"categories": []}, {"categories": ["nonsense"]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PublicIntegration.objects.filter(pk=made.pk).update(**wrong)


def test_listing_twice_is_refused_and_so_is_unlisting_twice(olga: Person) -> None:
    made = add(olga, "larder-count")
    with pytest.raises(AlreadyListed):
        list_public_integration(integration=made, actor=olga)
    unlist_public_integration(integration=made, actor=olga)
    with pytest.raises(AlreadyUnlisted):
        unlist_public_integration(integration=made, actor=olga)
    assert kinds().count("hub:integration:listed") == 1


def test_what_was_read_before_somebody_elses_change_is_not_saved(olga: Person) -> None:
    made = add(olga, "larder-count", listed=False)
    change_public_integration(integration=made, facts=facts(name="First"), revision=1, actor=olga)
    with pytest.raises(ChangedMeanwhile, match="First"):
        change_public_integration(
            integration=made, facts=facts(name="Second"), revision=1, actor=olga
        )
    made.refresh_from_db()
    assert made.name == "First"


@pytest.mark.django_db(transaction=True)
def test_two_operators_at_once_have_one_outcome() -> None:
    one, two = operator("one"), operator("two")
    outcomes = at_once(
        lambda: add_public_integration(slug="same", facts=facts(name="One"), actor=one),
        lambda: add_public_integration(slug="same", facts=facts(name="Two"), actor=two),
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "SlugTaken"]
    made = PublicIntegration.objects.get()
    outcomes = at_once(
        *(
            lambda name=name: change_public_integration(
                integration=PublicIntegration.objects.get(pk=made.pk),
                facts=facts(name=name),
                revision=1,
                actor=one,
            )
            for name in ("Third", "Fourth")
        )
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "ChangedMeanwhile",
        "NoneType",
    ]
    made.refresh_from_db()
    assert made.name == ("Third" if outcomes[0] is None else "Fourth")
    outcomes = at_once(
        *(lambda: list_public_integration(integration=made, actor=who) for who in (one, two))  # noqa: B023
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyListed", "NoneType"]
    assert kinds() == [f"hub:integration:{what}" for what in ("added", "changed", "listed")]
