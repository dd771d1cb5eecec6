"""Texts of workspaces that Heed was taken away from: nothing of what people wrote is kept."""

from sqlalchemy import text
from sqlalchemy.orm import Session

AT_ONCE = 5000


def purge(session: Session) -> int:
    """Empty some of what is left; returns how many rows at most of one table: less than AT_ONCE when nothing is left.

    What clients wrote, what was sent of it to an LLM, what verdicts quote or suggest, examples, what alerts quote.
    """
    return max(len(session.execute(statement, {"most": AT_ONCE}).all()) for statement in _PURGE)


def _emptied(table: str, columns: dict[str, str]) -> str:
    values = ", ".join(f"{name} = {empty}" for name, empty in columns.items())
    filled = " OR ".join(f"t.{name} <> {empty}" for name, empty in columns.items())
    return f"""
        UPDATE {table} SET {values} WHERE id = ANY (ARRAY(
            SELECT t.id FROM {table} t JOIN workspaces w ON w.id = t.workspace_id
            WHERE w.uninstalled_at IS NOT NULL AND ({filled}) LIMIT :most))
        RETURNING id
    """


_TEXTS = {
    "messages": {"text": "''"},
    "assessments": {"sent": "'[]'", "evidence": "'{}'", "suggested_reply": "''"},
    "labels": {"text": "''"},
    "alerts": {"excerpt": "''", "suggested_reply": "''"},
}
_PURGE = tuple(text(_emptied(table, columns)) for table, columns in _TEXTS.items())
