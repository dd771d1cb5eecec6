"""From a verdict to an alert: at most one a channel in four hours, and worse ones break through (docs/origins.md B)."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.alerts import newest_of, open_alert, restart
from models.actions.journal import note
from models.actions.plans import Chosen, plan_after_raise, plan_for
from models.actions.settling import redraw
from models.conversation import ClientAlert, Verdict, judge, waits_for_digest
from models.db import now_of
from models.matching import Subject
from models.tables import Alert, AssessmentRow, Channel, Client, Conversation, Message, Person, Workspace
from models.words import Origin, Risk, Severity

EXCERPT_LENGTH = 600


def consider(session: Session, row: AssessmentRow) -> int | None:
    """Let a verdict open, raise, reopen or join its channel's alert; returns the alert that wants its step."""
    now = now_of(session)
    conversation = session.get_one(Conversation, row.conversation_id)
    alert = newest_of(session, row.workspace_id, f"channel:{conversation.channel_id}")
    severity = severity_of(row)
    row.considered_at = now
    client = session.get_one(Client, conversation.client_id)
    channel = session.get(Channel, (row.workspace_id, conversation.channel_id))
    if channel is not None and not channel.watched:
        return None
    if client.shadow_until is not None and client.shadow_until > now:
        row.shadow = severity is not None
        return None
    chosen = plan_for_client(session, client, severity, now) if severity is not None else None
    severity = chosen.severity if chosen is not None else None
    match judge(severity, row.covered_ts, _known(alert), now):
        case Verdict.OPEN:
            assert chosen is not None
            return _open(session, row, conversation, chosen)
        case Verdict.RAISE | Verdict.REOPEN as verdict:
            assert alert is not None
            assert chosen is not None
            alert.severity = int(chosen.severity)
            alert.plan = plan_after_raise(alert, chosen.plan)
            _tell(session, alert, row)
            restart(session, alert, now, verdict.value)
            note(session, alert.workspace_id, verdict.name.lower(), now, alert.id, severity=chosen.severity.label)
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


def plan_for_client(session: Session, client: Client, severity: Severity, now: datetime) -> Chosen:
    """Plan and severity of an alert about this client, by the routes.

    A policy without an acknowledge timeout gets the workspace's: whoever acknowledges has to reply within it.
    """
    owner = session.get(Person, client.owner_id) if client.owner_id else None
    subject = Subject(
        severity=severity,
        origin=Origin.CLIENT,
        client=client.name,
        tier=client.tier,
        owner=owner.name if owner else "",
        days_to_renewal=(client.renews_on - now.date()).days if client.renews_on else None,
    )
    chosen = plan_for(session, client.workspace_id, subject, now)
    within = session.get_one(Workspace, client.workspace_id).reply_within_s
    return replace(chosen, plan={"acknowledge_timeout_s": float(within), **chosen.plan})


def _known(alert: Alert | None) -> ClientAlert | None:
    if alert is None:
        return None
    return ClientAlert(alert.status, Severity(alert.severity), alert.paged_at or alert.opened_at, alert.covered_ts)


def _open(session: Session, row: AssessmentRow, conversation: Conversation, chosen: Chosen) -> int | None:
    """Open the alert; None for one that waits for the digest, as medium ones do unless a route says otherwise."""
    now = now_of(session)
    client = session.get_one(Client, conversation.client_id)
    alert = open_alert(
        session,
        now,
        chosen.severity,
        workspace_id=row.workspace_id,
        origin=Origin.CLIENT,
        key=f"channel:{conversation.channel_id}",
        conversation_id=conversation.id,
        client=client.name or client.team_id or "",
        title=row.summary,
        plan=chosen.plan,
    )
    _tell(session, alert, row)
    note(
        session, row.workspace_id, "opened", now, alert.id, engine=row.engine, risk=row.risk, routes=list(chosen.routes)
    )
    if not waits_for_digest(chosen.severity, chosen.is_routed):
        return alert.id
    alert.next_step_at, alert.exhausted_at = None, now
    note(session, row.workspace_id, "left_for_digest", now, alert.id)
    return None


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
    alert.suggested_reply = row.suggested_reply
    alert.covered_ts = row.covered_ts
    alert.labels = {"channel": newest.channel_id, "author": newest.author}
    alert.link = permalink(session.get_one(Workspace, row.workspace_id).url, newest.channel_id, newest.ts)


def permalink(workspace_url: str, channel_id: str, ts: str) -> str:
    """The address of a message in Slack."""
    return f"{workspace_url.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}"
