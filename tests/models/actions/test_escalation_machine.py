"""The escalation engine against everything at once: people, machines, time, crashes, and transactions that meet.

A state machine draws what happens; after every transaction the promises of `machine_invariants` are asked of the
tables. The short form is the same at every run; `make stateful` runs the long one and prints how often each race was
reached.
"""

import json
import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.context import Context
from models.answer import Answer
from models.words import Severity
from tests.conftest import Servers
from tests.models.actions.house import EVERYBODY, forward
from tests.models.actions.machine_intents import (
    HELD,
    Given,
    Hushed,
    Intent,
    LaidDown,
    Moved,
    Raised,
    Signals,
)
from tests.models.actions.machine_play import Meeting, Play, Stage, set_up
from tests.models.actions.machine_sending import Advanced, Claimed, Receipt

LONG = os.environ.get("HEED_LONG") == "1"
SEQUENCES, STEPS = (2000, 20) if LONG else (40, 20)
KEYS = tuple(f"pod-{number}" for number in range(8))
PASSING = (1, 1, 13, 61, 301, 1801, 3601, 7201)
"""Seconds that pass: just more than what policies, leases and claims wait for."""
POLICIES = ("One person", "Three people", "The admins", "Turns", "Conditions", "Never now", "On call", "Group",
            "Answered in time", "Hasty", "Empty")  # fmt: skip

people = st.sampled_from(EVERYBODY)
severities = st.sampled_from((Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM))
numbers = st.integers(0, 3)
some_keys = st.sampled_from((*((key,) for key in KEYS[:3]), KEYS))
firing = st.builds(Signals, some_keys, severities)
answers = st.builds(
    Given,
    st.sampled_from((*(Answer.ACKNOWLEDGE,) * 4, *Answer)),
    st.sampled_from(("alice", "alice", "alice", "bob", "charlie")),
    numbers,
    st.sampled_from((None, 0, 0, 0, 1)),
    st.sampled_from((60, 3600)),
)
silences = st.builds(
    Hushed,
    st.sampled_from(("made", "changed", "ended")),
    st.sampled_from(tuple(HELD)),
    st.sampled_from((60, 7200)),
    numbers,
)
wishes = st.one_of(
    firing,
    st.builds(Signals, some_keys, severities | st.none()),
    st.builds(Raised, people, people | st.none(), severities),
    silences,
    st.builds(Moved, people),
    st.builds(LaidDown, st.sampled_from(POLICIES), st.sampled_from(("Nights", "Days"))),
)
advances = st.builds(Advanced, st.sampled_from((1, 3, 200, 200)), st.none() | numbers, st.booleans())
sendings = st.one_of(
    st.builds(Claimed, numbers),
    st.builds(
        Receipt,
        st.sampled_from(("sent", "sent", "sent", "failed", "later", "unclear", "not found", "never written")),
        numbers,
    ),
)
meetings = st.sampled_from(Meeting)
anything = st.one_of(wishes, answers, advances, sendings)


class Escalation(RuleBasedStateMachine):
    """Everything that may happen to alerts. `stage` is set by the test."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.play = Play(self.stage)
        self.stage.races["sequences"] += 1

    @initialize(policy=st.sampled_from(POLICIES), first=firing)
    def begin(self, policy: str, first: Signals) -> None:
        self.play.perform(LaidDown(policy, "Nights").deed(self.play))
        self.play.perform(first.deed(self.play))

    @rule(intent=wishes)
    def people_and_machines_want_something(self, intent: Intent) -> None:
        self.play.perform(intent.deed(self.play))

    @rule(intent=answers)
    def somebody_answers(self, intent: Intent) -> None:
        self.play.perform(intent.deed(self.play))

    @rule(intent=advances, commits=st.sampled_from((True, True, False)))
    def the_job_takes_steps_or_dies(self, intent: Advanced, commits: bool) -> None:
        self.play.perform(intent.deed(self.play), commits)

    @rule(seconds=st.sampled_from(PASSING), times=st.sampled_from((0, 0, 1, 1, 2, 12)))
    def time_passes_and_the_job_runs(self, seconds: int, times: int) -> None:
        for turn in range(max(times, 1)):
            forward(seconds=seconds)
            note(f"{timedelta(seconds=seconds)} pass")
            if turn < times:
                self.play.perform(Advanced(200, None, doubled=False).deed(self.play))

    @rule(intents=st.lists(sendings, min_size=1, max_size=3))
    def a_page_is_on_its_way(self, intents: list[Intent]) -> None:
        for intent in intents:
            self.play.perform(intent.deed(self.play))

    @rule(answer=answers | firing | silences, job=advances | sendings, job_is_first=st.booleans(), how=meetings)
    def somebody_answers_while_a_job_works(self, answer: Intent, job: Intent, job_is_first: bool, how: Meeting) -> None:
        first, second = (job, answer) if job_is_first else (answer, job)
        self.play.meet(first.deed(self.play), second.deed(self.play), how)

    @rule(first=anything, second=anything, how=meetings)
    def two_things_happen_at_once(self, first: Intent, second: Intent, how: Meeting) -> None:
        self.play.meet(first.deed(self.play), second.deed(self.play), how)

    @invariant()
    def every_promise_holds(self) -> None:
        self.stage.races["steps"] += 1
        self.play.check()


SETTINGS = settings(
    max_examples=10,
    stateful_step_count=STEPS,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(3 * 3600 if LONG else 600)
def test_every_promise_holds_whatever_happens(context: Context, clean: Servers) -> None:
    with clean.admin.connect() as admin, ThreadPoolExecutor(1) as pool:
        Escalation.stage = set_up(context, admin, pool)
        for number in range(SEQUENCES // 10):
            run_state_machine_as_test(seed(number)(Escalation), settings=SETTINGS)
    races: Counter[str] = Escalation.stage.races
    sys.stdout.write(json.dumps(dict(sorted(races.items())), indent=1) + "\n")
