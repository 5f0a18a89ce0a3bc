"""Going through the consent page as a signed-in person, without a real browser."""

import base64
import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.test import Client as Http
from tests.access.world import CALLBACK, World

from tillgate.directory.models import Person
from tillgate.directory.permissions import is_staff
from tillgate.portal.second_factor import Factors

APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


def address(world: World, path: str = "/oauth/authorize", **changed: str | None) -> str:
    """The address a program opens; a value of None leaves a parameter out."""
    wanted: dict[str, str | None] = {
        "response_type": "code",
        "client_id": world.client.client_id,
        "redirect_uri": CALLBACK,
        "state": "s1",
    }
    given = {name: value for name, value in (wanted | changed).items() if value is not None}
    return f"{path}?{urlencode(given)}"


def signed_in(person: Person, *, factor: bool = True) -> Http:
    """A browser that is this person; whoever works for the platform has a second factor."""
    if factor and is_staff(person):
        give_second_factor(person)
    browser = Http()
    browser.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return browser


def give_second_factor(person: Person) -> None:
    """An authenticator app, set up long ago."""
    app = {"secret": Factors().encrypt(APP_SECRET)}
    Authenticator.objects.get_or_create(
        user=person, type=Authenticator.Type.TOTP, defaults={"data": app}
    )


def decide(world: World, decision: str = "allow", **changed: str | None) -> HttpResponse:
    """The answer after the owner pressed a button on the page."""
    browser = signed_in(world.owner)
    return browser.post(address(world, **changed), {"decision": decision})  # type: ignore[return-value]


def sent_back(response: HttpResponse) -> tuple[str, dict[str, str]]:
    """Where a redirect leads: the address without its query, and the query."""
    assert response.status_code == 302
    parts = urlsplit(response["Location"])
    return parts._replace(query="").geturl(), dict(parse_qsl(parts.query, keep_blank_values=True))


def code_of(response: HttpResponse) -> str:
    return sent_back(response)[1]["code"]
