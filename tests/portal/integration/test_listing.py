"""The page of integrations: own ones only, with the traces of their secrets and no secret."""

from django.test import Client as Http
from tests.access.world import Shop, make_person
from tests.portal.browser import signed_in
from tests.portal.pages_harness import Eye
from tests.programme.way import Cast, approved, opened

from tillgate.access.acts import add_membership, open_integration
from tillgate.directory.models import Person, Role
from tillgate.programme.models import CredentialLink


def seen_by(person: Person) -> str:
    answer = signed_in(person).get("/integrations/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_owner_and_technical_contact_see_the_traces_of_a_secret(cast: Cast) -> None:
    approved(cast)
    contact = Person.objects.get(email="ines@okafor.example")
    assert "No secret yet" in seen_by(contact)
    credentials = opened(CredentialLink.objects.get())
    for person in (cast.owner, cast.member, contact):
        page = seen_by(person)
        assert credentials.client_id in page
        assert credentials.secret[:9] in page
        assert credentials.secret not in page
        assert "never" in page


def test_a_technical_contact_sees_what_they_look_after_only(cast: Cast) -> None:
    approved(cast)
    open_integration(
        business_id=cast.shop.business_id,
        name="Older program",
        scopes=["items"],
        location_ids=cast.shop.locations,
        staff=False,
        consumers=False,
        authorizations=False,
        actor="test",
    )
    other = make_person("tess")
    add_membership(
        person=other, business_id=cast.shop.business_id, role=Role.TECHNICAL_CONTACT, actor="test"
    )
    assert "Nightly journal" not in seen_by(other)
    assert "Older program" in seen_by(other)
    assert "Older program" in seen_by(cast.owner)


def test_another_business_is_not_shown(cast: Cast, shops: tuple[Shop, Shop]) -> None:
    approved(cast)
    stranger = make_person("sid")
    add_membership(person=stranger, business_id=shops[1].business_id, role=Role.OWNER, actor="test")
    assert "Nightly journal" not in seen_by(stranger)
    assert Http().get("/integrations/").status_code == 302


def test_the_page_is_fit_to_be_seen(committed_cast: Cast, eye: Eye) -> None:
    approved(committed_cast)
    opened(CredentialLink.objects.get())
    eye.look_at("/integrations/", "integrations", person=committed_cast.owner)
