"""The figures that Prometheus reads: right, cheap however much there is, and there when half of the house is away."""

import re
from datetime import timedelta
from typing import Any

import pytest
import requests
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import Engine, event, text

from bot import metrics
from bot.context import Context, build
from bot.metrics import NAMES, Figures
from models.config import Settings
from models.db import now_of
from models.embedded import free_port
from tests.models.actions.house import forward
from tests.world import World

MANY = 30_000


def scrape(context: Context) -> dict[str, float]:
    """Each line's figure by its name with labels."""
    registry = CollectorRegistry()
    registry.register(Figures(context))
    lines = generate_latest(registry).decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def test_every_figure_is_there_and_no_other(world: World) -> None:
    world.signal("Disk full")
    world.settle()
    with world.context.db.begin() as session:
        session.execute(text("UPDATE workspaces SET daily_tokens = 1000"))
        session.execute(text("INSERT INTO usage VALUES (1, current_date, 3, 900, 0.5, 4, 1)"))
        session.execute(text("INSERT INTO beats VALUES ('clock', now()) ON CONFLICT DO NOTHING"))
    found = scrape(world.context)
    bare = {re.sub(r"_(bucket|gcount|gsum)$", "", name.split("{")[0]) for name in found}
    assert bare == set(NAMES)


def test_rating_is_told_by_workspace(world: World) -> None:
    with world.context.db.begin() as session:
        session.execute(text("UPDATE workspaces SET daily_tokens = 1000"))
        day = now_of(session).date()
        session.execute(text("INSERT INTO usage VALUES (1, :day, 3, 900, 0.5, 4, 1)"), {"day": day})
    found = scrape(world.context)
    assert found['heed_llm_calls_today{workspace="Northwind"}'] == 3
    assert found['heed_llm_tokens_today{workspace="Northwind"}'] == 900
    assert found['heed_llm_cost_today{workspace="Northwind"}'] == 0.5
    assert found['heed_llm_budget_tokens{workspace="Northwind"}'] == 1000
    assert found['heed_llm_fallback_share_today{workspace="Northwind"}'] == 0.25


def test_the_lateness_of_pages_is_a_histogram(world: World) -> None:
    world.policy("alice", "bob")
    for title in "abc":
        world.signal(title)
    world.settle()
    with world.context.db.begin() as session:
        for lateness, page in zip(
            (0.2, 4, 1000), session.scalars(text("SELECT id FROM pages ORDER BY id")), strict=True
        ):
            late = {"id": page, "late": timedelta(seconds=lateness)}
            session.execute(text("UPDATE pages SET sent_at = due_at + :late, state = 'sent' WHERE id = :id"), late)
    found = scrape(world.context)
    counts = {
        bound: found[f'heed_page_lateness_seconds_bucket{{le="{bound}"}}'] for bound in ("0.5", "5.0", "300.0", "+Inf")
    }
    assert counts == {"0.5": 1, "5.0": 2, "300.0": 2, "+Inf": 3}
    assert found["heed_page_lateness_seconds_gsum"] == pytest.approx(1004.2)
    assert found['heed_pages_1h{result="sent",way="slack"}'] == 3


def test_what_is_due_is_told_by_kind_and_age(world: World) -> None:
    world.policy("alice")
    requests.post(world.source("generic"), json={"title": "Disk full"}, timeout=10)
    forward(seconds=40)
    found = scrape(world.context)
    assert found['heed_due{kind="step"}'] == 1
    assert found['heed_due_age_seconds{kind="step"}'] >= 40
    assert found['heed_due{kind="page"}'] == 0
    assert found['heed_due_age_seconds{kind="page"}'] == 0


def test_each_source_tells_when_it_last_spoke_and_requests_are_counted_by_outcome(world: World) -> None:
    world.signal("Disk full")
    with world.context.db.begin() as session:
        now = now_of(session).timestamp()
    found = scrape(world.context)
    last = found['heed_source_last_signal_timestamp_seconds{kind="generic",source="prod",workspace="Northwind"}']
    assert now - 60 < last <= now
    assert found['heed_intake_requests_5m{outcome="accepted"}'] == 1
    assert found['heed_intake_requests_5m{outcome="refused"}'] == 0


