"""What still waits in workspaces that Heed was taken away from: none of it happens any more.

Alerts stay as they are, open or acknowledged, and somebody who installs Heed again finds them; but nothing escalates,
no page or notice of the time before is sent late, and nothing is rated.
"""

from sqlalchemy import exists, or_, select, text
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.settling import stop_escalation
from models.db import now_of
from models.tables import Alert, Page, Workspace
from models.words import PageState, Status

AT_ONCE = 500
LEFT = "left"


def end(session: Session) -> int:
    """End some of what waits; returns how many rows at most of one kind: less than AT_ONCE when nothing is left."""
    now = now_of(session)
    due = exists().where(Page.alert_id == Alert.id, Page.state == PageState.DUE)
    alerts = session.scalars(
        select(Alert)
        .join(Workspace, Workspace.id == Alert.workspace_id)
        .where(Workspace.uninstalled_at.is_not(None), or_(Alert.next_step_at.is_not(None), due))
        .order_by(Alert.id)
        .limit(AT_ONCE)
        .with_for_update(of=Alert, skip_locked=True)
    ).all()
    stop_escalation(session, [alert.id for alert in alerts], now, "Heed was taken away from the workspace")
    for alert in alerts:
        if alert.status is Status.OPEN:
            alert.exhausted_at = alert.exhausted_at or now
        alert.next_step_at = alert.snoozed_until = alert.silence_id = None
        alert.revision += 1
        note(session, alert.workspace_id, LEFT, now, alert.id)
    return max(len(alerts), *(len(session.execute(each, {"most": AT_ONCE}).all()) for each in _WAITING))


def _emptied(table: str, column: str, more: str = "") -> str:
    return f"""
        UPDATE {table} SET {column} = NULL{more} WHERE id = ANY (ARRAY(
            SELECT t.id FROM {table} t JOIN workspaces w ON w.id = t.workspace_id
            WHERE w.uninstalled_at IS NOT NULL AND t.{column} IS NOT NULL
            ORDER BY t.id LIMIT :most FOR UPDATE OF t SKIP LOCKED))
        RETURNING id
    """


_WAITING = (
    text(_emptied("notices", "try_at", ", result = 'Heed was taken away from the workspace'")),
    text(_emptied("conversations", "analyze_at")),
)
