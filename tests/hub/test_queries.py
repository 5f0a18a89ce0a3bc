"""Finding integrations: every listed one by its own name, an unlisted one never."""

from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from tests.hub.cast import add

from tillgate.content.feasibility import wishes
from tillgate.directory.models import Person
from tillgate.hub.acts.integrations import unlist_public_integration
from tillgate.hub.models import Category, PublicIntegration
from tillgate.hub.queries import Wanted, categories_found, countries_offered, find, suggest

FROM_A_PERSON = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=80
)
one_database = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def slugs(wanted: Wanted) -> list[str]:
    return [row.slug for row in find(wanted)]


@pytest.fixture
def shelf(olga: Person) -> Person:
    """Four listed integrations and a hidden one."""
    add(olga, "cafe-books", name="Café Books", categories=["accounting"], countries=["FR", "BE"])
    add(
        olga,
        "books-box",
        name="Books Box",
        categories=["accounting", "analytics"],
        countries=["DE"],
    )
    add(
        olga,
        "zelt",
        name="Žělt",
        summary="Keeps books of stays.",
        categories=["property_management"],
    )
    add(olga, "tables", name="Tables", categories=["reservations"], countries=["FR"])
    add(olga, "secret", name="Secret Books", categories=["accounting"], listed=False)
    return olga


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["books-box", "cafe-books", "tables", "zelt"]),
        (Wanted("CAFE"), ["cafe-books"]),
        (Wanted("books"), ["books-box", "cafe-books", "zelt"]),
        (Wanted("bóoks   café"), ["cafe-books"]),
        (Wanted("Zelt"), ["zelt"]),
        (Wanted("%"), []),
        (Wanted("_"), []),
        (Wanted("\\"), []),
        (Wanted("' OR 1=1 --"), []),
        (Wanted("books\0"), ["books-box", "cafe-books", "zelt"]),
        (Wanted(category="accounting"), ["books-box", "cafe-books"]),
        (Wanted(category="nonsense"), []),
        (Wanted(country="FR"), ["cafe-books", "tables", "zelt"]),
        (Wanted("books", "accounting", "DE"), ["books-box"]),
        (Wanted("secret"), []),
    ],
)
def test_words_category_and_country_narrow_the_list(
    shelf: Person, wanted: Wanted, found: list[str]
) -> None:
    assert slugs(wanted) == found


def test_a_name_that_begins_with_the_words_comes_first(shelf: Person) -> None:
    add(shelf, "cash", name="A Cash Books")
    add(shelf, "word", name="Aardvark", description="Cash, said in passing.")
    add(shelf, "till", name="Cash Till")
    assert slugs(Wanted("cash")) == ["till", "cash", "word"]


def test_each_category_says_how_many_it_would_show(shelf: Person) -> None:
    counts = dict(categories_found(Wanted("books", category="analytics")))
    assert counts == {
        Category.ACCOUNTING: 2,
        Category.ANALYTICS: 1,
        Category.PROPERTY_MANAGEMENT: 1,
    }
    for category, count in counts.items():
        assert len(slugs(Wanted("books", category=category))) == count


def test_countries_are_those_of_listed_integrations(shelf: Person) -> None:
    add(shelf, "far", countries=["NZ"], listed=False)
    assert countries_offered() == ["BE", "DE", "FR"]


def test_suggestions_serve_most_of_what_is_wanted_first(shelf: Person) -> None:
    def suggested(*categories: str, **more: Any) -> list[str]:
        return [row.slug for row in suggest(categories, **more)]

    assert suggested("accounting", "analytics") == ["books-box", "cafe-books"]
    assert suggested("accounting", "analytics", "reservations", limit=2) == [
        "books-box",
        "cafe-books",
    ]
    assert suggested("accounting", country="FR") == ["cafe-books"]
    assert suggested("loyalty") == []
    assert suggested() == []


@one_database
@given(name=FROM_A_PERSON)
def test_whatever_is_listed_is_found_by_its_own_name(olga: Person, name: str) -> None:
    PublicIntegration.objects.all().delete()
    made = add(olga, "mine", name=name)
    assert slugs(Wanted(made.name)) == ["mine"]
    assert slugs(Wanted(made.name.upper())) == ["mine"]


@one_database
@given(words=st.text(max_size=100), category=st.sampled_from(["", *Category.values]))
def test_what_is_not_listed_is_never_found(olga: Person, words: str, category: str) -> None:
    if not PublicIntegration.objects.exists():
        unlist_public_integration(integration=add(olga, "gone", name="Gone"), actor=olga)
        add(olga, "there", name="There")
    assert "gone" not in slugs(Wanted(words, category))
    assert slugs(Wanted("gone")) == []


@one_database
@given(first=FROM_A_PERSON, second=FROM_A_PERSON)
def test_more_words_never_find_more(olga: Person, first: str, second: str) -> None:
    PublicIntegration.objects.all().delete()
    add(olga, "one", name=first)
    add(olga, "two", name=second)
    assert set(slugs(Wanted(f"{first} {second}"))) <= set(slugs(Wanted(first)))


def test_looking_up_costs_the_same_however_many_there_are(
    shelf: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        add(shelf, f"more-{number}", name=f"More {number}", categories=Category.values)
    with django_assert_num_queries(4, connection=connection):
        assert len(list(find(Wanted("more")))) == 30
        categories_found(Wanted())
        countries_offered()
        suggest(["accounting"])


def test_what_the_feasibility_check_calls_for_is_a_category_of_the_hub(db: None) -> None:
    named = {category for wish in wishes() for category in wish.categories}
    assert named
    assert named <= set(Category.values)
