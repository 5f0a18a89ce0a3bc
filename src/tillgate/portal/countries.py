"""Countries by their names, as the reader says them."""

from collections.abc import Iterable
from functools import cache

from babel import Locale

from tillgate.hub.countries import COUNTRIES
from tillgate.hub.words import plain
from tillgate.portal.locale import FALLBACK, reader_locale


def country_name(code: str) -> str:
    """The name of a country, its code where it has none."""
    return str(reader_locale().territories.get(code, code))


def by_name(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Code and name of each, in the order of the names."""
    return sorted(((code, country_name(code)) for code in codes), key=lambda each: plain(each[1]))


def code_of(words: str) -> str | None:
    """The code of a country by its code, or by its name in the reader's language or English."""
    if words.upper() in COUNTRIES:
        return words.upper()
    wanted = plain(words)
    return _codes(str(reader_locale())).get(wanted) or _codes(str(FALLBACK)).get(wanted)


@cache
def _codes(locale: str) -> dict[str, str]:
    names = Locale.parse(locale).territories
    return {plain(names[code]): code for code in COUNTRIES if code in names}
