"""Words as people type them into a search box: without accents, case or odd spaces."""

import unicodedata

# Letters that Unicode does not take apart, as people without such a keyboard write them.
_SPELLED = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "æ": "ae",
        "œ": "oe",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    }
)


def plain(text: str) -> str:
    """The text as it is compared: "Crème Brûlée" becomes "creme brulee".

    What cannot be printed is left out, so nothing that PostgreSQL would refuse comes through. Each
    character is treated without regard to its neighbours: a part of a text stays a part of it.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (character for character in folded if _is_letter_or_space(character))
    return " ".join("".join(kept).translate(_SPELLED).split())


def plain_words(text: str) -> list[str]:
    """The words to look for, each once, in the order they were typed."""
    return list(dict.fromkeys(plain(text).split()))


def _is_letter_or_space(character: str) -> bool:
    if unicodedata.combining(character):
        return False
    return character.isprintable() or character.isspace()
