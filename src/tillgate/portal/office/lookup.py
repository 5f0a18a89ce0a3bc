"""Looking a business up by name or number, as the account managers' pages do."""

from typing import NamedTuple

from tillgate.directory.models import Person
from tillgate.directory.queries import find_businesses
from tillgate.programme.office_queries import managers_of

LONGEST = 100


class Candidate(NamedTuple):
    """A business that was found; another account manager's cannot be chosen."""

    business_id: int
    name: str
    is_free: bool


def candidates(words: str, person: Person) -> list[Candidate]:
    """The businesses that fit; none for words that say nothing."""
    found = find_businesses(words[:LONGEST])
    managers = managers_of(each.business_id for each in found)
    return [Candidate(key, name, managers.get(key) in {None, person.pk}) for key, name in found]
