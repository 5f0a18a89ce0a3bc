"""Keep a copy of a business location's menu up to date, with Python's standard library alone.

    export GATE_URL=https://gate.example.com
    export GATE_CLIENT_ID=... GATE_CLIENT_SECRET=...
    python mirror_menu.py LOCATION menu.json

The first run reads the whole menu, each later one only what has changed. The file holds the items
by their id, and where the next run goes on. It is replaced whole or not at all, so a run that is
interrupted loses nothing. Exit status 0 means that the copy is up to date.
"""

# ruff: noqa: INP001, S310  one file by itself; the URL is the user's own

import base64
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

PAGE_SIZE = 1000


def fetch(request: Request) -> Any:
    """The JSON of an answer; ends the program with what the gate said instead."""
    try:
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except HTTPError as error:
        with error:
            sys.exit(f"mirror_menu: {error.code} {error.read().decode()[:500]}")
    except (URLError, OSError) as error:
        sys.exit(f"mirror_menu: {error}; run it again later, nothing is lost")


def token(url: str) -> str:
    """An access token, good for an hour."""
    pair = f"{os.environ['GATE_CLIENT_ID']}:{os.environ['GATE_CLIENT_SECRET']}"
    form = urlencode({"grant_type": "client_credentials", "scope": "items"}).encode()
    request = Request(f"{url}/oauth/token", data=form)
    request.add_header("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}")
    return str(fetch(request)["access_token"])


def follow(url: str, bearer: str, location: str, menu: dict[str, Any]) -> int:
    """Bring the menu up to date; returns how many items had changed."""
    changed = 0
    while True:
        query = urlencode({"since": menu["next"], "pageSize": PAGE_SIZE})
        path = f"/catalogue/v1/business-locations/{location}/changes?{query}"
        page = fetch(Request(url + path, headers={"Authorization": f"Bearer {bearer}"}))
        for change in page["items"]:
            if change["removed"]:
                menu["items"].pop(str(change["itemId"]), None)
            else:
                menu["items"][str(change["itemId"])] = change["item"]
        menu["next"] = page["next"]
        changed += len(page["items"])
        if len(page["items"]) < PAGE_SIZE:
            return changed


def save(file: Path, menu: dict[str, Any]) -> None:
    """Replace the file at once: whoever reads it sees the old copy or the new one."""
    beside = file.with_name(f".{file.name}.part")
    beside.write_text(json.dumps(menu, indent=1, ensure_ascii=False), encoding="utf-8")
    beside.replace(file)


def main() -> None:
    """Bring the copy up to date that the command line names."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    location, file = sys.argv[1], Path(sys.argv[2])
    menu = {"next": 0, "items": {}}
    if file.exists():
        menu = json.loads(file.read_text(encoding="utf-8"))
    url = os.environ["GATE_URL"].rstrip("/")
    changed = follow(url, token(url), location, menu)
    save(file, menu)
    print(f"{changed} changes, {len(menu['items'])} items", file=sys.stderr)


if __name__ == "__main__":
    main()
