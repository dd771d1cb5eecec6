"""What somebody types for a dry run, by tables: labels, and a moment."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from models.matching import Subject
from models.suppose import moment_from, subject_from, supposed
from models.words import Origin, Severity

MOMENT = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""A Friday, 13:00 in Berlin."""
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ([], Subject()),
        (["team=payments", "region=eu"], Subject({"team": "payments", "region": "eu"})),
        (["severity=Critical"], Subject(severity=Severity.CRITICAL)),
        (["label.severity=page"], Subject({"severity": "page"})),
        (["label.team=payments"], Subject({"team": "payments"})),
        (["severity=low", "label.severity=page"], Subject({"severity": "page"}, Severity.LOW)),
        (["source=prod", "source_kind=grafana"], Subject(source="prod", source_kind="grafana")),
        (["origin=person"], Subject(origin=Origin.PERSON)),
        (["client=Acme"], Subject(origin=Origin.CLIENT, client="Acme")),
        (["client=Acme", "origin=signal"], Subject(client="Acme")),
        (["tier=gold", "owner=bob", "days_to_renewal=-3"], Subject(tier="gold", owner="bob", days_to_renewal=-3)),
        (
            ["query=a=b", "empty=", " team = search infra "],
            Subject({"query": "a=b", "empty": "", "team": "search infra"}),
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_labels_make_the_alert(words: list[str], subject: Subject) -> None:
    assert subject_from(words) == subject


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["critical"], '"critical" is no label; write name=value, such as severity=critical'),
        (["=critical"], '"=critical" is no label'),
        (["severity=bad"], "severity must be one of critical, high, medium, low, not 'bad'"),
        (["origin=mars"], "origin must be one of signal, client, person, test, not 'mars'"),
        (["days_to_renewal=soon"], "days_to_renewal must be a number of days, not 'soon'"),
        (["team=a", "team=b"], "team is given twice"),
        (["team=a", "label.team=a"], "label.team is given twice"),
        (["severity=low", "severity=high"], "severity is given twice"),
    ],
)
def test_what_is_no_label_is_named_in_one_line(words: list[str], problem: str) -> None:
    with pytest.raises(ValueError) as raised:
        subject_from(words)
    assert str(raised.value).startswith(problem)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "subject", "moment"),
    [
        ("", Subject(), None),
        ("severity=critical team=payments", Subject({"team": "payments"}, Severity.CRITICAL), None),
        ("team=“search infra”, env=prod", Subject({"team": "search infra", "env": "prod"}), None),
        ("{team=a} 2027-03-28T02:30+01:00", Subject({"team": "a"}), MOMENT),
        ("2027-03-28 01:30Z", Subject(), MOMENT),
        ("team=a tomorrow 9:00", Subject({"team": "a"}), datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("team=a at mon 9:00", Subject({"team": "a"}), datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("18:00", Subject(), datetime(2026, 11, 20, 17, tzinfo=UTC)),
        ("2026-11-01 09:00", Subject(), datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ("2026-12-24 09:00", Subject(), datetime(2026, 12, 24, 8, tzinfo=UTC)),
        ("client=Acme 2027-03-28T01:30Z", Subject(origin=Origin.CLIENT, client="Acme"), MOMENT),
    ],
)
def test_a_command_names_labels_and_perhaps_a_moment(text: str, subject: Subject, moment: datetime | None) -> None:
    assert supposed(text, NOW, BERLIN) == (subject, moment)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("payments", '"payments" is no label'),
        ("team=a please", '"please" is no label'),
        ("please team=a", '"please" is no label'),
        ("team=~a", "team=~ asks, here every label has its value: team=value"),
        ("severity=awful", "at character 1: severity must be one of critical, high, medium, low"),
        ('team="a', "at character 6: expected a closing quote"),
        ("team=a 2h", '"2h" is no time; say `18:00`, `tomorrow 9:00`, or 2027-03-28T02:30+01:00'),
        ("team=a 18:00 please", '"18:00 please" is no time'),
        ("team=a tomorrow 9:00 to 18:00", '"tomorrow" is no label'),
        ("team=a 25:00", '"25:00" is no time; say `18:00`, `tomorrow 9:00`, or 2027-03-28T02:30+01:00'),
        ("team=a 2027-03-28T02:30", '"2027-03-28T02:30" needs its offset from UTC'),
        ("team=a 2027-03-28T02:30+01:00 please", '"2027-03-28T02:30+01:00 please" is no time'),
    ],
)
def test_what_is_not_understood_is_named_in_one_line(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as raised:
        supposed(text, NOW, BERLIN)
    assert str(raised.value).startswith(problem)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-28T02:30+01:00", "2027-03-28 02:30+01:00", "2027-03-28T01:30Z", "2027-03-28t01:30:00z",
        "2027-03-28T02:30:00.000000+0100", "2027-03-28T01:30-00:00", " 2027-03-27T15:30-10:00 ",
    ],
)  # fmt: skip
def test_a_moment_is_read_with_its_offset(text: str) -> None:
    assert moment_from(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2027-03-28", "2027-03-28T24:00+01:00", "2027-03-28T25:00Z", "2027-02-29T01:30Z",
        "2027-13-01T01:30Z", "2027-03-28T01:60Z", "2027-03-28T01:30+25:00", "0001-01-01T00:00+23:00",
        "9999-12-31T23:59Z", "2027-W13-1T01:30Z", "1774661400", "2027-03-28T01:30+01:00[Europe/Berlin]",
        "２０２７-03-28T01:30Z",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time; write it as 2027-03-28T02:30\+01:00"):
        moment_from(text)


@pytest.mark.parametrize("text", ["2027-03-28T02:30", "2027-03-28 02:30:15"])
def test_a_time_without_an_offset_is_refused_because_it_is_many(text: str) -> None:
    with pytest.raises(ValueError, match="needs its offset from UTC"):
        moment_from(text)