def test_the_queue_is_told_by_what_waits_and_what_failed(context: Context) -> None:
    context.bell.wake("escalate")
    with context.db.begin() as session:
        context.bell.wake("deliver", at=now_of(session) + timedelta(minutes=1))
    found = scrape(context)
    assert found['heed_queue_depth{queue="page",state="waiting"}'] == 1
    assert found['heed_queue_depth{queue="page",state="failed"}'] == 0
    assert found['heed_queue_depth{queue="rate",state="waiting"}'] == 0
    assert found['heed_queue_depth{queue="all",state="timed"}'] == 1


@pytest.mark.parametrize(
    ("away", "told"),
    [
        ({"database_url": "postgresql://x@127.0.0.1:{port}/x"}, {"heed_database_up": 0, "heed_redis_up": 1}),
        ({"redis_url": "redis://127.0.0.1:{port}/0"}, {"heed_database_up": 1, "heed_redis_up": 0}),
    ],
)
def test_what_is_away_is_told_and_hides_nothing_else(
    settings: Settings, away: dict[str, str], told: dict[str, float]
) -> None:
    changed = {name: url.format(port=free_port()) for name, url in away.items()}
    lost = build(settings.model_copy(update=changed), hurried=True)
    found = scrape(lost)
    assert {name: found[name] for name in told} == told
    assert any(name.startswith("heed_queue_depth") for name in found) is bool(told["heed_redis_up"])
    lost.db.dispose()
    lost.bell.redis.close()


def statements(context: Context) -> int:
    seen = list[str]()

    def hear(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(context.db.engine, "before_cursor_execute", hear)
    scrape(context)
    event.remove(context.db.engine, "before_cursor_execute", hear)
    return len(seen)


def test_a_scrape_asks_the_same_number_of_questions_however_much_there_is(world: World) -> None:
    few = statements(world.context)
    for number in range(12):
        world.signal(f"Disk {number} full")
    assert statements(world.context) == few <= 12


def test_no_question_reads_a_whole_table(world: World) -> None:
    world.signal("Disk full")
    world.settle()
    world.context.db.engine.dispose()  # what has checked foreign keys in empty tables would go on without an index
    with world.context.db.begin() as session:
        for statement in _FILL:
            session.execute(text(statement), {"many": MANY})
    _analyze(world.context.db.engine)
    with world.context.db.begin() as session:
        now = now_of(session)
        for name in ("_LIVE", "_DUE", "_PAGES", "_REQUESTS"):
            statement = getattr(metrics, name)
            arguments = {"now": now} if ":now" in statement.text else {}
            plan = "\n".join(session.scalars(text(f"EXPLAIN {statement.text}"), arguments))
            assert not re.search("Seq Scan on (alerts|pages|requests)", plan), plan


def _analyze(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("alerts", "pages", "requests"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))


_FILL = (
    """INSERT INTO alerts (workspace_id, origin, key, title, severity, opened_at, last_seen_at, plan, status, closed_at)
       SELECT 1, 'signal', 'old:' || n, 'old', 2, at, at, '{}', 'resolved', at
       FROM (SELECT n, now() - interval '100 days' * (:many - n) / :many - interval '2 hours' AS at
             FROM generate_series(1, :many) AS n) AS each""",
    """INSERT INTO steps (workspace_id, alert_id, epoch, tries, lap, level, due_at, wake_id)
       SELECT workspace_id, id, 1, 0, 1, 1, opened_at, '' FROM alerts WHERE key LIKE 'old:%'""",
    """INSERT INTO pages (workspace_id, alert_id, step_id, person_id, kind, severity, epoch, state, due_at, try_at,
                          sent_at)
       SELECT s.workspace_id, s.alert_id, s.id, (SELECT min(id) FROM people), 'new', 2, 1, 'sent', due_at, due_at,
              due_at
       FROM steps s WHERE wake_id = '' ORDER BY s.id""",
    """INSERT INTO requests (workspace_id, source_id, at, outcome)
       SELECT 1, (SELECT min(id) FROM sources), opened_at, 'accepted' FROM alerts WHERE key LIKE 'old:%' ORDER BY id""",
)
