"""What people do while the mail server is away or processes die stands, and the way goes on."""

from tests.journeys import steps
from tests.journeys.installation import Installation
from tests.post_office import wait_until

TO_SIGN, SIGNED, TO_REVIEW = "to read and sign", "is signed", "can be approved"


def test_acts_stand_without_mail_and_the_way_goes_on_after_kills(
    installation: Installation,
) -> None:
    maya, dana, rae = installation.prepared()
    signe = installation.person("Signe Holm", "signe@heron.example")
    ines = installation.person("Ines Okafor", "ines@okafor.example")
    mailbox = installation.mailbox
    for person in (maya, dana, rae):
        person.sign_in()

    dana.open(dana.mail("waits for its price").link)
    mailbox.shut()
    steps.price(dana, signe.name)
    maya.finds_at_home("Your agreement waits for a signature")
    assert mailbox.count(signe.email, TO_SIGN) == 0
    mailbox.open()
    steps.prove_signatory(signe)
    assert mailbox.count(signe.email, TO_SIGN) == 1

    installation.kill_worker()
    steps.sign(signe)
    maya.finds_at_home("Your request is with Partner Services")
    maya.sees(f"by {signe.name}")
    # Whoever serves starts another worker, which sends what was queued while there was none.
    wait_until(lambda: mailbox.count(rae.email, TO_REVIEW) == 1)
    installation.kill()
    installation.start()
    signe.page.reload()
    signe.reads("You have signed")

    rae.follow_mail(TO_REVIEW)
    steps.approve(rae)
    maya.finds_at_home("Your access is approved")
    steps.take_credentials(ines)
    maya.finds_at_home("You have access")
    wait_until(lambda: mailbox.count(maya.email, "were opened"))
    assert installation.mailbox.repeated() == []
    assert installation.complaints() == []
