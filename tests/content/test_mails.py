"""Every mail of the programme, with its default words and with hostile facts."""

import re
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from tillgate.content.acts import publish_version
from tillgate.content.errors import BadContent, UnknownSlot, WrongFacts
from tillgate.content.mail_slots import LONG, MAILS
from tillgate.content.mails import Mail, render_mail
from tillgate.content.queries import current, platform
from tillgate.directory.models import Person

pytestmark = pytest.mark.django_db
LINK = "https://gate.example/requests/R-1042?a=1&b=2"


def facts_of(name: str) -> dict[str, str]:
    """A fact of its own for every placeholder the mail declares."""
    made = {fact: f"the {fact} said" for fact in MAILS[name].facts}
    return made | {"link": LINK} if "link" in made else made


class Seen(HTMLParser):
    """What a reader of the HTML sees, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("name", sorted(MAILS))
def test_a_default_says_all_its_required_facts_in_text_and_html(name: str) -> None:
    mail, facts = render_mail(name, facts_of(name)), facts_of(name)
    assert mail.subject
    assert "${" not in "".join(mail)
    seen = Seen(mail.html)
    for fact in MAILS[name].required:
        assert facts[fact] in mail.text
        assert facts[fact] in seen.text
    if "link" in facts:
        assert seen.links.count(LINK) == 1
    for said in platform():
        assert said in mail.text
        assert said in seen.text


@pytest.mark.parametrize("name", sorted(MAILS))
def test_a_default_could_be_published_by_an_operator(name: str, operator: Person) -> None:
    version = current(f"mail/{name}")
    text = version.text + "\n\nOne more line."
    made = publish_version(
        slot=version.slot, text=text, fields=version.fields, note="A line.", actor=operator
    )
    assert made.number == 2
    assert "One more line." in render_mail(name, facts_of(name)).text


def test_facts_that_a_default_does_not_use_are_few() -> None:
    unused = {
        name: sorted(slot.facts - _used(name))
        for name, slot in MAILS.items()
        if slot.facts - _used(name)
    }
    assert unused == {}


def _used(name: str) -> set[str]:
    version = current(f"mail/{name}")
    return set(re.findall(r"\$\{(\w+)\}", version.text + version.fields["subject"]))


def invitation(**changed: str) -> Mail:
    return render_mail("invitation", facts_of("invitation") | changed)


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x85", "\u2028"])
def test_a_fact_brings_no_header_of_its_own(break_: str) -> None:
    mail = invitation(business=f"Harbour{break_}Bcc: all@example.com{break_}{break_}Body")
    assert (
        mail.subject
        == "the invited_by said invites you to act for Harbour Bcc: all@example.com Body"
    )
    message = EmailMessage()
    message["Subject"] = mail.subject
    assert message.keys() == ["Subject"]


def test_a_fact_is_text_and_no_markup() -> None:
    evil = '<script>alert(1)</script><a href="https://evil.example">here</a>"\'&'
    mail = invitation(business=evil)
    seen = Seen(mail.html)
    assert evil in mail.text
    assert evil in seen.text
    assert "script" not in seen.tags
    assert "https://evil.example" not in seen.links


def test_a_fact_is_no_placeholder() -> None:
    mail = invitation(business="${link}", invited_by="${nothing}")
    assert mail.subject == "${nothing} invites you to act for ${link}"
    assert Seen(mail.html).links.count(LINK) == 1


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "https://a b", 'https://a"b', "//x", ""]
)
def test_a_link_that_is_no_address_is_our_own_mistake(address: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        invitation(link=address)


def test_a_button_says_what_stands_before_the_link() -> None:
    html = invitation().html
    assert f'href="{LINK.replace("&", "&amp;")}"' in html
    assert ">Accept the invitation</a>" in html


def test_long_facts_keep_their_lines_and_others_do_not() -> None:
    facts = facts_of("information_asked") | {"question": "First?\n\nSecond?", "name": "Maya\nL"}
    mail = render_mail("information_asked", facts)
    assert "First?\n\nSecond?" in mail.text
    assert "First?<br><br>Second?" in mail.html
    assert "Hello Maya L," in mail.text
    assert {"question"} < LONG


def test_a_paragraph_without_anything_to_say_is_left_out() -> None:
    facts = facts_of("request_declined") | {"words": "", "advice": "  \n "}
    text = render_mail("request_declined", facts).text
    assert "the reason said\n\nThe agreement is void" in text


def test_a_mail_takes_the_facts_it_declares_and_no_others() -> None:
    facts = facts_of("signing_code")
    with pytest.raises(WrongFacts, match="missing code, not declared secret"):
        render_mail(
            "signing_code", {k: v for k, v in facts.items() if k != "code"} | {"secret": ""}
        )
    with pytest.raises(UnknownSlot):
        render_mail("nothing", {})


@pytest.mark.parametrize(
    ("subject", "text", "where"),
    [
        ("Your code", "Here is ${cod}: ${code}", "text"),
        ("Your code", "There is none.", "text"),
        ("Your code", "", "text"),
        ("Your code", "${code} ${", "text"),
        ("Your code", "\u202e${code}", "text"),
        ("Your code", "\0${code}", "text"),
        ("Your code ${code}", "${code}", "subject"),
        ("Your code\nBcc: all@example.com", "${code}", "subject"),
        ("", "${code}", "subject"),
        ("x" * 201, "${code}", "subject"),
    ],
)
def test_words_that_would_spoil_a_mail_are_refused(
    operator: Person, subject: str, text: str, where: str
) -> None:
    with pytest.raises(BadContent) as refused:
        publish_version(
            slot="mail/signing_code",
            text=text,
            fields={"subject": subject},
            note="A test.",
            actor=operator,
        )
    assert list(refused.value.problems) == [where]
    assert current("mail/signing_code").number == 1


def test_the_platform_s_new_name_is_in_the_next_mail(operator: Person) -> None:
    fields = {
        "name": "Ember <& Ash>",
        "support": "help@ember.example",
        "website": "https://ember.example",
    }
    publish_version(slot="platform", text="", fields=fields, note="New name.", actor=operator)
    mail = invitation()
    assert "at Ember <& Ash>, as" in mail.text
    assert "Ember &lt;&amp; Ash&gt;" in mail.html


def test_no_mail_has_room_for_a_secret() -> None:
    for slot in MAILS.values():
        assert not slot.facts & {"secret", "client_secret", "password", "token"}
