"""Every line of WIRE.md has its tests: the table, and proof that it is whole."""

import ast
import re
from pathlib import Path

import pytest
from tests.conftest import CONTRACT
from tests.contract.published import MISSING

WIRE = CONTRACT / "WIRE.md"

# Words of WIRE.md → the tests of what they claim, by the beginning of their names after `test_`.
CLAIMS: dict[str, str] = {
    "raw `+` and `:`": "date_times_in_a_path_are_understood date_times_in_a_query_are_understood",
    "an unencoded `+`": "an_unencoded_plus_in_a_query_stays_an_offset",
    "with a trailing slash": "aggregated_sales_with_a_slash_at_the_end",
    "A bare `dailyFinancials`": "bare_daily_financials_give_the_day_that_runs_now",
    "`include` with values nobody knows": "a_value_of_include_that_nobody_knows_is_ignored",
    "Unknown query parameters": "unknown_query_parameters_are_ignored",
    "Page sizes above the maximum": "a_page_size_above_the_maximum_is a_page_of_v2_above_its",
    "`groupBy` nested three deep": "groups_nest_three_deep",
    "`flattened=true`": "totals_can_be_flattened",
    "`page`/`size`": "businesses_come_by_page_and_size",
    "`offset`/`amount=1000`": "items_come_by_offset_and_an_amount_of_a_thousand",
    "`itemIds`": "item_ids_can_be_repeated",
    "No `Accept` header": "no_accept_header_is_needed_and_a_content_type_does_no_harm",
    "client authentication by Basic header": "a_client_authenticates_by_basic_or_in_the_form",
    "into the query": "parameters_in_the_query_of_the_post_are_accepted_and_not_logged",
    "Scopes separated by spaces": "scopes_are_separated_by_spaces_and_odd_ones_do_no_harm",
    "Redirects to": "redirects_to_the_own_machine_are_possible",
    "only URL-safe characters": "tokens_hold_only_signs_that_are_safe_in_a_url",
    "`token_type` `bearer`": "the_token_type_is_bearer_in_lower_case",
    "`expires_in` positive": "expires_in_is_positive",
    "carries a new `refresh_token`": "every_refresh_carries_a_new_refresh_token",
    "refresh tokens rotate": "refresh_tokens_rotate",
    "refresh 30 s to 5 min early": "refreshing_long_before_the_end_is_fine",
    "two\n  processes may do so at once": "two_processes_may_refresh_at_once",
    "must be 5xx or 429": "a_passing_fault_is_a_429_or_a_5xx too_many_refreshes_are_a_429",
    "must not kill the grant": "a_refresh_repeated_within_moments_does_not_kill_the_grant",
    "read `blID`, others only `blId`": "the_location_id_comes_in_both_spellings",
    "`timeOfOpening`, `timeOfCloseAndPaid`": "v1_spells_times_as_on_the_wire_and_never_as",
    "left out**, never null": "absent_optionals_are_left_out_and_never_null",
    "never empty strings where a time is expected": "no_time_is_an_empty_string",
    "`cancelled` (absent on normal sales)": "cancelled_is_absent_on_normal_sales",
    "`voidReason`, `externalReferences`": "an_optional_of_a_sale_is_there_or_absent",
    "discount type, code and name": "an_optional_of_a_line_is_there_or_absent",
    "`source.previousAccountId`": "the_account_before_is_named_only_where_there_is_one",
    "revenue-centre fields": "fields_of_parts_nobody_asked_for_are_absent",
    "`tableName` (may be empty)": "the_table_name_is_always_there_and_may_be_empty",
    "`nameOverride`, `statisticGroup`": "what_real_lines_always_have_is_always_there",
    "both discount amounts, `surcharge`": "every_payment_has_a_surcharge",
    "line `taxAmount` 6 decimals": "a_figure_of_a_line_has_its_places",
    "payment amounts, tip 2": "a_figure_of_a_payment_has_two_places",
    "`taxLines[].taxRate` a multiplier": "the_rate_of_a_tax_line_is_a_multiplier",
    "`taxLines[].taxAmount` trimmed": "figures_of_tax_lines_are_trimmed",
    "Net is rounded per line": "net_is_rounded_line_by_line_at_six_places",
    "exactly, everywhere": "gross_is_net_and_tax_and_service_charge_exactly_everywhere",
    "equals the sum of payments": "the_gross_of_the_lines_is_what_was_paid",
    "money as strings everywhere": "numbers_are_numbers_and_money_is_text",
    "also in `aggregatedSales`": "totals_are_text_and_counts_are_numbers",
    "milliseconds with trailing zeros trimmed": "times_are_utc_with_trimmed_milliseconds",
    "counters separate per kind": "ids_are_a_letter_a_device_and_a_counter_of_their_kind",
    "base64url of 16 bytes": "references_are_padded_base64url_of_sixteen_bytes_one_per_account",
    "**database keys**": "references_are_the_same_in_every_answer",
    "**Modifiers**": "modifiers_are_lines_of_their_own",
    "**Voids**": "voids_are_extra_negative_lines_with_a_reason_and_who_authorised",
    "**Refunds**": "refunds_are_sales_of_their_own_linked_by_source",
    "must not add up twice": "the_other_types_exist_and_do_not_add_up_twice",
    "**Tax-exclusive venues**": "programs_can_tell_a_tax_exclusive_venue",
    "lines of SALE and REFUND sales": "totals_are_what_the_sales_add_up_to",
    "one with none under": "a_line_counts_under_each_of_its_tags_and_without_any_under_nothing",
    "**dataComplete**": "data_is_complete_on_the_last_page_of_closed_days_and_there_only",
    "absolute `_links.nextPage.href`": "the_next_page_is_an_absolute_link_with_the_token_in",
    "while a day of the range is not closed": "data_is_not_complete_while_a_day_of_the_range",
    "on the last page no link": "the_last_page_has_no_link_and_no_token",
    "**V2 paging**": "v2_gives_a_token_in_the_body no_token_of_v2_repeats",
    "ties on the closing time": "ties_on_the_closing_time_neither_loop_nor_drop",
    "**Earliest date**": "a_range_from_before_the_location_names_a_date_that_works",
    "a bare JSON array": "items_are_a_bare_array_that_ends_with_a_short_page",
    "never an empty body": "errors_are_json_and_never_empty answers_of_the_token_endpoint_are_json",
    "Unknown or foreign location": "an_unknown_or_foreign_location_is_a_404_in_its_words",
    "Bad token: 401": "a_bad_token_is_a_401_with_a_challenge",
    "V1 400": "a_wrong_parameter_of_v1_is_a_400_in_the_shape_of_the_404",
    "V2 400": "a_wrong_parameter_of_v2_is_a_400_with_an_error_alone",
    "Items 400 and 404": "errors_of_items_have_a_shape_of_their_own",
    "Scope missing": "a_missing_scope_is_a_403_that_says_so",
    "integration suspended": "a_stopped_integration_is_told_so",
    "no top-level": "a_good_answer_has_no_error_or_message_at_its_top",
    "**Time-outs**": "a_big_day_answers_in_a_blink",
}


def bullets() -> list[str]:
    """The bullets of the two parts of WIRE.md that say what must be."""
    text = WIRE.read_text()
    owed = text[text.index("## Requests that must") : text.index("## What users of such APIs")]
    return re.split(r"\n- ", owed)[1:]


@pytest.mark.skipif(not WIRE.exists(), reason=MISSING)
def test_every_line_of_the_wire_is_in_the_table() -> None:
    text = WIRE.read_text()
    assert not [words for words in CLAIMS if words not in text]
    assert not [one for one in bullets() if not any(words in one for words in CLAIMS)]


def test_every_test_of_the_table_exists() -> None:
    names = {
        node.name.removeprefix("test_")
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    wanted = [one for value in CLAIMS.values() for one in value.split()]
    assert not [one for one in wanted if not any(name.startswith(one) for name in names)]
