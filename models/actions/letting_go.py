"""What becomes of a channel's live alerts when it is not watched any more, and when it is watched again.

They stay open and can be answered, but nobody can follow what is said there: no level is paged any more and no reply
is waited for. The admins are told, once for each time it ends.
"""

from collections.abc import Sequence

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.noticing import tell
from models.actions.people import admins
from models.actions.settling import redraw, stop_escalation
from models.db import now_of
from models.tables import Alert, AssessmentRow, Conversation, Entry, Workspace
from models.words import Status

ENDED, TAKEN_UP = "channel_ended", "channel_back"
WITHIN = "acknowledge_timeout_s"
SHOWN = 20


def let_go(session: Session, workspace_id: int, channel_id: str, why: str) -> None:
    """Stop what still waits for the channel's alerts; verdicts that none of them knows of yet open nothing.

    `why` is the word of the command or of Slack's event.
    """
    now = now_of(session)
    there = _there(workspace_id, channel_id)
    waiting = update(AssessmentRow).where(AssessmentRow.workspace_id == workspace_id)
    waiting = waiting.where(AssessmentRow.conversation_id.in_(there), AssessmentRow.considered_at.is_(None))
    session.execute(waiting.values(considered_at=now).execution_options(synchronize_session=False))
    alerts = _live(session, workspace_id, channel_id)
    stop_escalation(session, [alert.id for alert in alerts], now, "the channel is not watched any more")
    for alert in alerts:
        if alert.status is Status.OPEN:
            alert.exhausted_at = alert.exhausted_at or now
        alert.plan = {name: value for name, value in alert.plan.items() if name != WITHIN}
        alert.next_step_at = alert.snoozed_until = alert.silence_id = None
        alert.revision += 1
        note(session, workspace_id, ENDED, now, alert.id, why=why)
    if alerts:
        redraw(session, [alert.id for alert in alerts], now)
        _tell(session, workspace_id, channel_id, alerts)


def take_up(session: Session, workspace_id: int, channel_id: str) -> None:
    """The channel is watched again: what was being paged when it ended goes on where it was."""
    now = now_of(session)
    within = session.get_one(Workspace, workspace_id).reply_within_s
    for alert in _live(session, workspace_id, channel_id):
        ended = exists().where(Entry.alert_id == alert.id, Entry.kind == ENDED, Entry.at == alert.exhausted_at)
        alert.plan = {WITHIN: float(within), **alert.plan}
        if alert.status is Status.OPEN and session.scalar(select(ended)):
            alert.next_step_at, alert.exhausted_at = now, None
            note(session, workspace_id, TAKEN_UP, now, alert.id)


def _there(workspace_id: int, channel_id: str) -> Select[int]:
    return select(Conversation.id).where(
        Conversation.workspace_id == workspace_id, Conversation.channel_id == channel_id
    )


def _live(session: Session, workspace_id: int, channel_id: str) -> Sequence[Alert]:
    """The channel's alerts that are not closed, locked."""
    return session.scalars(
        select(Alert)
        .where(Alert.workspace_id == workspace_id, Alert.conversation_id.in_(_there(workspace_id, channel_id)))
        .where(Alert.status.in_((Status.OPEN, Status.ACKNOWLEDGED)))
        .order_by(Alert.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _tell(session: Session, workspace_id: int, channel_id: str, alerts: Sequence[Alert]) -> None:
    now = now_of(session)
    detail = {"channel": channel_id, "alerts": [alert.id for alert in alerts[:SHOWN]], "open": len(alerts)}
    people = [person.id for person in admins(session, workspace_id)]
    tell(session, workspace_id, people, ENDED, f"{ENDED}:{channel_id}:{now.isoformat()}", detail)
