"""Post the journal of a business location, with Python's standard library alone.

    export GATE_URL=https://gate.example.com
    export GATE_CLIENT_ID=... GATE_CLIENT_SECRET=...
    python post_journal.py LOCATION posted.json books.journal

Run it each morning. It posts the entry of yesterday's business day, and what came since the last
run: days that were not final then, nights on which it did not run, corrections. Each entry has a
number that stays the same for ever, so nothing is posted twice. A day that was restated is taken
back as it was posted, and posted anew.

The first run begins with yesterday. How corrections are booked is as the business had chosen then,
and stays so: to change it, begin a new period with another file in place of posted.json.

The last argument says where to: a text file for hledger, or an https address (http on this
machine), to which each entry is sent as JSON with its number as `Idempotency-Key`. What was posted
is kept in posted.json. Exit status 0: all of yesterday is posted. 2: yesterday is not final yet,
run it again later. 1: something is wrong, and it says what. Needs `gate.py` beside it.
"""

# ruff: noqa: INP001, S310  no package; the address is checked by `gate.py`

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import Request

from gate import Gate, GaveUp, ask, checked_url, keep, location_of, read_kept, run, said

# A journal is asked for by up to 366 days at a time; later corrections are rare enough to be told.
LOOK_BACK = timedelta(days=365)
KINDS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}

Entry = dict[str, Any]
Post = Callable[[Entry], None]


def yesterday_of(gate: Gate, location: int) -> date:
    """The newest business day that is over, by the location's own clock and calendar."""
    begun = gate.get(f"/accounting/v1/business-locations/{location}/days")["items"]
    over = [one["businessDate"] for one in begun if one["state"] != "open"]
    if not over:
        raise GaveUp("no day of this location has ended within a month: it is new, or was closed")
    return date.fromisoformat(over[-1])


def fetch_journal(gate: Gate, kept: dict[str, Any], last: date) -> dict[str, Any]:
    """The entries from the first day that was ever posted on; the policy stays the first one."""
    first = max(date.fromisoformat(kept["from"] or str(last)), last - LOOK_BACK)
    policy = {"corrections": kept["corrections"]} if kept["corrections"] else {}
    path = f"/accounting/v1/business-locations/{kept['location']}/journal"
    journal: dict[str, Any] = gate.get(path, **{"from": str(first), "to": str(last)}, **policy)
    kept["from"], kept["corrections"] = str(first), journal["corrections"]
    kept["posted"] = {
        number: one for number, one in kept["posted"].items() if one["bookedOn"] >= kept["from"]
    }
    return journal


def due(journal: dict[str, Any], posted: dict[str, Entry]) -> Iterator[Entry]:
    """What has to be posted, in its order: what is new, and what takes back a restated day."""
    common = {name: journal[name] for name in ("currency", "mappingVersion")}
    for each in journal["entries"]:
        entry = each | common
        if not entry["final"] or entry["number"] in posted:
            continue
        if entry["restated"]:
            same_day = (
                one for one in posted.values() if one["businessDate"] == entry["businessDate"]
            )
            yield from [taken_back(one) for one in same_day]
        yield entry


def taken_back(entry: Entry) -> Entry:
    """The entry that undoes one that was posted."""
    other = {"debit": "credit", "credit": "debit"}
    postings = [one | {"side": other[one["side"]]} for one in entry["postings"]]
    number = f"{entry['number']}-undone"
    return entry | {"number": number, "undoes": entry["number"], "postings": postings}


def check(entry: Entry) -> Decimal:
    """What the entry comes to on either side; raises `GaveUp` where the sides differ."""
    sides = {"debit": Decimal(0), "credit": Decimal(0)}
    for posting in entry["postings"]:
        sides[posting["side"]] += Decimal(posting["amount"])
    if sides["debit"] != sides["credit"]:
        told = f"debits are {sides['debit']}, credits {sides['credit']}"
        raise GaveUp(f"{entry['number']} does not balance: {told}. It was not posted")
    return sides["debit"]


def to_file(file: Path) -> Post:
    """Posts by adding to an hledger journal; a number that stands in it is not added again."""

    def post(entry: Entry) -> None:
        try:
            before = file.read_text(encoding="utf-8") if file.exists() else "decimal-mark .\n"
        except (OSError, ValueError) as error:
            raise GaveUp(f"{file} cannot be read: {error}") from error
        if f"({entry['number']})" not in before:
            keep(file, before + as_hledger(entry))

    return post


