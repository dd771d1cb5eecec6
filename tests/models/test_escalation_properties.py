"""What holds for every escalation, whatever its policy and whoever can be reached."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.escalation import (
    RETRY_WHEN_NOBODY,
    PageLevel,
    PassOver,
    Reach,
    Reason,
    State,
    advance,
)
from models.plan import Level, Plan, Target, TargetKind
from models.words import Status

START = datetime(2026, 11, 22, tzinfo=UTC)
TARGETS = [Target(TargetKind.ADMINS), *(Target(TargetKind.PERSON, number) for number in range(1, 5))]
PEOPLE = st.lists(st.integers(1, 9), max_size=3, unique=True).map(tuple)
REACHES = st.dictionaries(st.sampled_from(TARGETS), PEOPLE)
LEVELS = st.builds(
    Level,
    targets=st.lists(st.sampled_from(TARGETS), max_size=3).map(tuple),
    timeout=st.integers(1, 7200).map(lambda seconds: timedelta(seconds=seconds)),
)
PLANS = st.builds(Plan, policy=st.just("Any"), levels=st.lists(LEVELS, max_size=5).map(tuple), laps=st.integers(1, 4))
EVERYBODY: Reach = {target: (number,) for number, target in enumerate(TARGETS, start=1)}
FULL_LEVELS = st.builds(
    Level,
    targets=st.lists(st.sampled_from(TARGETS), min_size=1, max_size=3).map(tuple),
    timeout=st.integers(1, 7200).map(lambda seconds: timedelta(seconds=seconds)),
)
FULL_PLANS = st.builds(
    Plan,
    policy=st.just("Full"),
    levels=st.lists(FULL_LEVELS, min_size=1, max_size=5).map(tuple),
    laps=st.integers(1, 4),
)
STATES = st.builds(
    State,
    status=st.sampled_from(Status),
    plan=PLANS,
    next_step_at=st.none() | st.integers(-7200, 7200).map(lambda seconds: START + timedelta(seconds=seconds)),
    lap=st.integers(1, 4),
    level=st.just(0),
    reached=st.booleans(),
    tries=st.integers(0, 9),
)  # fmt: skip


def run(plan: Plan, reaches: list[Reach], latenesses: list[int]) -> tuple[list[PageLevel], list[datetime], State]:
    """Take every step as it falls due, each some seconds late; (pages, when each was written, the last state)."""
    state, now = State(Status.OPEN, plan, next_step_at=START), START
    pages, moments = list[PageLevel](), list[datetime]()
    for turn in range(1 + len(plan.levels) * plan.laps + len(reaches)):
        if state.next_step_at is None:
            break
        assert advance(state, EVERYBODY, state.next_step_at - timedelta(microseconds=1)).reason is Reason.NOT_DUE
        now = state.next_step_at + timedelta(seconds=latenesses[turn % len(latenesses)])
        taken = advance(state, reaches[turn] if turn < len(reaches) else EVERYBODY, now)
        for effect in taken.effects:
            if isinstance(effect, PageLevel):
                pages.append(effect)
                moments.append(now)
        state = taken.state
    return pages, moments, state


LATE = st.lists(st.integers(0, 600), min_size=1, max_size=5)


@given(FULL_PLANS, LATE)
def test_each_level_of_each_lap_is_reached_once_and_in_order_and_then_it_ends(plan: Plan, late: list[int]) -> None:
    pages, _, state = run(plan, [], late)
    expected = [(lap, level) for lap in range(1, plan.laps + 1) for level in range(1, len(plan.levels) + 1)]
    assert [(page.lap, page.level) for page in pages] == expected
    assert state.exhausted
    assert state.next_step_at is None


@given(FULL_PLANS.map(lambda plan: replace(plan, laps=2)))
def test_two_laps_reach_every_level_twice(plan: Plan) -> None:
    pages, _, _ = run(plan, [], [0])
    for level in range(1, len(plan.levels) + 1):
        assert [page.lap for page in pages if page.level == level] == [1, 2]


@given(FULL_PLANS, LATE)
def test_no_level_is_paged_before_the_timeout_of_the_one_before_it_ran_out(plan: Plan, late: list[int]) -> None:
    pages, moments, _ = run(plan, [], late)
    for before, came, after in zip(pages, moments, moments[1:], strict=False):
        assert after >= came + plan.levels[before.level - 1].timeout


@given(PLANS, st.lists(REACHES, max_size=20), LATE)
def test_whoever_comes_and_goes_the_pages_are_bounded_and_never_go_back(
    plan: Plan, reaches: list[Reach], late: list[int]
) -> None:
    pages, _, state = run(plan, reaches, late)
    retried = state.tries + 1
    assert len(pages) <= len(plan.levels) * (plan.laps + retried)
    laps = [page.lap for page in pages]
    assert laps == sorted(laps)
    assert max(laps, default=1) <= plan.laps


@given(PLANS, st.lists(REACHES, max_size=20))
def test_once_everybody_can_be_reached_it_ends(plan: Plan, reaches: list[Reach]) -> None:
    _, _, state = run(plan, reaches, [0])
    if all(level.targets for level in plan.levels):
        assert state.exhausted
    else:
        assert state.exhausted or state.next_step_at is not None


@given(STATES, REACHES)
def test_a_step_taken_twice_at_the_same_moment_is_stale_the_second_time(state: State, reach: Reach) -> None:
    first = advance(state, reach, START)
    second = advance(first.state, reach, START)
    assert second.state == first.state
    assert second.effects == ()
    assert second.reason in (Reason.NOT_DUE, Reason.NOT_LIVE)


@given(STATES, REACHES)
def test_an_alert_that_is_closed_or_not_due_is_never_touched(state: State, reach: Reach) -> None:
    taken = advance(state, reach, START)
    if not state.status.is_live:
        assert (taken.effects, taken.reason) == ((), Reason.NOT_LIVE)
        assert taken.state == replace(state, next_step_at=None)
    elif state.next_step_at is None or state.next_step_at > START:
        assert (taken.state, taken.effects, taken.reason) == (state, (), Reason.NOT_DUE)
    else:
        assert taken.state != state
        assert taken.effects or taken.reason is Reason.NOTHING_LEFT


@given(STATES, REACHES)
def test_a_step_pages_one_level_at_most_and_only_people_who_can_be_reached(
    state: State, reach: dict[Target, tuple[int, ...]]
) -> None:
    effects = advance(state, reach, START).effects
    pages = [effect for effect in effects if isinstance(effect, PageLevel)]
    assert len(pages) <= 1
    assert len([effect for effect in effects if isinstance(effect, PassOver)]) <= 2 * len(state.plan.levels)
    for page in pages:
        assert page.people
        assert len(set(page.people)) == len(page.people)
        assert set(page.people) <= {person for people in reach.values() for person in people}


@given(PLANS.filter(lambda plan: bool(plan.levels)))
def test_while_nobody_can_be_reached_it_is_tried_every_five_minutes_without_end_and_without_spinning(
    plan: Plan,
) -> None:
    state, now = State(Status.OPEN, plan, next_step_at=START), START
    for turn in range(1, 30):
        taken = advance(state, {}, now)
        assert taken.reason is Reason.NOBODY
        assert taken.state.next_step_at == now + RETRY_WHEN_NOBODY
        assert taken.state.tries == turn
        state, now = taken.state, taken.state.next_step_at
