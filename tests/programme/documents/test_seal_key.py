"""The seal's key: made once, or given and looked at closely."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from tests.programme.documents.certificates import Key, certificate_for, key_pem, pem

from tillgate.programme.documents.errors import SealKeyRefused
from tillgate.programme.documents.seal_key import fingerprint, seal_certificates, seal_key

NOW = datetime.now(UTC)


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = seal_key({}, tmp_path)
    assert fingerprint(seal_key({}, tmp_path).certificate) == fingerprint(first.certificate)
    folder = tmp_path / "keys" / "seal"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "key.pem": 0o600,
        "certificate.pem": 0o600,
    }


def test_what_is_made_is_p256_and_for_non_repudiation(tmp_path: Path) -> None:
    made = seal_key({}, tmp_path)
    assert isinstance(made.private_key, ec.EllipticCurvePrivateKey)
    assert isinstance(made.private_key.curve, ec.SECP256R1)
    usage = made.certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert made.certificate.not_valid_after_utc - NOW > timedelta(days=7000)


def _fingerprint_in(folder: Path) -> str:
    return fingerprint(seal_key({}, folder).certificate)


def test_processes_that_start_at_once_agree_on_one_pair(tmp_path: Path) -> None:
    with ProcessPoolExecutor(6) as pool:
        made = set(pool.map(_fingerprint_in, [tmp_path] * 24))
    assert len(made) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["seal"]


def test_whoever_checks_needs_no_key(tmp_path: Path) -> None:
    assert seal_certificates({}, tmp_path) == ()
    made = seal_key({}, tmp_path)
    (tmp_path / "keys" / "seal" / "key.pem").unlink()
    assert seal_certificates({}, tmp_path) == (made.certificate,)


def test_a_seal_that_was_moved_aside_is_still_recognised(tmp_path: Path) -> None:
    old = seal_key({}, tmp_path)
    (tmp_path / "keys" / "seal").rename(tmp_path / "keys" / "seal-2026")
    new = seal_key({}, tmp_path)
    assert new.certificate != old.certificate
    assert set(seal_certificates({}, tmp_path)) == {old.certificate, new.certificate}


class Given:
    """A key and certificates in files, and the settings that name them."""

    def __init__(self, folder: Path, key: bytes, *certificates: bytes) -> None:
        self.folder = folder
        (folder / "seal.key").write_bytes(key)
        (folder / "seal.crt").write_bytes(b"".join(certificates))
        self.environ = {
            "TILLGATE_SEAL_KEY_FILE": str(folder / "seal.key"),
            "TILLGATE_SEAL_CERTIFICATE_FILE": str(folder / "seal.crt"),
        }


@pytest.mark.parametrize(
    "make",
    [
        lambda: ec.generate_private_key(ec.SECP256R1()),
        lambda: rsa.generate_private_key(65537, 2048),
    ],
)
def test_a_given_pair_wins_over_a_made_one(tmp_path: Path, make: Callable[[], Key]) -> None:
    key = make()
    certificate = certificate_for(key)
    given = Given(tmp_path, key_pem(key), pem(certificate))
    assert seal_key(given.environ, tmp_path).certificate == certificate
    assert not (tmp_path / "keys").exists()
    assert seal_certificates(given.environ, tmp_path) == (certificate,)


def test_issuers_go_along_and_earlier_seals_are_recognised(tmp_path: Path) -> None:
    key, issuer, earlier = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    above, before = certificate_for(issuer, ca=True), certificate_for(earlier)
    given = Given(tmp_path, key_pem(key), pem(certificate_for(key)), pem(above), pem(before))
    assert seal_key(given.environ, tmp_path).issuers == (above,)
    assert before in seal_certificates(given.environ, tmp_path)


def refusal(environ: dict[str, str], folder: Path) -> str:
    with pytest.raises(SealKeyRefused) as caught:
        seal_key(environ, folder)
    return str(caught.value)


def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (ec.generate_private_key(ec.SECP384R1()), "must be on the curve P-256"),
        (ed25519.Ed25519PrivateKey.generate(), "must be on the curve P-256"),
        (rsa.generate_private_key(65537, 1024), "2048 bits or more"),
    ],
)
def test_a_key_of_another_kind_is_refused(tmp_path: Path, key: Key, words: str) -> None:
    given = Given(tmp_path, key_pem(key), pem(certificate_for(p256())))
    told = refusal(given.environ, tmp_path)
    assert words in told
    assert "seal.key" in told


def test_a_wrong_pair_is_refused(tmp_path: Path) -> None:
    given = Given(tmp_path, key_pem(p256()), pem(certificate_for(p256())))
    told = refusal(given.environ, tmp_path)
    assert "seal.crt does not belong to" in told
    assert "set TILLGATE_SEAL_KEY_FILE and TILLGATE_SEAL_CERTIFICATE_FILE to a pair" in told


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        (NOW - timedelta(days=9), NOW - timedelta(days=1), "ended on"),
        (NOW + timedelta(days=1), NOW + timedelta(days=9), "look at the clock"),
    ],
)
def test_a_certificate_out_of_its_time_is_refused(
    tmp_path: Path, begins: datetime, ends: datetime, words: str
) -> None:
    key = p256()
    certificate = certificate_for(key, begins=begins, ends=ends)
    given = Given(tmp_path, key_pem(key), pem(certificate))
    assert words in refusal(given.environ, tmp_path)
    # What it sealed in its time is still recognised.
    assert seal_certificates(given.environ, tmp_path) == (certificate,)


def test_a_made_seal_that_ended_says_how_to_get_a_new_one(tmp_path: Path) -> None:
    seal_key({}, tmp_path)
    key, folder = p256(), tmp_path / "keys" / "seal"
    ended = certificate_for(key, ends=NOW - timedelta(days=1))
    (folder / "key.pem").write_bytes(key_pem(key))
    (folder / "certificate.pem").write_bytes(pem(ended))
    assert f"rename the folder {folder} to {folder}-old" in refusal({}, tmp_path)


def test_a_certificate_for_something_else_is_refused(tmp_path: Path) -> None:
    key = p256()
    given = Given(tmp_path, key_pem(key), pem(certificate_for(key, non_repudiation=False)))
    assert "not for non-repudiation" in refusal(given.environ, tmp_path)


def test_a_locked_key_a_missing_file_and_nonsense_are_named(tmp_path: Path) -> None:
    key = p256()
    given = Given(tmp_path, b"nonsense", pem(certificate_for(key)))
    assert "seal.key holds no private key" in refusal(given.environ, tmp_path)
    (tmp_path / "seal.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"word"),
        )
    )
    assert "locked by a password" in refusal(given.environ, tmp_path)
    (tmp_path / "seal.key").write_bytes(key_pem(key))
    (tmp_path / "seal.crt").write_text("nonsense")
    assert "seal.crt holds none" in refusal(given.environ, tmp_path)
    (tmp_path / "seal.crt").unlink()
    assert "cannot be read (No such file or directory)" in refusal(given.environ, tmp_path)


def test_one_setting_without_the_other_is_refused(tmp_path: Path) -> None:
    environ = {"TILLGATE_SEAL_KEY_FILE": "seal.key"}
    assert "set TILLGATE_SEAL_CERTIFICATE_FILE too" in refusal(environ, tmp_path)


def test_a_seal_s_key_never_shows_in_logs(tmp_path: Path) -> None:
    made = seal_key({}, tmp_path)
    assert repr(made) == f"SealKey({fingerprint(made.certificate)})"
