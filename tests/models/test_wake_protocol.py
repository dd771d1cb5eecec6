"""The wake-up protocol, explored exhaustively: a due row is always looked at within the bound (rules 1 to 3).

What the model is, is told in tests/models/wake_state.py; how it is searched, in tests/models/wake_explorer.py; that the
code does what the model does, in tests/models/test_wake_as_built.py.
"""

import gc
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.models.wake_explorer import LONG_AGO, Explored, World, endless, explore
from tests.models.wake_state import SECOND, Protocol, ticks

BOUND, PROMPT = ticks(15), ticks(3)
AS_BUILT = Protocol()
UNPROBED = Protocol(probes=False, stands_in=False)
"""The clock only moves what is armed: what is seen in time now is owed to writers and workers alone."""


class Known(NamedTuple):
    """A world, the seconds by which a row may be late in it, and how many states it has at least."""

    world: World
    seconds: float
    states: int


QUIET = {
    "one row": Known(World(), 1.0, 2_000),
    "one row that somebody else locks for a while, a stall": Known(World(bystander=True, stalls=1), 3.0, 20_000),
    "two workers, a bystander, a stall": Known(
        World(workers=2, bystander=True, stalls=1, minutes=(LONG_AGO,)), 3.0, 15_000
    ),
    "two rows": Known(World(rows=2, dues=(0, 3), minutes=(LONG_AGO,)), 1.0, 10_000),
    "two clocks, a stall": Known(World(clocks=2, stalls=1, minutes=(0,)), 1.5, 15_000),
}
FAULTY = {
    "one fault": Known(World(faults=1, dues=(0, 1, 3), minutes=(LONG_AGO, 0)), 7.0, 30_000),
    "one fault and a stall": Known(
        World(faults=1, stalls=1, dues=(3,), written_by=0, minutes=(LONG_AGO,)), 7.5, 20_000
    ),
    "one fault, two workers": Known(World(faults=1, workers=2, dues=(0, 1), minutes=(LONG_AGO,)), 3.0, 20_000),
    "one fault, two clocks": Known(
        World(faults=1, clocks=2, dues=(1,), written_by=0, minutes=(LONG_AGO,)), 7.0, 20_000
    ),
    "one fault, a bystander": Known(World(faults=1, bystander=True, dues=(0,), minutes=(LONG_AGO,)), 8.0, 20_000),
    "one fault, two rows": Known(World(faults=1, rows=2, dues=(0,), written_by=0, minutes=(LONG_AGO,)), 8.0, 20_000),
    "two faults": Known(World(faults=2, dues=(1,), written_by=0, minutes=(LONG_AGO,)), 7.0, 40_000),
    "two faults, two workers": Known(
        World(faults=2, workers=2, dues=(0,), written_by=0, minutes=(LONG_AGO,)), 7.0, 25_000
    ),
}


class Mistake(NamedTuple):
    """A protocol that is built wrong, beside one that is not, in a world where the difference shows."""

    wrong: Protocol
    right: Protocol
    world: World
    bound: int = BOUND


