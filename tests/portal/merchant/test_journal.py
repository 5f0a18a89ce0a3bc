"""The journal's pages: an entry by the mapping, what is on suspense, and keeping a mapping."""

import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from django.conf import LazySettings
from tests.access.world import make_person
from tests.journal.keeping import ACCOUNTS, RULES, draft
from tests.journal.keeping import business as its_business
from tests.ledger.conftest import Feed
from tests.ledger.feed.making import BUSINESS, LOCATION, business, location
from tests.portal.browser import signed_in
from tests.portal.merchant.book_keeping import HERE, OTHER, belongs
from tests.portal.merchant.browsing import HOSTILE, get, post, shown, text_of
from tests.portal.pages_harness import Eye

from tillgate.access.acts import add_staff_role
from tillgate.directory.models import Person, Role, StaffRole
from tillgate.foundation import sandbox_ids
from tillgate.journal import queries
from tillgate.journal.acts import keep_mapping
from tillgate.journal.mapping import Corrections, Rule, What
from tillgate.portal.merchant.chart_text import write_chart

PAGE, MAPPING = f"{HERE}/journal/", f"{HERE}/journal/mapping/"


def typed(page: str) -> dict[str, str]:
    """What a form holds as it is shown: what a browser would send if nothing were typed."""
    form = page[page.index('name="based_on"') - 40 :]
    values = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    for name, options in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        values[name] = (chosen[2] if chosen[1] is None else chosen[1]) if chosen else ""
    values |= dict(re.findall(r'type="radio" name="(\w+)" value="(\w+)"[^>]* checked', form))
    text = re.search(r'<textarea name="accounts"[^>]*>\s?(.*?)</textarea>', form, re.DOTALL)
    assert text is not None
    return {name: unescape(value) for name, value in (values | {"accounts": text[1]}).items()}


def filled(person: Person, **changes: Any) -> dict[str, str]:
    return typed(get(person, MAPPING)) | changes


def field_of(page: str, label: str) -> str:
    """The name of the choice with this label."""
    found = re.search(rf'<label for="id_([^"]+)">{re.escape(label)}</label>', page)
    assert found is not None, label
    return found[1]


def sent(person: Person, form: dict[str, str]) -> str:
    """The page on which somebody arrives who sent the form."""
    browser = signed_in(person)
    answer = browser.post(MAPPING, form)
    assert answer.status_code == 302
    return browser.get(answer["Location"]).content.decode()


def keep(person: Person, **changes: Any) -> None:
    made = draft(**changes)
    newest = queries.newest_mapping(BUSINESS).version
    keep_mapping(person=person, business=its_business(), draft=made, based_on=newest)


# --- the entry of a day ---------------------------------------------------------------------------


def test_the_entry_of_the_newest_day_is_shown_in_two_columns_that_are_equal(
    keeper: Person,
) -> None:
    keep(keeper)
    page = shown(get(keeper, PAGE))
    assert "Friday, 20 March 2026: everything has its account" in page
    assert "not final" in page
    page = shown(get(keeper, f"{PAGE}?on=2026-03-14"))
    assert "1100 Cards on the way Ways of paying: CARD 36.00" in page
    assert "4000 Food Sales: without an accounting group 30.00" in page
    assert "2200 VAT owed Taxes: VAT 20% 6.00" not in page, "the day calls it by its code"
    assert "2200 VAT owed Taxes: VAT20 20% 6.00" in page
    assert "Sum 36.00 36.00" in page
    assert "Restated: revision 2 of the day replaces entry 7101-20260314-r1" in page
    assert "Why: the till was offline" in page
    assert "Version 1 of the mapping, kept 21 Mar 2026, 12:00 GMT by Maya" in page


def test_what_an_amount_is_made_of_is_folded_up_beneath_it(keeper: Person) -> None:
    page = shown(get(keeper, f"{PAGE}?on=2026-03-16"))
    assert "Ways of paying made of 2 CARD 50.00 Cash 1.50 51.50" in page


