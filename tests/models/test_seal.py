"""Secrets at rest: sealed, tamper-proof, and looked up by fingerprints only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.seal import Seal, SealBroken, fingerprint, new_secret

SEAL = Seal("a key of sixteen characters or more")


@given(st.text())
def test_what_is_sealed_can_be_opened_and_does_not_show(text: str) -> None:
    sealed = SEAL.close(text)
    assert SEAL.open(sealed) == text
    if len(text) > 3:
        assert text.encode() not in sealed


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert SEAL.close("xoxb-1") != SEAL.close("xoxb-1")


def test_another_key_opens_nothing_and_the_error_says_which_setting_is_wrong() -> None:
    with pytest.raises(SealBroken, match="HEED_SECRET_KEY"):
        Seal("another key of sixteen characters").open(SEAL.close("xoxb-1"))


@given(st.integers(0, 10_000))
def test_a_sealed_value_that_was_tampered_with_does_not_open(place: int) -> None:
    sealed = bytearray(SEAL.close("xoxb-a-token"))
    at = place % (len(sealed) - 4)
    sealed[at] = ord("A") if sealed[at] != ord("A") else ord("B")
    with pytest.raises(SealBroken):
        SEAL.open(bytes(sealed))


@pytest.mark.parametrize("damaged", [b"", b"not sealed at all", b"\xff\xfe"])
def test_what_was_never_sealed_does_not_open(damaged: bytes) -> None:
    with pytest.raises(SealBroken):
        SEAL.open(damaged)


def test_a_short_key_is_refused_with_a_way_to_make_one() -> None:
    with pytest.raises(ValueError, match="openssl rand"):
        Seal("fifteen letters")
    assert Seal("sixteen letters!").open(Seal("sixteen letters!").close("x")) == "x"


def test_while_keys_change_the_old_one_still_opens_and_only_the_new_one_closes() -> None:
    old, new = Seal("the old key of the house"), Seal("the new key of the house", ["the old key of the house"])
    assert new.open(old.close("xoxb-1")) == "xoxb-1"
    assert not new.is_current(old.close("xoxb-1"))
    assert new.is_current(new.close("xoxb-1"))
    with pytest.raises(SealBroken):
        old.open(new.close("xoxb-1"))


def test_a_short_old_key_is_refused_too() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        Seal("sixteen letters!", ["short"])


def test_secrets_derived_from_an_old_key_are_still_known_the_newest_first() -> None:
    old, new = Seal("the old key of the house"), Seal("the new key of the house", ["the old key of the house"])
    assert new.derived("links") == (new.derive("links"), old.derive("links"))
    assert old.derived("links") == (old.derive("links"),)


def test_derived_secrets_differ_by_purpose_and_by_key_and_stay_the_same() -> None:
    assert SEAL.derive("links") == Seal("a key of sixteen characters or more").derive("links")
    assert len({SEAL.derive("links"), SEAL.derive("calendars"), Seal("another key, long enough").derive("links")}) == 3


def test_new_secrets_are_long_url_safe_and_never_the_same() -> None:
    made = {new_secret() for _ in range(200)}
    assert len(made) == 200
    assert all(len(each) == 32 and each.replace("-", "").replace("_", "").isalnum() for each in made)


def test_a_fingerprint_finds_its_secret_and_no_other() -> None:
    assert fingerprint("one") == fingerprint("one") != fingerprint("two")
    assert "one" not in fingerprint("one")
