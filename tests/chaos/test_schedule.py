"""The schedule of faults: the same for a seed, every kind in it, and calm between the bouts."""

import pytest

from tests.chaos.__main__ import EACH_BOUT, EVERY, LONG, SHORT, SHORT_EACH_BOUT, SHORT_EVERY
from tests.chaos.schedule import BOUT_SECONDS, BY_NAME, KINDS, LONG_OUTAGE, PREVIOUS, SLACK, STEPS, Fault, planned

SHORT_BUSY, LONG_BUSY = 128.0, 1748.0


def short(seed: int) -> list[Fault]:
    return planned(SHORT_BUSY, seed, SHORT_EVERY, SHORT_EACH_BOUT)


@pytest.mark.parametrize("seed", range(20))
def test_the_short_form_has_every_kind_and_enough_faults(seed: int) -> None:
    faults = short(seed)
    assert {fault.kind for fault in faults} == {kind.name for kind in KINDS}
    assert len(faults) >= SHORT.faults


def test_the_long_form_has_enough_faults_and_ten_minutes_without_slack() -> None:
    faults = planned(LONG_BUSY, 1, EVERY, EACH_BOUT)
    assert len(faults) >= LONG.faults
    (outage,) = [fault for fault in faults if fault.kind == LONG_OUTAGE]
    assert outage.length == 600
    assert outage.path == {SLACK}
    assert outage.end < LONG_BUSY


def test_a_seed_is_a_schedule() -> None:
    assert short(7) == short(7)
    assert short(7) != short(8)


@pytest.mark.parametrize("seed", range(5))
def test_faults_last_as_long_as_their_kind_says_and_begin_in_bouts(seed: int) -> None:
    for fault in short(seed):
        kind = BY_NAME[fault.kind]
        assert kind.shortest <= fault.length <= kind.longest
        assert fault.path == kind.path
        assert (fault.begin - SHORT_EVERY / 4) % SHORT_EVERY <= BOUT_SECONDS + 0.01


def test_between_bouts_of_the_long_form_nothing_excuses_a_step() -> None:
    planned_ones = [each for each in planned(1000, 3, EVERY, EACH_BOUT) if each.kind != LONG_OUTAGE]
    faults = [each for each in planned_ones if each.path & {STEPS, SLACK}]
    bouts = [EVERY / 4 + EVERY * number for number in range(24)]
    for begin in bouts[1:]:
        before = max(fault.end for fault in faults if fault.begin < begin)
        assert begin - before > 5


@pytest.mark.parametrize("seed", range(10))
def test_nothing_else_breaks_while_the_previous_release_runs_beside_this_one(seed: int) -> None:
    faults = short(seed)
    (upgrade,) = [fault for fault in faults if fault.kind == PREVIOUS]
    assert all(fault.end < upgrade.begin for fault in faults if fault is not upgrade)
    faults = planned(LONG_BUSY, seed, EVERY, EACH_BOUT)
    upgrades = [fault for fault in faults if fault.kind == PREVIOUS]
    assert len(upgrades) >= 3
    others = [fault for fault in faults if fault.kind != PREVIOUS]
    assert not any(fault.begin < each.end and each.begin < fault.end for each in upgrades for fault in others)


@pytest.mark.parametrize("seed", range(10))
def test_faults_of_slack_do_not_all_come_in_one_bout(seed: int) -> None:
    bouts: dict[int, int] = {}
    for fault in short(seed):
        if BY_NAME[fault.kind].uses == "slack":
            number = int((fault.begin - SHORT_EVERY / 4) // SHORT_EVERY)
            bouts[number] = bouts.get(number, 0) + 1
    assert max(bouts.values()) <= 3


def test_a_run_too_short_for_a_bout_has_no_faults() -> None:
    assert planned(10, 1, SHORT_EVERY, SHORT_EACH_BOUT) == []
