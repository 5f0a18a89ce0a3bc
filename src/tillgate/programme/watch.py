"""The exclusivity watch: a custom integration serves one business, so who turns up at several?

It shows and does nothing. What businesses in a formal partnership share is theirs to share, and
what everybody has, such as a loopback address or a large mail provider, tells nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from tillgate.access.models import Client, Integration, State
from tillgate.programme.answers import read_answers
from tillgate.programme.models import AccessRequest
from tillgate.programme.office_queries import partners_among

_MAIL_PROVIDERS = frozenset(
    [
        "aol",
        "btinternet",
        "fastmail",
        "free",
        "gmail",
        "googlemail",
        "gmx",
        "hey",
        "hotmail",
        "icloud",
        "laposte",
        "live",
        "mac",
        "mail",
        "mailbox",
        "me",
        "msn",
        "orange",
        "outlook",
        "posteo",
        "proton",
        "protonmail",
        "qq",
        "t-online",
        "wanadoo",
        "web",
        "yahoo",
        "yandex",
        "ymail",
        "zoho",
    ]
)
# Where tools for trying an API out take the code.
_TOOLS = frozenset({"oauth.pstmn.io", "oauthdebugger.com", "app.insomnia.rest", "hoppscotch.io"})


class TraitKind(StrEnum):
    """By what a program's maker is recognised."""

    CONTACT = "technical_contact"
    DEVELOPER = "developer"
    MAIL_HOST = "mail_host"
    REDIRECT_HOST = "redirect_host"


class Evidence(NamedTuple):
    """Where a trait was seen: a request that was sent, or an integration that has not ended."""

    business_id: int
    at: datetime
    request: AccessRequest | None = None
    integration: Integration | None = None


class Finding(NamedTuple):
    """A trait of several businesses; `is_allowed` where partnerships leave one of them at most."""

    kind: TraitKind
    value: str
    evidence: list[Evidence]
    business_ids: list[int]
    is_allowed: bool


Trait = tuple[TraitKind, str]


def findings() -> list[Finding]:
    """What several businesses share, that of the most businesses first."""
    seen: dict[Trait, list[Evidence]] = {}
    for trait, evidence in (*_in_requests(), *_in_integrations()):
        seen.setdefault(trait, []).append(evidence)
    shared = {trait: found for trait, found in seen.items() if len(_businesses(found)) > 1}
    partners = partners_among({each for found in shared.values() for each in _businesses(found)})
    made = [_finding(trait, found, partners) for trait, found in shared.items()]
    return sorted(made, key=lambda one: (-len(one.business_ids), one.kind, one.value))


def _finding(trait: Trait, evidence: list[Evidence], partners: Iterable[int]) -> Finding:
    businesses = _businesses(evidence)
    ordered = sorted(evidence, key=lambda each: (each.business_id, each.at))
    return Finding(*trait, ordered, sorted(businesses), len(businesses - set(partners)) < 2)


def _businesses(evidence: Iterable[Evidence]) -> set[int]:
    return {each.business_id for each in evidence}


def _in_requests() -> Iterator[tuple[Trait, Evidence]]:
    for request in AccessRequest.objects.exclude(submitted_at=None).order_by("pk"):
        assert request.submitted_at is not None
        answers = read_answers(request.answers)
        evidence = Evidence(request.business_id, request.submitted_at, request=request)
        traits = {*_of_contact(answers.technical_email), *_of_redirects(answers.redirect_uris)}
        if company := " ".join(answers.technical_company.casefold().split()):
            traits.add((TraitKind.DEVELOPER, company))
        yield from ((trait, evidence) for trait in traits)


def _in_integrations() -> Iterator[tuple[Trait, Evidence]]:
    living = Client.objects.filter(integration__sandbox=None).exclude(
        integration__state=State.ENDED
    )
    for client in living.select_related("integration__technical_contact").order_by("pk"):
        found = client.integration
        contact = found.technical_contact
        evidence = Evidence(found.business_id, found.created_at, integration=found)
        traits = set(_of_redirects(client.redirect_uris.split()))
        if contact is not None:
            traits.update(_of_contact(contact.email))
        yield from ((trait, evidence) for trait in traits)


def _of_contact(email: str) -> Iterator[Trait]:
    address = email.strip().lower()
    if not address:
        return
    yield TraitKind.CONTACT, address
    host = address.rpartition("@")[2]
    if not is_common_mail_host(host):
        yield TraitKind.MAIL_HOST, host


def _of_redirects(uris: Iterable[str]) -> Iterator[Trait]:
    for uri in uris:
        host = (urlsplit(uri).hostname or "").rstrip(".").lower()
        if host and not is_common_redirect_host(host):
            yield TraitKind.REDIRECT_HOST, host


def is_common_mail_host(host: str) -> bool:
    """Whether anybody can have an address there: `gmail.com`, `yahoo.co.uk`."""
    name, _, rest = host.partition(".")
    return name in _MAIL_PROVIDERS and ("." not in rest or rest.startswith(("co.", "com.")))


def is_common_redirect_host(host: str) -> bool:
    """Whether it is every machine's own, or a tool's that anybody uses."""
    if host in _TOOLS or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_private
