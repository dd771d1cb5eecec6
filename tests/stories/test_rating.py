"""Rating as people live with it: an LLM that fails and comes back, budgets, marks that teach, forgotten texts."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.sentiment.llm import Answer
from bot.sentiment.rater import Rater
from models.actions import learning, listening, workspaces
from models.actions.learning import Marked
from models.assessment import Assessment, Burst, Sent, Usage
from models.examples import Example
from models.tables import AssessmentRow, Label, Message, Workspace
from models.tables import Usage as UsageRow
from models.words import Risk
from tests.world import World

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)


class Judge:
    """An LLM whose next verdict is set; None stands for one that fails."""

    def __init__(self) -> None:
        self.verdict: Assessment | None = Assessment(Risk.NONE, 0.01, engine="llm")
        self.asked: list[tuple[Burst, tuple[Example, ...], int | None]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def ask(self, burst: Burst, examples: Sequence[Example] = (), budget_left: int | None = None) -> Answer:
        self.meanwhile()
        self.asked.append((burst, tuple(examples), budget_left))
        if self.verdict is None:
            return Answer(None, problem="the LLM is away")
        sent = Sent("http://llm", "model", ({"role": "user", "content": "the words"},))
        return Answer(self.verdict, Usage(1, 100, 10, 0.5), sent)


@pytest.fixture
def judge(world: World) -> Judge:
    found = Judge()
    world.rater = Rater(found)
    return found


def verdicts(world: World) -> list[AssessmentRow]:
    with world.context.db.begin() as session:
        return list(session.scalars(select(AssessmentRow).order_by(AssessmentRow.id)))


def say(world: World, words: str) -> None:
    world.says("dora", "acme", words)
    world.forward(seconds=30)


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_burst_too_long_for_one_call_is_rated_to_its_end(world: World, judge: Judge, meanwhile: bool) -> None:
    def say_more() -> None:
        judge.meanwhile = lambda: None
        world.slack.say("dora", "acme", "Line 25: and the import too")
        world.slack.settle()

    if meanwhile:
        judge.meanwhile = say_more
    for number in range(25):
        world.slack.say("dora", "acme", f"Line {number}: the export is slow again today")
    world.settle()
    world.forward(seconds=30)
    rated = [line.text for burst, _, _ in judge.asked for line in burst.lines]
    assert [int(words.split()[1][:-1]) for words in rated] == list(range(25 + meanwhile))
    with world.context.db.begin() as session:
        assert session.scalars(select(Message.id).where(Message.rated_at.is_(None))).all() == []


def test_what_is_said_while_a_burst_is_rated_is_a_burst_of_its_own(world: World, judge: Judge) -> None:
    def meanwhile() -> None:
        judge.meanwhile = lambda: None
        world.slack.say("dora", "acme", "And the import too")
        world.slack.settle()

    judge.meanwhile = meanwhile
    for _ in range(6):
        world.says("dora", "acme", "The export is slow again today")
        world.forward(seconds=20)
    assert [len(burst.lines) for burst, _, _ in judge.asked] == [6]
    world.forward(seconds=25)
    assert [len(burst.lines) for burst, _, _ in judge.asked] == [6, 1]


def test_while_the_llm_is_out_the_classifier_rates_and_the_scan_asks_again_when_it_is_back(
    world: World, judge: Judge
) -> None:
    judge.verdict = None
    say(world, "The export is slow again today")
    (first,) = verdicts(world)
    assert (first.engine, first.provisional) == ("embedded", True)
    world.forward(hours=1)
    judge.verdict = Assessment(Risk.CRITICAL, 0.9, summary="They leave", engine="llm")
    world.scan()
    world.forward(seconds=1)
    assert [(each.engine, each.provisional) for each in verdicts(world)] == [("embedded", False), ("llm", False)]
    world.expect_page("alice", "They leave")


def test_what_a_verdict_took_is_counted_and_the_days_budget_is_kept(world: World, judge: Judge) -> None:
    with world.context.db.begin() as session:
        session.query(Workspace).one().daily_tokens = 150
    say(world, "The export is slow again today")
    say(world, "And the import too, since Monday")
    assert [left for _, _, left in judge.asked] == [150, 40]
    with world.context.db.begin() as session:
        used = session.query(UsageRow).one()
        assert (used.calls, used.tokens, used.cost, used.verdicts, used.provisional) == (2, 220, 1.0, 2, 0)


def test_exactly_what_left_the_building_is_kept_with_the_verdict(world: World, judge: Judge) -> None:
    say(world, "The export is slow again today")
    assert verdicts(world)[0].sent == [
        {"server": "http://llm", "model": "model", "messages": [{"role": "user", "content": "the words"}]}
    ]


def test_a_mark_becomes_an_example_of_the_next_prompt_in_this_workspace_only(world: World, judge: Judge) -> None:
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        alice = world.person("alice").id
        marked = Marked("C1", "1.0", "The export is slow as always, lol")
        for first in (True, False):
            assert learning.mark(session, workspace.id, learning.FALSE_POSITIVE, marked, "none", alice) is first
    say(world, "The export is slow again today")
    ((_, examples, _),) = judge.asked
    assert [(each.text, each.risk, each.kind) for each in examples] == [
        ("The export is slow as always, lol", Risk.NONE, "false_positive")
    ]


def test_a_message_edited_while_it_is_rated_voids_the_verdict(world: World, judge: Judge) -> None:
    said = world.says("dora", "acme", "The export is slow again today")
    judge.verdict = Assessment(Risk.CRITICAL, 0.9, summary="They leave", engine="llm")
    asked = judge.ask

    def edited_meanwhile(*given: Any) -> Answer:
        judge.ask = asked  # type: ignore[method-assign]
        with world.context.db.begin() as session:
            session.query(Message).filter_by(ts=said.ts).update({"text": "The export is fast again, thank you"})
        return asked(*given)

    judge.ask = edited_meanwhile  # type: ignore[method-assign, assignment]
    world.forward(seconds=30)
    assert len(verdicts(world)) == 1
    assert [burst.lines[0].text for burst, _, _ in judge.asked] == [
        "The export is slow again today",
        "The export is fast again, thank you",
    ]


@pytest.mark.parametrize(("days", "after", "is_kept"), [(7, 6, True), (7, 8, False), (0, 1, False)])
def test_texts_are_kept_as_long_as_the_workspace_says(
    world: World, judge: Judge, days: int, after: int, is_kept: bool
) -> None:
    say(world, "The export is slow again today")
    with world.context.db.begin() as session:
        session.query(Workspace).one().text_days = days
    world.forward(hours=24 * after)
    with world.context.db.begin() as session:
        listening.forget_old(session)
    with world.context.db.begin() as session:
        assert bool(session.scalars(select(Message.text)).one()) is is_kept
        assert bool(session.scalars(select(AssessmentRow.sent)).one()) is is_kept


def test_the_text_of_an_example_is_forgotten_after_90_days_and_the_mark_stays(world: World) -> None:
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        marked = Marked("C1", "1.0", "We are leaving")
        learning.mark(session, workspace.id, learning.MISSED, marked, "critical", world.person("alice").id)
    world.forward(hours=24 * 91)
    with world.context.db.begin() as session:
        learning.forget_old(session)
        assert learning.labels(session, workspace.id) == []
        assert session.scalar(select(func.count()).select_from(Label)) == 1


def test_quality_tells_precision_cost_and_time_to_detect(world: World, judge: Judge) -> None:
    judge.verdict = Assessment(Risk.CRITICAL, 0.9, summary="They leave", engine="llm")
    say(world, "We are leaving you")
    world.heed("alice", "resolve 1 they stay")
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        found = learning.quality(session, workspace.id)
    assert (found.alerts, found.confirmed, found.false_positives, found.precision) == (1, 1, 0, 1.0)
    assert (found.tokens, found.cost, found.provisional_share) == (110, 0.5, 0.0)
    assert found.detect_s is not None
    assert timedelta(seconds=20) < timedelta(seconds=found.detect_s) < timedelta(seconds=40)
