"""The words that every room shares."""

import pytest

from models.words import Risk, Severity, Status


@pytest.mark.parametrize(
    ("word", "severity"),
    [("critical", Severity.CRITICAL), (" High ", Severity.HIGH), ("MEDIUM", Severity.MEDIUM), ("low\n", Severity.LOW)],
)
def test_a_severity_is_read_whatever_its_case(word: str, severity: Severity) -> None:
    assert Severity.parse(word) is severity


@pytest.mark.parametrize("word", ["", "urgent", "critical high", "1"])
def test_another_word_is_refused_and_the_four_are_named(word: str) -> None:
    with pytest.raises(ValueError, match="one of critical, high, medium, low"):
        Severity.parse(word)


def test_a_worse_severity_is_smaller_so_that_an_ascending_index_gives_the_worst_first() -> None:
    assert sorted(Severity) == [Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW]


def test_only_open_and_acknowledged_are_live() -> None:
    assert [status for status in Status if status.is_live] == [Status.OPEN, Status.ACKNOWLEDGED]
    assert Status.FALSE_POSITIVE.label == "false positive"


def test_a_risk_opens_an_alert_of_its_own_severity_from_medium_on() -> None:
    opened = {risk: risk.severity for risk in Risk}
    assert opened == {
        Risk.NONE: None,
        Risk.LOW: None,
        Risk.MEDIUM: Severity.MEDIUM,
        Risk.HIGH: Severity.HIGH,
        Risk.CRITICAL: Severity.CRITICAL,
    }
