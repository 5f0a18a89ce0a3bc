"""Whether a gate answers by what was signed: its days, what they come to, and its own index."""

from datetime import date, timedelta
from typing import Any

from tillgate.verifying.chain import Chain
from tillgate.verifying.day import Checked
from tillgate.verifying.errors import Broken, CannotVerify
from tillgate.verifying.folder import title_of
from tillgate.verifying.gate import Gate

_AT_ONCE = timedelta(days=365)
_ONE_DAY = timedelta(days=1)
_COUNTS = ("refunds", "voids", "discounts", "carriedIn", "carriedOver", "cashDrops", "rounding")


def check_answers(chain: Chain, gate: Gate) -> None:
    """Raises `Broken` for the first day that the gate tells of otherwise than its document does.

    Compared are the newest revisions, and the index of all. A gate has its chain from the first on.
    """
    if chain.first and chain.first.position > 1:
        what = f"is missing: the gate begins with {chain.first.title}"
        raise Broken("position 1 of the chain", what)
    for title, faults in gate.index_faults():
        if faults:
            what = f"what lies beside the document does not fit it: {', '.join(faults)}"
            raise Broken(title, what)
    dates = sorted(chain.newest)
    if not dates:
        return
    first, last = date.fromisoformat(dates[0]), date.fromisoformat(dates[-1])
    try:
        while first <= last:
            _check_stretch(chain, gate, first, min(first + _AT_ONCE, last))
            first += _AT_ONCE + _ONE_DAY
    except Broken:
        if chain.head and gate.digest_at(chain.head.position + 1):
            raise CannotVerify(
                "the gate closed or corrected a day meanwhile: run it again"
            ) from None
        raise


def _check_stretch(chain: Chain, gate: Gate, first: date, last: date) -> None:
    told = {day["businessDate"]: day for day in gate.days(first, last)}
    sums = {day["from"]: day for day in gate.sums(first, last)}
    for day in sorted({*told, *chain.newest}):
        if first <= date.fromisoformat(day) <= last:
            _check_day(day, chain.newest.get(day), told.get(day, {}), sums.get(day, {}))


def _check_day(
    day: str, checked: Checked | None, told: dict[str, Any], sums: dict[str, Any]
) -> None:
    if checked is None:
        if told.get("state") == "closed":
            raise Broken(title_of(day, told["revision"]), "is closed, and not in the chain")
        return
    given = told.get("revision"), told.get("digest")
    if given != (checked.revision, checked.digest):
        raise Broken(checked.title, f"`days` tells of revision {given[0]} with digest {given[1]}")
    proof, counted = sums.get("proof", {}), checked.proof
    for name in ("sold", "rest", "balances", "giftCardGroups", *_COUNTS):
        if proof.get(name) != counted[name]:
            said = f"`periods` says {proof.get(name)}, and the document {counted[name]}"
            raise Broken(f"{checked.title}: {name}", said)
