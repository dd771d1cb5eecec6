"""The oracle, by cases made by hand: what it lets pass, and above all what it does not."""

from dataclasses import replace

import pytest

from tests.chaos.oracle import (
    Flight,
    Oracle,
    Policy,
    Post,
    Step,
    Told,
    doubled,
    excused,
    forgotten,
    in_calm,
    late_redraws,
    lost,
    stale,
)
from tests.chaos.schedule import RATING, SLACK, STEPS, Fault

POLICY = Policy(("anna", "ben"), 20.0, 2)
TOLD = Told("one", POLICY, tried=100.0, accepted=100.0)
ENDED = 1000.0


def fault(kind: str, begin: float, end: float, path: str = STEPS) -> Fault:
    return Fault(kind, begin, end - begin, frozenset({path}))


def post(at: float, person: str, mark: str = "", key: str = "one", is_for_many: bool = False) -> Post:
    return Post(at, person, mark or f"{person} {at}", frozenset({key}), is_for_many)


ALL_FOUR = [post(101, "anna"), post(121, "ben"), post(141, "anna"), post(161, "ben")]


def steps(posts: list[Post], *faults: Fault, told: Told = TOLD, ended: float = ENDED) -> list[Step]:
    return Oracle(posts, faults, ended).steps(told)


def test_every_step_posted_in_time_is_neither_missed_nor_late() -> None:
    found = steps(ALL_FOUR)
    assert [(each.lap, each.level, each.person) for each in found] == [
        (1, 1, "anna"), (1, 2, "ben"), (2, 1, "anna"), (2, 2, "ben"),
    ]  # fmt: skip
    assert [each.due for each in found] == [100, 121, 141, 161]
    assert [each.late for each in found] == [1, 0, 0, 0]
    assert not any(each.missed for each in found)


@pytest.mark.parametrize("absent", range(4))
def test_a_step_that_was_never_posted_is_missed(absent: int) -> None:
    posts = [each for place, each in enumerate(ALL_FOUR) if place != absent]
    assert [each.missed for each in steps(posts)] == [place == absent for place in range(4)]


def test_an_alert_that_nobody_was_told_of_is_missed_at_every_step() -> None:
    assert [each.missed for each in steps([])] == [True, True, True, True]


def test_a_step_after_the_answer_is_not_expected_and_one_long_before_it_is() -> None:
    answered = replace(TOLD, answer_tried=130.0, answered=131.0)
    found = steps([post(101, "anna")], told=answered)
    assert [(each.level, each.missed) for each in found] == [(1, False), (2, False)]
    late_answer = replace(TOLD, answer_tried=140.0, answered=141.0)
    found = steps([post(101, "anna")], told=late_answer)
    assert [(each.level, each.missed) for each in found] == [(1, False), (2, True)]


def test_what_was_never_accepted_has_no_steps() -> None:
    assert steps([], told=replace(TOLD, accepted=None)) == []


def test_lateness_counts_from_the_end_of_a_fault_on_the_path_only() -> None:
    posts = [post(130, "anna"), *ALL_FOUR[1:]]
    assert steps(posts, fault("kill page", 99, 125))[0].late == 5
    assert steps(posts, fault("Slack out", 105, 125, SLACK))[0].late == 5
    assert steps(posts, fault("LLM out", 99, 125, RATING))[0].late == 30
    assert steps(posts, fault("kill page", 90, 99))[0].late == 30
    assert steps(posts, fault("kill page", 99, 125))[0].late_raw == 30


def test_a_fault_after_the_bound_excuses_nothing() -> None:
    begun_too_late = fault("kill page", 115.1, 125)
    assert excused(100, [begun_too_late]) == (100, [])
    assert excused(100, [fault("kill page", 114.9, 140)]) == (140, ["kill page"])
    assert steps([post(130, "anna")], begun_too_late)[0].late == 30


def test_faults_one_after_the_other_excuse_only_while_the_step_is_not_late_already() -> None:
    row = [fault("one", 100, 110), fault("two", 120, 130), fault("three", 146, 160)]
    assert excused(100, row) == (130, ["one", "two"])


def test_a_fault_that_began_after_the_post_does_not_make_it_less_late() -> None:
    found = steps([post(112, "anna"), *ALL_FOUR[1:]], fault("kill page", 113, 140))
    assert found[0].late == 12


