"""The texts that come with the program: the first version of every slot.

A markdown slot is `<name>.md`, a structured one `<name>.yaml`, a mail `mail/<name>.txt` whose
first line is its subject.
"""

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tillgate.content.slots import Kind, Slot

FOLDER = Path(__file__).parent / "defaults"


class Default(NamedTuple):
    """The words and fields a slot begins with."""

    text: str
    fields: dict[str, Any]


def default_of(slot: Slot) -> Default:
    """What the slot says until an operator says otherwise."""
    if slot.kind is Kind.FIELDS:
        return Default("", yaml.safe_load(_read(f"{slot.name}.yaml")))
    if slot.kind is Kind.MAIL:
        subject, _, text = _read(f"{slot.name}.txt").partition("\n")
        return Default(text.strip(), {"subject": subject.strip()})
    return Default(_read(f"{slot.name}.md").strip(), {})


def default_prices() -> dict[str, str]:
    """The price book's beginning: currency to price per location and month, two places."""
    book: dict[str, str] = yaml.safe_load(_read("prices.yaml"))
    return book


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
