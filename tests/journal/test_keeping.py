"""Mappings are kept in versions: each checked, none changed, and seen by whoever may see them."""

import msgspec
import psycopg
import pytest
from tests.access.world import make_person
from tests.journal.keeping import ACCOUNTS, RULES, business, draft
from tests.ledger.conftest import Feed
from tests.ledger.feed.making import BUSINESS, LOCATION, location, lookups
from tests.portal.merchant.book_keeping import FED, NOW, OTHER, belongs

from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Person, Role
from tillgate.foundation.models import Event
from tillgate.journal import queries, things
from tillgate.journal.acts import keep_mapping
from tillgate.journal.errors import MappingChanged, MappingUnusable, NoSuchMapping
from tillgate.journal.mapping import BY_REFERENCE, Account, Corrections, Kind, Rule, What


def test_without_a_version_the_references_of_the_back_office_count(keeper: Person) -> None:
    assert queries.newest_mapping(BUSINESS) == BY_REFERENCE
    assert queries.versions_of(BUSINESS) == []


def test_a_version_is_kept_with_its_time_and_its_maker(keeper: Person) -> None:
    made = keep_mapping(person=keeper, business=business(), draft=draft(), based_on=0)
    assert made.version == 1
    assert queries.newest_mapping(BUSINESS) == made
    (kept,) = queries.versions_of(BUSINESS)
    assert (kept.mapping, kept.made_at, kept.made_by) == (made, NOW, keeper.name)
    event = Event.objects.filter(kind="journal:mapping:kept").latest("id")
    assert event.subject == f"business:{BUSINESS}"
    assert event.actor == f"person:{keeper.pk}"
    assert event.data["version"] == 1


def test_a_further_version_leaves_the_earlier_one_readable(keeper: Person) -> None:
    first = keep_mapping(person=keeper, business=business(), draft=draft(), based_on=0)
    other = draft(corrections=Corrections.OPEN_PERIOD)
    second = keep_mapping(person=keeper, business=business(), draft=other, based_on=1)
    assert queries.kept_version(BUSINESS, 1).mapping == first
    assert queries.kept_version(BUSINESS, 2).mapping == second == queries.newest_mapping(BUSINESS)
    with pytest.raises(NoSuchMapping):
        queries.kept_version(BUSINESS, 3)


def test_the_same_again_makes_no_version(keeper: Person) -> None:
    first = keep_mapping(person=keeper, business=business(), draft=draft(), based_on=0)
    events = Event.objects.count()
    turned = draft(rules=RULES[::-1])
    assert keep_mapping(person=keeper, business=business(), draft=turned, based_on=1) == first
    assert len(queries.versions_of(BUSINESS)) == 1
    assert Event.objects.count() == events


def test_nobody_overwrites_what_another_kept_meanwhile(keeper: Person) -> None:
    keep_mapping(person=keeper, business=business(), draft=draft(), based_on=0)
    with pytest.raises(MappingChanged, match="Version 1 was kept meanwhile"):
        keep_mapping(person=keeper, business=business(), draft=draft(rules=[]), based_on=0)
    assert queries.newest_mapping(BUSINESS).rules


def test_every_problem_is_told_at_once_and_nothing_is_kept(keeper: Person) -> None:
    wrong = draft(suspense="77", rules=[Rule(What.TIPS, "", "4000"), Rule(What.SALES, "5", "88")])
    with pytest.raises(MappingUnusable) as refused:
        keep_mapping(person=keeper, business=business(), draft=wrong, based_on=0)
    fields = [each.field for each in refused.value.problems]
    assert fields == ["rules[0].account", "rules[1].key", "rules[1].account", "suspense"]
    assert queries.versions_of(BUSINESS) == []


def test_a_rule_stays_good_for_what_the_business_has_no_more(
    keeper: Person, books: object, owner_url: str
) -> None:
    gift = Rule(What.TENDER, "7", "2400")
    made = draft(rules=[*RULES, gift])
    keep_mapping(person=keeper, business=business(), draft=made, based_on=0)
    with psycopg.connect(owner_url) as owner:
        owner.execute("DELETE FROM catalogue_paymentmethod WHERE payment_method_id = 7")
    again = draft(rules=[*RULES, gift], suspense="1000")
    assert keep_mapping(person=keeper, business=business(), draft=again, based_on=1).version == 2