def as_hledger(entry: Entry) -> str:
    """An entry as a transaction."""
    lines = [f"\n{entry['bookedOn']} * ({entry['number']}) {described(entry)}"]
    for posting in entry["postings"]:
        # Two spaces would end the name, a colon would begin an account below it.
        words = f"{posting['account']} {posting['name']}".translate({58: "-", 59: ","}).split()
        name = " ".join(words)
        sign = "" if posting["side"] == "debit" else "-"
        amount = f"{sign}{posting['amount']} {entry['currency']}"
        lines.append(f"    {KINDS[posting['kind']]}:{name}  {amount}")
    return "\n".join(lines) + "\n"


def described(entry: Entry) -> str:
    """What the entry is, in words."""
    is_change = "follows" in entry and not entry["restated"]
    told = f"{'correction' if is_change else 'sales'} of {entry['businessDate']}"
    return f"taken back: {told}" if "undoes" in entry else told


def to_address(url: str) -> Post:
    """Posts by sending JSON; sent twice after an interruption, it has the same number."""
    checked_url(url, "the target")

    def post(entry: Entry) -> None:
        headers = {"Content-Type": "application/json", "Idempotency-Key": entry["number"]}
        status, body = ask(Request(url, json.dumps(entry).encode(), headers))
        if status >= 300:
            raise GaveUp(f"{entry['number']} was refused by {url}: {status} {said(body)}")

    return post


def remember(kept: dict[str, Any], entry: Entry) -> None:
    """Note what was posted; of each entry only what is needed to take it back."""
    if "undoes" in entry:
        del kept["posted"][entry["undoes"]]
        return
    names = ("number", "businessDate", "bookedOn", "currency", "mappingVersion")
    postings = [
        {name: one[name] for name in ("account", "name", "kind", "side", "amount")}
        for one in entry["postings"]
    ]
    kept["posted"][entry["number"]] = {name: entry[name] for name in names} | {"postings": postings}


def told(entry: Entry, amount: Decimal) -> str:
    """What was posted, in a line."""
    if "undoes" in entry:
        return f"{entry['businessDate']}: {entry['undoes']} is taken back"
    if not entry["postings"]:
        return f"{entry['businessDate']}: {entry['number']} has nothing to book"
    why = "".join(f" ({reason})" for reason in entry["reasons"])
    text = f"{entry['businessDate']}: {entry['number']} is posted, {amount} {entry['currency']}"
    if entry["unmapped"]:
        text += f"; {len(entry['unmapped'])} things have no account and are on suspense"
    return text + why


def post_due(journal: dict[str, Any], kept: dict[str, Any], state: Path, post: Post) -> int:
    """Post what is due, noting each entry before the next; returns how many there were."""
    # Also when there is nothing: a day that is not final yet must be found by a later run.
    keep(state, json.dumps(kept, indent=1))
    count = 0
    for entry in due(journal, kept["posted"]):
        amount = check(entry)
        if entry["postings"]:
            post(entry)
        remember(kept, entry)
        keep(state, json.dumps(kept, indent=1))
        print(told(entry, amount))
        count += 1
    return count


def main(arguments: list[str]) -> int:
    """Post what is due to what the command line names."""
    location, state, target = location_of(arguments[0]), Path(arguments[1]), arguments[2]
    post = to_address(target) if "://" in target else to_file(Path(target))
    empty = {"location": location, "target": target, "corrections": "", "from": "", "posted": {}}
    kept = read_kept(state, empty)
    if kept["target"] != target:
        raise GaveUp(f"{state} is about {kept['target']}: name another file for {target}")
    gate = Gate.from_environment("financial-api")
    yesterday = yesterday_of(gate, location)
    journal = fetch_journal(gate, kept, yesterday)
    if not post_due(journal, kept, state, post):
        print(f"nothing new to post up to {yesterday}")
    waiting = {one["businessDate"] for one in journal["entries"] if not one["final"]}
    waiting |= set(journal["daysWithoutFigures"])
    for day in sorted(waiting):
        print(f"{day}: not final yet, nothing of it was posted")
    return 2 if str(yesterday) in waiting else 0


if __name__ == "__main__":
    run(main, __doc__, arguments=3)
