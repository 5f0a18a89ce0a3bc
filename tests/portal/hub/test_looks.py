"""The pages of the Hub and the Partner Program, seen with a real browser."""

import pytest
from tests.access.world import make_person
from tests.hub.cast import enquiry_facts, growth_manager, operator
from tests.portal.pages_harness import Eye

from tillgate.hub.acts.enquiries import answer_enquiry, file_enquiry, take_enquiry
from tillgate.hub.models import PublicIntegration
from tillgate.site.demo_hub import fill_hub

pytestmark = pytest.mark.django_db(transaction=True)

BUILDS = """A booking page for restaurants.

It reads which tables are taken, and would like to write reservations into the till."""


def test_the_hub_is_fit_to_be_seen(eye: Eye) -> None:
    eye.look_at("/hub/", "hub-empty")
    fill_hub(operator())
    eye.look_at("/hub/", "hub")
    eye.look_at("/hub/?category=accounting&country=FR", "hub-narrowed")
    eye.look_at("/hub/?q=spaceship&category=accounting", "hub-none")
    eye.look_at(f"/hub/?q={'x' * 101}", "hub-wrong")
    eye.look_at("/hub/larder-count/", "hub-integration")


def test_the_hub_narrows_while_one_types_and_without_script_by_its_button(eye: Eye) -> None:
    fill_hub(operator())
    page = eye.open("/hub/")
    page.get_by_label("What should it do?").press_sequentially("comptabilité")
    page.get_by_text("1 integration fits").wait_for()
    assert page.locator("#found h2").all_inner_texts() == ["Comptoir Clair"]
    assert page.url.endswith("/hub/?q=comptabilit%C3%A9&category=&country=")
    page.get_by_label("What should it do?").fill("")
    page.get_by_label("For", exact=True).select_option("payments")
    page.get_by_text("3 integrations fit").wait_for()
    assert page.complaints == []
    page.go_back()
    page.get_by_text("1 integration fits").wait_for()
    plain = eye.open("/hub/", java_script_enabled=False)
    plain.get_by_label("What should it do?").fill("comptabilite")
    plain.get_by_role("button", name="Show").click()
    assert plain.locator("#found h2").all_inner_texts() == ["Comptoir Clair"]


def test_keeping_the_hub_is_fit_to_be_seen(eye: Eye) -> None:
    olga = operator()
    eye.look_at("/hub/manage/", "hub-manage-empty", person=olga)
    fill_hub(olga)
    eye.look_at("/hub/manage/", "hub-manage", person=olga)
    page = eye.look_at("/hub/manage/add/", "hub-add", person=olga)
    page.get_by_label("Offered in").fill("Atlantis")
    page.get_by_role("button", name="Add").click()
    eye.check(page, "hub-add-wrong")
    eye.look_at("/hub/manage/punchcard/", "hub-change", person=olga)
    eye.look_at("/hub/punchcard/", "hub-integration-hidden", person=olga)
    page = eye.look_at("/hub/manage/larder-count/", "hub-change-listed", person=olga)
    page.get_by_role("button", name="Take it out of the Hub").click()
    eye.check(page, "hub-unlisted")
    assert not PublicIntegration.objects.get(slug="larder-count").is_listed


def test_asking_about_the_partner_program_is_fit_to_be_seen(eye: Eye) -> None:
    growth_manager()
    eye.look_at("/partner-program/", "partner-program")
    noa = make_person("noa")
    eye.look_at("/partner-program/sent/", "partner-program-nothing-sent", person=noa)
    page = eye.look_at("/partner-program/enquiry/", "partner-program-ask", person=noa)
    page.get_by_label("Company").fill("Berg Software")
    page.get_by_role("button", name="Send the enquiry").click()
    eye.check(page, "partner-program-ask-wrong")
    page.get_by_label("What do you build?").fill(BUILDS)
    page.get_by_role("button", name="Send the enquiry").click()
    page.get_by_role("heading", name="Your enquiry waits to be read").wait_for()
    eye.check(page, "partner-program-sent")
    eye.look_at("/partner-program/", "partner-program-asked", person=noa)


def test_the_queue_is_fit_to_be_seen(eye: Eye) -> None:
    gil, noa = growth_manager(), make_person("noa")
    eye.look_at("/partner-program/enquiries/", "enquiries-empty", person=gil)
    done = file_enquiry(facts=enquiry_facts(company="Ostrand Stays"), actor=make_person("pia"))
    take_enquiry(enquiry=done, actor=gil)
    answer_enquiry(enquiry=done, answer="Welcome.\n\nWe call you on Monday.", actor=gil)
    taken = file_enquiry(facts=enquiry_facts(company="Tiny Tables"), actor=make_person("quinn"))
    take_enquiry(enquiry=taken, actor=growth_manager("ida"))
    waiting = file_enquiry(facts=enquiry_facts(builds=BUILDS), actor=noa)
    queue = "/partner-program/enquiries/"
    eye.look_at(queue, "enquiries", person=gil)
    eye.look_at(f"{queue}?show=done", "enquiries-done", person=gil)
    eye.look_at(f"{queue}{done.number}/", "enquiry-answered", person=gil)
    page = eye.look_at(f"{queue}{waiting.number}/", "enquiry-new", person=gil)
    other = eye.open(f"{queue}{waiting.number}/", person=growth_manager("ida"))
    page.get_by_role("button", name="I look after this").click()
    eye.check(page, "enquiry-in-talk")
    other.get_by_role("button", name="I look after this").click()
    eye.check(other, "enquiry-taken-already")
    page.get_by_role("button", name="Send the answer").click()
    eye.check(page, "enquiry-answer-missing")
