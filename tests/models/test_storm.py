"""Which alerts are counted together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.storm import OF_SOURCE, OF_WORKSPACE, Kind, kinds
from models.words import Severity

KINDS = st.builds(Kind, st.integers(1, 2), st.none() | st.integers(1, 2), st.none() | st.sampled_from("ab"))


@pytest.mark.parametrize("severity", [Severity.HIGH, Severity.MEDIUM, Severity.LOW])
def test_an_alert_is_counted_with_its_source_and_then_with_its_workspace(severity: Severity) -> None:
    of_source, of_workspace = kinds(1, 7, severity, "Nights")
    assert (of_source, of_source.enough) == (Kind(1, 7), OF_SOURCE)
    assert (of_workspace, of_workspace.enough) == (Kind(1, None), OF_WORKSPACE)


def test_a_critical_one_is_counted_only_with_those_of_its_source_that_go_the_same_way() -> None:
    assert kinds(1, 7, Severity.CRITICAL, "Nights") == (Kind(1, 7, "Nights"),)
    assert kinds(1, 7, Severity.CRITICAL, "Nights")[0].enough == OF_SOURCE


@given(KINDS, KINDS)
def test_each_kind_has_its_own_place_in_the_order_in_which_storms_are_locked(one: Kind, other: Kind) -> None:
    assert (one.place == other.place) == (one == other)
