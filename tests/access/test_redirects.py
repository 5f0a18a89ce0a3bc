"""Redirect addresses: which may be registered, and which match one that is."""

import pytest

from tillgate.access.redirects import matches, why_refused

REGISTERED = ["https://app.example/callback", "http://127.0.0.1:8765/cb", "http://localhost:9/cb"]


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/callback",
        "https://app.example:8443/callback?a=b",
        "https://localhost/",
        "http://localhost:8080/back",
        "http://127.0.0.1/back",
        "http://[::1]:3000/back",
    ],
)
def test_https_and_loopback_can_be_registered(uri: str) -> None:
    assert why_refused(uri) == ""


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "//app.example/callback",
        "http://app.example/callback",
        "http://localhost.example/callback",
        "http://127.0.0.1.example/callback",
        "http://127.0.0.2/",
        "ftp://app.example/",
        "javascript:alert(1)",
        "com.example.app:/callback",
        "HTTPS://app.example/",
        "https://app.example/callback#part",
        "https://user@app.example/callback",
        "https://user:pw@app.example/callback",
        "https://*.app.example/",
        "https://app.example\\@evil.example/",
        "https://app.example/call back",
        "https://app.example/call\nback",
        "https://app.example/\0",
        "https://app.example/é",
        "https://app.example:port/",
        "https://app.example:99999/",
        "https://[::1/",
        "https:///callback",
    ],
)
def test_everything_else_is_refused_with_a_cure(uri: str) -> None:
    assert why_refused(uri)
    assert not matches(uri, [uri])


@pytest.mark.parametrize("uri", REGISTERED)
def test_an_address_matches_itself(uri: str) -> None:
    assert matches(uri, REGISTERED)


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/callback/",
        "https://app.example/callback?a=b",
        "https://app.example/callback?",
        "https://app.example:443/callback",
        "https://app.example/callback/..",
        "https://app.example/Callback",
        "https://APP.example/callback",
        "https://app.example./callback",
        "https://app.example/%63allback",
        "https://user@app.example/callback",
        "http://app.example/callback",
        "http://127.0.0.1:1/cb",
        "http://127.0.0.1/cb",
        "https://127.0.0.1:8765/cb",
        "http://127.0.0.1:8765/cb/",
        "http://127.0.0.1:8765/cb?x",
        "http://127.0.0.1:8765@evil.example/cb",
        "http://localhost:10/cb",
        "http://localhost/cb",
        "http://[::1]:8765/cb",
    ],
)
def test_anything_less_does_not_match(uri: str) -> None:
    assert not matches(uri, REGISTERED)
