"""What can be wrong with an act on the Hub: one class per fact, each with its cure in the text.

HubError
├── SlugTaken, SlugUnusable, NotValidated
├── ChangedMeanwhile, AlreadyListed, AlreadyUnlisted
└── EnquiryOpen, AlreadyHandled, NothingToSend
"""

from django.utils.translation import gettext as _


class HubError(Exception):
    """An act on the Hub was refused."""

    status = 409


class SlugTaken(HubError):
    """Another public integration has this address."""

    def __init__(self, slug: str) -> None:
        words = _("Another integration has the address “%(slug)s”. Choose another.")
        super().__init__(words % {"slug": slug})


class SlugUnusable(HubError):
    """The address is empty, not of letters, figures and hyphens, or a page of the Hub itself."""

    def __init__(self, slug: str) -> None:
        words = _("“%(slug)s” cannot be an address. Use small letters, figures and hyphens.")
        super().__init__(words % {"slug": slug})


class NotValidated(HubError):
    """Only a validated app is listed."""

    def __init__(self, name: str) -> None:
        words = _("%(name)s is not validated. Enter the day it was, then list it.")
        super().__init__(words % {"name": name})


class ChangedMeanwhile(HubError):
    """Somebody else changed the integration after it was read."""

    def __init__(self, name: str) -> None:
        words = _(
            "Somebody else changed %(name)s while you were writing, and nothing of yours is saved"
            " yet. Open it in another tab to compare. Saving again replaces their text by yours."
        )
        super().__init__(words % {"name": name})


class AlreadyListed(HubError):
    """It is in the Hub already."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s is listed already.") % {"name": name})


class AlreadyUnlisted(HubError):
    """It is not in the Hub any more."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s is not listed any more.") % {"name": name})


class EnquiryOpen(HubError):
    """The person has an enquiry that nobody has answered yet."""

    def __init__(self) -> None:
        words = _(
            "Your earlier enquiry is with us, so this one was not sent. You can send another"
            " once that one is answered."
        )
        super().__init__(words)


class AlreadyHandled(HubError):
    """A colleague was faster, or the enquiry has ended."""

    def __init__(self, number: str, state: str) -> None:
        words = _("%(number)s is %(state)s meanwhile. Nothing was changed: a colleague was faster.")
        super().__init__(words % {"number": number, "state": state})


class NothingToSend(HubError):
    """An answer without words."""

    def __init__(self) -> None:
        super().__init__(_("Write the answer that is to be mailed."))
