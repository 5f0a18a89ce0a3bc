"""The markdown of our own texts (terms, overview) as a few kinds of blocks, for page and print.

Understood are headings with `#`, paragraphs, lists, tables, fenced code, and within them
`**strong**`, `*emphasis*`, code and links. Anything else, HTML above all, is shown as it was typed.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import takewhile
from typing import Any, Literal

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

Align = Literal["left", "center", "right"]

# What these would make of a text has no place in our blocks, so they leave it alone.
_LITERAL = (
    "html_block",
    "html_inline",
    "image",
    "code",
    "blockquote",
    "hr",
    "lheading",
    "reference",
)
_LINK_STARTS = ("https://", "http://", "mailto:", "/")
_DEEPEST_HEADING = 6
_ALIGNED = {"left": "", "center": "", "right": ' class="num"'}


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of text in one style; `link` is where it leads, "" for nowhere."""

    text: str
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    link: str = ""


Runs = tuple[Run, ...]


class Heading(msgspec.Struct, frozen=True, tag="heading"):
    """A heading; `level` 1 is the highest, 6 the lowest."""

    level: int
    runs: Runs


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph"):
    """Running text."""

    runs: Runs


class List(msgspec.Struct, frozen=True, tag="list"):
    """Items of blocks; `first` is the first item's number, None in a list without numbers."""

    items: tuple[tuple["Block", ...], ...]
    first: int | None = None


class Table(msgspec.Struct, frozen=True, tag="table"):
    """A head and rows, each with as many cells as there are `aligns`."""

    aligns: tuple[Align, ...]
    head: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]


class Code(msgspec.Struct, frozen=True, tag="code"):
    """Lines to be shown as they are, in a fixed width."""

    text: str


Block = Heading | Paragraph | List | Table | Code


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of a markdown text. Every text has some reading; none is an error."""
    return tuple(_blocks(iter(_parser().parse(text))))


def to_html(blocks: Sequence[Block], *, top: int = 2) -> str:
    """The blocks as HTML, every text escaped; a heading of level 1 becomes `<h{top}>`."""
    return "\n".join(_html(block, top) for block in blocks)


def to_data(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The blocks as plain dicts and lists for a typst template; `type` names each block's kind."""
    return [msgspec.to_builtins(block) for block in blocks]


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable(list(_LITERAL))


def _until(closing: str, tokens: Iterator[Token]) -> Iterator[Token]:
    """The tokens before the one that closes what was opened, which is taken too."""
    return takewhile(lambda token: token.type != closing, tokens)


def _blocks(tokens: Iterator[Token], closing: str = "") -> Iterator[Block]:
    for token in _until(closing, tokens):
        match token.type:
            case "heading_open":
                runs = _runs_until("heading_close", tokens)
                yield Heading(level=int(token.tag[1:]), runs=runs)
            case "paragraph_open":
                yield Paragraph(runs=_runs_until("paragraph_close", tokens))
            case "bullet_list_open":
                yield List(items=tuple(_items("bullet_list_close", tokens)))
            case "ordered_list_open":
                start = token.attrGet("start")
                items = tuple(_items("ordered_list_close", tokens))
                yield List(items=items, first=1 if start is None else int(start))
            case "table_open":
                yield _table(tokens)
            case "fence":
                yield Code(text=token.content.removesuffix("\n"))


def _items(closing: str, tokens: Iterator[Token]) -> Iterator[tuple[Block, ...]]:
    for token in _until(closing, tokens):
        if token.type == "list_item_open":
            yield tuple(_blocks(tokens, "list_item_close"))


def _table(tokens: Iterator[Token]) -> Table:
    aligns: list[Align] = []
    rows: list[list[Runs]] = []
    for token in _until("table_close", tokens):
        match token.type:
            case "tr_open":
                rows.append([])
            case "th_open":
                aligns.append(_align(token))
                rows[-1].append(_runs_until("th_close", tokens))
            case "td_open":
                rows[-1].append(_runs_until("td_close", tokens))
    head, *body = map(tuple, rows)
    return Table(aligns=tuple(aligns), head=head, rows=tuple(body))


def _align(token: Token) -> Align:
    style = str(token.attrGet("style") or "")
    if style.endswith("right"):
        return "right"
    return "center" if style.endswith("center") else "left"


def _runs_until(closing: str, tokens: Iterator[Token]) -> Runs:
    runs: list[Run] = []
    for token in _until(closing, tokens):
        for run in _runs(token.children or ()):
            if runs and _style(runs[-1]) == _style(run):
                runs[-1] = msgspec.structs.replace(run, text=runs[-1].text + run.text)
            else:
                runs.append(run)
    return tuple(runs)


def _style(run: Run) -> Run:
    return msgspec.structs.replace(run, text="")


def _runs(tokens: Sequence[Token]) -> Iterator[Run]:
    style, link = {"strong": 0, "em": 0}, ""
    for token in tokens:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if kind in style:
            style[kind] += token.nesting
        elif kind == "link":
            link = _safe_link(str(token.attrGet("href") or ""))
        elif text := _text(token):
            code = kind == "code_inline"
            yield Run(text, style["strong"] > 0, style["em"] > 0, code, link)


def _text(token: Token) -> str:
    match token.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
    return token.content


def _safe_link(href: str) -> str:
    """The address when it is one a reader can follow safely, else ""."""
    safe = href.lower().startswith(_LINK_STARTS) and not href.startswith("//")
    return href if safe else ""


def _html(block: Block, top: int) -> str:
    match block:
        case Heading(level=level, runs=runs):
            tag = f"h{min(level + top - 1, _DEEPEST_HEADING)}"
            return f"<{tag}>{_inline(runs)}</{tag}>"
        case Paragraph(runs=runs):
            return f"<p>{_inline(runs)}</p>"
        case List():
            return _html_list(block, top)
        case Table():
            return _html_table(block)
        case Code(text=text):
            return f"<pre><code>{escape(text)}</code></pre>"


def _html_list(block: List, top: int) -> str:
    items = "".join(f"<li>{_html_item(item, top)}</li>" for item in block.items)
    if block.first is None:
        return f"<ul>{items}</ul>"
    start = "" if block.first == 1 else f' start="{block.first}"'
    return f"<ol{start}>{items}</ol>"


def _html_item(item: Sequence[Block], top: int) -> str:
    match item:
        case [Paragraph(runs=runs)]:
            return _inline(runs)
    return to_html(item, top=top)


def _html_table(block: Table) -> str:
    head = _html_row("th", block.head, block.aligns)
    rows = "".join(_html_row("td", row, block.aligns) for row in block.rows)
    table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{table}</div>'


def _html_row(tag: str, cells: Sequence[Runs], aligns: Sequence[Align]) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    made = (
        f"<{tag}{scope}{_ALIGNED[align]}>{_inline(runs)}</{tag}>"
        for runs, align in zip(cells, aligns, strict=True)
    )
    return f"<tr>{''.join(made)}</tr>"


def _inline(runs: Runs) -> str:
    return "".join(_html_run(run) for run in runs)


def _html_run(run: Run) -> str:
    html = escape(run.text).replace("\n", "<br>")
    if run.code:
        html = f"<code>{html}</code>"
    if run.emphasis:
        html = f"<em>{html}</em>"
    if run.strong:
        html = f"<strong>{html}</strong>"
    return f'<a href="{escape(run.link)}">{html}</a>' if run.link else html
