"""What a program reads: alerts with all that is known of them, filtered, counted, and turned over."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, select, update

from bot.context import Context
from models.actions import escalating, raising
from models.actions.workspaces import put_source
from models.answer import Answer
from models.tables import Message, Source
from models.words import Severity
from tests.bot.rest.house import Api, client_alert, serve
from tests.models.actions.house import alert, build_house, firing, send

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")


@pytest.fixture
def api(context: Context) -> Iterator[Api]:
    with serve(context) as made:
        yield made


def numbers(page: dict[str, Any]) -> list[int]:
    return [each["id"] for each in page["alerts"]]


def test_a_list_tells_everything_about_its_alerts(api: Api) -> None:
    (number,) = api.opened("disk", severity=Severity.CRITICAL)
    with api.context.db.begin() as session:
        escalating.advance_due(session)
    (shown,) = api.program.list()["alerts"]
    opened = shown["opened_at"]
    assert MOMENT.fullmatch(opened)
    alice = {"slack_id": "U0ALICE", "name": "alice"}
    expected = {
        "id": number, "status": "open", "severity": "critical", "epoch": 1, "origin": "signal",
        "title": "disk is in trouble", "source": {"kind": "generic", "name": "prod"}, "client": None,
        "policy": "Nights", "level": 1, "levels": 3, "lap": 1, "laps": 1, "paged": [alice], "acknowledged_by": None,
        "closed_at": None, "notes": "", "raised_by": None,
    }  # fmt: skip
    assert expected.items() <= shown.items()


def test_a_clients_excerpt_is_shown_as_on_cards_whatever_was_purged_of_its_messages(api: Api) -> None:
    with api.context.db.begin() as session:
        number = client_alert(session, api.house).id
        session.execute(update(Message).values(text=""))
    shown = api.program.show(number)["alert"]
    owner = {"slack_id": "U0BOB", "name": "bob"}
    assert shown["client"] == {"name": "Acme", "tier": "gold", "owner": owner, "renews_on": None}
    assert (shown["channel"], shown["author"], shown["excerpt"]) == ("C0ACME", "U0DORA", "We are leaving.")


@pytest.fixture
def mixed(api: Api) -> Api:
    """1 resolved high of generic, 2 open low, 3 a client, critical, 4 acknowledged of grafana/prod, a test page."""
    api.opened("one")
    api.opened("two", severity=Severity.LOW)
    with api.context.db.begin() as session:
        client_alert(session, api.house)
        put_source(session, api.house.id, "grafana", "prod", "another secret")
    api.opened("four")
    api.give(Answer.RESOLVE, 1)
    api.give(Answer.ACKNOWLEDGE, 4)
    with api.context.db.begin() as session:
        grafana = session.scalars(select(Source.id).where(Source.kind == "grafana")).one()
        alert(session, 4).source_id = grafana
        raising.raise_test(session, api.house.id, api.house.people["alice"])
        send(session, build_house(session, "Southwind"), firing("theirs"))
    return api


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [4, 3, 2, 1]),
        ({"status": "", "severity": "", "source": "", "client": "", "limit": "", "after": ""}, [4, 3, 2, 1]),
        ({"status": "open"}, [3, 2]),
        ({"status": "resolved,acknowledged"}, [4, 1]),
        ({"status": "false_positive"}, []),
        ({"severity": "high"}, [4, 1]),
        ({"severity": "low,critical"}, [3, 2]),
        ({"status": "open", "severity": "low"}, [2]),
        ({"source": "prod"}, [4, 2, 1]),
        ({"source": "Grafana/Prod"}, [4]),
        ({"source": "generic/prod", "severity": "high"}, [1]),
        ({"client": "acme"}, [3]),
        ({"client": "T0ACME"}, [3]),
        ({"client": "acme", "source": "prod"}, []),
    ],
)
def test_filters_narrow_the_list_and_its_counts(mixed: Api, filters: dict[str, str], expected: list[int]) -> None:
    page = mixed.program.list(**filters)
    assert (numbers(page), page["next"]) == (expected, None)
    counts = page["counts"]
    assert counts["total"] == sum(counts["status"].values()) == sum(counts["severity"].values()) == len(expected)
    for word in ("status", "severity"):
        for name, count in counts[word].items():
            assert count == len([each for each in page["alerts"] if each[word] == name])


def test_a_list_is_turned_over_to_its_end_and_what_opens_meanwhile_shifts_nothing(api: Api) -> None:
    for severity in (*Severity, *Severity):
        api.opened(*(f"{severity.label}-{each}" for each in range(2)), severity=severity)
    found, page = list[int](), api.program.list(limit=3)
    while page["next"]:
        assert page["counts"]["total"] == 8 + len(found) // 3
        found += numbers(page)
        api.opened(f"meanwhile-{len(found)}")
        page = api.program.list(limit=3, after=page["next"])
    assert found + numbers(page) == [8, 7, 6, 5, 4, 3, 2, 1]


def test_a_list_costs_as_many_statements_however_long_it_is(api: Api) -> None:
    statements: list[str] = []
    engine = api.app.extensions["heed"].db.engine
    event.listen(engine, "before_cursor_execute", lambda *about: statements.append(about[2]))
    costs = []
    for round_ in range(2):
        api.opened(*(f"disk-{round_}-{each}" for each in range(3 + 5 * round_)))
        with api.context.db.begin() as session:
            escalating.advance_due(session)
        api.give(Answer.ACKNOWLEDGE, 1 + 3 * round_)
        api.program.list()
        statements.clear()
        api.program.list()
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 11


def test_an_alert_comes_with_its_timeline_and_receipts(api: Api) -> None:
    (number,) = api.opened("disk")
    with api.context.db.begin() as session:
        escalating.advance_due(session)
    api.give(Answer.REASSIGN, number, to=api.house.people["charlie"], notes="knows disks")
    shown = api.program.show(number)
    timeline = {each["kind"]: each for each in shown["timeline"]}
    alice, charlie = {"slack_id": "U0ALICE", "name": "alice"}, {"slack_id": "U0CHARLIE", "name": "charlie"}
    assert list(timeline) == ["opened", "escalated", "reassigned"]
    assert timeline["escalated"]["detail"]["people"] == [alice]
    assert timeline["reassigned"]["person"]["name"] == "bob"
    assert timeline["reassigned"]["detail"] == {"notes": "knows disks", "to": charlie}
    assert [(each["person"], each["level"], each["state"]) for each in shown["receipts"]] == [(alice, 1, "cancelled")]