def test_what_has_no_account_is_said_first(keeper: Person) -> None:
    page = shown(get(keeper, f"{PAGE}?on=2026-03-16"))
    assert "4 things have no account" in page
    assert "On Suspense, for want of an account" in page
    assert "Tips, 1.50 credit" in page
    assert "By the accounting references of the back office" in page


def test_a_day_that_does_not_add_up_says_so(keeper: Person) -> None:
    keep(keeper)
    page = shown(get(keeper, f"{PAGE}?on=2026-03-15"))
    assert "Sunday, 15 March 2026: 0.50 does not add up" in page
    assert "What was sold and what was paid differ by 0.50. That is on 1999 Suspense too" in page
    assert "1999 Suspense What does not add up 0.50" in page


def test_a_correction_in_the_open_period_is_an_entry_of_the_day_it_was_made_on(
    keeper: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(keeper, corrections=Corrections.OPEN_PERIOD)
    assert "Sum 24.00 24.00" in shown(get(keeper, f"{PAGE}?on=2026-03-14"))
    # Documents say the time at which they were really made.
    monkeypatch.setattr("tillgate.foundation.clock.now", lambda: datetime.now(UTC))
    made = queries.journal_of(LOCATION, (date(2026, 3, 14), date(2036, 3, 14)))
    day = max(entry.booked_on for entry in made.entries)
    page = shown(get(keeper, f"{PAGE}?on={day}"))
    assert "Correction of Saturday, 14 March 2026 final" in page
    assert "What revision 2 of that day changes, on top of entry 7101-20260314-r1" in page
    assert "Sum 12.00 12.00" in page


def test_an_empty_day_and_a_location_without_days_say_so(keeper: Person) -> None:
    assert "Nothing is booked on Tuesday, 17 March 2026" in shown(
        get(keeper, f"{PAGE}?on=2026-03-17")
    )
    assert "No day yet" in get(keeper, f"/books/{OTHER}/journal/")


def test_an_earlier_version_books_a_day_as_it_did(keeper: Person) -> None:
    keep(keeper, rules=[])
    keep(keeper, rules=[], suspense="1000")
    assert "On 1999 Suspense" in get(keeper, f"{PAGE}?on=2026-03-16&version=1")
    assert "On 1000 Cash in hand" in get(keeper, f"{PAGE}?on=2026-03-16")
    assert "On Suspense" in get(keeper, f"{PAGE}?on=2026-03-16&version=0")
    get(keeper, f"{PAGE}?version=3", status=404)


@pytest.mark.parametrize("form", ["csv", "hledger", "beancount"])
def test_a_month_is_taken_away_as_a_file(keeper: Person, form: str) -> None:
    answer = signed_in(keeper).get(f"{PAGE}file/{form}?from=2026-03-01&to=2026-03-31")
    assert answer.status_code == 200
    assert b"7101-20260314-r2" in answer.content
    name = f"7101-journal-2026-03-01-2026-03-31.{form}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_nonsense_is_no_page(keeper: Person) -> None:
    for path in (
        *(f"{PAGE}?on=x", f"{PAGE}?on=2026-03-13", f"{PAGE}?on=2026-03-22", f"{PAGE}?version=x"),
        *(f"{PAGE}?version=-1", f"{PAGE}?version=9999999", f"{PAGE}file/xml", f"{PAGE}file/csv"),
        f"{PAGE}file/csv?from=2026-03-02&to=2026-03-01",
        f"{PAGE}file/csv?from=2025-03-01&to=2026-03-02",
        *(f"{MAPPING}1/", f"{MAPPING}{'9' * 30}/", "/books/7201/journal/"),
        "/books/7201/journal/mapping/",
    ):
        get(keeper, path, status=404)


def test_a_location_that_has_not_begun_can_be_mapped(keeper: Person) -> None:
    there = f"/books/{OTHER}/journal/mapping/"
    form = typed(get(keeper, there)) | {"do": "preview"}
    assert "Nothing was sold" in text_of(post(keeper, there, status=200, **form))


# --- the mapping ----------------------------------------------------------------------------------


def test_the_form_begins_with_what_the_back_office_names(keeper: Person) -> None:
    page = get(keeper, MAPPING)
    assert "Booked by the back office\u2019s references" in page
    assert typed(page)["accounts"].splitlines() == [
        *("1000; Cash; asset", "2400; Gift card; asset"),
        *("4000; Food; income", "suspense; Suspense; asset"),
    ]
    assert "by reference: 1000 Cash" in page


def test_a_pasted_chart_is_kept_with_its_choices(keeper: Person) -> None:
    page = get(keeper, MAPPING)
    tips = field_of(page, "Tips")
    chart = write_chart(ACCOUNTS).replace("; ", "\t")
    form = typed(page) | {"accounts": chart, "suspense": "1999", tips: "2300", "do": "keep"}
    assert "Version 1 is kept and in force." in sent(keeper, form)
    kept = queries.newest_mapping(BUSINESS)
    assert kept.accounts == ACCOUNTS
    assert kept.rules == [Rule(What.TIPS, "", "2300")]
    page = get(keeper, MAPPING)
    assert "Version 1 is in force" in page
    assert typed(page)[tips] == "2300"


def test_a_preview_keeps_nothing(keeper: Person) -> None:
    changed = {"accounts": write_chart(ACCOUNTS), "suspense": "1999", "do": "preview"}
    answer = post(keeper, MAPPING, status=200, **filled(keeper, **changed))
    page = shown(answer.content.decode())
    assert "This is a preview: nothing is kept yet" in page
    assert "The entry of Friday, 20 March 2026 at Harbour Street, as your draft" in page
    assert "On 1999 Suspense, for want of an account" in page
    assert queries.versions_of(BUSINESS) == []


def test_every_problem_is_told_at_its_field_and_what_was_typed_stays(keeper: Person) -> None:
    page = get(keeper, MAPPING)
    tips = field_of(page, "Tips")
    chart = "1; Bank; asset\n1; Till; asset\n2; Tips; liability; 9\n3; Odd; asset;; EUR"
    form = typed(page) | {"accounts": chart, "suspense": "7", tips: "1", "do": "keep"}
    answer = post(keeper, MAPPING, status=422, **form)
    told = shown(answer.content.decode())
    assert "5 things need another look" in told
    for words in (
        "Chart of accounts: The code 1 is there more than once.",
        "Chart of accounts: Account 2 is below 9, which is not in the chart.",
        "Chart of accounts: Account 3 takes EUR only, in which this business does not sell.",
        "Tips: Account 1 cannot hold this. Choose one of the kind liability.",
        "Suspense account: Account 7 is not in the chart.",
    ):
        assert words in told, words
    again = typed(answer.content.decode())
    assert again["accounts"] == chart
    assert (again["suspense"], again[tips]) == ("7", "1")
    assert queries.versions_of(BUSINESS) == []


def test_rows_without_a_kind_are_named_by_their_lines(keeper: Person) -> None:
    form = filled(keeper, accounts="1; Bank\n\n2; Till; drawer", do="preview")
    page = shown(post(keeper, MAPPING, status=422, **form).content.decode())
    assert "Line 1 does not say what the account is" in page
    assert "Line 3: “drawer” is no kind of account" in page


def test_what_came_up_lately_and_has_no_account_is_named(keeper: Person) -> None:
    keep(keeper)
    page = shown(get(keeper, MAPPING))
    assert "things came up lately" not in page
    keep(keeper, rules=[*RULES[:-1], Rule(What.DISCOUNT, "STAFF", "4000")])
    page = shown(get(keeper, MAPPING))
    assert "2 things came up lately and have no account: other discounts, Tips." in page


def test_rules_of_things_that_are_not_shown_stay(
    keeper: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(keeper)
    monkeypatch.setattr("tillgate.portal.merchant.mapping_form.MOST_SHOWN", 2)
    page = get(keeper, MAPPING)
    assert "more things that did not come up lately are not shown" in page
    post(keeper, MAPPING, **(typed(page) | {"suspense": "1000", "do": "keep"}))
    kept = queries.newest_mapping(BUSINESS)
    assert (kept.version, kept.suspense) == (2, "1000")
    assert sorted(kept.rules, key=repr) == sorted(RULES, key=repr)


def test_what_somebody_else_kept_meanwhile_is_not_overwritten(keeper: Person) -> None:
    form = filled(keeper, do="keep")
    keep(keeper)
    page = post(keeper, MAPPING, status=409, **form).content.decode()
    assert "Version 1 was kept meanwhile" in page
    assert len(queries.versions_of(BUSINESS)) == 1


def test_keeping_what_is_in_force_makes_no_version(keeper: Person) -> None:
    keep(keeper)
    said = sent(keeper, filled(keeper, do="keep"))
    assert "Nothing was changed, so no version was made." in said
    assert len(queries.versions_of(BUSINESS)) == 1


@pytest.mark.parametrize("field", ["accounts", "suspense", "based_on", "corrections", "tips"])
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_are_refused_or_shown_harmless(
    keeper: Person, field: str, value: str
) -> None:
    page = get(keeper, MAPPING)
    name = field_of(page, "Tips") if field == "tips" else field
    form = typed(page) | {"do": "keep", name: value}
    answer = post(keeper, MAPPING, status=422, **form)
    assert "<script>alert" not in answer.content.decode()
    assert queries.versions_of(BUSINESS) == []


def test_versions_say_who_and_when_and_stay_readable(keeper: Person) -> None:
    keep(keeper)
    keep(belongs("mo", Role.MEMBER), suspense="1000")
    page = shown(get(keeper, MAPPING))
    assert "Version 2 21 Mar 2026, 12:00 GMT, Mo in force" in page
    page = shown(get(keeper, f"{MAPPING}1/"))
    assert "Version 1, no longer in force Kept 21 Mar 2026, 12:00 GMT by Maya" in page
    assert "without a payment method Ways of paying 1100 Cards on the way rule" in page
    assert "Suspense 1999" in page


def test_who_may_not_keep_one_reads_it(keeper: Person, feed: Feed, settings: LazySettings) -> None:
    settings.STAFF_NEEDS_SECOND_FACTOR = False
    sandbox = {"businessId": sandbox_ids.BUSINESS}
    place = sandbox_ids.LOCATIONS[0]
    feed([business(**sandbox), location(businessLocationId=place, **sandbox)], sandbox=True)
    rae = make_person("rae")
    add_staff_role(person=rae, role=StaffRole.PARTNER_SERVICES, actor="test")
    there = f"/books/{place}/journal/"
    page = get(rae, f"{there}mapping/")
    assert "The business and its people are invented" in page
    assert "<textarea" not in page
    assert "Booked by the back office\u2019s references" in page
    assert "are invented" in get(rae, there)
    post(rae, f"{there}mapping/", status=403, do="keep")
    get(belongs("tess", Role.TECHNICAL_CONTACT), MAPPING, status=403)
    get(belongs("tim", Role.TECHNICAL_CONTACT), PAGE, status=403)


def test_the_journal_is_fit_to_be_seen(keeper: Person, eye: Eye) -> None:
    eye.look_at(f"{PAGE}?on=2026-03-16", "journal-by-reference", person=keeper)
    page = eye.look_at(MAPPING, "journal-mapping", person=keeper)
    page.get_by_label("Chart of accounts", exact=True).fill(write_chart(ACCOUNTS))
    page.get_by_role("button", name="Keep").click()
    eye.check(page, "journal-mapping-wrong")
    page.get_by_label("Suspense account").select_option("1999")
    page.get_by_label("without a payment method").select_option("1100")
    page.get_by_role("button", name="Preview").last.click()
    eye.check(page, "journal-preview")
    page.get_by_role("button", name="Keep").click()
    page.wait_for_url(f"**{PAGE}")
    eye.check(page, "journal-kept")
    eye.look_at(f"{MAPPING}1/", "journal-version", person=keeper)
