"""The dish of the week: it comes, becomes dearer, is archived and removed, in every location."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import msgspec
from tests.simulator.fed import decoded

from tillgate.catalogue.history import Told, versions, with_record
from tillgate.foundation.instants import parse_instant
from tillgate.simulator.group import LOCATIONS
from tillgate.simulator.specials_board import board_records

MONDAY = date(2026, 11, 2)
DAYS = [MONDAY + timedelta(days=number) for number in range(28)]


def test_each_dish_has_four_versions_and_the_last_is_its_removal() -> None:
    histories: dict[int, list[Told]] = defaultdict(list)
    for location in LOCATIONS:
        for day in DAYS:
            for record in board_records(location, day):
                number = record.get("itemId") or record["item"]["id"]
                at = parse_instant(record["recordedAt"])
                histories[number] = with_record(histories[number], at, record.get("item"))
    whole = [history for history in histories.values() if len(history) == 4]
    assert len(whole) == 2 * len(LOCATIONS)
    for history in whole:
        states: list[Any] = [one.state for one in versions(history)]
        prices = [state["prices"][0]["amount"] for state in states[:3]]
        assert prices[0] < prices[1] == prices[2]
        assert [state["active"] for state in states[:3]] == [True, True, False]
        assert states[3] is None


def test_its_records_are_of_their_day() -> None:
    for location in LOCATIONS:
        for day in DAYS:
            for record in decoded_again(board_records(location, day)):
                at = parse_instant(record["recordedAt"])
                assert abs((at.date() - day).days) <= 1


def decoded_again(records: Any) -> Any:
    """As the feed writes them."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    return decoded(encoder.encode(record) for record in records)
