"""The operator's pages: what the platform says, its versions, and the price book."""

import pytest
from django.test import Client as Http
from tests.content.conftest import operator  # noqa: F401

from tillgate.content.acts import publish_version
from tillgate.directory.models import Person


@pytest.mark.usefixtures("db")
def test_every_page_is_headed_by_the_platform_s_name(operator: Person) -> None:  # noqa: F811
    assert b"Lantern Till" in Http().get("/signed-out/").content
    fields = {"name": "Ember & Ash", "support": "a@b.example", "website": "https://b.example"}
    publish_version(slot="platform", text="", fields=fields, note="New.", actor=operator)
    for path in ("/signed-out/", "/sign-in/", "/nothing"):
        assert b"Ember &amp; Ash" in Http().get(path).content
