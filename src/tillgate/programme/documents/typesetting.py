"""The documents as PDF: facts in, bytes out, by typst with the fonts it brings along.

Facts reach the templates as data, never as source. A warning is an error: typst only warns where a
font is missing. The same facts give the same bytes, for the file's date comes from the facts.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
import typst

from tillgate.programme.documents.errors import NotTypeset
from tillgate.programme.documents.facts import (
    AgreementFacts,
    EvidenceEvent,
    OverviewFacts,
    PricedLocation,
    SignatureEvidence,
    StatementFacts,
    StatementLine,
)
from tillgate.programme.documents.markdown import parse, to_data
from tillgate.programme.documents.printable import SpeltOut

_TEMPLATES = Path(__file__).parent
_NO_PICTURE = "could not be displayed"
_LOCK = Lock()
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


def overview_pdf(facts: OverviewFacts) -> bytes:
    """The access overview, to be printed."""
    data = _plain(facts) | {
        "published_on": _day(facts.published_on),
        "blocks": to_data(parse(facts.text)),
    }
    at = datetime.combine(facts.published_on, time(), UTC)
    return _pdf("overview.typ", data, title=facts.title, at=at)


def agreement_pdf(facts: AgreementFacts) -> bytes:
    """The agreement as it is shown and sent for signature: nothing is signed yet."""
    title = f"Add-on agreement {facts.number}"
    keywords = (f"number:{facts.number}",)
    return _pdf("agreement.typ", _agreement(facts), title, facts.prepared_at, keywords)


def signed_agreement_pdf(facts: AgreementFacts, evidence: SignatureEvidence) -> bytes:
    """The agreement with its signature and the pages of evidence, ready to be sealed."""
    data = _agreement(facts) | {"evidence": _evidence(evidence)}
    title = f"Add-on agreement {facts.number}, signed"
    keywords = (f"number:{facts.number}", f"sha256:{evidence.document_sha256}")
    return _pdf("agreement.typ", data, title, evidence.signed_at, keywords)


def statement_pdf(facts: StatementFacts) -> bytes:
    """A month of an integration, to be paid from and kept."""
    month_words = f"{_MONTHS[facts.month.month - 1]} {facts.month.year}"
    state = "final" if facts.is_final else f"not final: up to {_day(facts.until)}"
    data = _plain(facts) | {
        "month": f"{facts.month:%Y-%m}",
        "month_words": month_words,
        "state": state,
        "lines": [_statement_line(each) for each in facts.lines],
        "total": f"{facts.total:,.2f}",
    }
    at = datetime.combine(facts.until, time(), UTC)
    return _pdf("statement.typ", data, f"Statement for {month_words}", at)


def _statement_line(line: StatementLine) -> dict[str, Any]:
    return _plain(line) | {
        "monthly_price": f"{line.monthly_price:,.2f}",
        "amount": f"{line.amount:,.2f}",
        "days": str(line.days),
        "days_of_month": str(line.days_of_month),
    }


def _agreement(facts: AgreementFacts) -> dict[str, Any]:
    def money(amount: Decimal) -> str:
        return f"{amount:,.{facts.places}f}"

    discounts = sum((each.discount for each in facts.locations), Decimal(0))
    return _plain(facts) | {
        "prepared_at": _moment(facts.prepared_at),
        "valid_until": facts.valid_until and _moment(facts.valid_until),
        "locations": [_location(each, money) for each in facts.locations],
        "price_sum": money(facts.total + discounts),
        "discount_sum": _less(money(discounts)),
        "total": money(facts.total),
        "takes_effect": facts.takes_effect or _takes_effect(facts),
        "terms": to_data(parse(facts.terms)),
    }


def _plain(facts: msgspec.Struct) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(facts)
    return plain


def _location(location: PricedLocation, money: Callable[[Decimal], str]) -> dict[str, Any]:
    return _plain(location) | {
        "price": money(location.price),
        "discount": _less(money(location.discount)) if location.discount else "",
        "total": money(location.total),
    }


def _less(amount: str) -> str:
    return f"\N{MINUS SIGN}{amount}"


def _takes_effect(facts: AgreementFacts) -> tuple[str, ...]:
    return (
        "The signature alone gives no access.",
        f"This agreement takes effect when Partner Services approve request {facts.request}.",
        "If the request is declined or withdrawn, this agreement is void and nothing is charged.",
        "If price or terms change before the signature, this agreement is void; a new one is sent.",
    )


def _evidence(evidence: SignatureEvidence) -> dict[str, Any]:
    instants = ("code_sent_at", "code_verified_at", "opened_at", "signed_at")
    return (
        _plain(evidence)
        | {name: _both(getattr(evidence, name)) for name in instants}
        | {"events": [_event(each) for each in evidence.events]}
    )


def _event(event: EvidenceEvent) -> dict[str, Any]:
    return _plain(event) | {"at": _utc(event.at)}


def _both(instant: datetime) -> str:
    """As `_moment`, and in UTC as in the list of events, where that is another."""
    return f"{_moment(instant)} ({_utc(instant)} UTC)" if instant.utcoffset() else _moment(instant)


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _moment(instant: datetime) -> str:
    """The instant as a clock in its own zone showed it, with what to take off to get to UTC."""
    offset = f"{instant:%z}" if instant.utcoffset() else ""
    zone = f"UTC{offset[:3]}:{offset[3:5]}" if offset else "UTC"
    return f"{_day(instant)}, {instant:%H:%M:%S} {zone}"


def _pdf(
    template: str, data: dict[str, Any], title: str, at: datetime, keywords: Sequence[str] = ()
) -> bytes:
    meta = {"title": title, "author": data["platform"]["name"], "keywords": list(keywords)}
    try:
        return _set(template, SpeltOut(data | {"meta": meta}), at)
    except NotTypeset as error:
        # A mark on a letter that it was not made for has no picture, though each of the two has.
        if _NO_PICTURE not in str(error):
            raise
        return _set(template, SpeltOut(data | {"meta": meta}, marks=True), at)


def _set(template: str, spelt: SpeltOut, at: datetime) -> bytes:
    facts = spelt.data | {"spelt_out": spelt.names()}
    try:
        made, warnings = _compiled(template, msgspec.json.encode(facts).decode(), at)
    except typst.TypstError as error:
        raise NotTypeset(template, error.message) from error
    if warnings:
        raise NotTypeset(template, "; ".join(warning.message for warning in warnings))
    return made


def _compiled(template: str, facts: str, at: datetime) -> tuple[bytes, list[typst.TypstWarning]]:
    # A compiler keeps what it has parsed and loaded, and serves one thread at a time.
    with _LOCK:
        made, warnings = _compiler(template).compile_with_warnings(
            format="pdf",
            sys_inputs={"facts": facts},
            pdf_standards=["a-2b"],
            timestamp=at.astimezone(UTC).replace(microsecond=0),
        )
    assert isinstance(made, bytes)
    return made, warnings


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(_TEMPLATES / template, root=_TEMPLATES, ignore_system_fonts=True)
