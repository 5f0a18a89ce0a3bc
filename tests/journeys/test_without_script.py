"""Whoever reads the web without scripts comes as far as anybody else."""

from tests.journeys import steps
from tests.journeys.installation import Installation


def test_form_and_signature_need_no_script(installation: Installation) -> None:
    maya, dana, _rae = installation.prepared(is_sent=False, java_script_enabled=False)
    signe = installation.person("Signe Holm", "signe@heron.example", java_script_enabled=False)

    maya.sign_in()
    maya.finds_at_home("You can ask for access now")
    steps.fill_in_request(maya)
    steps.send(maya)
    dana.sign_in()
    steps.price_and_send(dana, signe.name)
    maya.finds_at_home("Your agreement waits for a signature")
    steps.prove_signatory(signe)
    steps.sign(signe)
    assert steps.download(signe, "Open the sealed PDF").startswith(b"%PDF-")
    maya.finds_at_home("Your request is with Partner Services")
    maya.sees(f"by {signe.name}")
