"""A gate in this process, and a reader of it as `tillgate verify` has one."""

from pathlib import Path

import pytest
from tests.api.conftest import Gate, gate, open_gate, rows  # noqa: F401
from tests.api.rows import LOCATION

from tillgate.verifying.chain import Chain
from tillgate.verifying.command import Asked, verify_gate
from tillgate.verifying.gate import Gate as Books
from tillgate.verifying.gate import Refused


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


@pytest.fixture
def copy(gate: Gate) -> Copy:  # noqa: F811
    return Copy(gate)
