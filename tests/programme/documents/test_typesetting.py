"""The documents as an independent reader sees them."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.programme.documents.making import TERMS, agreement, evidence, location, overview
from tests.programme.documents.poppler import needs_poppler, run, squeezed, text_of

from tillgate.programme.documents import typesetting
from tillgate.programme.documents.errors import BadFacts, NotTypeset
from tillgate.programme.documents.facts import Signatory, StatementFacts, StatementLine
from tillgate.programme.documents.typesetting import (
    agreement_pdf,
    overview_pdf,
    signed_agreement_pdf,
    statement_pdf,
)


def words_in(facts: Any) -> Iterator[str]:
    """Every text among plain facts but those that are set in another form."""
    if isinstance(facts, str):
        yield facts
    elif isinstance(facts, dict):
        for name, value in facts.items():
            if name not in {"terms", "text", "prepared_at", "valid_until", "drawing"}:
                yield from words_in(value)
    elif isinstance(facts, list | tuple):
        for value in facts:
            yield from words_in(value)


def stated(facts: msgspec.Struct) -> set[str]:
    """What a document must say of these facts, squeezed; instants and zeros are left aside."""
    plain = set(map(squeezed, words_in(msgspec.to_builtins(facts))))
    return {words for words in plain if not re.fullmatch(r"|0|\d{4}-\d\d-\d\dT.*", words)}


@needs_poppler
def test_the_agreement_says_every_fact(tmp_path: Path) -> None:
    text = squeezed(text_of(agreement_pdf(agreement()), tmp_path))
    assert {words for words in stated(agreement()) if words not in text} == set()
    for words in ("24 November 2026, 10:30:05 UTC+01:00", "8 December 2026, 23:59:59 UTC+01:00"):
        assert squeezed(words) in text
    assert squeezed("It is used by the business only; it is never resold") in text


@needs_poppler
def test_the_signed_agreement_says_every_fact_and_all_evidence(tmp_path: Path) -> None:
    text = squeezed(text_of(signed_agreement_pdf(agreement(), evidence()), tmp_path))
    missing = {words for words in stated(agreement()) | stated(evidence()) if words not in text}
    assert missing == set()
    assert squeezed("25 November 2026, 14:10:40 UTC+01:00 (2026-11-25 13:10:40 UTC)") in text
    assert squeezed("2026-11-25 13:04:40 Code entered correctly Robin Example 192.0.2.17") in text
    assert squeezed("simple electronic signature with sealed evidence") in text


@needs_poppler
def test_the_overview_says_everything_with_its_version(tmp_path: Path) -> None:
    text = text_of(overview_pdf(overview()), tmp_path)
    for words in (
        "Access overview Version 2026-1, published 2 November 2026",
        "to read, and nothing else",
        "totalNetAmount the sum without tax, to the cent 1204.50",
        "1. Nothing can be written through it",
        '{"businessDate": "2026-11-23", "dataComplete": true}',
        "the public pages (https://pos.example/integrations)",
        "partners@pos.example",
        "Page 1 of 1",
    ):
        assert words in text


@needs_poppler
def test_a_statement_says_every_line_and_its_total(tmp_path: Path) -> None:
    line = StatementLine(
        location="=Old Mill *Quay*",
        identifier="7101",
        agreement="A-1007",
        first_day=date(2026, 4, 2),
        last_day=date(2026, 4, 11),
        days=10,
        days_of_month=30,
        monthly_price=Decimal("1234.50"),
        amount=Decimal("411.50"),
    )
    facts = StatementFacts(
        platform=overview().platform,
        month=date(2026, 4, 1),
        business="Harbour Street Kitchens",
        business_identifier="71",
        integration="Ledger Bridge",
        currency="EUR",
        lines=(line,),
        total=Decimal("411.50"),
        is_final=True,
        until=date(2026, 4, 30),
    )
    text = " ".join(text_of(statement_pdf(facts), tmp_path).split())
    for words in ("April 2026", "=Old Mill *Quay*", "A-1007", "10 of 30", "1,234.50", "final"):
        assert words in text
    assert text.count("411.50") == 2
    assert "Nothing was charged" in text_of(
        statement_pdf(msgspec.structs.replace(facts, lines=(), total=Decimal(0))), tmp_path
    )


def test_what_is_sent_for_signature_bears_none(tmp_path: Path) -> None:
    text = text_of(agreement_pdf(agreement()), tmp_path)
    assert "Not yet signed" in text
    assert "Evidence" not in text


@needs_poppler
def test_prices_discounts_and_totals_add_up_on_paper(tmp_path: Path) -> None:
    rows = (
        location(1, price=Decimal("1249.00")),
        location(2, discount=Decimal("9.50"), discount_reason="Opening year"),
        location(3, discount=Decimal("49.00"), discount_reason="Pilot"),
    )
    text = text_of(agreement_pdf(agreement(locations=rows)), tmp_path)
    assert "730000000000001 the business 1,249.00 1,249.00" in text
    assert (
        "Discount: Opening year 730000000000002 the business 49.00 \N{MINUS SIGN}9.50 39.50" in text
    )
    assert "49.00 \N{MINUS SIGN}49.00 0.00" in text
    assert (
        "3 business locations, total per month in EUR 1,347.00 \N{MINUS SIGN}58.50 1,288.50" in text
    )


@needs_poppler
def test_a_reason_that_all_discounts_share_is_said_once(tmp_path: Path) -> None:
    discount = {"discount": Decimal("9.50"), "discount_reason": "Opening year"}
    rows = tuple(location(number, **discount) for number in range(1, 5))
    text = text_of(agreement_pdf(agreement(locations=rows)), tmp_path)
    assert text.count("Opening year") == 1
    assert "Reason of the discount: Opening year" in text


@needs_poppler
def test_a_currency_without_decimals_shows_none(tmp_path: Path) -> None:
    facts = agreement(currency="JPY", places=0, locations=(location(1, price=Decimal(5200)),))
    assert "1 business location, total per month in JPY 5,200 5,200" in text_of(
        agreement_pdf(facts), tmp_path
    )


@needs_poppler
def test_a_long_list_of_locations_repeats_its_head_on_every_page(tmp_path: Path) -> None:
    rows = tuple(location(number) for number in range(1, 301))
    text = text_of(agreement_pdf(agreement(locations=rows)), tmp_path)
    pages = int(re.findall(r"Page 1 of (\d+)", text)[0])
    assert pages > 8
    assert re.findall(r"Page (\d+) of", text) == [str(page + 1) for page in range(pages)]
    assert text.count("Business location Identifier Run by Price Per month") > 5
    assert all(row.identifier in text for row in rows)
    assert "300 business locations, total per month in EUR 14,700.00" in text


@needs_poppler
def test_the_files_are_for_the_archive_and_bring_their_fonts(tmp_path: Path) -> None:
    for pdf in (overview_pdf(overview()), signed_agreement_pdf(agreement(), evidence())):
        assert b"<pdfaid:part>2</pdfaid:part>" in pdf
        assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
        fonts = run("pdffonts", pdf=pdf, folder=tmp_path).splitlines()[2:]
        assert fonts
        assert all(re.search(r" yes +yes +yes +\d+ +0$", font) for font in fonts)


def test_the_same_facts_give_the_same_bytes() -> None:
    assert agreement_pdf(agreement()) == agreement_pdf(agreement())
    assert signed_agreement_pdf(agreement(), evidence()) == signed_agreement_pdf(
        agreement(), evidence()
    )
    assert overview_pdf(overview()) != overview_pdf(overview(version="2026-2"))


def test_many_threads_at_once_get_the_same_bytes() -> None:
    alone = agreement_pdf(agreement())
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: agreement_pdf(agreement()), range(24))) == {alone}


HOSTILE = [
    '#eval("1 + 1") #import "@preview/x:1.0.0": * #read("/etc/passwd")',
    "$x^2$ *bold* _it_ `raw` <label> @ref [x] // note /* */ \\ \\u{41} ~ -- ---",
    '"; } { #panic() ")',
    "<script>alert(1)</script> &amp; %PDF-1.7 (x) endobj /ByteRange [0 1 2 3]",
    '=HYPERLINK("http://evil.example") ../../etc/passwd',
    "= Heading\n- item\n+ item\n/ term: x",
]


@needs_poppler
@pytest.mark.parametrize("words", HOSTILE)
def test_markup_in_what_somebody_typed_is_shown_and_never_obeyed(
    words: str, tmp_path: Path
) -> None:
    facts = agreement(
        business=words,
        integration=words,
        purpose=words,
        signatory=Signatory(name=words, role=words, email=words),
        account_manager=words,
        locations=(location(1, name=words, run_by=words),),
        confirmations=(words,),
    )
    proof = evidence(typed_name=words, browser=words, authority=words)
    text = squeezed(text_of(signed_agreement_pdf(facts, proof), tmp_path))
    assert text.count(squeezed(words)) >= 14


@needs_poppler
def test_html_and_typst_in_the_terms_are_shown_as_typed(tmp_path: Path) -> None:
    terms = TERMS + "\n\n<b>x</b> #eval(1) $y$ `#raw` [z](javascript:alert(1))"
    text = text_of(agreement_pdf(agreement(terms=terms)), tmp_path)
    assert "<b>x</b> #eval(1) $y$ #raw [z](javascript:alert(1))" in text


@needs_poppler
def test_characters_without_a_shape_are_named_not_dropped(tmp_path: Path) -> None:
    name = "Caf\u00e9 \u5c71\u7530\U0001f600 \u0000\u202etxt.exe\u200b\ufeff\ud800"
    text = text_of(agreement_pdf(agreement(integration=name)), tmp_path)
    shown = "Caf\u00e9[U+5C71][U+7530][U+1F600][U+0000][U+202E]txt.exe[U+FEFF][U+D800]"
    assert shown in squeezed(text)
    assert "Characters that these pages cannot show are written by their number" in text
    assert "[U+5C71] cjk unified ideograph-5c71" in text
    assert "[U+202E] right-to-left override" in text


@needs_poppler
def test_very_many_such_characters_are_not_all_named(tmp_path: Path) -> None:
    words = "".join(map(chr, range(0x4E00, 0x4E00 + 100)))
    text = text_of(agreement_pdf(agreement(purpose=words)), tmp_path)
    assert "[U+4E63]" in text
    assert text.count("cjk unified ideograph") == 40
    assert "and 60 more." in text


@needs_poppler
@pytest.mark.parametrize(
    "name",
    [
        "\u05e9\u05dc\u05d5\u05dd",
        "\u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac \u041a\u0438\u0440\u0438\u043b\u043b",
        "\u0141\u00f3d\u017a, \u00c5ngstr\u00f6m, \u0110\u1eb7ng, \u011e\u0131\u015f",
    ],
)
def test_names_of_many_scripts_are_set_as_they_are(name: str, tmp_path: Path) -> None:
    text = text_of(agreement_pdf(agreement(business=name)), tmp_path)
    assert f"Custom API access for {name} Agreement" in text
    assert "cannot show" not in text


def boxes(pdf: bytes, folder: Path) -> list[tuple[float, float, str]]:
    """(left, right, word) of every word, in points; the page is 595 wide."""
    html = run("pdftotext", "-bbox", pdf=pdf, folder=folder)
    found = re.findall(r'xMin="([\d.-]+)".*? xMax="([\d.-]+)".*?>(.*?)</word>', html)
    return [(float(left), float(right), word) for left, right, word in found]


@needs_poppler
def test_a_right_to_left_name_turns_nothing_around_it(tmp_path: Path) -> None:
    first, second = "\u05e9\u05dc\u05d5\u05dd", "\u05e2\u05d5\u05dc\u05dd"
    facts = agreement(terms_version=f"{first} {second}")
    text = run("pdftotext", pdf=agreement_pdf(facts), folder=tmp_path)
    assert squeezed(f"version {first} {second}, printed in full below") in squeezed(text)


@needs_poppler
@pytest.mark.parametrize("letter", ["W", "\u05e9", "\u0645", "i", "."])
def test_no_long_word_leaves_its_page(letter: str, tmp_path: Path) -> None:
    words = letter * 300
    facts = agreement(
        business=words,
        integration=words,
        signatory=Signatory(name=words, role=words, email=words),
        locations=(location(1, name=words, run_by=words, identifier=words),),
        confirmations=(words,),
        terms=f"# {words}\n\n{words}",
    )
    pdf = signed_agreement_pdf(facts, evidence(typed_name=words, browser=words))
    assert all(left > 60 and right < 537 for left, right, _ in boxes(pdf, tmp_path))


def test_an_unknown_font_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.typ").write_text('#set text(font: "No Such Font")\nwords')
    (tmp_path / "broken.typ").write_text("#let")
    monkeypatch.setattr(typesetting, "_TEMPLATES", tmp_path)
    facts = {"platform": {"name": ""}}
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(NotTypeset, match=r"bad\.typ could not be set: unknown font family"):
        typesetting._pdf("bad.typ", facts, "", at)
    with pytest.raises(NotTypeset, match=r"broken\.typ could not be set"):
        typesetting._pdf("broken.typ", facts, "", at)


NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prepared_at": NAIVE}, "has no time zone"),
        ({"valid_until": NAIVE}, "has no time zone"),
        ({"locations": ()}, "at least one business location"),
        ({"locations": (location(1, price=Decimal("1.005")),)}, "more than 2 decimal places"),
        ({"places": 0, "locations": (location(1, price=Decimal("1.5")),)}, "more than 0"),
    ],
)
def test_an_agreement_never_states_what_cannot_be(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadFacts, match=words):
        agreement(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"price": Decimal(-1)}, "between nothing and the whole price"),
        ({"price": Decimal("NaN")}, "are numbers"),
        ({"discount": Decimal("49.01"), "discount_reason": "x"}, "between nothing and"),
        ({"discount": Decimal(-1), "discount_reason": "x"}, "between nothing and"),
        ({"discount": Decimal(1)}, "say why"),
    ],
)
def test_a_price_is_never_absurd(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadFacts, match=words):
        location(1, **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"signed_at": NAIVE}, "has no time zone"),
        ({"document_sha256": "ABC"}, "64 hexadecimal digits"),
    ],
)
def test_evidence_is_exact(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadFacts, match=words):
        evidence(**changes)
