from pathlib import Path

import pytest

from tillgate.foundation.config import load
from tillgate.foundation.environment import BadSetting, env_secret


def test_an_empty_environment_gives_working_defaults():
    conf = load({})
    assert conf.data_dir.is_absolute()
    assert (conf.calls_per_minute, conf.base_url, conf.trusted_proxies) == (600, "", ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TILLGATE_BASE_URL", "api.example.com"),
        ("TILLGATE_BASE_URL", "ftp://api.example.com"),
        ("TILLGATE_BASE_URL", "https://api.example.com?x=1"),
        ("TILLGATE_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("TILLGATE_CITUS", "perhaps"),
        ("TILLGATE_CALLS_PER_MINUTE", "0"),
        ("TILLGATE_CALLS_PER_MINUTE", "many"),
        ("TILLGATE_CALLS_PER_MINUTE", "٦"),
        ("TILLGATE_LOG_FORMAT", "xml"),
        ("TILLGATE_SHUTDOWN_SECONDS", "-1"),
        ("TILLGATE_TIMESTAMP_URL", "stamps.example.com/tsa"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_name(name, value):
    with pytest.raises(BadSetting, match=name):
        load({name: value})


def test_the_host_of_the_base_url_is_allowed():
    assert "api.example.com" in load({"TILLGATE_BASE_URL": "https://api.example.com/"}).hosts


def test_a_secret_is_read_from_its_file(tmp_path: Path):
    (tmp_path / "secret").write_text("quiet\n")
    assert env_secret({"KEY_FILE": str(tmp_path / "secret")}, "KEY") == "quiet"


def test_a_secret_given_twice_is_refused(tmp_path: Path):
    with pytest.raises(BadSetting, match="not both"):
        env_secret({"KEY": "a", "KEY_FILE": str(tmp_path)}, "KEY")


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path):
    with pytest.raises(BadSetting, match="missing"):
        env_secret({"KEY_FILE": str(tmp_path / "missing")}, "KEY")
