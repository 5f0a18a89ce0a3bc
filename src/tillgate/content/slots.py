"""The slots: every piece of content an operator may edit, and what publishing it changes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext_noop as _

from tillgate.content.errors import UnknownSlot
from tillgate.content.mail_slots import MAILS


class Kind(StrEnum):
    """What a slot holds: words in markdown, fields, or a mail's subject and words."""

    MARKDOWN = "markdown"
    FIELDS = "fields"
    MAIL = "mail"


class Slot(NamedTuple):
    """A piece of content; `consequence` says what publishing a version changes, and for whom.

    The words are marked for translation here and translated where they are shown.
    """

    name: str
    kind: Kind
    title: str
    read_by: str
    consequence: str

    @property
    def slug(self) -> str:
        """The name as a part of an address."""
        return self.name.replace("/", "-")


_SINGLE = (
    Slot(
        "platform",
        Kind.FIELDS,
        _("The platform"),
        _("everybody, on every page and in every mail"),
        _(
            "Pages and mails show the new name and addresses at once. Agreements already made keep"
            " the old ones."
        ),
    ),
    Slot(
        "overview",
        Kind.MARKDOWN,
        _("Access overview"),
        _("whoever thinks of asking for access"),
        _(
            "Whoever has not filed a request yet must open and acknowledge the new overview first."
            " Requests already filed keep the version that was acknowledged."
        ),
    ),
    Slot(
        "terms",
        Kind.MARKDOWN,
        _("Terms of the agreement"),
        _("the signatory, in every agreement"),
        _(
            "Agreements that were sent and not yet signed become void and must be sent anew, with"
            " the new terms. Signed agreements keep the terms they were signed with."
        ),
    ),
    Slot(
        "decline_reasons",
        Kind.FIELDS,
        _("Reasons for declining"),
        _("Partner Services when deciding, and the merchant who is declined"),
        _("Reviewers choose from the new list at once. Decisions already made keep their reason."),
    ),
    Slot(
        "review",
        Kind.FIELDS,
        _("Review target"),
        _("merchants who wait, and Partner Services in the queue"),
        _("Every waiting request is measured against the new target at once."),
    ),
    Slot(
        "feasibility",
        Kind.FIELDS,
        _("Feasibility catalogue"),
        _("whoever checks what custom API access can do"),
        _(
            "New checks are answered with the new catalogue. Results already stored with a request"
            " stay as they were."
        ),
    ),
)


def _mail_slots() -> dict[str, Slot]:
    said = _(
        "The next mail of this kind is sent with the new words. Mails already sent or waiting stay."
    )
    return {
        f"mail/{name}": Slot(f"mail/{name}", Kind.MAIL, mail.title, mail.to, said)
        for name, mail in MAILS.items()
    }


SLOTS: Mapping[str, Slot] = {slot.name: slot for slot in _SINGLE} | _mail_slots()


def slot_at(slug: str) -> Slot:
    """The slot with this part of an address. Raises `UnknownSlot`."""
    return slot_called(slug.replace("mail-", "mail/", 1) if slug.startswith("mail-") else slug)


def slot_called(name: str) -> Slot:
    """The slot of this name. Raises `UnknownSlot`."""
    try:
        return SLOTS[name]
    except KeyError:
        raise UnknownSlot(name) from None
