"""What changes who may call. Every act records its event in its own transaction.

`actor` says who acted, as `person:7`, `operator` or `demo`. A secret is returned once, by the act
that makes it; only its hash is stored.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from oauth2_provider.models import AccessToken, RefreshToken

from tillgate.access import redirects, tokens
from tillgate.access import scopes as known_scopes
from tillgate.access.errors import (
    IntegrationEnded,
    NobodysBusiness,
    PersonExists,
    RedirectRefused,
    UnknownBusiness,
    UnknownScope,
    WeakPassword,
)
from tillgate.access.grants import (
    OFFLINE_REFRESH_LIFE,
    end_family,
    give_consent,
    store_refresh,
)
from tillgate.access.licences import Price, check_own, end_all_licences, license_location
from tillgate.access.models import (
    Client,
    ClientSecret,
    Consent,
    Grant,
    Integration,
    SecretEnd,
    State,
    Suspension,
)
from tillgate.access.secrets import add_secret
from tillgate.directory.models import (
    Membership,
    Person,
    Role,
    StaffMembership,
    StaffRole,
)
from tillgate.foundation import clock
from tillgate.foundation.config import config
from tillgate.foundation.events import record_event
from tillgate.foundation.sandbox_ids import is_sandbox_id


class IssuedClient(NamedTuple):
    """A new client; `secret` is "" where none was made, and cannot be had again."""

    client: Client
    client_id: str
    secret: str


@transaction.atomic
def add_person(*, email: str, password: str | None, name: str, actor: str = "operator") -> Person:
    """Add somebody who may sign in; without a password not by password.

    Raises `PersonExists` or `WeakPassword`.
    """
    if Person.objects.filter(email__iexact=email).exists():
        raise PersonExists(email)
    if password is not None:
        try:
            validate_password(password, Person(email=email, name=name))
        except ValidationError as error:
            raise WeakPassword(error.messages) from error
    person = Person.objects.create_user(email, password, name=name)
    record_event(kind="directory:person:added", subject=f"person:{person.pk}", actor=actor)
    return person


@transaction.atomic
def add_membership(*, person: Person, business_id: int, role: Role, actor: str) -> Membership:
    """Let a person act for a business, in this role from now on.

    Raises `UnknownBusiness`, or `NobodysBusiness` for the sandbox's.
    """
    if is_sandbox_id(business_id):
        raise NobodysBusiness
    membership, _ = Membership.objects.update_or_create(
        person=person, business_id=business_id, defaults={"role": role}
    )
    try:
        connection.check_constraints()
    except IntegrityError as error:
        raise UnknownBusiness(business_id) from error
    data = {"business_id": business_id, "role": role.value}
    _record("directory:membership:added", f"person:{person.pk}", actor, **data)
    return membership


@transaction.atomic
def add_staff_role(*, person: Person, role: StaffRole, actor: str) -> None:
    """Let a person work for the platform in this role; again changes nothing."""
    _, is_new = StaffMembership.objects.get_or_create(person=person, role=role)
    if is_new:
        _record("directory:staff:added", f"person:{person.pk}", actor, role=role.value)


@transaction.atomic
def end_staff_role(*, person: Person, role: StaffRole, actor: str) -> None:
    """Take a role on the platform's side away; again changes nothing."""
    gone, _ = StaffMembership.objects.filter(person=person, role=role).delete()
    if gone:
        _record("directory:staff:ended", f"person:{person.pk}", actor, role=role.value)


@transaction.atomic
def open_integration(  # noqa: PLR0913  what an agreement says of an integration
    *,
    business_id: int,
    name: str,
    scopes: Collection[str],
    location_ids: Collection[int],
    staff: bool,
    consumers: bool,
    authorizations: bool,
    actor: str,
    calls_per_minute: int | None = None,
    from_date: date | None = None,
    until_date: date | None = None,
    prices: Mapping[int, Price] | None = None,
) -> Integration:
    """Open an integration of a business, for these of its locations from a date on (their today).

    With `until_date` the licences end with that date; `prices` says what each location costs.
    Raises `UnknownScope`, `NoLocation`, `ForeignLocation` or `LocationOver`.
    """
    if not scopes or known_scopes.unknown(scopes):
        raise UnknownScope(known_scopes.unknown(scopes), known_scopes.ALL)
    check_own(business_id, location_ids)
    integration = Integration.objects.create(
        business_id=business_id,
        name=name,
        scopes=" ".join(known_scopes.granted(" ".join(scopes), known_scopes.ALL)),
        staff=staff,
        consumers=consumers,
        authorizations=authorizations,
        calls_per_minute=calls_per_minute or config().calls_per_minute,
    )
    data = {"business_id": business_id, "scopes": integration.scopes}
    _record("access:integration:opened", _subject(integration), actor, **data)
    for location_id in location_ids:
        license_location(
            integration=integration,
            location_id=location_id,
            from_date=from_date,
            until_date=until_date,
            price=(prices or {}).get(location_id),
            actor=actor,
        )
    return integration


@transaction.atomic
def set_technical_contact(*, integration: Integration, person: Person, actor: str) -> None:
    """Let this person look after the integration's credentials, in place of whoever did."""
    integration.technical_contact = person
    integration.save(update_fields=["technical_contact"])
    data = {"person": f"person:{person.pk}"}
    _record("access:technical_contact:set", _subject(integration), actor, **data)


