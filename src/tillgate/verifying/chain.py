"""A chain of documents, from the first that is there to its head."""

from collections.abc import Iterable, Iterator

from tillgate.verifying.day import NO_DIGEST, Checked, Files, check_day
from tillgate.verifying.errors import Broken
from tillgate.verifying.keys import Keys


class Chain:
    """Follows a location's chain, document by document; `newest` has the last one of each day."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.newest: dict[str, Checked] = {}
        self.first: Checked | None = None
        self.head: Checked | None = None
        self.count = self.unchecked = 0
        self.digests: set[str] = set()
        self.signed_with: dict[str, None] = {}

    def follow(self, documents: Iterable[Files]) -> Iterator[Files]:
        """Each document that is whole and in its place; `Broken` at the first that is not."""
        for files in documents:
            self._check_gap(files)
            checked = check_day(files, self._keys)
            self._check_link(checked)
            self._take(checked)
            yield files

    def _check_gap(self, files: Files) -> None:
        expected = self.head.position + 1 if self.head else files.position
        if files.position != expected:
            what = f"position {expected} of the chain is missing before it"
            raise Broken(files.title, what)

    def _check_link(self, checked: Checked) -> None:
        if self.head is None:
            if checked.position == 1 and checked.previous != NO_DIGEST:
                raise Broken(checked.title, "is the first of the chain, and names one before it")
            return
        if checked.previous != self.head.digest:
            raise Broken(checked.title, f"does not follow {self.head.title}: the chain is broken")
        if checked.location != self.head.location:
            raise Broken(checked.title, f"is of another location: {checked.location}")
        known = self.newest.get(checked.business_date)
        if known is not None and checked.revision != known.revision + 1:
            raise Broken(checked.title, f"comes after revision {known.revision} of the same day")

    def _take(self, checked: Checked) -> None:
        self.newest[checked.business_date] = checked
        self.first = self.first or checked
        self.head = checked
        self.count += 1
        self.unchecked += checked.unchecked
        self.digests.add(checked.digest)
        self.signed_with[checked.key] = None

    def check_head(self, kept: str) -> None:
        """Raises `Broken` unless the chain goes through the digest that somebody kept."""
        if kept not in self.digests:
            at = self.head.title if self.head else "nothing at all"
            raise Broken(
                "the end of the chain",
                f"the head you kept, {kept}, is not in it. It ends with {at}: what came after was"
                " cut off, or days were replaced",
            )
