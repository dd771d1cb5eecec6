"""The pictures that views are made from: which answers a card offers, and the dashboard's rate."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from models.answer import Answer
from models.card import Card, Stats
from models.words import Origin, Severity, Status

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CARD = Card(7, Origin.SIGNAL, Status.OPEN, Severity.HIGH, 1, 1, "Disk full", NOW, NOW)


def test_an_open_card_offers_its_answers_and_a_closed_one_only_to_reopen_while_it_can() -> None:
    assert CARD.answers[0] is Answer.ACKNOWLEDGE
    closed = replace(CARD, status=Status.RESOLVED, closed_at=NOW)
    assert closed.answers == ()
    assert replace(closed, reopenable=True).answers == (Answer.REOPEN,)


def test_a_test_page_offers_fewer_answers() -> None:
    assert replace(CARD, origin=Origin.TEST).answers == (Answer.ACKNOWLEDGE, Answer.RESOLVE)


@pytest.mark.parametrize(
    ("resolved", "false_positive", "rate"),
    [(0, 0, None), (3, 1, 0.25), (0, 2, 1.0), (5, 0, 0.0)],
    ids=["nothing closed, no rate", "a quarter", "all were false", "none was false"],
)
def test_the_rate_of_false_positives_is_a_share_of_what_was_closed(
    resolved: int, false_positive: int, rate: float | None
) -> None:
    assert Stats(open=9, acknowledged=9, resolved=resolved, false_positive=false_positive).false_positive_rate == rate
