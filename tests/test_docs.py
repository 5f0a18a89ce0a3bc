"""What the pages promise is compared with what is there."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer

from tillgate.cli import app
from tillgate.foundation.postgres.roles import Role
from tillgate.foundation.postgres.urls import setting_name

REPOSITORY = Path(__file__).parent.parent
SOURCE = REPOSITORY / "src" / "tillgate"
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "deploy/**/*.md")
    for path in REPOSITORY.glob(pattern)
)
ROOMS = sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists())

_FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`|^ {4,}(.+)$", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|[\s/(])tillgate ((?:[a-z][a-z-]*(?: |$))+)(.*)")
_DOTTED = re.compile(rf"`((?:{'|'.join(ROOMS)}|cli)\.\w[\w.]*)`")


def _name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@cache
def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made as code hosts make them."""
    text = _FENCED.sub("", page.read_text())
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    lost = []
    for target in _LINK.findall(_FENCED.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        aim = (page.parent / path).resolve() if path else page
        if not aim.exists() or (anchor and aim.suffix == ".md" and anchor not in _anchors(aim)):
            lost.append(target)
    assert lost == []


def _mentioned(text: str) -> Iterator[str]:
    for span, line in _CODE.findall(text):
        yield span or line
    for block in _FENCED.findall(text):
        yield from block.splitlines()


def _commands_in(text: str) -> set[tuple[str, str]]:
    """(words, the rest) of every `tillgate …` that a page shows as something to type."""
    found = set()
    for code in _mentioned(text):
        if match := _COMMAND.search(code.partition(" #")[0]):
            found.add((match[1].strip(), match[2]))
    return found


def _problem(words: str, rest: str) -> str:
    """What is wrong with a command line, "" when nothing is."""
    command: Any = typer.main.get_command(app)
    left = words.split()
    while left and getattr(command, "commands", None):
        if left[0] not in command.commands:
            return f"no command {left[0]}"
        command = command.commands[left.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    given = set(re.findall(r"(--[a-z][a-z-]*)", f"{words} {rest}"))
    unknown = given - known - {"--help"}
    return f"no option {', '.join(sorted(unknown))}" if unknown else ""


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_on_a_page_can_be_typed(page: Path) -> None:
    problems = {
        f"tillgate {words} {rest}": problem
        for words, rest in _commands_in(page.read_text())
        if (problem := _problem(words, rest))
    }
    assert problems == {}


def test_the_command_check_sees_commands_and_mistakes() -> None:
    seen = _commands_in("`tillgate serve api` and\n\n    .venv/bin/tillgate demo --jason\n")
    assert {words for words, _ in seen} == {"serve api", "demo"}
    assert {_problem(*each) for each in seen} == {"", "no option --jason"}
    assert _problem("server", "") == "no command server"


def test_every_command_is_described_for_the_operator() -> None:
    text = (REPOSITORY / "docs" / "operator.md").read_text()
    described = {words for words, _ in _commands_in(text)}
    missing = [
        name
        for name in _all_commands(typer.main.get_command(app))
        if not any(words == name or words.startswith(f"{name} ") for words in described)
    ]
    assert missing == []


def _all_commands(command: Any, *above: str) -> Iterator[str]:
    for name, below in getattr(command, "commands", {}).items():
        if getattr(below, "commands", None):
            yield from _all_commands(below, *above, name)
        else:
            yield " ".join((*above, name))


def test_every_setting_is_described_for_the_operator() -> None:
    files = [*SOURCE.rglob("*.py"), REPOSITORY / "tests" / "conftest.py"]
    pattern = re.compile(r"TILLGATE_[A-Z_]*[A-Z]")
    used = {name for path in files for name in pattern.findall(path.read_text())}
    used |= {setting_name(role) for role in Role}
    text = (REPOSITORY / "docs" / "operator.md").read_text()
    table = set(re.findall(r"^\| `(TILLGATE_[A-Z_]+)`", text, re.MULTILINE))
    assert used - table == set()
    # A setting that is gone must leave the page too.
    assert table - used == set()


def test_the_readme_names_only_targets_that_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        named = set(
            re.findall(r"^ {4}make ([a-z]+)|`make ([a-z]+)", page.read_text(), re.MULTILINE)
        )
        assert {a or b for a, b in named} <= targets, page
    assert {"demo", "test"} <= targets
    assert "apt-get install make python3-venv" in (REPOSITORY / "README.md").read_text()


def test_the_tree_names_every_folder() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text()
    tree = _FENCED.findall(text)[0]
    named = set(re.findall(r"^ *([\w./]+)/ ", tree, re.MULTILINE))
    kept = subprocess.run(
        ["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    ).stdout.split()
    top = {path.split("/")[0] for path in kept if "/" in path} - {"src"}
    packages = {
        str(path.parent.relative_to(SOURCE)).split("/")[-1]
        for path in SOURCE.rglob("__init__.py")
        if path.parent != SOURCE and path.parent.name != "migrations"
    }
    assert (top | packages) - named == set()
    gone = [name for name in named if not list(REPOSITORY.glob(f"**/{name}"))]
    assert gone == []


def test_every_function_the_developer_is_shown_exists() -> None:
    text = (REPOSITORY / "docs" / "developer.md").read_text()
    names = set(_DOTTED.findall(text))
    assert len(names) > 20
    assert [name for name in sorted(names) if not _exists(name)] == []


def _exists(name: str) -> bool:
    words, length = ["tillgate", *name.split(".")], 1
    if words[-1] == "py":
        return (SOURCE.parent / "/".join(words[:-1])).with_suffix(".py").exists()
    while length < len(words) and _is_module(".".join(words[: length + 1])):
        length += 1
    thing: Any = import_module(".".join(words[:length]))
    for word in words[length:]:
        # What an instance keeps is named in its class's text only.
        thing = getattr(thing, word, None) or (word in _text_of(thing) or None)
    return thing is not None


def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _text_of(thing: Any) -> str:
    path = import_module(thing.__module__).__file__ if hasattr(thing, "__module__") else None
    return Path(path).read_text() if path else ""


def test_decisions_are_numbered_listed_and_in_one_form() -> None:
    folder = REPOSITORY / "docs" / "decisions"
    pages = sorted(folder.glob("0*.md"))
    listed = _LINK.findall((folder / "README.md").read_text())
    assert [page.name for page in pages] == listed
    # Who works beside others leaves numbers free for them, so there may be gaps.
    numbers = [int(page.name[:4]) for page in pages]
    assert len(set(numbers)) == len(numbers)
    for number, page in zip(numbers, pages, strict=True):
        text = page.read_text()
        assert text.startswith(f"# {number:04} ")
        sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert sections == ["Context", "Decision", "Consequences", "Alternatives"]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_page_names_somebody_s_own_folder(page: Path) -> None:
    assert re.findall(r"/(?:home|root|Users|work|tmp)/\S*", page.read_text()) == []
