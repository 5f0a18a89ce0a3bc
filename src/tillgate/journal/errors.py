"""What can be wrong with keeping a mapping: one class per fact, each with its cure in the text."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from tillgate.journal.checking import Problem


class JournalError(Exception):
    """A mapping was refused."""

    status = 409


class MappingUnusable(JournalError):
    """The mapping has problems; all of them are told at once."""

    status = 422

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(each.words for each in problems))
        self.problems = list(problems)


class MappingChanged(JournalError):
    """Somebody else has kept a version since this one was begun."""

    def __init__(self, newest: int) -> None:
        words = _(
            "Version %(newest)d was kept meanwhile. Nothing of yours is kept: open the mapping"
            " anew, and make your changes to that version."
        )
        super().__init__(words % {"newest": newest})


class NoSuchMapping(JournalError):
    """The business has no version of that number."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such version of the mapping. Choose one from the list."))
