"""The report: which promises it calls broken, and that it calls them so."""

from dataclasses import replace

import pytest

from tests.chaos.oracle import Flight, Policy, Post, Told
from tests.chaos.report import CLIENT_WITHIN, Evidence, Least, judge, table
from tests.chaos.schedule import STEPS, Fault

POLICY = Policy(("anna", "ben"), 20.0, 1)
KEPT = Evidence(
    told=[Told("one", POLICY, 100, 100), Told("two", POLICY, 200, 200, 210, 211)],
    poisoned=[],
    posts=[
        Post(101, "anna", "a", frozenset({"one"})),
        Post(121, "ben", "b", frozenset({"one"})),
        Post(201, "anna", "c", frozenset({"two"}), shows_answer=True),
    ],
    faults=[Fault("kill page", 100, 5, frozenset({STEPS}))],
    flights=[Flight("one", 101, 100.5, 103)],
    stored={"one": "open", "two": "acknowledged"},
    said={"client": 100},
    alerted=frozenset({"client"}),
    failed_lookups=0,
    ended=1000,
)
AGAIN = (*KEPT.posts, Post(130, "anna", "a", frozenset({"one"})))


def test_what_was_kept_is_counted_and_nothing_is_broken() -> None:
    verdict = judge(KEPT, Least(accepted=2, faults=1, in_calm=1))
    assert verdict.broken == []
    figures = verdict.figures
    assert [figures[name] for name in ("accepted", "lost", "missed", "doubled", "faults")] == [2, 0, 0, 0, 1]
    assert (figures["late_max_s"], figures["raw_late_max_s"]) == (1, 1)
    assert figures["steps_in_calm"] == 2
    assert figures["by_fault"]["kill page"]["count"] == 1
    assert "kill page" in table(figures)


@pytest.mark.parametrize(
    ("evidence", "least", "words"),
    [
        (replace(KEPT, stored={"two": "acknowledged"}), Least(), "1 accepted alerts or answers were lost"),
        (replace(KEPT, stored={"one": "open", "two": "open"}), Least(), "1 accepted alerts or answers were lost"),
        (replace(KEPT, posts=(*KEPT.posts[:2], replace(KEPT.posts[2], shows_answer=False))), Least(), "1 posts do not"),
        (replace(KEPT, posts=KEPT.posts[:1]), Least(), "1 steps were missed"),
        (replace(KEPT, posts=[replace(each, at=each.at + 22) for each in KEPT.posts]), Least(), "more than 15 s late"),
        (replace(KEPT, posts=AGAIN), Least(), "1 doubled posts, with 0 failed look-ups"),
        (replace(KEPT, flights=[Flight("one", 101, 100.5, 120)]), Least(), "1 posts in flight"),
        (replace(KEPT, posts=(*KEPT.posts, Post(230, "ben", "d", frozenset({"two"})))), Least(), "after the answer"),
        (replace(KEPT, alerted=frozenset()), Least(), "1 accepted alerts or answers were lost"),
        (replace(KEPT, problems=("disk full could not be done",)), Least(), "disk full could not be done"),
        (KEPT, Least(accepted=3), "only 2 alerts, not 3"),
        (KEPT, Least(faults=2), "only 1 faults, not 2"),
        (KEPT, Least(in_calm=5), "only 2 steps fell due in calm"),
        (KEPT, Least(in_flight=2), "only 1 posts in flight"),
    ],
)
def test_a_promise_that_broke_is_named(evidence: Evidence, least: Least, words: str) -> None:
    assert any(words in each for each in judge(evidence, least).broken)


def test_doubles_are_allowed_for_look_ups_that_were_made_to_fail() -> None:
    assert judge(replace(KEPT, posts=AGAIN, failed_lookups=1), Least()).broken == []


def test_a_client_who_spoke_just_before_the_end_may_not_have_been_heard_yet() -> None:
    late = replace(KEPT, said={"client": 999}, alerted=frozenset())
    assert judge(late, Least()).broken == []
    out = Fault("Slack out", 100, 950 - CLIENT_WITHIN, frozenset({STEPS}))
    waiting = replace(KEPT, said={"client": 100}, alerted=frozenset(), faults=[out])
    assert judge(replace(waiting, ended=940), Least()).figures["lost"] == 0
