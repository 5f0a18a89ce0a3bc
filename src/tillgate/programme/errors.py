"""What can be wrong with a step of the programme: one class per fact, each with its cure.

ProgrammeError (409 unless said otherwise)
├── Overtaken, AlreadyDecided, ChangedSince
├── UnknownMerchant, OtherManager, InterestClosed
├── LinkUnknown (404), LinkUsed (410), LinkExpired (410), OtherAddress (403)
├── OverviewUnread, NotChecked, Incomplete
├── NotPriced, NotAmendable, NotSigned, OutdatedAgreement, RemindedAlready
├── WrongCode, CodeUsed, TooManyCodes (429)
├── NotSuspended, PlatformsSuspension (403)
└── OwnRequest (403), UnknownReason
"""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class ProgrammeError(Exception):
    """A step was refused; nothing was changed."""

    status = 409
    words = gettext_lazy("This cannot be done now.")

    def __init__(self, words: str = "") -> None:
        super().__init__(words or str(self.words))


class Overtaken(ProgrammeError):
    """What was to be moved stands elsewhere by now, or cannot go there at all."""

    def __init__(self, row: models.Model, target: models.TextChoices) -> None:
        state = row.get_state_display()  # type: ignore[attr-defined]
        super().__init__(
            _("It is “%(state)s” by now, so this cannot be done any more. Look at it as it stands.")
            % {"state": state}
        )
        self.target = target


class AlreadyDecided(ProgrammeError):
    """Another reviewer was faster."""

    words = gettext_lazy("Somebody decided this request already. Your decision was not recorded.")


class ChangedSince(ProgrammeError):
    """The request went to the merchant and came back after the reviewer looked at it."""

    words = gettext_lazy(
        "This request changed since you opened it. Look at it as it is now, then decide."
    )


class UnknownMerchant(ProgrammeError):
    """The back office has not fed this business, or it has no location."""

    status = 404
    words = gettext_lazy("No such business with a location is known: look it up by name or number.")


class OtherManager(ProgrammeError):
    """The business is another account manager's."""

    words = gettext_lazy("Another account manager looks after this business: hand it over to them.")


class InterestClosed(ProgrammeError):
    """The interest is closed, or not yet linked to a business."""

    words = gettext_lazy("Find the business in the back office first, then send the form link.")


class LinkUnknown(ProgrammeError):
    """The link is none of ours, altered, or was replaced by a newer one."""

    status = 404
    words = gettext_lazy("This link does not work. Use the newest mail you got, whole.")


class LinkUsed(ProgrammeError):
    """The link did what it was for."""

    status = 410
    words = gettext_lazy("This link was used already.")


class LinkExpired(ProgrammeError):
    """The link is too old."""

    status = 410
    words = gettext_lazy("This link has expired. Ask whoever sent it for a new one.")


class OtherAddress(ProgrammeError):
    """The link was sent to somebody else."""

    status = 403
    words = gettext_lazy(
        "This invitation was sent to another address than the one you are signed in with. "
        "Sign in with the address that got the mail."
    )


class OverviewUnread(ProgrammeError):
    """The current overview was not opened and acknowledged."""

    words = gettext_lazy("Read and acknowledge the current access overview first.")


class NotChecked(ProgrammeError):
    """No feasibility check was made."""

    words = gettext_lazy("Check what is feasible first: it takes a minute, and saves a refusal.")


class Incomplete(ProgrammeError):
    """Answers are missing or wrong; `problems` says why, by field."""

    status = 422
    words = gettext_lazy("Some answers are missing or cannot be used.")

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__()
        self.problems = dict(problems)


class NotPriced(ProgrammeError):
    """There is no offer to send."""

    words = gettext_lazy("Price the request first.")


class NotAmendable(ProgrammeError):
    """The integration rests on no agreement in force."""

    words = gettext_lazy(
        "This integration has no agreement in force that could be amended: file a request instead."
    )


class NotSigned(ProgrammeError):
    """Approval is impossible before the signature, for everyone."""

    words = gettext_lazy(
        "The agreement is not signed, so the request cannot be approved. "
        "The account manager can remind the signatory."
    )


class RemindedAlready(ProgrammeError):
    """Somebody reminded the signatory a moment ago."""

    words = gettext_lazy(
        "The signatory was reminded less than an hour ago, so no other mail was sent."
    )


class OutdatedAgreement(ProgrammeError):
    """Price or terms changed after the agreement was sent, so it is void."""

    words = gettext_lazy(
        "The terms or the price changed after this agreement was sent, so it cannot be signed. "
        "Your account manager sends a new one."
    )


class WrongCode(ProgrammeError):
    """The code is not the one that was mailed, or is too old."""

    status = 422
    words = gettext_lazy(
        "This code is not right or too old. Type the newest one, or ask for another."
    )


class CodeUsed(ProgrammeError):
    """The proof was used or is too old."""

    words = gettext_lazy("The code must be typed again: it counts once, and for half an hour.")


class TooManyCodes(ProgrammeError):
    """Codes were asked for too often."""

    status = 429
    words = gettext_lazy("Too many codes were asked for. Wait an hour, then ask again.")


class NotSuspended(ProgrammeError):
    """There is nothing to lift."""

    words = gettext_lazy("This integration is not suspended: nothing had to be done.")


class PlatformsSuspension(ProgrammeError):
    """Only the platform lifts what the platform has suspended."""

    status = 403
    words = gettext_lazy(
        "The platform suspended this integration. Settle the reason with your account manager,"
        " who can lift it."
    )


class OwnRequest(ProgrammeError):
    """No one reviews a request they filed, nor one of a business they act for."""

    status = 403
    words = gettext_lazy("You had a part in filing this request, so somebody else must review it.")


class UnknownReason(ProgrammeError):
    """A decline needs a reason of the list, and words."""

    status = 422
    words = gettext_lazy("Choose a reason from the list.")
