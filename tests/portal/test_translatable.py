"""No text that people read is out of a translator's reach."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client as Http
from django.utils.translation import trans_real
from tests.access.world import World
from tests.portal.browser import signed_in
from tests.portal.pseudo import LANGUAGE, SOURCE, Texts, bracketed, untranslated, write_catalogue

from tillgate.content.queries import platform

TEMPLATES = sorted(SOURCE.rglob("templates/**/*.*"))
MODULES = sorted((SOURCE / "portal").rglob("*.py"))
# Words of the HTML around texts, and the name that stands where the operator's cannot be had.
SAID_AS_THEY_ARE = {"Tillgate"}

_TRANSLATED = re.compile(r"{%\s*blocktrans(late)?\b.*?{%\s*endblocktrans(late)?\s*%}", re.DOTALL)
_COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", re.DOTALL)
_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_DEFAULT = re.compile(r"""{{[^}]*\|default(?:_if_none)?:(["'])(.*?)\1""")


def raw_texts(source: str) -> list[str]:
    """What a template says in words of its own."""
    bare = _COMMENT.sub("", source)
    defaults = [found[1] for found in _DEFAULT.findall(bare)]
    reader = Texts()
    reader.feed(_TAG.sub(" ", _TRANSLATED.sub(" ", bare)))
    return [
        text
        for text in [*reader.found, *defaults]
        if re.search(r"[^\W\d_]", re.sub(r"&\w+;", "", text)) and _words(text) - SAID_AS_THEY_ARE
    ]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_template_says_nothing_that_cannot_be_translated(template: Path) -> None:
    assert raw_texts(template.read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Raw</p>", ["Raw"]),
        ('{% translate "Said" %} and raw', ["and raw"]),
        ("{% if a %}Raw{% endif %}", ["Raw"]),
        ('<a title="Raw">{{ name }}</a>', ["Raw"]),
        ('<nav aria-label="Raw"></nav>', ["Raw"]),
        ('{{ name|default:"Raw" }}', ["Raw"]),
        ("{% blocktranslate trimmed %}Said <b>well</b>{% endblocktranslate %}", []),
        ('{# Raw #}<p class="soft">{{ name }} · 3 &nbsp;{% state x %}</p>', []),
        ('<span class="mono">financial-api</span><code>GET /f</code>', []),
        ('<img alt="" src="a.png"><input name="words">', []),
    ],
)
def test_a_raw_text_is_found(source: str, found: list[str]) -> None:
    assert raw_texts(source) == found


# --- modules --------------------------------------------------------------------------------------

_SHOWN = {"label", "help_text", "empty_label", "message"}
_ASIDE = {"ImproperlyConfigured", "TypeError", "ValueError", "AssertionError"}


def raw_words(source: str) -> list[str]:
    """What a module says in sentences, or as a label, without giving it to gettext."""
    tree = ast.parse(source)
    covered = {id(inner) for node in _covered(tree) for inner in ast.walk(node)}
    labels = {
        id(keyword.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in _SHOWN
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in covered
        and (_is_sentence(node.value) or (id(node) in labels and node.value))
    ]


def _covered(tree: ast.AST) -> Iterator[ast.AST]:
    """What need not be looked at: what gettext is given, docstrings, errors of ours, asserts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _ASIDE | _GETTEXT:
            yield node
        if isinstance(node, ast.Assert):
            yield node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node


_GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}
_GETTEXT |= {"pgettext_lazy", "npgettext", "npgettext_lazy"}


def _name(func: ast.expr) -> str:
    return getattr(func, "id", "") or getattr(func, "attr", "")


def _is_sentence(text: str) -> bool:
    return re.match(r"[A-Z][\w\u2019']*[,:]? [\w\u201c(]", text) is not None


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_of_the_portal_says_nothing_that_cannot_be_translated(module: Path) -> None:
    assert raw_words(module.read_text()) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('f = CharField(label="Name")', ["Name"]),
        ('f = CharField(label=_("Name"), help_text="as known")', ["as known"]),
        ('messages.success(request, "Saved for good.")', ["Saved for good."]),
        ('raise Refused("That was too late.")', ["That was too late."]),
        ('raise TypeError("An amount is a Decimal.")', []),
        ('"""A docstring of words."""\nx = _("Said well.") % {"a": "b"}', []),
        ('headers = {"Cache-Control": "no-store"}', []),
    ],
)
def test_raw_words_are_found(source: str, found: list[str]) -> None:
    assert raw_words(source) == found


# --- in a language of our own ---------------------------------------------------------------------


@pytest.fixture
def eo(tmp_path: Path, settings: LazySettings) -> dict[str, str]:
    """The header of a browser that asks for the bracketed language."""
    settings.LOCALE_PATHS = [write_catalogue(tmp_path)]
    settings.LANGUAGES = [("en", "English"), (LANGUAGE, "Brackets")]
    settings.ROOT_URLCONF = "tests.portal.frame_pages"
    trans_real._translations.pop(LANGUAGE, None)
    return {"Accept-Language": LANGUAGE}


def test_what_the_frame_says_is_translated(world: World, eo: dict[str, str]) -> None:
    data = (world.owner.name, world.owner.email, world.shop.name, platform().name)
    names = ("Ledger Bridge", "Old Mill Quay")
    browser = signed_in(world.owner)
    for path in ("/", "/sign-out/", "/signed-out/", "/nothing", "/frame/reviewers/"):
        page = browser.get(path, headers=eo).content.decode()
        assert f'<html lang="{LANGUAGE}">' in page
        assert untranslated(page, *data, *names) == [], path


def test_problems_of_forms_are_translated(db: None, eo: dict[str, str]) -> None:
    page = Http().post("/frame/fields/", {"name": "a\0b"}, headers=eo).content.decode()
    for said in ("Fill this in.", "Choose an answer.", "Tick this to go on.", "Choose a file."):
        assert bracketed(said) in page
    assert "⟦There are invisible characters" in page
    assert "⟦11 things need another look⟧" in page


def test_what_is_not_translated_is_seen(db: None, eo: dict[str, str]) -> None:
    page = Http().get("/frame/fields/", headers=eo).content.decode()
    assert "It is read by a person." in untranslated(page)
    assert untranslated('<p title="Raw">⟦Said⟧ Maya</p>', "Maya") == ["Raw"]
