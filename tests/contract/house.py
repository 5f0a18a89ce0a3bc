"""An installation of its own for the tests that look at the whole from outside.

A second database keeps its rows from the tests that empty the first one; it is made once a session,
by whoever asks first, and dropped by whoever leaves last.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.api.rows import Rows
from tests.contract.database import drop_database, make_database
from tests.contract.gate import Gate

from tillgate.foundation.postgres.roles import Role

SUFFIX = "house"


class House:
    """The database's roles, rows to write by hand, and a gate that reads it."""

    def __init__(self, urls: dict[Role, str]) -> None:
        self.urls = urls
        self.rows = Rows(urls[Role.LEDGER], urls[Role.OWNER])
        self.gate = Gate(urls)
        self._kept: dict[Callable[[House], Any], Any] = {}

    def once(self, make: Callable[["House"], Any]) -> Any:
        """What `make` makes of the house, made the first time it is asked for."""
        if make not in self._kept:
            self._kept[make] = make(self)
        return self._kept[make]

    def close(self) -> None:
        self.gate.close()
        self.rows.close()


class _Shared:
    house: House | None = None
    users = 0


@contextmanager
def shared_house(
    superuser_url: str, role_urls: dict[Role, str], role_names: dict[Role, str]
) -> Iterator[House]:
    """The one house of this process."""
    if _Shared.house is None:
        _Shared.house = House(make_database(SUFFIX, superuser_url, role_urls, role_names))
    _Shared.users += 1
    try:
        yield _Shared.house
    finally:
        _Shared.users -= 1
        if not _Shared.users:
            _Shared.house.close()
            _Shared.house = None
            drop_database(SUFFIX, superuser_url)
