"""Tokens are recognised by themselves, and only whole."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillgate.access.tokens import looks_genuine, new_client_id, new_token, token_hash


@pytest.mark.parametrize(("sandbox", "prefix"), [(False, "tg_"), (True, "tg_test_")])
def test_a_new_token_is_recognised_and_safe_in_urls(sandbox: bool, prefix: str) -> None:
    token = new_token(sandbox=sandbox)
    assert token.startswith(prefix)
    assert set(token) <= set(string.ascii_letters + string.digits + "_")
    assert looks_genuine(token)


def test_two_tokens_differ() -> None:
    assert new_token() != new_token()


@given(st.integers(0, 40), st.sampled_from(string.ascii_letters + string.digits + "_ é"))
def test_one_changed_sign_is_noticed(place: int, sign: str) -> None:
    token = new_token()
    changed = token[:place] + sign + token[place + 1 :]
    assert looks_genuine(changed) == (changed == token)


@given(st.text())
def test_nothing_else_is_taken_for_a_token(text: str) -> None:
    assert not looks_genuine(text)
    assert not looks_genuine("tg_" + text)


def test_a_sandbox_token_does_not_pass_for_a_real_one() -> None:
    assert not looks_genuine(new_token(sandbox=True).replace("tg_test_", "tg_"))


def test_a_client_id_is_no_token() -> None:
    assert new_client_id().startswith("tg_client_")
    assert not looks_genuine(new_client_id())


def test_the_hash_is_of_the_whole_token() -> None:
    assert token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
