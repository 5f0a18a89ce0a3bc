"""Which characters can be set, and what stands for those that cannot."""

import sys
import unicodedata
from pathlib import Path

import msgspec
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programme.documents.making import agreement

from tillgate.programme.documents import printable
from tillgate.programme.documents.printable import SpeltOut
from tillgate.programme.documents.typesetting import agreement_pdf

TABLE = Path(printable.__file__).parent / "glyphs.txt"
RANGES = [
    (int(first, 16), int(last or first, 16))
    for first, _, last in (each.partition("-") for each in TABLE.read_text().split())
]
LETTERS = [chr(code) for first, last in RANGES for code in range(first, last + 1)]


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> typst.Compiler:
    """A compiler that sets each of some characters alone, in our fonts."""
    path = tmp_path_factory.mktemp("typst") / "each.typ"
    fonts = '("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")'
    path.write_text(
        f"#set text(font: {fonts})\n#for each in json(bytes(sys.inputs.facts)) [#each\n\n]"
    )
    return typst.Compiler(path, root=path.parent, ignore_system_fonts=True)


def has_shapes(compiler: typst.Compiler, letters: list[str]) -> bool:
    facts = msgspec.json.encode(letters).decode()
    try:
        compiler.compile(format="pdf", sys_inputs={"facts": facts}, pdf_standards=["a-2b"])
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        return False
    return True


def test_the_table_holds_only_what_the_fonts_have(compiler: typst.Compiler) -> None:
    assert len(LETTERS) > 7000
    assert has_shapes(compiler, LETTERS)


def test_the_table_ends_where_the_fonts_end(compiler: typst.Compiler) -> None:
    """When typst brings other fonts, this fails: make the table anew, a character at a time."""
    known = {*LETTERS, "\u034f"}  # one that joins and is never seen
    beside = {chr(code) for first, last in RANGES for code in (first - 1, last + 1)}
    unseen = {"Cn", "Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    asked = [each for each in sorted(beside - known) if unicodedata.category(each) not in unseen]
    assert len(asked) > 50
    assert [each for each in asked if has_shapes(compiler, [each])] == []


def test_what_a_reader_cannot_see_is_written_by_its_number() -> None:
    spelt = SpeltOut({"a": ["x\0y\u202e", {"b": "\u2066\ud800\ufeff\U000e0041"}], "n": 1})
    assert spelt.data == {
        "a": ["x[U+0000]y[U+202E]", {"b": "[U+2066][U+D800][U+FEFF][U+E0041]"}],
        "n": 1,
    }
    assert ("U+202E", "RIGHT-TO-LEFT OVERRIDE") in spelt.names()
    assert ("U+0000", "a character without a name") in spelt.names()


def test_ends_of_lines_of_every_kind_are_ends_of_lines() -> None:
    assert SpeltOut("a\r\nb\rc\u2028d\u2029e\u0085f\tg").data == "a\nb\nc\nd\ne\nf    g"


def test_what_joins_and_parts_letters_stays() -> None:
    assert SpeltOut("\u200c\u200d\u200e\u200f\u00ad\u200b\u061c").data == (
        "\u200c\u200d\u200e\u200f\u00ad\u200b\u061c"
    )


@pytest.mark.parametrize(
    "text", ["Caf\u00e9 \u2013 \u201cOst\u201d", "\u05e9\u05dc\u05d5\u05dd", "#$\\"]
)
def test_what_the_fonts_have_is_left_alone(text: str) -> None:
    assert SpeltOut(text).data == text
    assert SpeltOut(text).names() == []


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec=None, max_codepoint=sys.maxunicode), max_size=40))
def test_whatever_somebody_types_can_be_set(words: str) -> None:
    assert agreement_pdf(agreement(business=words, purpose=words, terms=words)).startswith(b"%PDF")


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.sampled_from([each for each in LETTERS if unicodedata.category(each)[0] in "MLS"]))
)
def test_any_mixture_of_letters_and_marks_can_be_set(words: str) -> None:
    assert agreement_pdf(agreement(business=words)).startswith(b"%PDF")


@pytest.mark.parametrize("mark", ["\u0901", "\u093e"])
def test_a_mark_on_a_letter_it_was_not_made_for_is_spelt_out(mark: str) -> None:
    """Each of the two has a picture and the pair has none, which the typesetter refuses."""
    assert agreement_pdf(agreement(business=f"<{mark}")).startswith(b"%PDF")
    spelt = SpeltOut(f"<{mark}", marks=True)
    assert spelt.data == f"<[U+{ord(mark):04X}]"
    assert spelt.characters == {mark}
