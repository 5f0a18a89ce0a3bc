"""What the scopes mean, for a person who has never heard the word."""

from collections.abc import Container

from django.utils.translation import gettext_lazy as _

from tillgate.access.scopes import FINANCIAL, ITEMS

_WORDS = {
    FINANCIAL: _("Sales, payments, taxes and totals of the locations below"),
    ITEMS: _("The items they sell, with their prices"),
}


def in_words(scopes: Container[str]) -> list[str]:
    """A line for each of the scopes that reads something."""
    return [str(words) for scope, words in _WORDS.items() if scope in scopes]
