"""The texts that a journal is written as for programs of accountants, by the name of the format."""

from collections.abc import Callable, Mapping

from tillgate.journal.beancount import as_beancount
from tillgate.journal.csv import as_csv
from tillgate.journal.hledger import as_hledger
from tillgate.journal.journal import Journal

WRITERS: Mapping[str, Callable[[Journal], bytes]] = {
    "csv": as_csv,
    "hledger": as_hledger,
    "beancount": as_beancount,
}
