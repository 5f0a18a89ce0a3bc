"""What can be wrong with asking for a file: one class per fact, each with its cure in the text."""

from django.utils.translation import gettext as _


class ExportError(Exception):
    """A file was refused."""

    status = 409


class RangeUnusable(ExportError):
    """The range runs backwards, or is longer than a year."""

    def __init__(self, most: int) -> None:
        words = _("The range cannot be used. The last day is not before the first, and at most")
        super().__init__(f"{words} {most} {_('days after it.')}")


class TooManyWaiting(ExportError):
    """So many files of a location are being made already."""

    def __init__(self, most: int) -> None:
        words = _("%(most)d files are being made already. Wait until one of them is ready.")
        super().__init__(words % {"most": most})


class NoSuchFile(ExportError):
    """There is no such file, or it is not ready, or it is gone again."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such file. It may be gone again: ask for it anew."))
