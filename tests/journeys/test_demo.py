"""A demo from its first start to its last breath."""

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from tests.journeys.demo import (
    Demo,
    command,
    plain_environment,
    processes_of,
    running,
    wait_for_nobody,
)

from tillgate.programme.documents.checking import Verdict, check_agreement
from tillgate.programme.documents.seal_key import seal_certificates

CALLBACK = "http://localhost:8765/callback"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by the tests, which start on it one after the other, as a person would."""
    return tmp_path_factory.mktemp("a demo's") / "data"


@pytest.fixture(scope="module")
def first(folder: Path) -> Demo:
    """The first start of all, with `--once`; it has ended."""
    made = Demo(folder, "--days", "2", "--once")
    made.end()
    wait_for_nobody(folder)
    return made


@pytest.fixture(scope="module")
def demo(folder: Path, first: Demo) -> Iterator[Demo]:
    with running(folder) as made:
        yield made


def test_one_line_says_all_that_a_program_needs(demo: Demo) -> None:
    assert set(demo.facts) == {
        "base_url",
        "client_id",
        "client_secret",
        "refresh_token",
        "scopes",
        "business_id",
        "business_location_ids",
        "accounts",
        "mailbox_url",
        "agreement_pdf",
    }
    assert demo.facts["base_url"] == demo.url
    assert demo.sales(demo.token()["access_token"])


def test_a_program_goes_through_consent_tokens_pages_and_a_refresh(demo: Demo) -> None:
    """What an unmodified client does, and what its user does in the browser."""
    asked = {
        "response_type": "code",
        "client_id": demo.facts["client_id"],
        "redirect_uri": CALLBACK,
        "scope": "financial-api items",
        "state": "xyz",
    }
    with httpx.Client(base_url=demo.url, follow_redirects=True) as browser:
        page = browser.get(f"/oauth/authorize?{urlencode(asked)}")
        page = browser.post(str(page.url), data=sign_in_form(demo, page.text))
        assert "Do not allow" in page.text, page.text
        answer = {"csrfmiddlewaretoken": hidden(page.text), "decision": "allow"}
        back = browser.post(str(page.url), data=answer, follow_redirects=False)
    assert back.status_code == 302, back.text
    location = urlsplit(back.headers["Location"])
    assert back.headers["Location"].startswith(f"{CALLBACK}?")
    given = parse_qs(location.query)
    assert given["state"] == ["xyz"]
    form = {"grant_type": "authorization_code", "code": given["code"][0], "redirect_uri": CALLBACK}
    tokens = demo.token_call(form)
    first = demo.sales(tokens["access_token"])
    renewed = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    again = demo.token_call(renewed)
    assert again["access_token"] != tokens["access_token"]
    assert demo.sales(again["access_token"]) == first
    assert first


def sign_in_form(demo: Demo, page: str, role: str = "owner") -> dict[str, str]:
    account = demo.facts["accounts"][role]
    found = {"csrfmiddlewaretoken": hidden(page), "login": account["email"]}
    found["password"] = account["password"]
    if target := re.search(r'name="next" value="([^"]*)"', page):
        found["next"] = target[1].replace("&amp;", "&")
    return found


def hidden(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page
    return found[1]


HOMES = {
    "owner": ("/", "You have access"),
    "member": ("/", "You have access"),
    "technical_contact": ("/", "integration you look after"),
    "account_manager": ("/merchants/", "wait for you"),
    "partner_services": ("/review/", "wait to be decided"),
    "partner_growth": ("/partner-program/enquiries/", "enquiry is open"),
    "operator": ("/content/", ""),
    "second_owner": ("/", "Your request is not sent yet"),
    "newcomer": ("/", "Your interest is with your account manager"),
}


def test_everybody_of_the_demo_comes_home(demo: Demo) -> None:
    assert set(demo.facts["accounts"]) == set(HOMES)
    for role, (path, words) in HOMES.items():
        with httpx.Client(base_url=demo.url, follow_redirects=True) as browser:
            page = browser.get("/sign-in/")
            page = browser.post("/sign-in/", data=sign_in_form(demo, page.text, role))
        assert (page.status_code, page.url.path) == (200, path), role
        assert words in heading(page.text), role


def heading(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
    assert found, page
    return found[1]


def test_the_owner_reads_the_books_that_the_program_reads(demo: Demo) -> None:
    location = demo.facts["business_location_ids"][0]
    with httpx.Client(base_url=demo.url, follow_redirects=True) as browser:
        page = browser.get("/sign-in/")
        browser.post("/sign-in/", data=sign_in_form(demo, page.text))
        month = browser.get(f"/books/{location}/").text
        days = re.findall(r'class="day (?:final|fixed)" href="([^"#]+)#day"', month)
        if not days:  # it is the first of a month
            days = re.findall(r'href="([^"#]+)#day"', browser.get(earlier(month)).text)
        page_of_day = browser.get(days[-1]).text
        manifest = browser.get(f"{days[-1]}1/day.json").json()
    token = demo.token()["access_token"]
    day = days[-1].rstrip("/").rpartition("/")[2]
    told = httpx.get(
        f"{demo.url}/accounting/v1/business-locations/{location}/days",
        params={"from": day, "to": day},
        headers={"Authorization": f"Bearer {token}"},
    ).json()["items"][0]
    assert told["digest"] in page_of_day
    assert manifest["businessDate"] == day
    assert "Rest 0.00." in page_of_day


def earlier(page: str) -> str:
    found = re.search(r'rel="prev" href="([^"]+)"', page)
    assert found, page
    return found[1]


def test_the_agreement_is_sealed_and_its_page_says_so(demo: Demo) -> None:
    paper = Path(demo.facts["agreement_pdf"])
    certificates = seal_certificates({}, demo.folder)
    assert check_agreement(paper.read_bytes(), certificates).verdict == Verdict.UNCHANGED
    with httpx.Client(base_url=demo.url) as browser:
        form = {"csrfmiddlewaretoken": hidden(browser.get("/check/").text)}
        file = {"paper": (paper.name, paper.read_bytes(), "application/pdf")}
        page = browser.post("/check/", data=form, files=file)
    assert heading(page.text) == "Sealed here, and unchanged since"


def test_every_mail_of_the_way_is_in_the_outbox(demo: Demo) -> None:
    told = outbox(demo)
    for subject in ("to read and sign", "is signed", "is approved", "Credentials for", "declined"):
        assert subject in told, subject


def outbox(demo: Demo) -> str:
    """The subjects of every mail there is, newest first."""
    pages = ""
    with httpx.Client() as browser:
        for number in range(1, 9):
            page = browser.get(demo.facts["mailbox_url"], params={"page": number})
            assert page.status_code == 200, page.text
            pages += page.text
            if f"?page={number + 1}&" not in page.text:
                break
    return "\n".join(re.findall(r'<th scope="row"><a href="[^"]+">([^<]*)', pages))


def test_health_readiness_and_metrics_answer(demo: Demo) -> None:
    demo.sales(demo.token()["access_token"])
    assert httpx.get(f"{demo.url}/healthz").status_code == 200
    ready = httpx.get(f"{demo.url}/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    metrics = httpx.get(f"{demo.url}/metrics").text
    calls = re.search(
        r'tillgate_api_calls_total\{operation="getFinancials",status="200"\} (\S+)', metrics
    )
    assert calls
    assert float(calls[1]) >= 1


def test_a_taken_port_is_an_error_and_never_shared(demo: Demo, tmp_path: Path) -> None:
    for part in (
        command(tmp_path / "other", demo.port),
        [*command(demo.folder, demo.port)[:3], "serve", "api", "--port", str(demo.port)],
    ):
        second = subprocess.run(
            part, env=plain_environment(), capture_output=True, text=True, timeout=60, check=False
        )
        assert second.returncode != 0
        assert f"Port {demo.port}" in second.stderr
        assert "Traceback" not in second.stderr
    assert httpx.get(f"{demo.url}/healthz").status_code == 200


def test_a_port_taken_by_another_program_is_an_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        second = subprocess.run(
            command(tmp_path / "other", port),
            env=plain_environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.returncode != 0
    assert f"Port {port}" in second.stderr
    assert not processes_of(tmp_path)


def test_ctrl_c_stops_everything_and_the_next_start_finds_its_data(
    demo: Demo, tmp_path: Path
) -> None:
    folder = tmp_path / "kept data"
    with running(folder) as first:
        assert first.facts["client_secret"] != demo.facts["client_secret"]
        before = first.sales(first.token()["access_token"])
        mails = outbox(first)
        assert len(processes_of(folder)) >= 3  # ours, the worker, PostgreSQL
        first.send(signal.SIGINT)
        assert first.end() == 0, first.log()
    wait_for_nobody(folder)
    assert "Traceback" not in first.log()
    with running(folder) as second:
        for name in first.facts.keys() - {"refresh_token", "base_url", "mailbox_url"}:
            assert second.facts[name] == first.facts[name]
        assert outbox(second) == mails
        after = second.sales(second.token()["access_token"])
        assert after[: len(before)] == before
        second.process.kill()
        second.end()
        wait_for_nobody(folder)
    with running(folder) as third:  # also after it was killed
        assert third.sales(third.token()["access_token"])[: len(before)] == before
        third.process.terminate()
        assert third.end() == 0, third.log()
    wait_for_nobody(folder)


def test_once_ends_by_itself_after_the_first_answer(first: Demo) -> None:
    assert first.process.returncode == 0, first.log()
    assert first.facts["client_secret"]
