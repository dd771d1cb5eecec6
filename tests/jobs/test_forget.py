"""What is kept and what is forgotten of alerts, in steps that are small and come to an end."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from jobs.forget import forget
from models.actions import forgetting
from models.actions.forgetting import TABLES, Kept
from models.bell import PERIODIC, RINGS
from tests.world import World

KEPT = Kept(alerts=timedelta(days=180), signals=timedelta(days=90))


@pytest.fixture
def lived(world: World) -> World:
    """Two alerts that were paged: alice has resolved the first, nobody the second."""
    world.policy("alice")
    world.signal("Disk full", severity="critical")
    world.settle()
    world.press("alice", "Acknowledge")
    world.heed("alice", "resolve 1")
    world.settle()
    world.signal("Still full", severity="critical")
    world.settle()
    return world


def age(world: World, days: int) -> None:
    """As if everything that stands there had happened so long ago."""
    moments = {
        "alerts": ("opened_at", "closed_at"), "signals": ("received_at",), "pages": ("due_at", "sent_at"),
        "steps": ("due_at", "executed_at"), "posts": ("created_at",), "parts": ("opened_at",), "entries": ("at",),
    }  # fmt: skip
    with world.context.db.begin() as session:
        for table, columns in moments.items():
            changed = ", ".join(f"{each} = {each} - make_interval(days => :days)" for each in columns)
            session.execute(text(f"UPDATE {table} SET {changed}"), {"days": days})
        session.execute(text("UPDATE posts SET redraw_at = NULL"))


def rows(world: World, table: str, alert: int) -> int:
    with world.context.db.begin() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table} WHERE alert_id = :alert"), {"alert": alert}) or 0)


def count(world: World, query: str) -> int:
    with world.context.db.begin() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {query}")) or 0)


def test_nothing_is_forgotten_before_its_time(lived: World) -> None:
    age(lived, 89)
    assert forget(lived.context, pause=0) == {}


def test_signals_go_before_the_rest(lived: World) -> None:
    age(lived, 91)
    assert forget(lived.context, pause=0) == {"signals": 2}


def test_of_an_alert_closed_long_ago_the_row_and_the_audit_stay(lived: World) -> None:
    high = count(lived, "entries WHERE high AND alert_id = 1")
    age(lived, 181)
    gone = forget(lived.context, pause=0)
    assert gone.keys() >= {"signals", "pages", "steps", "posts", "entries"}
    assert [rows(lived, table, 1) for table in ("pages", "steps")] == [0, 0]
    assert rows(lived, "entries", 1) == high > 0
    assert count(lived, "alerts WHERE id = 1") == 1


def test_of_an_alert_that_is_open_nothing_is_forgotten_but_signals(lived: World) -> None:
    before = {table: rows(lived, table, 2) for table in ("pages", "steps", "entries")}
    age(lived, 400)
    forget(lived.context, pause=0)
    assert {table: rows(lived, table, 2) for table in before} == before
    assert all(before.values())
    assert count(lived, "posts") >= 1


def test_it_goes_on_past_what_stays_and_ends(lived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many rows of an open alert stand before those that may go."""
    monkeypatch.setattr(forgetting, "AT_ONCE", 7)
    with lived.context.db.begin() as session:
        for alert in (2, 1):
            session.execute(
                text("INSERT INTO entries (workspace_id, alert_id, at, kind) "
                     "SELECT 1, :alert, now(), 'x' FROM generate_series(1, 50)"),
                {"alert": alert},
            )  # fmt: skip
    age(lived, 181)
    gone = forget(lived.context, pause=0)
    assert gone["entries"] >= 50
    assert count(lived, "entries WHERE kind = 'x' AND alert_id = 1") == 0
    assert count(lived, "entries WHERE kind = 'x' AND alert_id = 2") == 50
    assert forget(lived.context, pause=0) == {}


@pytest.mark.parametrize("table", TABLES)
def test_a_step_looks_at_a_thousand_rows_and_reads_no_whole_table(lived: World, table: str) -> None:
    assert forgetting.AT_ONCE <= 1000
    with lived.context.db.begin() as session:
        for setting in ("enable_seqscan", "enable_bitmapscan"):
            session.execute(text(f"SET LOCAL {setting} = off"))
        statement = forgetting._STATEMENTS[table].text
        bound = {"after": 0, "old": "2020-01-01T00:00:00Z", "most": 1000}
        plan = "\n".join(session.scalars(text(f"EXPLAIN {statement}"), bound))
        assert "Seq Scan" not in plan, plan


def test_it_stops_when_its_time_is_over(lived: World) -> None:
    age(lived, 181)
    assert forget(lived.context, pause=0, at_most=0) == {}
    assert rows(lived, "pages", 1) > 0


def test_beats_of_processes_that_are_no_more_go(lived: World) -> None:
    with lived.context.db.begin() as session:
        session.execute(text("INSERT INTO beats VALUES ('worker gone', now() - interval '31 days'), ('clock', now())"))
        assert forgetting.forget_beats(session) == 1
    assert count(lived, "beats WHERE name = 'clock'") == 1


def test_it_runs_each_hour_on_the_queue_that_delays_no_page() -> None:
    assert PERIODIC["forget"].split()[1:] == ["*"] * 4
    assert RINGS["forget"].queue == "rate"
