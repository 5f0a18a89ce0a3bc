"""How a version of content is shown to be read, whether published or about to be."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.safestring import SafeString, mark_safe

from tillgate.content.comparing import Line, compare, lines_of
from tillgate.content.mails import Block, preview
from tillgate.content.models import Version
from tillgate.content.slots import Kind, Slot
from tillgate.programme.documents.markdown import parse, to_html


class Shown(NamedTuple):
    """What a template draws: `html` of a text, a mail's subject and blocks, or fields."""

    html: SafeString = SafeString("")
    subject: str = ""
    blocks: tuple[Block, ...] = ()
    fields: Mapping[str, Any] = {}


def shown(slot: Slot, text: str, fields: Mapping[str, Any]) -> Shown:
    """Text and fields of a slot, as their readers will see them."""
    if slot.kind is Kind.MAIL:
        subject, blocks = preview(slot.name.removeprefix("mail/"), fields["subject"], text)
        return Shown(subject=subject, blocks=tuple(blocks))
    if slot.kind is Kind.FIELDS:
        return Shown(fields=fields)
    # Every text in it was escaped where it was made.
    return Shown(html=mark_safe(to_html(parse(text))))  # noqa: S308


def changes(old: Version, text: str, fields: Mapping[str, Any]) -> list[Line]:
    """What text and fields say otherwise than an older version."""
    return compare(lines_of(old.text, old.fields), lines_of(text, fields))
