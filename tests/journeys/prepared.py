"""Who comes to a journey that does not begin at the beginning, made by acts.

    python -m tests.journeys.prepared [sent]

Prints a list of [name, address, secret of the authenticator app] as JSON: the owner of a business
who has read the overview and checked wishes, its account manager, and a reviewer. All have the same
password. With `sent` there is a request too.
"""

import json
import sys
from typing import TYPE_CHECKING

from tillgate.simulator.group import HERON
from tillgate.site.commands import process

if TYPE_CHECKING:
    from tillgate.directory.models import Person

APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PLACES = [place.id for place in HERON.locations if not place.franchisee][:2]


def main() -> None:
    """Make them, and print who they are."""
    # Django has started only now, and these are made of its models.
    from tests.access.world import PASSWORD, Shop  # noqa: PLC0415
    from tests.programme import way  # noqa: PLC0415

    cast = way.make_cast(Shop(HERON.business_id, PLACES, HERON.name))
    for person in (cast.owner, cast.manager, cast.reviewer):
        person.set_password(PASSWORD)
        person.save()
    if sys.argv[1:] == ["sent"]:
        answers = {"signatory_name": "Signe Holm", "signatory_email": "signe@heron.example"}
        way.submitted(cast, **answers, redirect_uris=[])
    else:
        way.prepare(cast.owner)
    staff = [(each.name, each.email, set_up_app(each)) for each in (cast.manager, cast.reviewer)]
    json.dump([(cast.owner.name, cast.owner.email, ""), *staff], sys.stdout)


def set_up_app(person: "Person") -> str:
    """Give somebody an authenticator app, and return its secret."""
    from allauth.mfa.totp.internal.auth import TOTP  # noqa: PLC0415

    TOTP.activate(person, APP_SECRET)
    return APP_SECRET


if __name__ == "__main__":
    with process():
        main()
