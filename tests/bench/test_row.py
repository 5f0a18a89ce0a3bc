"""The arithmetic of the results; nothing is timed here."""

import msgspec
from bench.row import as_table, bounded, compared, rounded


def test_ratio_is_the_median_of_the_turns_and_not_of_the_rates() -> None:
    row = compared("a", "x/s", [10, 100, 40], [20, 100, 50], at_least=0.8)

    assert row.ratio == 0.8
    assert (row.measured, row.against) == (40, 50)
    assert row.holds


def test_a_ratio_below_its_goal_does_not_hold() -> None:
    assert not compared("a", "x/s", [29, 29, 29], [100, 100, 100], at_least=0.3).holds


def test_a_ratio_is_judged_before_it_is_rounded() -> None:
    row = compared("a", "x/s", [2.9996], [10], at_least=0.3)

    assert row.ratio == 0.3
    assert not row.holds


def test_something_small_is_judged_by_its_median() -> None:
    assert bounded("a", "ms", [41, 12, 39], at_most=40).holds
    assert not bounded("a", "ms", [41, 12, 43], at_most=40).holds


def test_a_row_has_exactly_the_agreed_fields() -> None:
    row = msgspec.to_builtins(bounded("a", "ms", [12.345], at_most=40))

    assert row == {
        "name": "a",
        "measured": 12.3,
        "unit": "ms",
        "against": None,
        "ratio": None,
        "goal": 40,
        "holds": True,
    }


def test_rounding_keeps_every_digit_before_the_point() -> None:
    assert [rounded(value) for value in (28_512.4, 100, 99.96, 0.04567)] == [
        28_512,
        100,
        100,
        0.0457,
    ]


def test_table_names_what_was_missed() -> None:
    rows = [
        compared("quick", "x/s", [1500], [2500], at_least=0.3),
        bounded("slow", "ms", [50], at_most=40),
    ]

    assert as_table(rows).splitlines() == [
        "what   measured   against  ratio  goal",
        "quick  1,500 x/s  2,500    0.60   at least 0.3  holds",
        "slow   50 ms                      at most 40    MISSED",
    ]
