"""Every example of the page on the feed lands, and the kinds it names are all there are."""

import re
from pathlib import Path

import pytest
from tests.ledger.conftest import Books

from tillgate.foundation.settling import Outcome
from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.feed.errors import BadFile
from tillgate.ledger.feed.records import KINDS

PAGE = (Path(__file__).parents[3] / "docs" / "feed.md").read_text()
EXAMPLES = re.findall(r"```json\n(.*?)\n```", PAGE, re.DOTALL)


def test_the_examples_of_the_page_land_as_one_file(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "examples.ndjson"
    path.write_text("\n".join(EXAMPLES))
    landed = import_file(ledger_url, path)
    outcomes = {kind: Outcome.NEW for kind, _ in KINDS}
    # The item that is removed is that of the page.
    outcomes["item_removed"] = Outcome.CHANGED
    assert {kind: counts[outcomes[kind]] for kind, counts in landed.counts.items()} == {
        kind: 1 for kind, _ in KINDS
    }
    assert landed.warning_count == 0


def test_the_page_has_a_heading_for_each_kind_of_record() -> None:
    assert re.findall(r"^### (\w+)$", PAGE, re.MULTILINE) == [kind for kind, _ in KINDS]


def test_a_message_of_the_page_is_what_is_really_said(
    books: Books, ledger_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "monday.ndjson"
    good = next(example for example in EXAMPLES if '"record": "sale"' in example)
    wrong = good.replace('"taxAmount": "2.416667", "taxCode"', '"taxAmount": 2.4, "taxCode"')
    path.write_text("\n".join([*EXAMPLES[:2], wrong]))
    with pytest.raises(BadFile) as refused:
        import_file(ledger_url, path)
    assert str(refused.value).splitlines()[0] in PAGE
