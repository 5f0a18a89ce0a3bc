"""Markdown in, blocks and safe HTML out."""

from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillgate.programme.documents.markdown import (
    Code,
    Heading,
    List,
    Paragraph,
    Run,
    Table,
    parse,
    to_data,
    to_html,
)


def one(text: str) -> object:
    (block,) = parse(text)
    return block


def test_a_heading_has_its_level() -> None:
    assert one("### What read-only means") == Heading(3, (Run("What read-only means"),))


def test_styles_within_a_paragraph_become_runs() -> None:
    assert one("a **b *c*** `d` [e](https://gate.example/)") == Paragraph(
        (
            Run("a "),
            Run("b ", strong=True),
            Run("c", strong=True, emphasis=True),
            Run(" "),
            Run("d", code=True),
            Run(" "),
            Run("e", link="https://gate.example/"),
        )
    )


def test_lines_of_one_paragraph_run_on_and_a_hard_break_stays() -> None:
    assert one("one\ntwo\\\nthree") == Paragraph((Run("one two\nthree"),))


def test_lists_nest_and_keep_their_first_number() -> None:
    inner = List(items=((Paragraph((Run("b"),)),),))
    assert one("4. a\n   - b") == List(items=((Paragraph((Run("a"),)), inner),), first=4)
    assert one("0. a") == List(items=((Paragraph((Run("a"),)),),), first=0)


def test_a_table_has_head_rows_and_alignment() -> None:
    assert one("| Field | Means |\n|:--|--:|\n| `a` | *x* |\n| short |") == Table(
        aligns=("left", "right"),
        head=((Run("Field"),), (Run("Means"),)),
        rows=(((Run("a", code=True),), (Run("x", emphasis=True),)), ((Run("short"),), ())),
    )


def test_fenced_code_keeps_its_lines() -> None:
    assert one('```json\n{"a":\n  1}\n```') == Code('{"a":\n  1}')


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <b>bold</b> word",
        "<!-- unseen -->",
        "> said",
        "---",
        "[ref]: https://gate.example/",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,AAAA)",
    ],
)
def test_what_is_not_ours_is_shown_as_it_was_typed(text: str) -> None:
    assert one(text) == Paragraph((Run(text),))


@pytest.mark.parametrize("href", ["//evil.example/", "ftp://a.example", "x", ""])
def test_a_link_that_is_not_safe_to_follow_is_plain_text(href: str) -> None:
    assert one(f"[words]({href})") == Paragraph((Run("words"),))


def test_html_is_what_pages_need() -> None:
    text = "# Terms\n\nSee [us](/check/).\n\n2. one\n3. **two**\n\n| A | B |\n|--|--:|\n| x | 1 |"
    assert to_html(parse(text)) == (
        "<h2>Terms</h2>\n"
        '<p>See <a href="/check/">us</a>.</p>\n'
        '<ol start="2"><li>one</li><li><strong>two</strong></li></ol>\n'
        '<div class="scroll" tabindex="0"><table>'
        '<thead><tr><th scope="col">A</th><th scope="col" class="num">B</th></tr></thead>'
        '<tbody><tr><td>x</td><td class="num">1</td></tr></tbody></table></div>'
    )


def test_headings_stand_below_the_page_s_own() -> None:
    assert to_html(parse("# a\n\n###### b"), top=3) == "<h3>a</h3>\n<h6>b</h6>"


def test_data_is_plain_and_names_each_block() -> None:
    data = to_data(parse("# a\n\n- b"))
    assert [block["type"] for block in data] == ["heading", "list"]
    assert msgspec.json.decode(msgspec.json.encode(data))[0]["runs"] == [{"text": "a"}]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        assert names <= {"href", "class", "scope", "start", "tabindex"}
        for name, value in attrs:
            assert name != "href" or str(value).lower().startswith(
                ("https://", "http://", "mailto:", "/")
            )
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


OURS = {*("h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "pre", "code", "em", "strong")}
OURS |= {"table", "thead", "tbody", "tr", "th", "td", "div", "a", "br"}
MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "# ",
                "- ",
                "1. ",
                "| ",
                "|--|\n",
                "```",
                "**",
                "*",
                "_",
                "`",
                "[x](",
                ")",
                "\n",
                "\n\n",
            ),
            *("<script>", "</p>", "<img src=x onerror=a()>", '"', "'", "&lt;", "javascript:", "\\"),
            *("https://", "<a href='x'>", "    ", "\t", "\0", "\u202e", "word ", "![i](", "> "),
        ]
    ),
    max_size=40,
).map("".join)


@given(MARKUP | st.text())
def test_any_text_gives_balanced_html_of_our_own_tags_only(text: str) -> None:
    tags = _Tags()
    tags.feed(to_html(parse(text)))
    tags.close()
    assert tags.seen <= OURS
    assert tags.open == []


def test_lists_within_lists_without_end_are_read_in_bounded_depth() -> None:
    text = "".join(f"{'  ' * depth}- x\n" for depth in range(500))
    assert to_html(parse(text)).count("<ul>") < 100
