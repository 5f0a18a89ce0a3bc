"""A gate in this process, and a reader of it as `tillgate verify` has one."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.api.conftest import Gate, gate, open_gate, rows  # noqa: F401
from tests.api.rows import DAY, LOCATION, OPENING, Rows, a_payment, a_sale, sales_every

from tillgate.ledger.feed.batch import import_file
from tillgate.ledger.sale import ENCODER, Consumer
from tillgate.verifying.chain import Chain
from tillgate.verifying.command import Asked, verify_gate
from tillgate.verifying.errors import Broken, CannotVerify
from tillgate.verifying.gate import Gate as Books
from tillgate.verifying.gate import Refused

NEXT = DAY + timedelta(days=1)


class Copy:
    """What `tillgate verify --base-url` does, over a gate in this process."""

    def __init__(self, gate: Gate) -> None:  # noqa: F811
        self.gate = gate
        self.calls: list[str] = []

    def get(self, path: str) -> bytes:
        self.calls.append(path)
        answer = self.gate.get(path)
        if answer.status_code != 200:
            raise Refused(path, answer.status_code, answer.text)
        return answer.content

    def verify(self, save: Path | None = None) -> Chain:
        return verify_gate(Asked(save=save), Books(self.get, LOCATION))

    def fault(self) -> str:
        """What `verify` says that is not whole; nothing where all is."""
        try:
            self.verify()
        except (Broken, CannotVerify) as found:
            return str(found)
        return ""


@pytest.fixture
def copy(gate: Gate) -> Copy:  # noqa: F811
    return Copy(gate)


@pytest.fixture
def closed(copy: Copy, rows: Rows, ledger_url: str, tmp_path: Path) -> None:  # noqa: F811
    """A day with persons, the day after, and a correction of the first."""
    copy.gate.token = rows.add_token(personal=True)
    paid = a_payment(1, consumer=Consumer(id="c-1", first_name="Chris"), authorization="00AA")
    known = a_sale(1, OPENING + timedelta(minutes=1), payments=[paid])
    known.external_references = ["order-7"]
    rows.add_sales([known, *sales_every(10, 4)[1:]])
    rows.close_day()
    rows.add_sales([a_sale(9, OPENING + timedelta(days=1))], day=NEXT)
    rows.close_day(NEXT)
    path = tmp_path / "1.ndjson"
    path.write_text(
        json.dumps(
            {
                "record": "correction",
                "recordedAt": "2026-03-25T10:00:00Z",
                "businessLocationId": LOCATION,
                "businessDate": str(DAY),
                "reason": "wrong table",
                "sale": json.loads(ENCODER.encode(a_sale(2, OPENING, table_name="Terrace"))),
            }
        )
    )
    import_file(ledger_url, path)
