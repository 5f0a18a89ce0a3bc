"""The whole way in a real browser and on a real server: from interest to the first call, and on."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

from tests.journeys import life, steps
from tests.journeys.installation import DAYS, Installation
from tests.journeys.person import Person
from tests.journeys.steps import Credentials

from tillgate.foundation import clock
from tillgate.simulator.group import HERON

BUSINESS = HERON.name
QUAYSIDE, CANAL, _, _, HARBOUR = HERON.locations


def test_a_merchant_comes_from_interest_to_the_first_api_call(
    installation: Installation, tmp_path: Path
) -> None:
    maya = installation.person("Maya Lindqvist", "maya@heron.example")
    signe = installation.person("Signe Holm", "signe@heron.example")
    ines = installation.person("Ines Okafor", "ines@okafor.example")
    dana = installation.add_staff("Dana Whitlock", "dana@office.example", "account_manager")
    rae = installation.add_staff("Rae Sandoval", "rae@office.example", "partner_services")

    register_and_tell(maya)
    find_the_business(dana)
    maya.follow_mail("the overview and your form")
    maya.press("Accept the invitation")
    maya.reads("Read the access overview first")
    steps.prepare(maya)
    maya.reads("You can ask for access now")
    steps.fill_in_request(maya)
    steps.send(maya)
    maya.sees("Agreement in preparation")

    look_at_what_cannot_be_approved_yet(rae)
    steps.price_and_send(dana, "Signe Holm", discount="10")
    maya.finds_at_home("Your agreement waits for a signature")
    maya.sees("£45.00")  # two locations at 25 pounds, less a tenth

    steps.prove_signatory(signe)
    signe.sees(BUSINESS, "Discount: Opening offer", "£45.00")
    steps.sign(signe)
    paper = tmp_path / "agreement.pdf"
    paper.write_bytes(steps.download(signe, "Open the sealed PDF"))
    maya.finds_at_home("Your request is with Partner Services")
    maya.sees("by Signe Holm, managing director", "in review")

    rae.follow_mail("can be approved")
    steps.approve(rae)
    maya.finds_at_home("Your access is approved")
    maya.sees("Credentials are on their way", "In force since the approval")

    credentials = steps.take_credentials(ines)
    a_second_visit_shows_no_secret(ines, credentials)
    maya.finds_at_home("You have access")
    maya.sees("opened by ines@okafor.example")
    only_licensed_locations_answer(installation, credentials)

    life.open_integration(maya, "Nightly journal")
    target = f"/f/finance/{QUAYSIDE.id}/dailyFinancials"
    life.suspend_and_let_go_on(installation, maya, credentials, target)
    life.agree_on_location(installation, maya, dana, signe, credentials, CANAL)
    life.open_integration(maya, "Nightly journal")
    maya.reads("reads 3 locations")
    life.check_audit_folder(maya, tmp_path / "audit")

    anybody_can_check_the_paper(installation, paper)
    assert installation.complaints() == []
    assert not [mail for mail in installation.mailbox.mails if credentials.secret in str(mail)]


def register_and_tell(maya: Person) -> None:
    """An account by a code, and the interest registered."""
    maya.open("/")
    maya.reads("Your own sales data, in your own program")
    maya.follow("Register")
    maya.fill({"Your name": maya.name, "E-mail address": maya.email})
    maya.press("Register")
    maya.fill({"Code": maya.mail("Your code for this address").code})
    maya.press("Confirm the address")
    maya.reads("Tell us about your business")
    maya.follow("Register interest")
    maya.fill({"Business": "Heron & Thistle"})
    maya.page.get_by_label("Country").select_option("GB")
    maya.press("Register interest")
    maya.reads("Dana Whitlock knows of your interest")
    maya.finds_at_home("Your interest is with your account manager")


def find_the_business(dana: Person) -> None:
    """From the mail, past the second factor, to the form link on its way."""
    dana.follow_mail("is interested in custom API access")
    dana.sign_in_by_code()
    dana.set_up_app()
    dana.reads("Find the business in the back office")
    dana.press("This is it", exact=False)
    dana.reads("Send the overview and the form link")
    dana.press("Send overview and form link")
    dana.reads("The form link waits to be used")


def look_at_what_cannot_be_approved_yet(rae: Person) -> None:
    """Partner Services see the request at once; the button waits for the signature."""
    rae.open("/review/")
    rae.sign_in_by_code()
    rae.set_up_app()
    rae.reads("1 request waits to be decided")
    rae.page.locator("main table").get_by_role("link").first.click()
    rae.reads(BUSINESS)
    rae.sees("Pat Muir, director agreed on", "not possible")
    assert rae.page.get_by_role("button", name="Approve", exact=True).is_disabled()


def a_second_visit_shows_no_secret(ines: Person, credentials: Credentials) -> None:
    """Neither the way back nor the link shows it again."""
    ines.page.go_back()
    ines.page.reload()
    ines.reads("This link was opened already")
    ines.sees("Was it not you, or is the secret lost?")
    assert credentials.secret not in ines.page.content()


def only_licensed_locations_answer(installation: Installation, credentials: Credentials) -> None:
    """Also the franchised one; a location of the same business that was not asked for does not."""
    until = clock.now()
    bounds = f"{until - timedelta(days=DAYS):%Y-%m-%dT%H:%M:%SZ}/{until:%Y-%m-%dT%H:%M:%SZ}"
    for place in (QUAYSIDE, HARBOUR):
        answer = installation.call(credentials, f"/f/finance/{place.id}/financials/{bounds}")
        assert answer.json()["sales"], f"{place.name}: {answer.text}"
    foreign = installation.call(credentials, f"/f/finance/{CANAL.id}/financials/{bounds}")
    assert foreign.status_code in {403, 404}, foreign.text
    assert CANAL.name not in foreign.text


def anybody_can_check_the_paper(installation: Installation, paper: Path) -> None:
    """By the public page, and by a program that knows nothing of us."""
    anybody = installation.person("Anybody", "")
    changed = paper.with_name("changed.pdf")
    content = bytearray(paper.read_bytes())
    content[len(content) // 3] ^= 1
    changed.write_bytes(content)
    for file, verdict in (
        (paper, "Sealed here, and unchanged since"),
        (changed, "This file was changed after it was sealed"),
    ):
        anybody.open("/check/")
        anybody.page.get_by_label("The PDF").set_input_files(file)
        anybody.press("Check it")
        anybody.reads(verdict)
    if shutil.which("pdfsig"):
        assert "Signature is Valid" in pdfsig(paper)
        assert "Signature is Valid" not in pdfsig(changed)


def pdfsig(paper: Path) -> str:
    """What poppler says; its exit status tells nothing."""
    said = subprocess.run(["pdfsig", paper], capture_output=True, text=True, check=False)
    return said.stdout
