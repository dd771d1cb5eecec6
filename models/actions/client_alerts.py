"""From a verdict to an alert: at most one a channel in four hours, and worse ones break through (docs/origins.md B)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.alerts import newest_of, open_alert, restart
from models.actions.journal import note
from models.actions.plans import plan_for
from models.actions.settling import redraw
from models.conversation import ClientAlert, Verdict, judge
from models.db import now_of
from models.tables import Alert, AssessmentRow, Client, Conversation, Message, Workspace
from models.words import Origin, Risk, Severity

EXCERPT_LENGTH = 600


def consider(session: Session, row: AssessmentRow) -> int | None:
    """Let a verdict open, raise, reopen or join its channel's alert; returns the alert that wants its step."""
    now = now_of(session)
    conversation = session.get_one(Conversation, row.conversation_id)
    alert = newest_of(session, row.workspace_id, f"channel:{conversation.channel_id}")
    severity = severity_of(row)
    row.considered_at = now
    match judge(severity, row.covered_ts, _known(alert), now):
        case Verdict.OPEN:
            assert severity is not None
            return _open(session, row, conversation, severity)
        case Verdict.RAISE | Verdict.REOPEN as verdict:
            assert alert is not None
            assert severity is not None
            alert.severity = int(severity)
            _tell(session, alert, row)
            restart(session, alert, now, verdict.value)
            note(session, alert.workspace_id, verdict.name.lower(), now, alert.id, severity=severity.label)
            return alert.id
        case Verdict.JOIN:
            assert alert is not None
            alert.count += 1
            alert.revision += 1
            alert.last_seen_at, alert.covered_ts = now, max(alert.covered_ts, row.covered_ts)
            redraw(session, [alert.id], now)
    return None


def severity_of(row: AssessmentRow) -> Severity | None:
    """The severity a verdict calls for; a hard cue is high at least, whatever the verdict."""
    severity = Risk(row.risk).severity
    if row.hard_cues:
        return min(severity or Severity.HIGH, Severity.HIGH)
    return severity


def _known(alert: Alert | None) -> ClientAlert | None:
    if alert is None:
        return None
    return ClientAlert(alert.status, Severity(alert.severity), alert.paged_at or alert.opened_at, alert.covered_ts)


def _open(session: Session, row: AssessmentRow, conversation: Conversation, severity: Severity) -> int:
    now = now_of(session)
    client = session.get_one(Client, conversation.client_id)
    alert = open_alert(
        session,
        now,
        severity,
        workspace_id=row.workspace_id,
        origin=Origin.CLIENT,
        key=f"channel:{conversation.channel_id}",
        conversation_id=conversation.id,
        client=client.name or client.team_id,
        title=row.summary,
        plan=plan_for(session, row.workspace_id),
    )
    _tell(session, alert, row)
    note(session, row.workspace_id, "opened", now, alert.id, engine=row.engine, risk=row.risk)
    return alert.id


def _tell(session: Session, alert: Alert, row: AssessmentRow) -> None:
    """What the alert's card tells: the newest words, the indicators, what to do, where to look."""
    newest = session.scalars(
        select(Message)
        .where(Message.conversation_id == row.conversation_id, Message.from_client, Message.ts <= row.covered_ts)
        .order_by(Message.ts.desc())
        .limit(1)
    ).one()
    alert.title = row.summary
    alert.excerpt = newest.text[:EXCERPT_LENGTH]
    alert.indicators = list(row.indicators)
    alert.suggested_action = row.suggested_action
    alert.covered_ts = row.covered_ts
    alert.labels = {"channel": newest.channel_id, "author": newest.author}
    alert.link = permalink(session.get_one(Workspace, row.workspace_id).url, newest.channel_id, newest.ts)


def permalink(workspace_url: str, channel_id: str, ts: str) -> str:
    """The address of a message in Slack."""
    return f"{workspace_url.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}"
