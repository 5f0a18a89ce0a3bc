"""What people do with an integration once it is there; each step ends where its page says so."""

import shutil
import subprocess
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import httpx
from tests.journeys import steps
from tests.journeys.installation import Installation
from tests.journeys.person import Person
from tests.journeys.steps import Credentials

from tillgate.foundation import clock
from tillgate.simulator.group import Location

# What a program may go on reading after its access was taken away, in seconds.
FELT_AFTER = 1


def open_integration(person: Person, name: str) -> None:
    """From the list of all integrations to the page of one."""
    person.open("/integrations/")
    person.follow(name)
    person.reads(name)


def suspend_and_let_go_on(
    installation: Installation, owner: Person, credentials: Credentials, target: str
) -> None:
    """A program that holds its token is refused, and answered again, within a second."""
    bearer = installation.bearer(credentials)

    def ask() -> httpx.Response:
        return httpx.get(f"{installation.url}{target}", headers=bearer)

    assert ask().status_code == 200
    form = owner.unfold("Suspend it")
    form.get_by_label("Reason").fill("The program calls all night")
    owner.press("Suspend")
    owner.reads("is suspended")
    time.sleep(FELT_AFTER)
    refused = ask()
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "access_suspended")
    owner.press("Lift the suspension")
    owner.reads("reads 2 locations")
    time.sleep(FELT_AFTER)
    assert ask().status_code == 200


def ask_for_location(owner: Person, place: Location) -> None:
    """The owner asks for one more; nothing is agreed by that."""
    form = owner.unfold("Ask for further locations")
    form.get_by_label(place.name).check()
    owner.press("Ask your account manager")
    owner.sees("Your account manager was told")


def offer_amendment(manager: Person, place: Location, signatory: str) -> None:
    """From the mail that asks for it to the amendment that is out for signature."""
    manager.follow_mail("wants further locations")
    manager.reads("Offer further locations or new prices")
    manager.page.get_by_label(place.name).check()
    manager.fill({"From which day on": business_date(place)})
    manager.press("Set this price")
    manager.reads("Priced, and ready to be sent")
    manager.press("Send for signature")
    manager.reads(f"Waiting for {signatory} to sign")


def business_date(place: Location) -> str:
    """The business day that runs at a location, whose days begin in the morning."""
    local = clock.now().astimezone(ZoneInfo(place.timezone))
    has_begun = f"{local:%H:%M}" >= place.day_start
    return (local.date() if has_begun else local.date() - timedelta(days=1)).isoformat()


def check_audit_folder(owner: Person, folder: Path) -> None:
    """The whole story in one file, whose hashes a tool of everybody's checks."""
    link = owner.page.locator("main").get_by_role("link", name="Audit folder (ZIP)")
    packed = owner.context.request.get(link.get_attribute("href")).body()
    ZipFile(BytesIO(packed)).extractall(folder)
    (sums,) = folder.glob("*/SHA256SUMS")
    assert len(sums.read_text().splitlines()) > 5
    if shutil.which("sha256sum"):
        check = ["sha256sum", "--strict", "-c", sums.name]
        done = subprocess.run(check, cwd=sums.parent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    amendments = [each for each in sums.parent.iterdir() if each.name.endswith("-signed.pdf")]
    assert len(amendments) == 2, "the agreement and its amendment"


def agree_on_location(  # noqa: PLR0917  everybody who has a part in it
    installation: Installation,
    owner: Person,
    manager: Person,
    signatory: Person,
    credentials: Credentials,
    place: Location,
) -> None:
    """From the wish for a further location to the first call for it, with the same secret."""
    target = f"/f/finance/{place.id}/dailyFinancials"
    assert installation.call(credentials, target).status_code == 404
    ask_for_location(owner, place)
    offer_amendment(manager, place, signatory.name)
    steps.prove_signatory(signatory)
    signatory.sees(place.name)
    steps.sign(signatory)
    time.sleep(FELT_AFTER)
    answer = installation.call(credentials, target)
    assert answer.json()["businessLocationId"] == place.id, answer.text
