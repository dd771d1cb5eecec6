"""Signed links: short, for one person and alert and time, and useless once a single sign of them was changed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.link import LIFE, PATH, Forged, Link, make, read
from models.seal import Seal

NOW = datetime(2026, 11, 22, 12, 0, 0, 900_000, tzinfo=UTC)
SEAL = Seal("a secret key for the tests only")
IDS = st.integers(0, 2**63 - 1)
SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=.%/+ ä"


def token(*numbers: int, seal: Seal = SEAL) -> str:
    workspace_id, person_id, alert_id, epoch = numbers
    return make(seal, "https://heed.example", workspace_id, person_id, alert_id, epoch, NOW).rpartition(PATH)[2]


@given(IDS, IDS, IDS, IDS)
def test_a_link_says_what_it_was_made_for(workspace_id: int, person_id: int, alert_id: int, epoch: int) -> None:
    until = (NOW + LIFE).replace(microsecond=0)
    assert read(SEAL, token(workspace_id, person_id, alert_id, epoch)) == Link(
        workspace_id, person_id, alert_id, epoch, until
    )


def test_a_link_is_short_enough_for_a_text_message() -> None:
    assert len(make(SEAL, "https://heed.example.org", 12, 3456, 1_234_567, 12, NOW)) < 75
    assert make(SEAL, "https://heed.example.org", 1, 2, 3, 4, NOW).startswith("https://heed.example.org/a/")
    assert timedelta(hours=24) == LIFE


@given(st.data())
def test_a_changed_link_is_forged(data: st.DataObject) -> None:
    good = token(1, 2, 3, 4)
    place = data.draw(st.integers(0, len(good) - 1))
    sign = data.draw(st.sampled_from(SIGNS).filter(lambda each: each != good[place]))
    for changed in (good[:place] + sign + good[place + 1 :], good[:place], good + sign, good[place + 1 :]):
        with pytest.raises(Forged):
            read(SEAL, changed)


@given(st.text(max_size=200))
def test_any_other_text_is_forged(text: str) -> None:
    with pytest.raises(Forged):
        read(SEAL, text)


def test_a_link_under_another_key_is_forged() -> None:
    with pytest.raises(Forged):
        read(Seal("another secret key for the tests"), token(1, 2, 3, 4))


def test_numbers_that_no_row_has_are_refused() -> None:
    with pytest.raises(ValueError, match="a link holds numbers from 0"):
        token(-1, 2, 3, 4)
