"""`tillgate verify FOLDER`: what is whole, and everything that is not, by its name."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.verifying import kept
from typer.testing import CliRunner

from tillgate.cli import app
from tillgate.ledger.signing import Signer
from tillgate.verifying.command import Asked, report, verify
from tillgate.verifying.day import Files
from tillgate.verifying.errors import Broken, CannotVerify
from tillgate.verifying.folder import title_of
from tillgate.verifying.keys import base64url
from tillgate.verifying.texts import compact

SEED = b"\10" * 32  # the key that signed the last document of the kept chain


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept.write(tmp_path_factory.mktemp("kept") / "folder").path


@pytest.fixture(scope="module")
def places(folder: Path) -> list[tuple[Path, int]]:
    """Every file that has a byte, and how many."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]
    return [(path, path.stat().st_size) for path in files]


def why(path: Path, **asked: object) -> str:
    with pytest.raises(Broken) as broken:
        verify(Asked(path, **asked))  # type: ignore[arg-type]
    return str(broken.value)


def test_what_an_earlier_version_stored_gives_the_same_bytes_for_ever() -> None:
    for files in kept.documents():
        assert (
            kept.digests(files)
            == kept.KEPT["digests"][f"{files.business_date} revision {files.revision}"]
        )


def test_what_an_earlier_version_stored_is_whole(folder: Path) -> None:
    chain = verify(Asked(folder))
    assert chain.count == 3
    assert len(chain.signed_with) == 3
    assert chain.head is not None
    said = report(chain)
    assert said.startswith("WHOLE. Location 730000001000000: 3 closed days and corrections")
    assert f"position 3, head {chain.head.digest}" in said


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_one_changed_byte_anywhere_is_found_and_named(
    folder: Path, places: list[tuple[Path, int]], data: st.DataObject
) -> None:
    # Small files have as many chances as large ones.
    path, size = data.draw(st.sampled_from(places))
    at, change = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, 255))
    text = path.read_bytes()
    path.write_bytes(text[:at] + bytes([text[at] ^ change]) + text[at + 1 :])
    try:
        named = why(folder)
    finally:
        path.write_bytes(text)
    if path.name == "keys.json":
        assert "key" in named
    else:
        day, revision = path.parent.name[7:17], path.parent.name[19:]
        assert named.startswith(f"{title_of(day, int(revision))}:")


