"""The feasibility check answers what it knows and says when it cannot tell."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.content.promise import answer_of, fields_below, operations

from tillgate.content.acts import publish_version
from tillgate.content.checks import problems_of
from tillgate.content.errors import BadContent
from tillgate.content.feasibility import CANNOT_TELL, Answer, assess, wishes
from tillgate.content.feasibility_rules import Verdict, fitting, sentences
from tillgate.content.queries import current
from tillgate.content.shipped import default_of
from tillgate.content.slots import SLOTS
from tillgate.directory.models import Person
from tillgate.hub.models import Category

DEFAULT = default_of(SLOTS["feasibility"]).fields["wishes"]
RULES = {wish["key"]: wish["keywords"] for wish in DEFAULT}


@pytest.mark.parametrize("wish", DEFAULT, ids=lambda wish: wish["key"])
def test_a_wish_names_endpoints_fields_and_categories_that_exist(
    wish: dict[str, list[str]],
) -> None:
    there = [operations()[endpoint] for endpoint in wish["endpoints"]]
    fields = set().union(*(fields_below(answer_of(each)) for each in there))
    assert set(wish["fields"]) <= fields
    assert set(wish["categories"]) <= set(Category.values)


def test_the_default_covers_what_merchants_ask_for() -> None:
    verdicts = {wish["key"]: wish["verdict"] for wish in DEFAULT}
    expected = {
        "possible": "sales_export journal taxes payments tips staff_reporting menu_mirror",
        "not_possible": "write_prices create_orders customers read_reservations real_time stock",
        "public_integration": "property_management reservations inventory accounting",
    }
    for verdict, keys in expected.items():
        assert {key: verdicts[key] for key in keys.split()} == dict.fromkeys(keys.split(), verdict)


@pytest.mark.parametrize(
    ("sentence", "keys"),
    [
        ("We want to export all sales every night", ["sales_export"]),
        ("Book our takings in our own ledger system", ["journal"]),
        ("Pull VAT per rate", ["taxes"]),
        ("Report tips per waiter", ["tips"]),
        ("Mirror the menu on our website", ["menu_mirror"]),
        ("Read our prices", ["read_prices"]),
        ("Update prices from a spreadsheet", ["write_prices"]),
        ("We would like to change the menu automatically", ["write_prices"]),
        ("Create orders from our app", ["create_orders"]),
        ("Run a loyalty scheme with points", ["customers"]),
        ("Get our reservations", ["read_reservations"]),
        ("Receive a webhook for each sale", ["real_time"]),
        ("See stock levels", ["stock"]),
        ("Post bills to the hotel room", ["property_management"]),
        ("Let guests book a table", ["reservations"]),
        ("Order from suppliers", ["inventory"]),
        ("Online ordering", ["online_ordering"]),
        ("Feed a dashboard", ["warehouse"]),
        ("Fly to the moon", []),
        ("Nous voulons tout", []),
    ],
)
def test_plain_words_are_understood(sentence: str, keys: list[str]) -> None:
    assert set(keys) <= set(fitting(sentence, RULES))
    assert bool(keys) == bool(fitting(sentence, RULES))


@pytest.mark.parametrize("words", [wish["words"] for wish in DEFAULT])
def test_a_wish_is_recognised_by_its_own_words(words: str) -> None:
    key = next(wish["key"] for wish in DEFAULT if wish["words"] == words)
    assert key in fitting(words, RULES)


def test_writing_is_never_taken_for_reading() -> None:
    for verb in ("change", "update", "set", "push", "edit", "write", "adjust"):
        assert fitting(f"We {verb} prices", RULES) == ["write_prices"]


def test_two_wishes_in_a_sentence_are_both_answered() -> None:
    keys = fitting("Export sales and update prices", RULES)
    assert {"sales_export", "write_prices"} <= set(keys)
    assert "read_prices" not in keys


def test_sentences_are_lines_and_full_stops() -> None:
    text = "- Read sales. See tips!\n\n* Version 2.5 of our app; no more?\n...\n \u2022 Menu"
    assert sentences(text) == [
        "Read sales",
        "See tips",
        "Version 2.5 of our app",
        "no more",
        "Menu",
    ]


def test_chosen_and_typed_wishes_are_answered_once_each(db: None) -> None:
    answers = assess(
        ["tips", "write_prices"], "See our tips. Fly to the moon\nFly to the moon\nVAT"
    )
    assert [(each.key, each.verdict, each.asked) for each in answers] == [
        ("tips", "possible", ""),
        ("write_prices", "not_possible", ""),
        ("", "cannot_tell", "Fly to the moon"),
        ("taxes", "possible", "VAT"),
    ]
    assert answers[2].why == CANNOT_TELL
    assert answers[0].endpoints == ("GET /f/finance/{businessLocationId}/financials/{from}/{to}",)
    assert "tip" in answers[0].fields
    assert answers[3].wish == "Report the tax on our sales, by rate"


def test_a_key_that_is_gone_cannot_be_told(db: None) -> None:
    (answer,) = assess(["gone"], "")
    assert (answer.verdict, answer.key, answer.why) == (Verdict.CANNOT_TELL, "gone", CANNOT_TELL)
    assert assess([], " \n ") == []


def test_a_result_can_be_kept_as_json(db: None) -> None:
    answers = assess([wish.key for wish in wishes()], "Something else")
    kept = json.loads(json.dumps([each._asdict() for each in answers]))
    assert [Answer(**each).verdict for each in kept] == [each.verdict for each in answers]
    assert len(kept) == len(DEFAULT) + 1


@given(st.text(max_size=300))
def test_any_text_gets_an_answer_for_every_sentence(text: str) -> None:
    for sentence in sentences(text):
        assert sentence.strip()
        assert set(fitting(sentence, RULES)) <= set(RULES)


def test_an_operator_teaches_a_new_wish(operator: Person) -> None:
    fields = current("feasibility").fields
    moon = DEFAULT[0] | {"key": "moon", "words": "Fly there", "keywords": ["fly|flight* moon"]}
    publish_version(
        slot="feasibility",
        text="",
        fields={"wishes": [*fields["wishes"], moon]},
        note="The moon.",
        actor=operator,
    )
    assert [each.key for each in assess([], "Fly to the moon")] == ["moon"]


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"key": "Not a key"}, "key"),
        ({"words": ""}, "words"),
        ({"why": ""}, "why"),
        ({"why": "a\u202eb"}, "why"),
        ({"verdict": "cannot_tell"}, "verdict"),
        ({"verdict": None}, "verdict"),
        ({"endpoints": []}, "endpoints"),
        ({"endpoints": ["a\nb"]}, "endpoints"),
        ({"endpoints": "GET /"}, "endpoints"),
        ({"verdict": "public_integration", "categories": []}, "categories"),
        ({"keywords": ["("]}, "keywords"),
        ({"keywords": ["a*"]}, "keywords"),
        ({"keywords": ["two||three"]}, "keywords"),
        ({"keywords": [" "]}, "keywords"),
        ({"more": 1}, "more"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(changed: dict[str, object], where: str) -> None:
    found = problems_of(SLOTS["feasibility"], "", {"wishes": [DEFAULT[0] | changed]})
    assert list(found) == [f"wishes-0-{where}"]


def test_a_key_stands_once(operator: Person) -> None:
    with pytest.raises(BadContent, match="tips is there twice"):
        publish_version(
            slot="feasibility",
            text="",
            fields={"wishes": [*DEFAULT, next(w for w in DEFAULT if w["key"] == "tips")]},
            note="Twice.",
            actor=operator,
        )
