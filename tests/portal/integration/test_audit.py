"""The audit folder: whole, checked by `sha256sum`, the same each time, and without a secret."""

import io
import json
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.access.world import Shop, make_person
from tests.portal.browser import signed_in
from tests.programme.way import Cast, approved, credentials_token, make_staff, opened

from tillgate.access.acts import add_membership
from tillgate.access.credentials import end_secret, make_secret
from tillgate.access.models import Client, ClientSecret, Integration
from tillgate.access.queries import live_secrets
from tillgate.directory.models import Person, Role, StaffRole
from tillgate.programme.models import AgreementFile, CredentialLink


def download(person: Person, integration: Integration) -> bytes:
    answer = signed_in(person).get(f"/integrations/{integration.pk}/audit/")
    assert answer.status_code == 200
    name = f'attachment; filename="audit-{integration.pk}.zip"'
    assert answer["Content-Disposition"] == name
    assert answer["Cache-Control"] == "no-store"
    return answer.content


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_the_folder_has_the_whole_story_and_its_hashes_hold(cast: Cast, tmp_path: Path) -> None:
    request = approved(cast)
    integration = Integration.objects.get(request=request)
    link = CredentialLink.objects.get()
    token = credentials_token(link)
    credentials = opened(link)
    client = Client.objects.get(integration=integration)
    (first,) = live_secrets(client)
    end_secret(client=client, secret_id=first.pk, actor=cast.owner, knows_last=True)
    second = make_secret(client=client, actor=cast.owner)

    packed = download(cast.owner, integration)
    assert download(cast.manager, integration) == packed
    ZipFile(io.BytesIO(packed)).extractall(tmp_path)
    folder = tmp_path / f"audit-{integration.pk}"
    check = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    checked = subprocess.run(check, cwd=folder, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    names = {path.name for path in folder.iterdir()}
    number = request.agreements.get().number
    assert names == {
        *("integration.json", "credentials.json", "events.ndjson", "request.json", "decision.json"),
        *(f"overview-{request.overview.label}.md", f"agreement-{number}.json"),
        *(f"agreement-{number}-as-sent.pdf", f"agreement-{number}-signed.pdf", "SHA256SUMS"),
    }
    assert len(checked.stdout.splitlines()) == len(names) - 1

    sealed = AgreementFile.objects.get(kind="sealed")
    assert (folder / f"agreement-{number}-signed.pdf").read_bytes() == bytes(sealed.content)
    assert json.loads((folder / "decision.json").read_text())["outcome"] == "approved"
    (told,) = json.loads((folder / "credentials.json").read_text())
    assert [bool(one["revoked_at"]) for one in told["secrets"]] == [False, True]
    kinds = [
        json.loads(line)["kind"] for line in (folder / "events.ndjson").read_text().splitlines()
    ]
    assert kinds[0] == "programme:request:drafted"
    assert {"programme:agreement:signed", "access:integration:opened"} <= set(kinds)
    assert {"access:secret:issued", "access:secret:revoked"} <= set(kinds)

    known = [credentials.secret, second, token, link.token_hash]
    known += ClientSecret.objects.values_list("hash", flat=True)
    for path in folder.iterdir():
        content = path.read_bytes()
        assert not [secret for secret in known if secret.encode() in content], path.name

    changed = folder / "decision.json"
    changed.write_text(changed.read_text().replace("approved", "declined"))
    assert subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 1


def test_only_who_may_read_the_agreement_gets_the_folder(
    cast: Cast, shops: tuple[Shop, Shop]
) -> None:
    integration = Integration.objects.get(request=approved(cast))
    contact = Person.objects.get(email="ines@okafor.example")
    stranger = make_person("sid")
    add_membership(person=stranger, business_id=shops[1].business_id, role=Role.OWNER, actor="test")
    # An owner elsewhere who looks after this program may have its keys, not its agreement.
    add_membership(person=contact, business_id=shops[1].business_id, role=Role.OWNER, actor="test")
    answers = {
        who: signed_in(who).get(f"/integrations/{integration.pk}/audit/").status_code
        for who in (
            cast.reviewer,
            cast.member,
            contact,
            stranger,
            make_staff("om", StaffRole.OPERATOR),
        )
    }
    assert list(answers.values()) == [200, 403, 403, 404, 403]


def test_an_integration_without_a_request_has_a_folder_too(cast: Cast) -> None:
    integration = Integration.objects.get(request=approved(cast))
    integration.pk = None
    integration.save()
    names = ZipFile(io.BytesIO(download(cast.owner, integration))).namelist()
    assert [name.partition("/")[2] for name in names] == [
        "credentials.json",
        "events.ndjson",
        "integration.json",
        "SHA256SUMS",
    ]