def test_only_people_of_the_business_keep_its_mapping(keeper: Person) -> None:
    member = belongs("mo", Role.MEMBER)
    keep_mapping(person=member, business=business(), draft=draft(), based_on=0)
    for person in (make_person("nora"), belongs("tess", Role.TECHNICAL_CONTACT)):
        with pytest.raises(NotPermitted):
            keep_mapping(person=person, business=business(), draft=draft(rules=[]), based_on=1)


# --- what roles may -------------------------------------------------------------------------------


def test_the_reader_sees_mappings_of_businesses_whose_locations_it_may_see(
    keeper: Person, reader_url: str
) -> None:
    made = keep_mapping(person=keeper, business=business(), draft=draft(), based_on=0)
    query = "SELECT business_id, version, body FROM journal_mapping"
    with psycopg.connect(reader_url) as reader:
        assert reader.execute(query).fetchall() == []
        reader.execute(f"SET LOCAL tillgate.locations = '{{{LOCATION + 900}}}'")
        assert reader.execute(query).fetchall() == []
        reader.execute(f"SET LOCAL tillgate.locations = '{{{LOCATION}}}'")
        ((owner, version, body),) = reader.execute(query).fetchall()
        assert (owner, version) == (BUSINESS, 1)
        assert msgspec.json.decode(body, type=type(made)) == made
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("SELECT made_by_id FROM journal_mapping")


@pytest.mark.parametrize("url", ["portal_url", "ledger_url", "reader_url", "meter_url"])
def test_no_role_changes_or_deletes_a_mapping(request: pytest.FixtureRequest, url: str) -> None:
    with psycopg.connect(request.getfixturevalue(url), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        for statement in ("UPDATE {} SET body = body", "DELETE FROM {}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.format("journal_mapping"))


# --- what there is to map -------------------------------------------------------------------------


def test_what_catalogues_have_and_what_came_up_is_there_to_map(keeper: Person) -> None:
    mappable = things.things_to_map(business())
    found = {(each.thing.what.value, each.thing.key): each for each in mappable}
    assert found["tender", "5"].thing.reference == "1000"
    assert not found["tender", "5"].booked
    assert found["tender", ""].booked
    assert found["sales", ""].booked
    assert found["sales", "6"].thing.reference == "4000"
    assert found["giftCards", "2400"].booked
    assert found["tax", "VAT20@1.2"].thing.name == "VAT 20%"
    assert found["discount", "STAFF"].booked
    assert found["tips", ""].booked
    assert not found["surcharges", ""].booked
    assert all(each.currencies == {"GBP"} for each in mappable)


def test_a_thing_goes_by_its_rule_or_by_its_reference_or_on_suspense(keeper: Person) -> None:
    mapping = draft(accounts=[*ACCOUNTS, Account(code="7", name="Seven", kind=Kind.ASSET)])
    how = {
        (each.mappable.thing.what.value, each.mappable.thing.key): (each.account.code, each.by)
        for each in things.how_mapped(things.things_to_map(business()), mapping)
    }
    assert how["tender", ""] == ("1100", "rule")
    assert how["tender", "5"] == ("1000", "reference")
    assert how["giftCards", "2400"] == ("2400", "reference")
    assert how["surcharges", ""] == ("1999", "none")


def test_what_is_called_the_same_at_two_locations_is_one_thing_until_a_rule_parts_it(
    keeper: Person, feed: Feed
) -> None:
    cash = lookups()[1] | {"businessLocationId": OTHER, "paymentMethodId": 55}
    feed([cash | {"recordedAt": FED}])
    mappable = things.things_to_map(business())
    (one,) = [each for each in mappable if each.thing.name == "Cash" and each.thing.key]
    assert one.keys == ("5", "55")
    assert one.locations == ("Harbour Street", "Station Arcade")
    mapping = draft(rules=[Rule(What.TENDER, "55", "1100")])
    how = {
        each.mappable.keys: (each.account.code, each.by)
        for each in things.how_mapped([one], mapping)
    }
    assert how == {("5",): ("1000", "reference"), ("55",): ("1100", "rule")}


def test_what_may_come_up_anywhere_comes_in_every_currency(keeper: Person, feed: Feed) -> None:
    feed([location(businessLocationId=7103, name="Quai", currency="EUR", recordedAt=FED)])
    mappable = things.things_to_map(business())
    known = things.known_of(mappable, draft())
    assert known.currencies == {"GBP", "EUR"}
    assert known.things[What.TIPS, ""] == {"GBP", "EUR"}
    assert known.things[What.TENDER, "5"] == {"GBP"}
