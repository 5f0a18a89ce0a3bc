"""How an account is called where names are paths, in hledger's and beancount's texts.

`Income:4020-HotDrinks` is the account 4020 called "Hot drinks". The name is valid in both
languages, tells every two accounts of a chart apart, and stays for ever: it is made of the codes
and names of the account and of those above it, and what a letter is is asked of a Unicode that
does not change.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import groupby
from unicodedata import ucd_3_2_0 as unicode

from tillgate.journal.mapping import Account, Kind

_ROOTS = {
    Kind.ASSET: "Assets",
    Kind.LIABILITY: "Liabilities",
    Kind.EQUITY: "Equity",
    Kind.INCOME: "Income",
    Kind.EXPENSE: "Expenses",
}
_DIGITS = frozenset("0123456789")
# Letters of that Unicode which are none today, so that beancount refuses them.
_NO_LETTERS = frozenset("\u1885\u1886\U00010341")


class Names:
    """The names of the accounts of one chart."""

    def __init__(self, chart: Iterable[Account]) -> None:
        self._chart = {account.code: account for account in chart}
        self._names: dict[str, str] = {}

    def of(self, account: Account) -> str:
        """The path from the kind by the accounts above to the account itself."""
        name = self._names.get(account.code)
        if name is None:
            steps = map(name_of, self.down_to(account))
            name = self._names[account.code] = ":".join([_ROOTS[account.kind], *steps])
        return name

    def down_to(self, account: Account) -> list[Account]:
        """The accounts above, from the top, and the account itself."""
        line = [account]
        while line[-1].parent:
            line.append(self._chart[line[-1].parent])
        return line[::-1]

    def in_order(self, accounts: Iterable[Account]) -> Mapping[str, Account]:
        """These accounts and all above them by name, parents in front of their children."""
        found = {self.of(each): each for one in accounts for each in self.down_to(one)}
        return dict(sorted(found.items(), key=lambda item: item[0].split(":")))


def name_of(account: Account) -> str:
    """The account's own step of the path: its code and, in one word, its name.

    As codes differ within a chart, so do these. A code that could not be read out of it again,
    because it has other characters than letters, digits and hyphens or begins with a small
    letter, is made to fit, and a short hash of code and name stands behind.
    """
    code, said = account.code, "".join(_words(account.name))
    if _may_begin(said) and code == said[0].lower() + said[1:]:
        return said
    if said and _may_begin(code) and _is_plain(code):
        return f"{code}-{said}"
    # No name begins with a small x, so this is never taken for one.
    tag = sha256(f"{code}\0{account.name}".encode()).hexdigest()[:8]
    fitted = "-".join(filter(None, ["-".join(_words(code)), said, f"x{tag}"]))
    return fitted if _may_begin(fitted) else f"X-{fitted}"


def _words(text: str) -> Iterator[str]:
    """The words of a text, each with its first letter large where it has a large one."""
    for is_word, letters in groupby(unicode.normalize("NFC", text), key=_is_letter_or_digit):
        if is_word:
            first, *others = letters
            yield _large(first) + "".join(others)


def _large(letter: str) -> str:
    large = letter.upper()
    return large if all(unicode.category(each) == "Lu" for each in large) else letter


def _is_plain(code: str) -> bool:
    is_composed = unicode.normalize("NFC", code) == code
    return is_composed and all(each == "-" or _is_letter_or_digit(each) for each in code)


def _is_letter_or_digit(each: str) -> bool:
    if each in _DIGITS:
        return True
    return unicode.category(each).startswith("L") and each not in _NO_LETTERS


def _may_begin(text: str) -> bool:
    return bool(text) and (text[0] in _DIGITS or unicode.category(text[0]) == "Lu")