def test_the_next_level_is_due_after_the_step_was_taken_even_while_slack_is_out() -> None:
    out = fault("Slack out", 99, 400, SLACK)
    posts = [post(402, "anna"), post(403, "ben")]
    found = steps(posts, out)
    assert found[1].due == 100 + 15 + 20, "taken 15 s after it was due at the latest, posted or not"
    assert [each.late for each in found] == [2, 3, 2, 3], "one post says both laps to each"
    assert not any(each.missed for each in found)


def test_steps_that_cannot_be_told_yet_at_the_end_are_not_expected() -> None:
    assert not any(each.missed for each in steps([], ended=110))
    assert [each.missed for each in steps([], ended=116)] == [True]


def test_what_is_not_stored_is_lost() -> None:
    refused = replace(TOLD, key="two", accepted=None)
    assert lost([TOLD, refused], {"one"}) == []
    assert lost([TOLD, refused], {"two"}) == ["one"]


def test_an_answer_that_was_taken_and_is_not_kept_is_found() -> None:
    answered = replace(TOLD, answered=131.0)
    assert forgotten([answered, replace(TOLD, key="two")], {"one": "open", "two": "open"}) == ["one"]
    assert forgotten([answered], {"one": "resolved"}) == []


def test_posts_that_do_not_show_the_answer_at_the_end_are_stale() -> None:
    known = {"one": replace(TOLD, answer_tried=130.0, answered=131.0)}
    plain = post(101, "anna")
    assert stale([plain], known, [], ENDED) == [plain]
    assert stale([replace(plain, shows_answer=True)], known, [], ENDED) == []
    assert stale([plain], {"one": TOLD}, [], ENDED) == [], "nobody has answered"
    assert stale([plain], known, [], 160) == [], "there was no time yet"
    assert stale([plain], known, [fault("Slack out", 130, 950, SLACK)], 970) == []


def test_a_post_that_a_newer_one_took_the_place_of_need_not_show_the_answer() -> None:
    known = {"one": replace(TOLD, answer_tried=130.0, answered=131.0)}
    older, newer = post(101, "anna"), replace(post(129, "anna"), shows_answer=True)
    assert stale([older, newer], known, [], ENDED) == [older]
    assert stale([replace(older, is_changed=True), newer], known, [], ENDED) == []
    assert stale([replace(newer, shows_answer=False, is_changed=True)], known, [], ENDED) != []


def test_the_same_mark_twice_is_doubled() -> None:
    twice = [post(101, "anna", "m"), post(107, "anna", "m")]
    assert doubled(twice, {"one": TOLD}) == [twice[1]]


def test_more_posts_than_steps_are_doubled_and_lists_are_not() -> None:
    once_too_often = [*ALL_FOUR, post(170, "anna")]
    assert doubled(ALL_FOUR, {"one": TOLD}) == []
    assert doubled(once_too_often, {"one": TOLD}) == [once_too_often[-1]]
    assert doubled([*ALL_FOUR, post(170, "anna", is_for_many=True)], {"one": TOLD}) == []


def test_a_post_long_after_the_answer_counts() -> None:
    answered = replace(TOLD, answer_tried=130.0, answered=131.0)
    oracle = Oracle([post(101, "anna"), post(145, "anna"), post(147, "ben")], [], ENDED)
    assert oracle.after_answer(answered) == 1
    assert oracle.after_answer(TOLD) == 0


@pytest.mark.parametrize(
    ("shown", "is_late"), [(104.0, False), (105.1, True), (None, True)], ids=["in time", "late", "never"]
)
def test_a_post_in_flight_is_redrawn_within_five_seconds(shown: float | None, is_late: bool) -> None:
    flight = Flight("one", posted=100.0, acknowledged=99.0, shown=shown)
    assert bool(late_redraws([flight], [], ENDED)) is is_late
    during = fault("Slack out", 101, 300, SLACK)
    assert bool(late_redraws([replace(flight, shown=304.0)], [during], ENDED)) is False
    assert bool(late_redraws([replace(flight, shown=306.0)], [during], ENDED)) is True


def test_calm_is_when_no_fault_of_any_kind_is_active() -> None:
    found = steps(ALL_FOUR)
    assert in_calm(found, []) == 4
    assert in_calm(found, [fault("LLM out", 95, 125, RATING)]) == 2
