"""The signatory's pages, from the link in the mail to the signed paper."""

from typing import Any

import pytest
from django.test import Client as Http
from tests.portal.pages_harness import Eye
from tests.programme.way import Cast, newest_code, newest_token, sent, sign, signing_token

from tillgate.foundation import clock
from tillgate.programme.acts import request as requests
from tillgate.programme.models import Agreement, MailCode, Signature

MAYA = "maya@lindqvist.example"
DEEDS = {"has_read": "on", "consents": "on", "has_authority": "on", "name": "Maya Lindqvist"}
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "formula": "=HYPERLINK(1)",
    "path": "../../etc/passwd",
}


@pytest.fixture
def agreement(cast: Cast) -> Agreement:
    return sent(cast)


def proved(agreement: Agreement) -> tuple[Http, str]:
    """A browser whose person typed the code, and the link's path."""
    browser, path = Http(), f"/sign/{signing_token(agreement)}/"
    assert browser.post(f"{path}send-code/").status_code == 302
    answer = browser.post(f"{path}code/", {"code": newest_code(MAYA)})
    assert answer.status_code == 302, answer.content.decode()
    return browser, path


def test_opening_the_link_shows_nothing_of_the_agreement(agreement: Agreement, cast: Cast) -> None:
    page = Http().get(f"/sign/{signing_token(agreement)}/")
    assert page.status_code == 200
    assert "m…@lindqvist.example" in page.content.decode()
    for hidden in (cast.shop.name, "Old Mill Quay", MAYA, "Maya"):
        assert hidden not in page.content.decode()
    assert not MailCode.objects.exists()
    paper = Http().get(f"/sign/{signing_token(agreement)}/agreement.pdf")
    assert paper.status_code == 409


def test_signing_from_link_to_sealed_paper(agreement: Agreement) -> None:
    browser, path = proved(agreement)
    page = browser.get(path).content.decode()
    assert "Old Mill Quay" in page
    assert browser.get(f"{path}agreement.pdf").content.startswith(b"%PDF")
    assert browser.post(f"{path}signature/", DEEDS).status_code == 302
    assert "You have signed" in browser.get(path).content.decode()
    sealed = browser.get(f"{path}agreement.pdf")
    assert b"/ByteRange" in sealed.content
    assert sealed["Cache-Control"] == "no-store"


@pytest.mark.parametrize("missing", sorted(DEEDS))
def test_each_deed_that_is_missing_is_named_and_the_rest_stays(
    agreement: Agreement, missing: str
) -> None:
    browser, path = proved(agreement)
    said = {name: value for name, value in DEEDS.items() if name != missing}
    page = browser.post(f"{path}signature/", said)
    text = page.content.decode()
    assert page.status_code == 422
    assert f'href="#id_{missing}"' in text
    assert ("Maya Lindqvist" in text) or missing == "name"
    assert text.count(" checked") == len([name for name in said if name != "name"])
    assert not Signature.objects.exists()


@pytest.mark.parametrize("name", [*HOSTILE.values(), "x" * 201, "a\0b", "\u202eevil", "  "])
def test_a_hostile_name_is_shown_as_typed_or_refused(agreement: Agreement, name: str) -> None:
    browser, path = proved(agreement)
    page = browser.post(f"{path}signature/", DEEDS | {"name": name})
    assert page.status_code in {302, 422}
    signature = Signature.objects.first()
    assert (signature is None) == (page.status_code == 422)
    assert "<script>alert" not in browser.get(path).content.decode()
    if signature is not None:
        assert signature.name == name


@pytest.mark.parametrize("drawing", ["x", "M 1 1 L 2 2 <svg>", "M 1e9 1", "L 1 1"])
def test_a_hostile_drawing_is_refused(agreement: Agreement, drawing: str) -> None:
    browser, path = proved(agreement)
    page = browser.post(f"{path}signature/", DEEDS | {"drawing": drawing})
    assert page.status_code == 422
    assert not Signature.objects.exists()


def test_a_drawing_is_kept(agreement: Agreement) -> None:
    browser, path = proved(agreement)
    drawn = DEEDS | {"drawing": "M 10 10 L 200 90 L 300 20"}
    assert browser.post(f"{path}signature/", drawn).status_code == 302
    assert Signature.objects.get().drawing == "M 10 10 L 200 90 L 300 20"


