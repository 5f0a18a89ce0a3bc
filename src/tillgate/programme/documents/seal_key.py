"""The seal's key and certificate: given by files, else made on first start in the data folder.

P-256, since `pdfsig` knows no Ed25519; an RSA key of 2048 bits or more may be given. The
certificate is made by itself and good for non-repudiation only. Both appear together or not at all,
also when two processes start at once. Only the process that seals reads the key; whoever checks
files reads certificates.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tillgate.foundation import clock
from tillgate.programme.documents.errors import SealKeyRefused

KEY_SETTING = "TILLGATE_SEAL_KEY_FILE"
CERTIFICATE_SETTING = "TILLGATE_SEAL_CERTIFICATE_FILE"
MADE_FOR = timedelta(days=20 * 365)
CLOCK_TOLERANCE = timedelta(minutes=5)

_MOVE_ASIDE = (
    "rename the folder {folder} to {folder}-old; a new one is made, and what the old one sealed is "
    "still recognised"
)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class SealKey(msgspec.Struct, frozen=True):
    """What seals: a key, its certificate, and those that vouch for it (none for a made one)."""

    private_key: PrivateKey
    certificate: x509.Certificate
    issuers: tuple[x509.Certificate, ...] = ()

    def __repr__(self) -> str:
        return f"SealKey({fingerprint(self.certificate)})"


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 of the certificate, in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def seal_key(environ: Mapping[str, str], data_dir: Path) -> SealKey:
    """The key that seals, checked; made if none was given and there is none yet.

    Raises `SealKeyRefused` where key or certificate is unreadable, of the wrong kind, out of date,
    or where they are no pair.
    """
    key_file, certificate_file = _files(environ, data_dir)
    cure = f"set {KEY_SETTING} and {CERTIFICATE_SETTING} to a pair"
    if key_file.parent == data_dir / "keys" / "seal":
        cure = _MOVE_ASIDE.format(folder=key_file.parent)
        if not key_file.parent.exists():
            _store_first(key_file.parent)
    key = _read_key(key_file)
    certificate, *more = _read_certificates(certificate_file)
    _check(key, certificate, key_file, certificate_file, cure)
    return SealKey(key, certificate, tuple(each for each in more if _vouches(each)))


def seal_certificates(environ: Mapping[str, str], data_dir: Path) -> tuple[x509.Certificate, ...]:
    """The certificates by which this installation seals or has sealed, without reading a key.

    They are those of the given file and of every folder `keys/seal*`; none before the first start.
    """
    files = sorted(data_dir.glob("keys/seal*/certificate.pem"))
    if environ.get(CERTIFICATE_SETTING):
        files.insert(0, _files(environ, data_dir)[1])
    return tuple(dict.fromkeys(each for file in files for each in _read_certificates(file)))


def _files(environ: Mapping[str, str], data_dir: Path) -> tuple[Path, Path]:
    key, certificate = environ.get(KEY_SETTING, ""), environ.get(CERTIFICATE_SETTING, "")
    if bool(key) != bool(certificate):
        missing = CERTIFICATE_SETTING if key else KEY_SETTING
        raise SealKeyRefused("settings", f"set {missing} too, or neither of the two")
    if key:
        return Path(key), Path(certificate)
    folder = data_dir / "keys" / "seal"
    return folder / "key.pem", folder / "certificate.pem"


def _store_first(folder: Path) -> None:
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".seal-", dir=folder.parent))
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(made / "key.pem", pem)
    _write(made / "certificate.pem", _made_certificate(key, clock.now()))
    # A folder is not renamed onto one that holds something: the first of two processes wins, whole.
    with contextlib.suppress(OSError):
        made.rename(folder)
    shutil.rmtree(made, ignore_errors=True)


def _write(path: Path, pem: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(descriptor)


def _made_certificate(key: ec.EllipticCurvePrivateKey, now: datetime) -> bytes:
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"Tillgate seal {identifier.digest.hex()[:8]}")]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_TOLERANCE)
        .not_valid_after(now + MADE_FOR)
        .add_extension(identifier, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(), critical=True)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read(file: Path, what: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SealKeyRefused(what, f"{file} cannot be read ({error.strerror})") from error


def _read_key(file: Path) -> PrivateKey:
    try:
        key = serialization.load_pem_private_key(_read(file, "key"), password=None)
    except TypeError as error:
        cure = f"{file} is locked by a password; give it without, readable by Tillgate only"
        raise SealKeyRefused("key", cure) from error
    except ValueError as error:
        raise SealKeyRefused("key", f"{file} holds no private key in PEM form") from error
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return key
    raise SealKeyRefused("key", f"{file} must be on the curve P-256, or RSA of 2048 bits or more")


def _read_certificates(file: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(file, "certificate"))
    except ValueError as error:
        raise SealKeyRefused("certificate", f"{file} holds none in PEM form") from error


def _check(
    key: PrivateKey, certificate: x509.Certificate, key_file: Path, file: Path, cure: str
) -> None:
    now = clock.now()
    if certificate.public_key() != key.public_key():
        raise SealKeyRefused("certificate", f"{file} does not belong to {key_file}; {cure}")
    if now >= certificate.not_valid_after_utc:
        ended = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
        raise SealKeyRefused("certificate", f"{file} ended on {ended}; {cure}")
    if now < certificate.not_valid_before_utc:
        begins = f"{certificate.not_valid_before_utc:%Y-%m-%d}"
        raise SealKeyRefused("certificate", f"{file} begins on {begins} only; look at the clock")
    if not _may_sign(certificate):
        raise SealKeyRefused("certificate", f"{file} is not for non-repudiation; {cure} that is")


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    except x509.ExtensionNotFound:
        return False
    return usage.value.content_commitment


def _vouches(certificate: x509.Certificate) -> bool:
    try:
        limits = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return limits.value.ca