MISTAKES = {
    "the flag is deleted after looking, without probe": Mistake(
        UNPROBED._replace(hushes_before_looking=False), UNPROBED, World(rows=2, dues=(0,), minutes=(0,)), PROMPT
    ),
    "the ring comes before the commit, without probe": Mistake(
        UNPROBED._replace(commits_before_waking=False), UNPROBED, World(minutes=(LONG_AGO,)), PROMPT
    ),
    "nobody wakes for what is due later, without probe": Mistake(
        UNPROBED._replace(wakes_for_later=False), UNPROBED, World(dues=(3,), minutes=(LONG_AGO,)), PROMPT
    ),
    "the flag never expires and the clock honours it": Mistake(
        AS_BUILT._replace(flag_expires=False, probe_honours_flag=True),
        AS_BUILT,
        World(faults=1, only="crashes", workers=2, dues=(0,), minutes=(LONG_AGO,)),
    ),
    "the second is truncated, and may have begun": Mistake(
        UNPROBED._replace(rounds_up=False, arms_only_what_is_to_come=False), UNPROBED, World(), PROMPT
    ),
    "a second may be armed that has begun": Mistake(
        UNPROBED._replace(arms_only_what_is_to_come=False), UNPROBED, World(dues=(0,), bystander=True), PROMPT
    ),
    "no probe, and Redis is emptied": Mistake(
        AS_BUILT._replace(probes=False), AS_BUILT, World(faults=1, only="emptied", dues=(0, 3))
    ),
    "no probe, and a writer dies between commit and ring": Mistake(
        AS_BUILT._replace(probes=False), AS_BUILT, World(faults=1, only="writer", dues=(0,))
    ),
    "nobody looks last at what is due later, without probe": Mistake(
        UNPROBED._replace(looks_last=False), UNPROBED, World(dues=(3,), minutes=(LONG_AGO,)), PROMPT
    ),
    "nobody looks last at what another holds, without probe": Mistake(
        UNPROBED._replace(looks_last=False), UNPROBED, World(dues=(0,), bystander=True), PROMPT
    ),
    "the clock does not stand in for the only worker": Mistake(
        AS_BUILT._replace(stands_in=False), AS_BUILT, World(faults=1, only="gone", dues=(0,), minutes=(LONG_AGO,))
    ),
}


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    """A search makes a million tuples and no circle; the collector would only go through them again and again."""
    gc.disable()
    yield
    gc.enable()


def expect_kept(explored: Explored, states: int = 0) -> None:
    told = f"after {explored.worst / SECOND} s, among {explored.states} states:\n" + "\n".join(explored.history)
    assert not explored.history, told
    assert explored.states >= states, f"only {explored.states} states: is the model still what it was?"


@pytest.mark.parametrize("known", QUIET.values(), ids=QUIET)
def test_without_faults_no_row_waits_for_the_clock_to_find_it(known: Known) -> None:
    expect_kept(explore(known.world, UNPROBED, ticks(known.seconds)), known.states)


@pytest.mark.parametrize("known", FAULTY.values(), ids=FAULTY)
def test_whatever_strikes_between_any_two_actions_a_due_row_is_looked_at_within_the_bound(known: Known) -> None:
    assert ticks(known.seconds) <= BOUND
    expect_kept(explore(known.world, AS_BUILT, ticks(known.seconds)), known.states)


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_loses_a_row_that_is_looked_at_otherwise(mistake: Mistake) -> None:
    expect_kept(explore(mistake.world, mistake.right, mistake.bound))
    found = explore(mistake.world, mistake.wrong, mistake.bound, may_be_early=True)
    assert found.worst > mistake.bound
    assert found.history


def test_a_second_that_is_truncated_is_rung_for_before_its_row_is_due() -> None:
    truncated = UNPROBED._replace(rounds_up=False)
    found = explore(World(), truncated, PROMPT)
    assert found.history[-1].endswith("check_armed")
    assert found.worst <= PROMPT


@pytest.mark.parametrize(
    ("spared", "world"),
    [
        (UNPROBED._replace(rounds_up=False), World(dues=(1, 3), bystander=True, stalls=1, minutes=(LONG_AGO,))),
        (AS_BUILT._replace(flag_expires=False), World(faults=1, workers=2, dues=(0,), minutes=(LONG_AGO,))),
        (AS_BUILT._replace(probe_honours_flag=True), World(faults=1, workers=2, dues=(0,), minutes=(LONG_AGO,))),
    ],
    ids=["truncated, but never a second that has begun", "no expiry, but the probe", "an expiry, but no probe past it"],
)
def test_of_two_guards_one_is_enough_to_lose_nothing(spared: Protocol, world: World) -> None:
    expect_kept(explore(world, spared, BOUND, may_be_early=True))


@pytest.mark.parametrize(
    ("protocol", "world"),
    [
        (UNPROBED, World(bystander=True, dues=(0, 3))),
        (AS_BUILT, World(faults=1, dues=(0,), minutes=(0,))),
        (AS_BUILT._replace(probe_honours_flag=True), World(faults=1, workers=2, dues=(0,), minutes=(LONG_AGO,))),
    ],
    ids=["without faults", "one fault", "one fault, and a clock that wakes"],
)
def test_no_circle_of_actions_keeps_time_from_passing(protocol: Protocol, world: World) -> None:
    assert endless(world, protocol) == 0
