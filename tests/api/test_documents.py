"""The promise and the routes, compared both ways; and the page made from the promise."""

import re
from html.parser import HTMLParser

import pytest
from openapi_spec_validator import validate
from tests.api.conftest import Gate

from tillgate.api.documents import description
from tillgate.api.operation import Operation
from tillgate.api.page import render_page
from tillgate.api.params import _fields
from tillgate.api.routes import OPERATIONS

SPEC = description()


def test_the_description_is_valid_openapi() -> None:
    validate(SPEC)


def test_every_route_is_promised_and_every_promise_routed() -> None:
    routed = {(one.path, one.operation_id) for one in OPERATIONS}
    promised = {
        (path, operation["operationId"])
        for path, item in SPEC["paths"].items()
        for method, operation in item.items()
        if method == "get"
    }
    assert routed == promised
    assert all(set(item) == {"get"} for item in SPEC["paths"].values())


def promised_parameters(operation: Operation) -> dict[str, dict]:
    shared = SPEC["components"]["parameters"]
    given = SPEC["paths"][operation.path]["get"].get("parameters", [])
    resolved = [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in given]
    return {one["name"]: one for one in resolved}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.operation_id)
def test_parameters_are_promised_as_they_are_read(operation: Operation) -> None:
    promised, read = promised_parameters(operation), _fields(operation.parameters)
    assert set(promised) == set(read)
    required = {name for name, one in promised.items() if one.get("required")}
    assert required == {name for name, field in read.items() if field.required}
    in_path = {name for name, one in promised.items() if one["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", operation.path))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.operation_id)
def test_scopes_are_promised_as_they_are_asked(operation: Operation) -> None:
    promised = SPEC["paths"][operation.path]["get"]["security"]
    assert promised == [{"OAuth2": [operation.scope]}]


def test_the_description_is_served_to_everybody_with_its_own_address(gate: Gate) -> None:
    gate.token = ""
    answer = gate.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["servers"][0]["url"] == "http://localhost"
    assert answer.json()["paths"] == SPEC["paths"]


def test_the_page_is_served_under_a_strict_policy(gate: Gate) -> None:
    gate.token = ""
    for path, kind in (("/docs", "text/html"), ("/docs/api.css", "text/css")):
        answer = gate.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


class Page(HTMLParser):
    """The ids and the targets of a page, and whether its elements close."""

    VOID = frozenset({"meta", "link", "wbr", "path", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.tags: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        assert not any(name == "style" or name.startswith("on") for name in found)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.targets |= {found["href"] or ""} if "href" in found else set()
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_no_script_and_its_links_lead_somewhere() -> None:
    page = Page()
    page.feed(render_page(SPEC, "http://localhost"))
    assert page.open == []
    assert not page.tags & {"script", "style", "iframe", "img"}
    assert len(set(page.ids)) == len(page.ids)
    anchors = {target[1:] for target in page.targets if target.startswith("#")}
    assert anchors <= set(page.ids)
    assert {one.operation_id for one in OPERATIONS} <= anchors
    assert page.targets - {f"#{anchor}" for anchor in anchors} == {
        "/",
        "/openapi.json",
        "/docs/api.css",
    }
