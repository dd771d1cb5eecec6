"""The message about a storm: what it says as it stands, harmless and within Slack's limits whatever comes in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import storm
from bot.views.parts import Block, Rendered
from models.card import StormCard, StormLine
from models.words import Severity, Status
from tests.bot.views.cards import NIGHT, check_markup, check_message

STORM = StormCard(
    id=7,
    source="alertmanager prod",
    began_at=NIGHT,
    last_at=NIGHT + timedelta(minutes=6),
    ended_at=None,
    counts={Status.OPEN: 1412, Status.RESOLVED: 3},
    lines=(
        StormLine("search", {Severity.LOW: 2, Severity.CRITICAL: 1}),
        StormLine("", {Severity.HIGH: 1412}),
    ),
    more=12,
    open_ids=(4, 5, 6),
)
OVER = replace(STORM, ended_at=NIGHT + timedelta(minutes=9))
ANSWERED = replace(STORM, counts={Status.ACKNOWLEDGED: 2}, open_ids=())
HOSTILE = st.text(max_size=200) | st.sampled_from(["<!channel>", "<@U1>", "*a*`b`", "<https://evil.example|x>", "&lt;"])
LINES = st.builds(StormLine, HOSTILE, st.dictionaries(st.sampled_from(Severity), st.integers(1, 10**6), min_size=1))
CARDS = st.builds(
    StormCard,
    id=st.just(7),
    source=HOSTILE,
    began_at=st.just(NIGHT),
    last_at=st.just(NIGHT + timedelta(minutes=2)),
    ended_at=st.none() | st.just(NIGHT + timedelta(minutes=9)),
    counts=st.dictionaries(st.sampled_from(Status), st.integers(1, 10**6)),
    lines=st.lists(LINES, max_size=8).map(tuple),
    more=st.integers(0, 10**4),
    open_ids=st.lists(st.integers(1, 10**9), max_size=20).map(tuple),
)


def words(block: Block) -> str:
    texts = block.get("elements", [block])
    return " ".join(each["text"]["text"] if isinstance(each["text"], dict) else each["text"] for each in texts)


def told(card: StormCard) -> str:
    return "\n".join(words(block) for block in storm.post(card).blocks)


def buttons(rendered: Rendered) -> list[tuple[str, str]]:
    found = [each for block in rendered.blocks if block["type"] == "actions" for each in block["elements"]]
    return [(each["action_id"], each["value"]) for each in found]


def test_while_it_is_on_it_says_how_many_of_what_and_that_it_takes_in_what_comes() -> None:
    said = told(STORM)
    assert "Storm: 1,415 alerts in 6 minutes from alertmanager prod" in said
    assert "new alerts join this message and do not ring again" in said
    assert "*1,412 open · 3 resolved*" in said
    assert "search: :red_circle: 1 critical, " in said
    assert "no service named: " in said
    assert "and 12 more services" in said
    assert "Open: #4, #5, #6 and 1,409 more, `/heed alerts` lists all" in said


def test_its_text_for_a_telephone_says_the_worst_in_a_line() -> None:
    text = storm.post(STORM).text
    assert text.startswith("Storm: 1,415 alerts in 6 minutes from alertmanager prod. 1,412 open · 3 resolved. search: ")


def test_one_button_acknowledges_all_of_it_while_something_is_open() -> None:
    assert buttons(storm.post(STORM)) == buttons(storm.post(OVER)) == [(storm.ACKNOWLEDGE_ALL, "7")]
    assert buttons(storm.post(ANSWERED)) == []


def test_when_it_is_over_it_says_what_is_left_and_what_happens_to_it() -> None:
    said = told(OVER)
    assert "Storm over: 1,415 alerts" in said
    assert "nothing has joined since" in said
    assert "Still open, and paged by their policies: #4, #5, #6" in said
    assert "Every alert of it is answered." in told(replace(ANSWERED, ended_at=NIGHT))


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        (replace(STORM, source=""), "Storm: 1,415 alerts in 6 minutes"),
        (replace(STORM, counts={Status.OPEN: 1}, last_at=NIGHT), "Storm: 1 alert in a minute from alertmanager prod"),
        (replace(STORM, more=1), "and 1 more service"),
    ],
)
def test_one_is_one(card: StormCard, expected: str) -> None:
    assert expected in told(card).splitlines()[0 if expected.startswith("Storm") else 3 :]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "Nothing in this storm is open any more."),
        (1, "You acknowledged 1 alert of this storm."),
        (1412, "You acknowledged 1,412 alerts of this storm."),
    ],
)
def test_who_pressed_is_told_how_many_they_have_now(count: int, said: str) -> None:
    assert storm.acknowledged(count) == said


@given(CARDS)
@settings(max_examples=20)
def test_whatever_comes_from_outside_is_harmless_and_within_slacks_limits(card: StormCard) -> None:
    check_message(storm.post(card))
    check_markup(storm.post(card))
