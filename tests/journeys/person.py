"""A person at a browser of their own, who reads pages, presses buttons and opens their mail."""

import base64
import hmac
import struct
import time
from collections.abc import Mapping
from typing import Any

from tests.journeys.mailbox import Letter, Mailbox

PATIENCE = 30_000  # milliseconds


class Person:
    """One browser context; what it complains of, such as a refused script, is kept."""

    def __init__(
        self, context: Any, mailbox: Mailbox, name: str, email: str, *, password: str = ""
    ) -> None:
        self.context = context
        self.mailbox = mailbox
        self.name, self.email = name, email
        self.password = password
        self.app_secret = ""
        self.complaints: list[str] = []
        context.set_default_timeout(PATIENCE)
        self.page = context.new_page()
        self.page.on("console", lambda message: self._note(message.text, message.type))
        self.page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, complaint: str, kind: str = "error") -> None:
        tells_of_status = complaint.startswith("Failed to load resource: the server responded")
        if kind in {"error", "warning"} and not tells_of_status:
            self.complaints.append(complaint)

    # --- looking ---------------------------------------------------------------------------------

    def open(self, address: str) -> None:
        answer = self.page.goto(address)
        assert answer.status < 500, f"{address} answered {answer.status}"

    def reads(self, heading: str) -> None:
        """The page says first where things stand; this is waited for."""
        self.page.locator("h1", has_text=heading).wait_for()

    def sees(self, *words: str) -> None:
        """The page says all of it, folded parts too."""
        for each in words:
            self.page.locator("main", has_text=each).wait_for()

    def finds_at_home(self, heading: str) -> None:
        """What their own first page says."""
        self.open("/")
        self.reads(heading)

    # --- doing -----------------------------------------------------------------------------------

    def press(self, button: str, *, exact: bool = True) -> None:
        self.page.get_by_role("button", name=button, exact=exact).click()

    def follow(self, link: str) -> None:
        self.page.locator("main").get_by_role("link", name=link, exact=True).first.click()

    def unfold(self, summary: str) -> Any:
        """Open what is folded under these words; its fields are found within."""
        found = self.page.locator("details").filter(has=self.page.get_by_text(summary, exact=True))
        found.locator("summary").click()
        return found

    def fill(self, fields: Mapping[str, str]) -> None:
        for label, words in fields.items():
            self.page.get_by_label(label).first.fill(words)

    def tick(self, *labels: str) -> None:
        for label in labels:
            self.page.get_by_label(label).check()

    # --- mail ------------------------------------------------------------------------------------

    def mail(self, subject: str) -> Letter:
        return self.mailbox.newest(self.email, subject)

    def follow_mail(self, subject: str) -> None:
        """Open the link of the newest mail about something."""
        self.open(self.mail(subject).link)

    # --- being somebody --------------------------------------------------------------------------

    def sign_in_by_code(self) -> None:
        """On the page that asks who one is: by a code that is mailed."""
        self.fill({"E-mail address": self.email})
        self.press("Mail me a code")
        self.fill({"Code": self.mail("Your code for signing in").code})
        self.press("Sign in")

    def sign_in(self) -> None:
        """By password, and by the app where there is one."""
        self.open("/sign-in/")
        self.fill({"E-mail address": self.email, "Password": self.password})
        self.press("Sign in")
        if self.app_secret:
            self.reads("One more step to sign in")
            self.fill({"Code": app_code(self.app_secret)})
            self.press("Sign in")

    def set_up_app(self) -> None:
        """On the page that wants a second factor: an authenticator app, then its codes kept."""
        self.reads("Set up a second factor before you go on")
        self.follow("Set up an app")
        self.reads("Show once more that it is you")
        self.fill({"Password": self.password})
        self.press("Go on")
        self.reads("Show this to your authenticator app")
        self.app_secret = self.page.locator("main code").first.inner_text()
        self.fill({"Code from the app": app_code(self.app_secret)})
        self.press("Set it up")
        self.follow("I have kept them, go on")


def app_code(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    digest = hmac.digest(
        base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1"
    )
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFF_FFFF) % 1_000_000:06}"