@pytest.mark.parametrize("name", ["day.json", "signature.json", "sales.ndjson", "people.ndjson"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    place = kept.write(tmp_path / "f").path
    (place / "000002-2026-03-15-r1" / name).unlink()
    assert why(place) == f"2026-03-15: {name} is missing"


def test_bytes_added_or_cut_off_are_found(folder: Path, places: list[tuple[Path, int]]) -> None:
    for path, _ in places:
        text = path.read_bytes()
        for changed in (text[:-1], text + b"\n"):
            path.write_bytes(changed)
            assert why(folder)
        path.write_bytes(text)
    assert verify(Asked(folder)).count == 3


def test_a_document_taken_out_of_the_middle_leaves_a_gap(tmp_path: Path) -> None:
    first, _, last = kept.documents()
    assert why(kept.write(tmp_path / "f", [first, last]).path) == (
        "2026-03-14 revision 2: position 2 of the chain is missing before it"
    )


def test_a_document_in_the_place_of_another_is_found(tmp_path: Path) -> None:
    first, second, _ = kept.documents()
    swapped = [first._replace(position=2), second._replace(position=1)]
    assert "has position 2 where 1 belongs" in why(kept.write(tmp_path / "f", swapped).path)
    renamed = [first._replace(business_date="2026-03-13", title="2026-03-13")]
    assert "has businessDate 2026-03-14 where" in why(kept.write(tmp_path / "g", renamed).path)


def test_what_was_cut_off_the_end_is_found_by_the_head_that_was_kept(tmp_path: Path) -> None:
    whole = kept.write(tmp_path / "whole").path
    head = verify(Asked(whole)).head
    assert head is not None
    cut = kept.write(tmp_path / "cut", kept.documents()[:2]).path
    assert verify(Asked(cut)).count == 2
    assert "was cut off" in why(cut, head=head.digest)
    note = tmp_path / "kept.txt"
    note.write_text(report(verify(Asked(whole))))
    assert "was cut off" in why(cut, head=str(note))
    assert verify(Asked(whole, head=str(note))).count == 3


def test_a_head_of_earlier_is_still_in_a_chain_that_went_on(tmp_path: Path) -> None:
    earlier = verify(Asked(kept.write(tmp_path / "a", kept.documents()[:1]).path)).head
    assert earlier is not None
    assert verify(Asked(kept.write(tmp_path / "b").path, head=earlier.digest)).count == 3


def test_a_chain_may_be_here_from_later_on_and_says_so(tmp_path: Path) -> None:
    chain = verify(Asked(kept.write(tmp_path / "f", kept.documents()[1:]).path))
    assert "from position 2 on, not from its beginning" in report(chain)


def signed_anew(files: Files, seed: bytes, **changes: bytes) -> Files:
    """A forger's document: files and manifest changed, digests right, signed with a key."""
    told = json.loads(files.texts["day.json"])
    texts = dict(files.texts) | {name.replace("_", "."): text for name, text in changes.items()}
    if "day.json" not in changes:
        told["sales"]["sha256"] = hashlib.sha256(texts["sales.ndjson"]).hexdigest()
        told["totals"]["sha256"] = hashlib.sha256(texts["totals.json"]).hexdigest()
        texts["day.json"] = compact(told)
    if "day_json" in changes:
        texts["day.json"] = changes["day_json"]
    key = Signer(seed)
    digest = hashlib.sha256(texts["day.json"]).hexdigest()
    signature = base64url(key.sign(texts["day.json"]))
    texts["signature.json"] = compact(
        {"digest": digest, "keyId": key.key_id, "signature": signature}
    )
    return files._replace(texts={n: t for n, t in texts.items() if "." in n})


def forged(tmp_path: Path, seed: bytes = SEED, **changes: bytes) -> str:
    first, second, last = kept.documents()
    made = [first, second, signed_anew(last, seed, **changes)]
    return why(kept.write(tmp_path / "forged", made).path)


def test_an_unknown_key_is_not_believed(tmp_path: Path) -> None:
    assert "which is not among the keys" in forged(tmp_path, b"\1" * 32)


def test_whoever_holds_the_key_still_cannot_make_sums_of_their_own(tmp_path: Path) -> None:
    last = kept.documents()[2]
    totals = json.loads(last.texts["totals.json"])
    totals["accountingGroups"][0][4] += 1
    said = forged(tmp_path, totals_json=compact(totals))
    assert "totals.json: accountingGroups" in said
    assert "and the sales give" in said


@pytest.mark.parametrize(
    ("name", "value"), [("rest", "1.000000"), ("balances", False), ("unbalanced", [])]
)
def test_a_proof_that_does_not_follow_from_the_sales_is_named(
    tmp_path: Path, name: str, value: object
) -> None:
    told = json.loads(kept.documents()[2].texts["day.json"])
    if told["proof"][name] == value:
        value = {"balances": True, "unbalanced": [{"accountFiscId": "x", "rest": "1.000000"}]}[name]
    told["proof"][name] = value
    assert f"proof: {name}" in forged(tmp_path, day_json=compact(told))


def test_an_amount_changed_with_all_digests_is_found_by_the_sums(tmp_path: Path) -> None:
    sales = kept.documents()[2].texts["sales.ndjson"]
    sale = json.loads(sales.split(b"\n")[0])
    sale["payments"][0]["netAmountWithTax"] = "1.11"
    changed = b"\n".join([compact(sale), *sales.split(b"\n")[1:]])
    assert "and the sales give" in forged(tmp_path, sales_ndjson=changed)


def test_other_keys_are_taken_from_a_file_however_it_is_written(tmp_path: Path) -> None:
    place = kept.write(tmp_path / "f").path
    (place / "keys.json").unlink()
    with pytest.raises(CannotVerify, match=r"fetch /\.well-known/tillgate-keys"):
        verify(Asked(place))
    nice = tmp_path / "nice.json"
    nice.write_text(json.dumps(json.loads(kept.KEPT["keys"]), indent=4))
    assert verify(Asked(place, keys=nice)).count == 3


def test_what_lies_beside_is_mentioned_and_not_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = kept.write(tmp_path / "f").path
    (place / "notes.txt").write_text("mine")
    (place / "000002-2026-03-15-r1" / "more.csv").write_text("mine")
    assert verify(Asked(place)).count == 3
    assert capsys.readouterr().err == "Not looked at: notes.txt, 000002-2026-03-15-r1/more.csv\n"


def tillgate(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command with no setting, database or server anywhere."""
    plain = {key: value for key, value in os.environ.items() if "TILLGATE" not in key}
    command = [sys.executable, "-m", "tillgate", "verify", *arguments]
    return subprocess.run(
        command, env=plain, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_command_says_what_it_found_and_ends_accordingly(tmp_path: Path) -> None:
    place = kept.write(tmp_path / "f").path
    whole = tillgate(str(place))
    assert (whole.returncode, whole.stderr) == (0, "")
    assert whole.stdout.startswith("WHOLE. ")
    sales = place / "000003-2026-03-14-r2" / "sales.ndjson"
    sales.write_bytes(sales.read_bytes().replace(b"Terrace", b"Terrain"))
    broken = tillgate(str(place))
    assert (broken.returncode, broken.stdout) == (1, "")
    assert broken.stderr.startswith(
        "NOT WHOLE. 2026-03-14 revision 2: sales.ndjson: has the digest"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a folder, or a gate with --base-url, --token-file and --location"),
        (["/nowhere/at-all"], "/nowhere/at-all is no folder"),
        (["."], "keys.json is missing"),
        ([".", "--base-url", "https://x"], "a folder is verified alone"),
        (["--base-url", "https://x"], "--base-url needs --token-file and --location"),
        (["--base-url", "https://x", "--token-file", "/no", "--location", "1"], "cannot be read"),
        ([".", "--keys", "/no"], "--keys: /no cannot be read"),
        ([".", "--head", "/no"], "--head: /no cannot be read"),
    ],
)
def test_wrong_arguments_get_clear_words(arguments: list[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    given = [str(tmp_path / "empty") if each == "." else each for each in arguments]
    done = CliRunner().invoke(app, ["verify", *given])
    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", "").split())


def test_verifying_needs_neither_django_nor_a_database_driver() -> None:
    program = (
        "import sys, tillgate.verifying.command;"
        "print({'django', 'psycopg', 'starlette'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_nothing_there_is_no_proof(tmp_path: Path) -> None:
    with pytest.raises(CannotVerify, match="no closed day"):
        verify(Asked(kept.write(tmp_path / "f", []).path))
