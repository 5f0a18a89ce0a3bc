"""The description as a page: plain HTML that needs no script, made from `openapi.yaml` alone."""

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

Spec = Mapping[str, Any]

_CODE = re.compile(r"`([^`]+)`")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
# The largest id a database holds limits nobody, and only makes the page harder to read.
_NO_LIMIT = 2**63 - 1
_MARK = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" '
    'stroke-linecap="round" aria-hidden="true">'
    '<path d="M4 20V9a8 8 0 0 1 16 0v11M9 20v-9M15 20v-9M4 15h16"/></svg>'
)


def render_page(spec: Spec, base_url: str) -> str:
    """The whole page; `base_url` stands in its first example."""
    title = escape(spec["info"]["title"])
    operations = [(path, item["get"]) for path, item in spec["paths"].items() if "get" in item]
    return "".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            '<link rel="stylesheet" href="/docs/api.css"></head><body>',
            f'<header class="top"><a class="mark" href="/">{_MARK}Tillgate</a>',
            '<a href="/openapi.json">OpenAPI 3.1 as JSON</a></header><main>',
            f'<div class="head"><h1>{title}</h1>{_paragraphs(spec["info"]["description"])}</div>',
            _first_call(base_url),
            _index(spec, operations),
            *(_operation(spec, path, operation) for path, operation in operations),
            _answers(spec),
            _schemas(spec),
            "</main></body></html>",
        ]
    )


def _first_call(base_url: str) -> str:
    command = f'curl -H "Authorization: Bearer $TOKEN" {base_url}/f/data/businesses'
    return (
        '<section class="sheet next"><h2>A first call</h2>'
        f"<pre><code>{escape(command)}</code></pre></section>"
    )


def _index(spec: Spec, operations: list[tuple[str, Spec]]) -> str:
    parts = ['<nav class="sheet" aria-label="Operations"><h2>Operations</h2>']
    for tag in spec["tags"]:
        rows = "".join(
            f'<tr><td><a href="#{operation["operationId"]}">{escape(operation["summary"])}</a></td>'
            f"<td>{_path(path)}</td></tr>"
            for path, operation in operations
            if tag["name"] in operation["tags"]
        )
        parts.append(f"<h3>{escape(tag['name'])}</h3><p>{_inline(tag['description'])}</p>")
        parts.append(f'<div class="scroll" tabindex="0"><table>{rows}</table></div>')
    return "".join([*parts, "</nav>"])


def _operation(spec: Spec, path: str, operation: Spec) -> str:
    scope = ", ".join(scope for one in operation["security"] for scope in one["OAuth2"])
    good = operation["responses"]["200"]
    content = good["content"]["application/json"]
    return "".join(
        [
            f'<section class="sheet" id="{operation["operationId"]}">',
            f"<h2>{escape(operation['summary'])}</h2>",
            f'<p class="path"><b>GET</b> {_path(path)}</p>',
            f"<p>{_inline(operation['description'])}</p>",
            f'<p class="soft">Scope <code>{escape(scope)}</code></p>',
            _parameters(spec, operation),
            f"<h3>Answer</h3><p>{_inline(good['description'])} {_shape(content['schema'])}</p>",
            f'<pre tabindex="0"><code>{_json(content["example"])}</code></pre>',
            f'<p class="soft">Otherwise {_statuses(operation)}.</p></section>',
        ]
    )


def _path(path: str) -> str:
    """A path that may break after each slash: it must fit a narrow screen."""
    return f"<code>{escape(path).replace('/', '/<wbr>')}</code>"


def _parameters(spec: Spec, operation: Spec) -> str:
    rows = []
    for given in operation.get("parameters", ()):
        one = _resolved(spec, given)
        schema = _resolved(spec, one["schema"])
        need = "required" if one.get("required") else "optional"
        rows.append(
            f"<dt><code>{escape(one['name'])}</code> "
            f"<small>{one['in']}, {need}</small></dt>"
            f"<dd>{_inline(one['description'])} <small>{_limits(schema)}</small></dd>"
        )
    return f'<h3>Parameters</h3><dl class="facts">{"".join(rows)}</dl>' if rows else ""


