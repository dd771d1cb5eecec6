"""On its way a page's statements read what belongs to it, however many alerts are open in the house."""

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.context import Context
from jobs.clock import due_of_all
from models.actions import answering, delivering, drawing, escalating, reading, receipts
from models.answer import Answer
from models.plan import plan_to_json
from models.tables import Alert
from models.words import Severity
from tests.conftest import Servers
from tests.models.actions.house import House, alerts, build_house, claim, firing, forward, lease, send
from tests.models.actions.rows_read import rows_read

CROWD, BACKLOG = 5000, 400
AT_MOST = 1500
"""Rows that one statement reads; a batch of 200 steps reads several of each alert."""
TABLES = frozenset({"alerts", "steps", "pages", "posts", "entries", "signals"})


def fill(session: Session, house: House) -> None:
    """So many open alerts of other tools, whose pages are due, and whose next step is hours away; of some it is due."""
    plan = json.dumps(plan_to_json(house.plan("alice", "bob", minutes=600)))
    crowd = {"workspace": house.id, "plan": plan, "crowd": CROWD}
    session.execute(
        text("""
            INSERT INTO alerts (workspace_id, origin, key, title, severity, opened_at, last_seen_at, plan, level,
                                next_step_at)
            SELECT :workspace, 'signal', 'crowd-' || n, 'Disk ' || n, 1 + n % 4, now(), now(), CAST(:plan AS jsonb), 0,
                   heed_now()
            FROM generate_series(1, :crowd) n
        """),
        crowd,
    )
    for _ in range((CROWD - BACKLOG) // escalating.BATCH):
        escalating.advance_due(session)


def arrive(session: Session) -> None:
    """Slack has taken every page, each in a post of its own."""
    session.execute(
        text("""
            INSERT INTO posts (workspace_id, person_id, mark, channel_id, ts, created_at)
            SELECT workspace_id, person_id, id::text, 'D0ALICE', '1763780000.' || id, now() FROM pages
        """)
    )
    session.execute(
        text("""
            UPDATE pages SET state = 'sent', sent_at = now(), post_id = posts.id
            FROM posts WHERE posts.mark = pages.id::text
        """)
    )


@pytest.fixture
def full(truncated: Servers, context: Context) -> House:
    with context.db.begin() as session:
        house = build_house(session, plan=("alice", "bob"))
        fill(session, house)
        arrive(session)
    with truncated.admin.connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    forward(minutes=3)
    return house


def whole_life(session: Session, house: House) -> None:
    """Of four alerts one is sent and acknowledged, one refused by Slack, and everything that looks has looked."""
    sent = send(session, house, *(firing(f"new-{severity.name}", severity) for severity in Severity)).opened
    assert escalating.advance_due(session, limit=4) == 4
    due_of_all(session)
    held = lease(session)
    receipts.sent(session, held, claim(session, held), "D0ALICE", "1763780001.000100")
    assert receipts.failed(session, held, claim(session, held), "user_disabled")
    assert escalating.advance_due(session) == escalating.BATCH
    worst = alerts_of(session, sent)[0]
    answering.give(session, Answer.ACKNOWLEDGE, house.id, worst, house.people["alice"])
    assert drawing.claim(session) is not None
    assert reading.card(session, house.id, worst) is not None
    send(session, house, firing("new-CRITICAL", Severity.CRITICAL))


def alerts_of(session: Session, opened: tuple[int, ...]) -> list[int]:
    return list(session.scalars(select(Alert.id).where(Alert.id.in_(opened)).order_by(Alert.severity)))


def test_no_statement_on_the_way_of_a_page_reads_what_is_none_of_its_business(full: House, context: Context) -> None:
    with context.db.begin() as session, rows_read(TABLES) as found:
        whole_life(session, full)
        session.expunge_all()
    assert len(found) > 40
    assert [told for told in found if told[0] > AT_MOST] == []
    with context.db.begin() as session:
        assert len(alerts(session)) == CROWD + len(Severity)


def test_however_many_pages_wait_to_see_what_is_due_reads_few_of_them(truncated: Servers, context: Context) -> None:
    with context.db.begin() as session:
        fill(session, build_house(session, plan=("alice", "bob")))
    with truncated.admin.connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    with context.db.begin() as session, rows_read(TABLES) as found:
        assert all(due_of_all(session)[job] for job in ("escalate", "deliver"))
        assert delivering.count_due(session) == 1
        lease(session)
    assert [told for told in found if told[0] > 50] == []