@transaction.atomic
def suspend_integration(
    *, integration: Integration, reason: str, actor: str, by_platform: bool = True
) -> None:
    """Stop an integration for now: its tokens and secrets stay, and work again once it is resumed.

    One that is suspended already goes on to be, for the new reason. Raises `IntegrationEnded`.
    """
    _set_state(integration, State.SUSPENDED, reason)
    said = {"reason": reason, "by_platform": by_platform}
    if not _open_suspension(integration).update(**said):
        Suspension.objects.create(integration=integration, from_at=clock.now(), **said)
    _record("access:integration:suspended", _subject(integration), actor, reason=reason)


@transaction.atomic
def resume_integration(*, integration: Integration, actor: str) -> None:
    """Let a suspended integration go on. Raises `IntegrationEnded`."""
    _set_state(integration, State.ACTIVE, "")
    _open_suspension(integration).update(until_at=clock.now())
    _record("access:integration:resumed", _subject(integration), actor)


@transaction.atomic
def end_integration(*, integration: Integration, reason: str, actor: str) -> None:
    """End an integration for good, with all its tokens, secrets and licences.

    Raises `IntegrationEnded`.
    """
    _set_state(integration, State.ENDED, reason)
    _open_suspension(integration).update(until_at=clock.now())
    end_all_licences(integration=integration, actor=actor)
    secrets = ClientSecret.objects.filter(client__integration=integration, revoked_at=None)
    secrets.update(revoked_at=clock.now(), end_reason=SecretEnd.INTEGRATION)
    end_all_tokens(integration=integration, reason="integration ended", actor=actor)
    _record("access:integration:ended", _subject(integration), actor, reason=reason)


@transaction.atomic
def end_all_tokens(*, integration: Integration, reason: str, actor: str) -> None:
    """End every consent and token of an integration's clients; their secrets stay."""
    consents = Consent.objects.filter(client__integration=integration, ended_at=None)
    for family in consents.values_list("family", flat=True):
        end_family(family, reason=reason, actor=actor)
    AccessToken.objects.filter(application__integration=integration).delete()


@transaction.atomic
def issue_client(
    *,
    integration: Integration,
    redirect_uris: Iterable[str],
    actor: str,
    public: bool = False,
    with_secret: bool = True,
) -> IssuedClient:
    """Make a client of an integration, with a secret unless it is public or gets one later.

    It is a client of the sandbox exactly when the integration reads the sandbox's business.
    Raises `RedirectRefused` for an address that must not be registered.
    """
    uris = _checked_redirects(redirect_uris)
    sandbox = is_sandbox_id(integration.business_id)
    client = Client.objects.create(
        integration=integration,
        client_id=tokens.new_client_id(sandbox=sandbox),
        client_type=Client.CLIENT_PUBLIC if public else Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_AUTHORIZATION_CODE,
        redirect_uris=" ".join(uris),
        sandbox=sandbox,
        hash_client_secret=False,
    )
    data = {"integration_id": integration.pk, "public": public}
    _record("access:client:issued", f"client:{client.client_id}", actor, **data)
    secret = add_secret(client=client, actor=actor) if with_secret and not public else ""
    return IssuedClient(client, client.client_id, secret)


@transaction.atomic
def change_redirect_uris(*, client: Client, redirect_uris: Iterable[str], actor: str) -> None:
    """Let codes be sent to these addresses and to no others. Raises `RedirectRefused`."""
    uris = _checked_redirects(redirect_uris)
    Client.objects.filter(pk=client.pk).update(redirect_uris=" ".join(uris))
    _record("access:client:redirects", f"client:{client.client_id}", actor, redirect_uris=uris)


@transaction.atomic
def issue_refresh_token(*, client: Client, person: Person, scopes: Iterable[str]) -> str:
    """A consent and its first refresh token, without a browser: for the demo."""
    consent = give_consent(client=client, person=person, scopes=scopes)
    refresh = tokens.new_token(sandbox=client.sandbox)
    store_refresh(consent, refresh, None)
    return refresh


def forget_expired_tokens() -> int:
    """Delete codes and tokens that nobody can use any more; returns how many.

    A used refresh token is kept as long as it could have lived, for a replay of it must be noticed.
    """
    now = clock.now()
    gone = [
        Grant.objects.filter(expires__lt=now - timedelta(hours=1)).delete(),
        AccessToken.objects.filter(expires__lt=now).delete(),
        RefreshToken.objects.filter(created__lt=now - OFFLINE_REFRESH_LIFE).delete(),
    ]
    return sum(count for count, _ in gone)


def _checked_redirects(redirect_uris: Iterable[str]) -> list[str]:
    uris = list(redirect_uris)
    for uri in uris:
        if cure := redirects.why_refused(uri):
            raise RedirectRefused(uri, cure)
    return uris


def _set_state(integration: Integration, state: State, reason: str) -> None:
    alive = Integration.objects.filter(pk=integration.pk).exclude(state=State.ENDED)
    if not alive.update(state=state, state_reason=reason):
        raise IntegrationEnded(integration.name)
    integration.state, integration.state_reason = state, reason


def _open_suspension(integration: Integration) -> QuerySet[Suspension]:
    return Suspension.objects.filter(integration=integration, until_at=None)


def _subject(integration: Integration) -> str:
    return f"integration:{integration.pk}"


def _record(kind: str, subject: str, actor: str, **data: object) -> None:
    record_event(kind=kind, subject=subject, actor=actor, data=data)
