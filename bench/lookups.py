"""A lookup endpoint, its bytes kept and not kept, against a raw ASGI app with the same bytes."""

from bench.installation import LOCATION, Installation
from bench.load import run_load
from bench.row import Row, compared
from bench.served import fetch, served

_TURNS = 5
_PATH = f"/f/finance/{LOCATION.id}/accountingGroups"


def measure(place: Installation) -> list[Row]:
    """Answers a second by each server, in turn, five times."""
    body = place.folder / "lookup.json"
    with served("shipped") as shipped, served("uncached") as uncached:
        # Links in the body name the host that was asked, so the two differ by their port.
        body.write_bytes(fetch(shipped + _PATH, place.headers()))
        with served("raw", body) as raw:
            assert fetch(raw, {}) == body.read_bytes()
            servers = [raw, shipped, uncached]
            for url in servers:
                _rate(url, place, seconds=1)
            turns = [[_rate(url, place, seconds=2) for url in servers] for _ in range(_TURNS)]
    raw_rates, kept_rates, fresh_rates = zip(*turns, strict=True)
    size = f"{body.stat().st_size / 1000:.1f} KB"
    return [
        compared(
            f"Lookup of {size}, bytes kept, by raw ASGI",
            "answers/s",
            kept_rates,
            raw_rates,
            at_least=0.3,
        ),
        compared(
            f"Lookup of {size}, read each time, by raw ASGI",
            "answers/s",
            fresh_rates,
            raw_rates,
            at_least=0.1,
        ),
    ]


def _rate(base_url: str, place: Installation, *, seconds: int) -> float:
    return run_load(base_url + _PATH, place.headers(), seconds=seconds).per_second
