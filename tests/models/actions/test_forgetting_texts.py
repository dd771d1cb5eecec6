"""Texts whose time is over are emptied, and to look for them costs what is left to do, however much was said before."""

import pytest
from sqlalchemy import text

from bot.context import Context
from models.actions import listening
from tests.conftest import Servers
from tests.models.actions.house import build_house
from tests.models.actions.rows_read import rows_read

EMPTIED, KEPT, OLD = 20_000, 5_000, 7
TABLES = frozenset({"messages", "assessments", "alerts"})

CONVERSATION = """
    WITH client AS (INSERT INTO clients (workspace_id, created_at) VALUES (:home, now()) RETURNING id)
    INSERT INTO conversations (workspace_id, client_id, channel_id) SELECT :home, id, 'C' || id FROM client RETURNING id
"""
MESSAGES = """
    INSERT INTO messages (workspace_id, conversation_id, channel_id, ts, author, from_client, text, rated_at,
                          received_at)
    SELECT :home, :conversation, 'C' || :conversation, (n + :first)::text, 'U1', true, :said, heed_now(),
           heed_now() - :days * interval '1 day' FROM generate_series(1, :many) n
"""
ASSESSMENTS = """
    INSERT INTO assessments (workspace_id, conversation_id, at, covered_ts, risk, probability, indicators, hard_cues,
                             evidence, summary, suggested_action, engine, provisional, sent)
    SELECT :home, :conversation, heed_now() - :days * interval '1 day', '1', 'low', 0.5, '{}', '{}', '{}', '', '',
           'llm', false, CAST(:sent AS jsonb) FROM generate_series(1, :many) n
"""
ALERTS = """
    INSERT INTO alerts (workspace_id, origin, key, title, severity, status, opened_at, last_seen_at, plan, excerpt,
                        closed_at)
    SELECT :home, 'client', 'k' || n + :first, 'Acme', 1, 'resolved', heed_now(), heed_now(), '{}', :said,
           heed_now() - :days * interval '1 day' FROM generate_series(1, :many) n
"""
OPEN_ALERT = """
    INSERT INTO alerts (workspace_id, origin, key, title, severity, opened_at, last_seen_at, plan, excerpt)
    VALUES (:home, 'client', 'open', 'Acme', 1, heed_now() - interval '30 days', heed_now(), '{}', 'Hello')
"""


@pytest.fixture
def long_lived(truncated: Servers, context: Context) -> None:
    """Two workspaces: most of what was said is emptied, some is younger than a week, a little is over its time."""
    with context.db.begin() as session:
        for name in ("Northwind", "Globex"):
            home = build_house(session, name).id
            conversation = session.scalar(text(CONVERSATION), {"home": home})
            session.execute(text(OPEN_ALERT), {"home": home})
            first = 0
            for many, days, said in ((EMPTIED, 30, ""), (KEPT, 3, "Hello"), (OLD, 8, "Hello")):
                given = {"home": home, "conversation": conversation, "days": days, "many": many}
                session.execute(text(MESSAGES), {**given, "said": said, "first": first})
                session.execute(text(ASSESSMENTS), {**given, "sent": '["Hello"]' if said else "[]"})
                session.execute(text(ALERTS), {**given, "said": said, "first": first})
                first += many
    with truncated.admin.connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def test_to_forget_costs_what_is_left_to_forget(long_lived: None, context: Context) -> None:
    with context.db.begin() as session, rows_read(TABLES) as found:
        assert listening.forget_old(session) == 2 * OLD
    assert max(read for read, _ in found) <= 4 * OLD, found
    with context.db.begin() as session, rows_read(TABLES) as found:
        assert listening.forget_old(session) == 0
    assert max(read for read, _ in found) <= 2 * OLD, found
    with context.db.begin() as session:
        for table, filled in (
            ("messages", "text <> ''"),
            ("assessments", "sent <> '[]'"),
            ("alerts", "excerpt <> '' AND closed_at IS NOT NULL"),
        ):
            assert session.scalar(text(f"SELECT count(*) FROM {table} WHERE {filled}")) == 2 * KEPT
        assert session.scalar(text("SELECT count(*) FROM alerts WHERE closed_at IS NULL AND excerpt <> ''")) == 2
