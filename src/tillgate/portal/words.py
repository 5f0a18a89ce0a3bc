"""What the scopes mean, for a person who has never heard the word."""

from collections.abc import Container

from tillgate.access.scopes import FINANCIAL, ITEMS

_WORDS = {
    FINANCIAL: "Sales, payments, taxes and totals of the locations below",
    ITEMS: "The items they sell, with their prices",
}


def in_words(scopes: Container[str]) -> list[str]:
    """A line for each of the scopes that reads something."""
    return [words for scope, words in _WORDS.items() if scope in scopes]
