"""Keep a copy of a business location's menu up to date, with Python's standard library alone.

    export GATE_URL=https://gate.example.com
    export GATE_CLIENT_ID=... GATE_CLIENT_SECRET=...
    python mirror_menu.py LOCATION menu.json

The first run reads the whole menu, each later one only what has changed; items that were removed
leave the copy. The file holds the items by their id, and where the next run goes on. It is replaced
whole or not at all, so a run that is interrupted loses nothing. Exit status 0 means that the copy
is up to date. Needs `gate.py` beside it.
"""

# ruff: noqa: INP001  no package

import json
from pathlib import Path
from typing import Any

from gate import Gate, keep, location_of, read_kept, run

PAGE_SIZE = 1000


def follow(gate: Gate, menu: dict[str, Any]) -> int:
    """Bring the menu up to date; returns how many items had changed."""
    path = f"/catalogue/v1/business-locations/{menu['location']}/changes"
    changed = 0
    while True:
        page = gate.get(path, since=menu["next"], pageSize=PAGE_SIZE)
        for change in page["items"]:
            if change["removed"]:
                menu["items"].pop(str(change["itemId"]), None)
            else:
                menu["items"][str(change["itemId"])] = change["item"]
        menu["next"] = page["next"]
        changed += len(page["items"])
        if len(page["items"]) < PAGE_SIZE:
            return changed


def main(arguments: list[str]) -> int:
    """Bring the copy up to date that the command line names."""
    location, file = location_of(arguments[0]), Path(arguments[1])
    menu = read_kept(file, {"location": location, "next": 0, "items": {}})
    changed = follow(Gate.from_environment("items"), menu)
    keep(file, json.dumps(menu, indent=1, ensure_ascii=False))
    print(f"{changed} changes, {len(menu['items'])} items")
    return 0


if __name__ == "__main__":
    run(main, __doc__, arguments=2)
