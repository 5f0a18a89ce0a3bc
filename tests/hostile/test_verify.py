"""`tillgate verify` over the network, against the real server and with tokens of others."""

from pathlib import Path

import pytest
from tests.api.rows import FOREIGN, LOCATION
from tests.contract.server import Server
from tests.hostile.estate import Estate

from tillgate.verifying.command import Asked, verify
from tillgate.verifying.errors import CannotVerify


def asked(server: Server, folder: Path, token: str, location: int, **more: Path) -> Asked:
    file = folder / "token"
    file.write_text(f"{token}\n")
    address = f"http://127.0.0.1:{server.port}"
    return Asked(base_url=address, token_file=file, location=location, **more)


def test_a_copy_over_the_network_is_whole_and_stands_alone(
    server: Server, estate: Estate, tmp_path: Path
) -> None:
    place = tmp_path / "books"
    chain = verify(asked(server, tmp_path, estate.ours, LOCATION, save=place))
    assert chain.count >= 1
    assert verify(Asked(place)).digests == chain.digests


@pytest.mark.parametrize(
    ("asking", "said"),
    [
        (("ours", FOREIGN), "404"),
        (("none", LOCATION), "401"),
        (("empty", LOCATION), "no access token"),
    ],
)
def test_what_is_not_ours_is_refused_in_clear_words(
    server: Server, estate: Estate, tmp_path: Path, asking: tuple[str, int], said: str
) -> None:
    token, location = asking
    given = {"ours": estate.ours, "none": "tg_nonsense", "empty": ""}[token]
    with pytest.raises(CannotVerify, match=said):
        verify(asked(server, tmp_path, given, location))
