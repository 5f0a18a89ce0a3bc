"""What is read out of the load generator's last line."""

import shutil

import pytest
from bench.load import Load, Missing, check_tools


def test_rate_and_time_follow_from_answers_and_length() -> None:
    found = Load(answers=50, microseconds=2_000_000, median=39_000, failures=0)

    assert found.per_second == 25
    assert found.milliseconds_each == 40


def test_a_missing_tool_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None if tool == "wrk" else "/bin/it")

    with pytest.raises(Missing, match=r"wrk is not installed.*apt-get install wrk"):
        check_tools()
