"""`python -m bench`: measure, print a table, and write `bench/results.json`.

With names of groups it measures only those, and with --small it makes little and measures briefly;
both write nothing. Exit status 1: a goal is missed.
"""

import argparse
import sys
from collections.abc import Collection
from pathlib import Path

import msgspec

from bench import (
    against_peers,
    books,
    cores,
    demo,
    exports,
    imports,
    journal,
    lookups,
    pages,
    periods,
    sums,
)
from bench.installation import installation
from bench.load import Failed, Missing, check_tools
from bench.row import Row, as_table
from bench.scale import SMALL, WHOLE, Scale

RESULTS = Path(__file__).with_name("results.json")

# A group takes the common installation, or makes its own when there must be no other beside it.
TOGETHER = {
    "lookups": lookups.measure,
    "pages": pages.measure,
    "books": books.measure,
    "exports": exports.measure,
    "sums": sums.measure,
    "peers": against_peers.measure,
    "journal": journal.measure,
    "periods": periods.measure,
    "imports": imports.measure,
}
ALONE = {"demo": demo.measure}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("groups", nargs="*", help=f"of {', '.join([*TOGETHER, *ALONE])}")
    parser.add_argument("--small", action="store_true", help="only to try the bench itself")
    given = parser.parse_args()
    wanted = given.groups
    if unknown := set(wanted) - {*TOGETHER, *ALONE}:
        parser.error(f"there is no group {', '.join(sorted(unknown))}")
    try:
        check_tools()
        rows = measure(wanted or [*TOGETHER, *ALONE], SMALL if given.small else WHOLE)
    except (Missing, Failed) as error:
        sys.exit(f"bench: {error}")
    if not wanted and not given.small:
        RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n")
    print(as_table(rows))
    sys.exit(0 if all(row.holds for row in rows) else 1)


def measure(wanted: Collection[str], scale: Scale) -> list[Row]:
    """The rows of these groups, in the order in which they are listed here."""
    cores.stay_with_the_client()
    rows: list[Row] = []
    together = [name for name in TOGETHER if name in wanted]
    if together:
        with installation(scale) as place:
            for name in together:
                _say(name)
                rows += TOGETHER[name](place)
    for name, measure_alone in ALONE.items():
        if name in wanted:
            _say(name)
            rows += measure_alone()
    return rows


def _say(name: str) -> None:
    print(f"Measuring {name} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
