"""Pages and their forms, as these tests ask for them."""

import re
from typing import Any

from django.db import connection
from django.test import Client as Http
from django.test.utils import CaptureQueriesContext
from tests.portal.browser import signed_in

from tillgate.directory.models import Person

HOSTILE = [
    "<script>alert(1)</script>",
    "=HYPERLINK('https://evil.example')",
    "../../etc/passwd",
    "{{ settings.SECRET_KEY }} ${link} %(number)s",
    "'; DROP TABLE programme_decision; --",
]
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
UNSEEN = ["nul\0", "\u202eevil", "a\u200bb"]


class Desk:
    """Somebody at a page: `see` opens it, `send` presses one of its buttons."""

    def __init__(self, person: Person | None = None) -> None:
        self.http = signed_in(person) if person else Http()

    def see(self, path: str, *, status: int = 200) -> str:
        answer = self.http.get(path)
        assert answer.status_code == status, f"{path} answered {answer.status_code}"
        return answer.content.decode()

    def send(self, path: str, act: str = "", *, status: int = 302, **said: Any) -> str:
        """Press a button; what the page says after it, followed where it leads on."""
        sent = {name.replace("__", "-"): value for name, value in said.items()}
        answer = self.http.post(path, {"act": act, **sent})
        assert answer.status_code == status, f"{path} answered {answer.status_code}"
        if status == 302:
            return self.see(answer["Location"])
        return answer.content.decode()


def alike(one: str, other: str) -> bool:
    """Whether two pages say the same, but for the token that is new on each."""
    return _TOKEN.sub("", one) == _TOKEN.sub("", other)


def queries_for(desk: Desk, path: str) -> int:
    """How many queries a page costs."""
    with CaptureQueriesContext(connection) as counted:
        desk.see(path)
    return len(counted)
