"""Who may do what: one table for acts and pages alike.

A permission is written `thing:verb`. Roles towards a business hold for that business only: an
account manager's for the merchants they look after. Which rows somebody sees is settled by the
queries' `visible_to`; what else must hold (a state, a signature) by the acts.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from tillgate.directory.errors import NotPermitted
from tillgate.directory.models import Membership, MerchantAccount, Person, StaffMembership


class Who(StrEnum):
    """Everybody there is, from the street to the office."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    OWNER = "owner"
    MEMBER = "member"
    TECHNICAL_CONTACT = "technical_contact"
    ACCOUNT_MANAGER = "account_manager"
    PARTNER_SERVICES = "partner_services"
    PARTNER_GROWTH = "partner_growth"
    OPERATOR = "operator"


_MERCHANT = frozenset({Who.OWNER, Who.MEMBER})
_BUSINESS = frozenset({Who.OWNER, Who.MEMBER, Who.TECHNICAL_CONTACT})
_CARING = frozenset({Who.ACCOUNT_MANAGER, Who.PARTNER_SERVICES, Who.OPERATOR})

TABLE: Mapping[str, frozenset[Who]] = {
    # before there is a request
    "home:read": frozenset({Who.ANYONE}),
    "overview:read": frozenset({Who.ANYONE}),
    "overview:acknowledge": frozenset({Who.SIGNED_IN}),
    "sandbox:open": frozenset({Who.SIGNED_IN}),
    "feasibility:check": frozenset({Who.SIGNED_IN}),
    "interest:register": frozenset({Who.SIGNED_IN}),
    "interest:open": frozenset({Who.ACCOUNT_MANAGER}),
    "interest:handle": frozenset({Who.ACCOUNT_MANAGER}),
    "merchant:read": frozenset({Who.ACCOUNT_MANAGER}),
    "merchant:mark_partnership": frozenset({Who.ACCOUNT_MANAGER, Who.OPERATOR}),
    "partnerships:keep": frozenset({Who.OPERATOR}),
    "person:invite": frozenset({Who.OWNER, Who.ACCOUNT_MANAGER}),
    "invitation:read": frozenset({Who.ANYONE}),  # by a personal link
    "invitation:accept": frozenset({Who.SIGNED_IN}),
    # the request
    "request:read": frozenset({*_MERCHANT, Who.ACCOUNT_MANAGER, Who.PARTNER_SERVICES}),
    "request:draft": _MERCHANT,
    "request:submit": frozenset({Who.OWNER}),
    "request:withdraw": frozenset({Who.OWNER}),
    "request:inform": _MERCHANT,
    # the add-on sale and its signature
    "agreement:price": frozenset({Who.ACCOUNT_MANAGER}),
    "agreement:send": frozenset({Who.ACCOUNT_MANAGER}),
    "agreement:read": frozenset({Who.OWNER, Who.ACCOUNT_MANAGER, Who.PARTNER_SERVICES}),
    "agreement:sign": frozenset({Who.ANYONE}),  # by a personal link and a code, not by a role
    "agreement:check": frozenset({Who.ANYONE}),
    # the review
    "request:review": frozenset({Who.PARTNER_SERVICES}),
    "watch:read": frozenset({Who.PARTNER_SERVICES}),
    # after the yes
    "credentials:open": frozenset({Who.ANYONE}),  # by a personal link and a code
    "credentials:renew_link": frozenset({Who.ANYONE}),  # goes to the technical contact only
    "integration:suspend": frozenset({Who.OWNER, *_CARING}),
    "integration:end": frozenset({Who.OWNER, Who.ACCOUNT_MANAGER, Who.PARTNER_SERVICES}),
    "integration:transfer": frozenset({Who.OWNER, Who.ACCOUNT_MANAGER}),
    "location:ask": frozenset({Who.OWNER}),
    "location:remove": frozenset({Who.OWNER}),
    "statement:read": frozenset({Who.OWNER, Who.ACCOUNT_MANAGER, Who.PARTNER_SERVICES}),
    "credentials:manage": frozenset({Who.OWNER, Who.TECHNICAL_CONTACT}),
    "integration:read": frozenset({*_BUSINESS, *_CARING}),
    "integration:connect": frozenset({Who.OWNER, Who.TECHNICAL_CONTACT}),
    "audit:read": frozenset({Who.OWNER, Who.ACCOUNT_MANAGER, Who.PARTNER_SERVICES}),
    "usage:read": frozenset({*_BUSINESS, Who.ACCOUNT_MANAGER, Who.OPERATOR}),
    "request_log:read": _BUSINESS,
    # the books; Partner Services see the sandbox's invented ones only
    "books:read": frozenset({*_MERCHANT, Who.PARTNER_SERVICES}),
    "mapping:keep": _MERCHANT,
    # what the platform says and asks
    "content:publish": frozenset({Who.OPERATOR}),
    "prices:read": frozenset({Who.OPERATOR, Who.ACCOUNT_MANAGER}),
    "prices:publish": frozenset({Who.OPERATOR}),
    "staff:edit": frozenset({Who.OPERATOR}),
    # the Integration Hub and the Partner Program
    "hub:read": frozenset({Who.ANYONE}),
    "hub:edit": frozenset({Who.OPERATOR}),
    "partner_program:read": frozenset({Who.ANYONE}),
    "enquiry:file": frozenset({Who.SIGNED_IN}),
    "enquiry:handle": frozenset({Who.PARTNER_GROWTH}),
    # the mail of a demo, which exists in no other installation
    "outbox:read": frozenset({Who.ANYONE}),
}


def roles_of(person: AbstractBaseUser | AnonymousUser, business_id: int | None = None) -> set[Who]:
    """What somebody is: to one business where it is named, else to any."""
    if not isinstance(person, Person) or not person.is_active:
        return {Who.ANYONE}
    memberships = Membership.objects.filter(person=person)
    accounts = MerchantAccount.objects.filter(manager=person)
    if business_id is not None:
        memberships = memberships.filter(business_id=business_id)
        accounts = accounts.filter(business_id=business_id)
    roles = {Who(role) for role in memberships.values_list("role", flat=True)}
    roles |= {Who(role) for role in _staff_roles(person)}
    if business_id is not None and Who.ACCOUNT_MANAGER in roles and not accounts.exists():
        roles.discard(Who.ACCOUNT_MANAGER)
    return roles | {Who.ANYONE, Who.SIGNED_IN}


def is_staff(person: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody works for the platform, in whatever role."""
    return isinstance(person, Person) and person.is_active and bool(_staff_roles(person))


def may(
    person: AbstractBaseUser | AnonymousUser, permission: str, *, business_id: int | None = None
) -> bool:
    """Whether somebody may do this, for this business where one is named."""
    allowed = TABLE[permission]
    return Who.ANYONE in allowed or not allowed.isdisjoint(roles_of(person, business_id))


def require(
    person: AbstractBaseUser | AnonymousUser, permission: str, *, business_id: int | None = None
) -> None:
    """Raise `NotPermitted` unless somebody may do this."""
    if not may(person, permission, business_id=business_id):
        raise NotPermitted(permission)


def _staff_roles(person: Person) -> list[str]:
    return list(StaffMembership.objects.filter(person=person).values_list("role", flat=True))