def _limits(schema: Spec) -> str:
    words = [schema.get("format") or str(schema["type"])]
    names = {"minimum": "from", "maximum": "to", "default": "default"}
    names |= {"minLength": "at least", "maxLength": "at most", "maxItems": "at most"}
    for key, name in names.items():
        if schema.get(key, "") not in {"", _NO_LIMIT}:
            unit = " characters" if key.endswith("Length") else ""
            words.append(f"{name} {json.dumps(schema[key])}{unit}")
    return escape(", ".join(words))


def _statuses(operation: Spec) -> str:
    others = sorted(status for status in operation["responses"] if status != "200")
    return ", ".join(f'<a href="#{_anchor(operation, status)}">{status}</a>' for status in others)


def _anchor(operation: Spec, status: str) -> str:
    return str(operation["responses"][status]["$ref"]).rpartition("/")[2]


def _answers(spec: Spec) -> str:
    parts = ['<section class="sheet" id="answers"><h2>Other answers</h2>']
    for name, answer in spec["components"]["responses"].items():
        status = _status_of(spec, name)
        parts.append(f'<h3 id="{name}">{status} {escape(_spaced(name))}</h3>')
        parts.append(f"<p>{_inline(answer['description'])}</p>")
        example = answer.get("content", {}).get("application/json", {}).get("example")
        if example is not None:
            parts.append(f'<pre tabindex="0"><code>{_json(example)}</code></pre>')
    return "".join([*parts, "</section>"])


def _status_of(spec: Spec, name: str) -> str:
    for item in spec["paths"].values():
        for status, answer in item["get"]["responses"].items():
            if answer.get("$ref", "").endswith(f"/{name}"):
                return str(status)
    raise ValueError(f"no operation answers with {name}")


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _schemas(spec: Spec) -> str:
    parts = ['<section class="sheet" id="shapes"><h2>Shapes</h2>']
    for name, schema in spec["components"]["schemas"].items():
        if schema.get("properties"):
            parts.append(f'<h3 id="shape-{name}">{escape(name)}</h3>')
            parts += [
                f"<p>Everything in {_shape(base)}, and:</p>" for base in schema.get("allOf", ())
            ]
            parts.append(f'<dl class="facts">{_properties(schema)}</dl>')
        elif "enum" in schema:
            parts.append(f'<h3 id="shape-{name}">{escape(name)}</h3><p>{_described(schema)}</p>')
    return "".join([*parts, "</section>"])


def _properties(schema: Spec, prefix: str = "") -> str:
    required = set(schema.get("required", ()))
    return "".join(
        _property(prefix + name, inner, name in required)
        for name, inner in schema["properties"].items()
    )


def _property(name: str, schema: Spec, required: bool) -> str:
    need = "" if required else " <small>may be absent</small>"
    term = f"<dt><code>{escape(name)}</code>{need}</dt>"
    row = f"{term}<dd><small>{_shape(schema)}</small> {_described(schema)}</dd>"
    inner = schema.get("items", schema)
    return row + (_properties(inner, f"{name}.") if "properties" in inner else "")


def _described(schema: Spec) -> str:
    words = _inline(schema.get("description", ""))
    if "enum" in schema:
        words += f" One of {', '.join(f'<code>{escape(one)}</code>' for one in schema['enum'])}."
    return words


def _shape(schema: Spec) -> str:
    """What kind of value it is, with a link where the shape stands below."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        if name in {"Id", "Amount2", "Amount6", "Exact"}:
            return {"Id": "integer"}.get(name, "decimal string")
        return f'<a href="#shape-{name}">{name}</a>'
    if schema.get("type") == "array":
        return f"list of {_shape(schema['items'])}"
    kind = schema.get("format") or schema.get("type", "")
    return escape(kind if isinstance(kind, str) else " or ".join(kind))


def _resolved(spec: Spec, given: Spec) -> Spec:
    while "$ref" in given:
        found: Any = spec
        for word in given["$ref"].removeprefix("#/").split("/"):
            found = found[word]
        given = {**found, **{key: value for key, value in given.items() if key != "$ref"}}
    return given


def _json(value: object) -> str:
    return escape(json.dumps(value, indent=2, ensure_ascii=False), quote=False)


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_inline(one)}</p>" for one in _blocks(text))


def _blocks(text: str) -> Iterable[str]:
    return (block.strip() for block in re.split(r"\n\s*\n|\n", text) if block.strip())


def _inline(text: str) -> str:
    """The two marks our descriptions use: `code` and **weight**."""
    return _BOLD.sub(r"<strong>\1</strong>", _CODE.sub(r"<code>\1</code>", escape(text)))
