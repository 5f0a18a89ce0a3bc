from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tillgate.foundation.keys import django_secret, kept_secret


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path):
    path = tmp_path / "keys" / "one"
    first = kept_secret(path)
    assert kept_secret(path) == first
    assert len(first) >= 48
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_two_starting_at_once_agree_on_one_secret(tmp_path: Path):
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: kept_secret(tmp_path / "keys" / "one"), range(64)))
    assert len(made) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["one"]


def test_a_given_secret_wins_over_a_made_one(tmp_path: Path):
    assert django_secret({"TILLGATE_SECRET_KEY": "given"}, tmp_path) == "given"
    assert list(tmp_path.iterdir()) == []
