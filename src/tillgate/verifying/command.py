"""`tillgate verify`: what it is asked, what it says, and its exit status."""

import re
import sys
from pathlib import Path
from typing import NamedTuple

from tillgate.verifying.answers import check_answers
from tillgate.verifying.chain import Chain
from tillgate.verifying.errors import Broken, CannotVerify
from tillgate.verifying.folder import Folder
from tillgate.verifying.gate import Gate, over_http
from tillgate.verifying.keys import Keys

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Asked(NamedTuple):
    """What to verify: a folder, or a location behind a gate."""

    folder: Path | None = None
    base_url: str = ""
    token_file: Path | None = None
    location: int | None = None
    save: Path | None = None
    keys: Path | None = None
    head: str = ""


def run(asked: Asked) -> None:
    """Verify and say what was found; exit status 1: something is wrong, 2: nobody can tell."""
    try:
        chain = verify(asked)
    except Broken as broken:
        sys.exit(f"NOT WHOLE. {broken}")
    except CannotVerify as problem:
        sys.stderr.write(f"tillgate: {problem}\n")
        sys.exit(2)
    sys.stdout.write(report(chain))


def verify(asked: Asked) -> Chain:
    """The chain when all of it is whole; raises `Broken` or `CannotVerify`."""
    head = _kept_head(asked.head)
    if asked.folder is not None:
        chain = _verify_folder(asked, Folder(asked.folder))
    else:
        chain = verify_gate(asked, _gate(asked))
    if head:
        chain.check_head(head)
    if not chain.count:
        raise CannotVerify("there is no closed day to verify")
    return chain


def _verify_folder(asked: Asked, folder: Folder) -> Chain:
    if not folder.path.is_dir():
        raise CannotVerify(f"{folder.path} is no folder")
    chain = Chain(_other_keys(asked) or Keys(folder.keys()))
    _follow(chain, folder)
    return chain


def verify_gate(asked: Asked, gate: Gate) -> Chain:
    """The chain behind a gate, kept in a folder where one is named."""
    text = gate.keys()
    chain = Chain(_other_keys(asked) or Keys(text))
    folder = Folder(asked.save) if asked.save else None
    if folder is not None:
        _follow(chain, folder)
        _check_goes_on(chain, gate)
        folder.save_keys(text)
    for files in chain.follow(gate.documents(chain.head.position if chain.head else 0)):
        if folder is not None:
            folder.save(files)
    check_answers(chain, gate)
    return chain


def _follow(chain: Chain, folder: Folder) -> None:
    for _ in chain.follow(folder.documents()):
        pass
    if folder.unknown:
        sys.stderr.write(f"Not looked at: {', '.join(folder.unknown)}\n")


def _check_goes_on(chain: Chain, gate: Gate) -> None:
    """Whether the gate still has the end of what was saved before."""
    saved = chain.head
    if saved is not None and gate.digest_at(saved.position) != saved.digest:
        raise Broken(saved.title, f"is position {saved.position} in your folder, not at the gate")


def _other_keys(asked: Asked) -> Keys | None:
    if asked.keys is None:
        return None
    return Keys(_read(asked.keys, "--keys"), str(asked.keys), exact=False)


def _gate(asked: Asked) -> Gate:
    if not asked.base_url:
        raise CannotVerify("name a folder, or a gate with --base-url, --token-file and --location")
    if asked.token_file is None or asked.location is None:
        raise CannotVerify("--base-url needs --token-file and --location beside it")
    token = _read(asked.token_file, "--token-file").decode(errors="replace").strip()
    if not token or not token.isascii() or not token.isprintable():
        raise CannotVerify(f"{asked.token_file} holds no access token")
    return Gate(over_http(asked.base_url, token), asked.location)


def _kept_head(given: str) -> str:
    """The digest of `--head`, given itself or in a file."""
    if not given or _DIGEST.fullmatch(given):
        return given
    found = _DIGEST.search(_read(Path(given), "--head").decode(errors="replace"))
    if found is None:
        raise CannotVerify(f"--head: {given} holds no digest of 64 digits and letters a to f")
    return found[0]


def _read(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotVerify(f"{option}: {path} cannot be read: {error.strerror}") from error


def report(chain: Chain) -> str:
    """What was found, and what to keep."""
    first, head = chain.first, chain.head
    assert first is not None
    assert head is not None
    began = f"The chain is here from position {first.position} on, not from its beginning.\n"
    some = f"{chain.unchecked} personal parts were given in part only, and could not be checked.\n"
    return (
        f"WHOLE. Location {head.location}: {chain.count} closed days and corrections, from"
        f" {first.title} to {head.title}: every digest, signature, proof and sum is right.\n"
        f"{began if first.position > 1 else ''}{some if chain.unchecked else ''}"
        f"Signed with {', '.join(chain.signed_with)}.\n"
        f"Keep this, apart from the files: position {head.position}, head {head.digest}\n"
    )
