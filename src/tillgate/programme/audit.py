"""The audit folder of an integration: its whole story in one ZIP that anybody can check.

    unzip audit-12.zip && cd audit-12 && sha256sum -c SHA256SUMS

Nothing in it depends on when or where it is made: as long as nothing happens, its bytes are the
same. Secrets are in it by their beginnings only, as pages show them; no hash of one is.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.core.serializers.json import DjangoJSONEncoder

from tillgate.access.models import Client, Integration
from tillgate.access.queries import clients_of
from tillgate.directory.models import Person
from tillgate.directory.permissions import require
from tillgate.foundation.models import Event
from tillgate.programme.models import AccessRequest, Agreement, FileKind
from tillgate.programme.queries import agreements_of, amendments_of
from tillgate.programme.recording import subject_of

PERMISSION = "audit:read"
SUMS = "SHA256SUMS"
# The first moment that a ZIP can say.
_ALWAYS = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_PAPERS = {FileKind.DOCUMENT: "as-sent", FileKind.SEALED: "signed"}


class Folder(NamedTuple):
    """The file's name, and its bytes."""

    name: str
    content: bytes


def audit_folder(*, integration: Integration, actor: Person) -> Folder:
    """The folder, for those who may read the agreement; raises `NotPermitted`."""
    require(actor, PERMISSION, business_id=integration.business_id)
    name = f"audit-{integration.pk}"
    files = dict(sorted(_files(integration)))
    sums = "".join(f"{_sha256(content)}  {path}\n" for path, content in files.items())
    packed = io.BytesIO()
    # Stored as they are: what compresses them may write other bytes in its next version.
    with ZipFile(packed, "w", ZIP_STORED) as archive:
        for path, content in {**files, SUMS: sums.encode()}.items():
            entry = ZipInfo(f"{name}/{path}", _ALWAYS)
            entry.external_attr, entry.create_system = _READABLE, 3
            archive.writestr(entry, content)
    return Folder(f"{name}.zip", packed.getvalue())


def _files(integration: Integration) -> Iterator[tuple[str, bytes]]:
    clients = list(clients_of([integration]))
    request = AccessRequest.objects.filter(integration=integration).first()
    yield "integration.json", _json(_integration(integration))
    yield "credentials.json", _json([_credentials(client) for client in clients])
    yield "events.ndjson", _events(integration, clients, request)
    if request is None:
        return
    yield "request.json", _json(_request(request))
    if decision := getattr(request, "decision", None):
        told = {"outcome": decision.outcome, "reason": decision.reason, "words": decision.words}
        who = {"reviewer": _person(decision.reviewer), "decided_at": decision.decided_at}
        yield "decision.json", _json(told | who)
    if overview := request.overview:
        yield f"overview-{overview.label}.md", overview.text.encode()
    for agreement in (*agreements_of(request), *amendments_of(integration)):
        yield from _agreement(agreement)


def _integration(found: Integration) -> dict[str, Any]:
    plain = ("name", "business_id", "state", "state_reason", "scopes", "staff", "consumers")
    more = ("authorizations", "calls_per_minute", "created_at")
    licences = found.licences.order_by("from_date", "location_id", "pk")
    return {
        **{field: getattr(found, field) for field in (*plain, *more)},
        "technical_contact": _person(found.technical_contact),
        "licences": list(licences.values("location_id", "from_date", "until_date")),
    }


def _credentials(client: Client) -> dict[str, Any]:
    times = ("created_at", "expires_at", "last_used_at", "retired_at", "idle_at", "revoked_at")
    secrets = [
        {
            "begins_with": secret.hint,
            **{field: getattr(secret, field) for field in (*times, "end_reason")},
        }
        for secret in client.secrets.all()
    ]
    consents = client.consents.select_related("person").order_by("given_at", "pk")
    return {
        "client_id": client.client_id,
        "redirect_uris": client.redirect_uris.split(),
        "secrets": secrets,
        "consents": [
            {
                "person": _person(consent.person),
                "scopes": consent.scopes,
                "given_at": consent.given_at,
                "ends_at": consent.ends_at,
                "ended_at": consent.ended_at,
                "end_reason": consent.end_reason,
            }
            for consent in consents
        ],
    }


def _request(request: AccessRequest) -> dict[str, Any]:
    questions = request.questions.select_related("asked_by", "answered_by").order_by("pk")
    return {
        "number": request.number,
        "state": request.state,
        "submitted_by": _person(request.submitted_by),
        "submitted_at": request.submitted_at,
        "overview": request.overview.label if request.overview else None,
        "answers": request.answers,
        "feasibility": request.feasibility.answers if request.feasibility else None,
        "questions": [
            {
                "words": each.words,
                "asked_by": _person(each.asked_by),
                "asked_at": each.asked_at,
                "answer": each.answer,
                "answered_by": _person(each.answered_by),
                "answered_at": each.answered_at,
            }
            for each in questions
        ],
    }


def _agreement(agreement: Agreement) -> Iterator[tuple[str, bytes]]:
    signature = getattr(agreement, "signature", None)
    told = {
        "number": agreement.number,
        "state": agreement.state,
        "currency": agreement.currency,
        "monthly_total": str(agreement.monthly_total),
        "terms": agreement.terms.label,
        "amends": agreement.amends or None,
        "starts_on": agreement.starts_on,
        "sent_at": agreement.sent_at,
        "ended_because": agreement.ended_because,
        "signed_by": signature.name if signature else None,
        "signed_at": signature.signed_at if signature else None,
        "lines": [
            {
                "location_id": line.location_id,
                "location_name": line.location_name,
                "monthly_price": str(line.monthly_price),
            }
            for line in sorted(agreement.lines.all(), key=lambda line: line.location_id)
        ],
    }
    yield f"agreement-{agreement.number}.json", _json(told)
    for paper in agreement.files.all():
        kind = _PAPERS[FileKind(paper.kind)]
        yield f"agreement-{agreement.number}-{kind}.pdf", bytes(paper.content)


def _events(
    integration: Integration, clients: list[Client], request: AccessRequest | None
) -> bytes:
    subjects = [f"integration:{integration.pk}", *(f"client:{each.client_id}" for each in clients)]
    if request is not None:
        subjects.append(subject_of(request))
    events = list(Event.objects.filter(subject__in=subjects).order_by("at", "pk"))
    names = _names(event.actor for event in events)
    lines = (_line(event, names) for event in events)
    return b"".join(line + b"\n" for line in lines)


def _line(event: Event, names: Mapping[str, str]) -> bytes:
    told = {field: getattr(event, field) for field in ("at", "kind", "subject", "actor", "data")}
    name = names.get(event.actor)
    return _dumped(told | ({"actor_name": name} if name else {}), indent=None).encode()


def _names(actors: Iterator[str]) -> dict[str, str]:
    ids = {actor.removeprefix("person:") for actor in actors if actor.startswith("person:")}
    people = Person.objects.filter(pk__in=[each for each in ids if each.isdigit()])
    return {f"person:{person.pk}": person.get_full_name() for person in people}


def _person(person: Person | None) -> dict[str, str] | None:
    return None if person is None else {"name": person.get_full_name(), "email": person.email}


def _json(thing: object) -> bytes:
    return f"{_dumped(thing, indent=2)}\n".encode()


def _dumped(thing: object, *, indent: int | None) -> str:
    return json.dumps(
        thing, cls=DjangoJSONEncoder, ensure_ascii=False, indent=indent, sort_keys=True
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
