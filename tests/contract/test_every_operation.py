"""Every published GET is served, at the published path and under the published scope."""

from typing import Any

import pytest
import yaml
from tests.conftest import CONTRACT
from tests.contract.published import FINANCIAL, FINANCIAL_V2, ITEMS, MISSING

from tillgate.api.routes import OPERATIONS

pytestmark = pytest.mark.skipif(not CONTRACT.exists(), reason=MISSING)


def published() -> dict[str, dict[str, Any]]:
    found = {}
    for name in (FINANCIAL, FINANCIAL_V2, ITEMS):
        paths = yaml.safe_load((CONTRACT / name).read_text())["paths"]
        found |= {path: item["get"] for path, item in paths.items() if "get" in item}
    return found


def test_each_of_the_fourteen_is_served() -> None:
    served = {one.path: one for one in OPERATIONS}
    wanted = published()
    assert len(wanted) == 14
    assert set(wanted) <= set(served)
    for path in wanted:
        (scopes,) = wanted[path]["security"][0].values()
        assert served[path].scope in scopes


def test_each_takes_the_published_parameters() -> None:
    served = {one.path: one for one in OPERATIONS}
    for path, operation in published().items():
        taken = set(served[path].parameters.__struct_encode_fields__)
        assert _names(path, operation) <= taken, path


def _names(path: str, operation: dict[str, Any]) -> set[str]:
    names = {name.strip("{}") for name in path.split("/") if name.startswith("{")}
    return names | {one["name"] for one in operation.get("parameters", ()) if "name" in one}