def test_another_browser_must_prove_itself(agreement: Agreement) -> None:
    _, path = proved(agreement)
    stranger = Http()
    for page, said in (("signature/", DEEDS), ("refusal/", {"because": "No."})):
        assert stranger.post(path + page, said).status_code == 409
    assert Agreement.objects.get().state == "sent"


@pytest.mark.parametrize("code", ["", "000000", "abcdef", "\0", "9" * 30])
def test_a_wrong_code_is_told_at_its_field(agreement: Agreement, code: str) -> None:
    browser, path = Http(), f"/sign/{signing_token(agreement)}/"
    browser.post(f"{path}send-code/")
    if newest_code(MAYA) == code:
        pytest.skip("the one in a million")
    page = browser.post(f"{path}code/", {"code": code})
    assert page.status_code == 422
    assert 'href="#id_code"' in page.content.decode()


def test_declining_needs_words_and_ends_it(agreement: Agreement) -> None:
    browser, path = proved(agreement)
    assert browser.post(f"{path}refusal/", {"because": " "}).status_code == 422
    assert browser.post(f"{path}refusal/", {"because": "Too dear."}).status_code == 302
    assert "You have declined" in browser.get(path).content.decode()
    assert browser.post(f"{path}signature/", DEEDS).status_code == 409


def test_a_double_click_and_the_back_button_sign_once(agreement: Agreement) -> None:
    browser, path = proved(agreement)
    assert browser.post(f"{path}signature/", DEEDS).status_code == 302
    again = browser.post(f"{path}signature/", DEEDS)
    assert again.status_code == 409
    assert "signed" in again.content.decode()
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("change", ["withdrawn", "expired"])
def test_what_became_of_it_meanwhile_is_told(agreement: Agreement, cast: Cast, change: str) -> None:
    browser, path = proved(agreement)
    if change == "withdrawn":
        requests.withdraw_request(request=agreement.request, actor=cast.owner)
    else:
        Agreement.objects.update(expires_at=clock.now())
    page = browser.post(f"{path}signature/", DEEDS)
    assert page.status_code in {409, 410}
    assert not Signature.objects.exists()


def test_the_signed_mail_leads_to_the_sealed_paper_again(agreement: Agreement) -> None:
    sign(agreement)
    browser, path = proved(agreement)
    assert "You have signed" in browser.get(path).content.decode()
    assert path == f"/sign/{newest_token(MAYA, 'sign')}/"


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "..%2f..%2f", "é" * 20])
def test_an_altered_link_leads_nowhere(cast: Cast, token: str) -> None:
    for page in ("", "code/", "agreement.pdf"):
        assert Http().get(f"/sign/{token}/{page}").status_code in {400, 404}
    assert Http().post(f"/sign/{token}/send-code/").status_code in {400, 404}


def test_codes_are_sent_a_few_times_only(agreement: Agreement) -> None:
    path = f"/sign/{signing_token(agreement)}/send-code/"
    assert [Http().post(path).status_code for _ in range(6)] == [302] * 5 + [429]


def test_a_button_is_needed(agreement: Agreement) -> None:
    path = f"/sign/{signing_token(agreement)}/"
    assert Http().get(f"{path}send-code/").status_code == 405
    assert Http(enforce_csrf_checks=True).post(f"{path}send-code/").status_code == 403
    assert not MailCode.objects.exists()


def test_the_pages_are_fit_to_be_seen(committed_cast: Cast, eye: Eye) -> None:
    agreement = sent(committed_cast)
    path = f"/sign/{signing_token(agreement)}/"
    page: Any = eye.look_at(path, "sign-door")
    page.click("text=Send me a code")
    eye.check(page, "sign-code")
    page.fill("#id_code", newest_code(MAYA))
    page.click("text=Go on")
    eye.check(page, "sign-agreement")
    page.click("text=Sign the agreement")
    eye.check(page, "sign-agreement-problems")
    for deed in ("has_read", "consents", "has_authority"):
        page.check(f"#id_{deed}")
    page.fill("#id_name", "Maya Lindqvist")
    field = page.locator("#drawing svg").bounding_box()
    page.mouse.move(field["x"] + 20, field["y"] + 20)
    page.mouse.down()
    page.mouse.move(field["x"] + 120, field["y"] + 60)
    page.mouse.up()
    page.click("text=Sign the agreement")
    page.wait_for_selector("text=You have signed")
    eye.check(page, "sign-signed")
    assert Signature.objects.get().drawing.startswith("M ")
