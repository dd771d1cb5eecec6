"""What people's marks teach: false alarms and missed messages as examples for the verdicts to come, and the figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions.gaps import unread
from models.actions.journal import note
from models.card import Quality
from models.db import now_of
from models.tables import Alert, AssessmentRow, Label, Message, Workspace
from models.words import Origin

FALSE_POSITIVE, MISSED = "false_positive", "missed"
TEXT_KEPT = timedelta(days=90)
"""How long an example's redacted text is kept; the mark itself stays for the figures."""
CONSIDERED = 200
WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class Marked:
    """A client's message that somebody marks: where it stands, and its text, redacted by the caller."""

    channel_id: str
    ts: str
    text: str


def message_at(session: Session, workspace_id: int, channel_id: str, ts: str) -> Message | None:
    """The stored message at this place, if it is a client's."""
    return session.scalar(
        select(Message).where(
            Message.workspace_id == workspace_id,
            Message.channel_id == channel_id,
            Message.ts == ts,
            Message.from_client,
        )
    )


def opened_by(session: Session, workspace_id: int, alert_id: int) -> Message | None:
    """The client's message that a verdict's alert is about; None for other alerts, or when its text is gone."""
    alert = session.scalar(select(Alert).where(Alert.workspace_id == workspace_id, Alert.id == alert_id))
    if alert is None or alert.origin is not Origin.CLIENT or not alert.key.startswith("channel:"):
        return None
    newest = select(Message).where(
        Message.conversation_id == alert.conversation_id, Message.from_client, Message.text != ""
    )
    if alert.covered_ts:
        newest = newest.where(Message.ts <= alert.covered_ts)
    return session.scalars(newest.order_by(Message.ts.desc()).limit(1)).one_or_none()


@dataclass(frozen=True)
class LeftTheBuilding:
    """What was sent for a verdict, as {"server", "model", "messages"}; `is_over`: its text is not kept any more."""

    sendings: tuple[dict[str, Any], ...]
    is_over: bool


def left_the_building(session: Session, workspace_id: int, alert_id: int) -> LeftTheBuilding | None:
    """What was sent for the newest verdict on an alert's conversation; None where no verdict stands behind it."""
    found = session.execute(
        select(AssessmentRow.sent, AssessmentRow.at, Workspace.text_days)
        .join(Alert, Alert.conversation_id == AssessmentRow.conversation_id)
        .join(Workspace, Workspace.id == AssessmentRow.workspace_id)
        .where(Alert.workspace_id == workspace_id, Alert.id == alert_id, AssessmentRow.workspace_id == workspace_id)
        .order_by(AssessmentRow.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    return LeftTheBuilding(tuple(found.sent), found.at < now_of(session) - timedelta(days=found.text_days))


def mark(
    session: Session, workspace_id: int, kind: str, marked: Marked, risk: str, person_id: int, reason: str = ""
) -> bool:
    """Remember a mark; False when the message was marked so before. It teaches, and suppresses nothing by itself."""
    now = now_of(session)
    made = session.execute(
        insert(Label)
        .values(
            workspace_id=workspace_id,
            kind=kind,
            text=marked.text,
            risk=risk,
            reason=reason,
            channel_id=marked.channel_id,
            ts=marked.ts,
            made_by=person_id,
            at=now,
        )
        .on_conflict_do_nothing()
        .returning(Label.id)
    ).one_or_none()
    if made is not None:
        note(session, workspace_id, f"marked_{kind}", now, None, person_id, channel=marked.channel_id, ts=marked.ts)
    return made is not None


def take_back(session: Session, alert: Alert, person_id: int) -> None:
    """A client's alert that was a false alarm is open again: what was marked because of it is no example any more."""
    said = select(Message.ts).where(Message.conversation_id == alert.conversation_id, Message.from_client)
    gone = session.scalars(
        delete(Label)
        .where(Label.workspace_id == alert.workspace_id, Label.kind == FALSE_POSITIVE, Label.at >= alert.opened_at)
        .where(Label.channel_id == alert.labels.get("channel", ""), Label.ts.in_(said))
        .returning(Label.ts)
    ).all()
    for ts in gone:
        place = {"channel": alert.labels["channel"], "ts": ts}
        note(session, alert.workspace_id, "unmarked_false_positive", now_of(session), None, person_id, **place)


def labels(session: Session, workspace_id: int) -> Sequence[Label]:
    """The newest marks that still have their text, the newest first."""
    query = select(Label).where(Label.workspace_id == workspace_id, Label.text != "")
    return session.scalars(query.order_by(Label.id.desc()).limit(CONSIDERED)).all()


def forget_old(session: Session) -> None:
    """Empty the texts of examples whose time is over."""
    session.execute(update(Label).where(Label.at < now_of(session) - TEXT_KEPT, Label.text != "").values(text=""))


def quality(session: Session, workspace_id: int) -> Quality:
    now = now_of(session)
    since = {"workspace": workspace_id, "since": now - WINDOW}
    alerts = session.execute(_ALERTS, since).one()
    used = session.execute(_USED, {**since, "day": (now - WINDOW).date()}).one()
    missed = session.scalar(
        select(func.count()).where(Label.workspace_id == workspace_id, Label.kind == MISSED, Label.at >= now - WINDOW)
    )
    return Quality(
        alerts=alerts.alerts,
        confirmed=alerts.confirmed,
        false_positives=alerts.false_positives,
        missed=missed or 0,
        verdicts=used.verdicts,
        provisional=used.provisional,
        tokens=used.tokens,
        cost=used.cost,
        detect_s=alerts.detect_s,
        unread=unread(session, workspace_id, now - WINDOW),
    )


_ALERTS = text("""
    SELECT count(*) AS alerts, count(*) FILTER (WHERE a.status = 'resolved') AS confirmed,
           count(*) FILTER (WHERE a.status = 'false_positive') AS false_positives,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM a.opened_at - m.received_at))
                AS double precision) AS detect_s
    FROM alerts a
    LEFT JOIN messages m ON m.workspace_id = a.workspace_id AND m.channel_id = a.labels->>'channel'
         AND m.ts = a.covered_ts
    WHERE a.workspace_id = :workspace AND a.origin = 'client' AND a.key LIKE 'channel:%' AND a.opened_at >= :since
""")

_USED = text("""
    SELECT CAST(coalesce(sum(verdicts), 0) AS integer) AS verdicts,
           CAST(coalesce(sum(provisional), 0) AS integer) AS provisional,
           CAST(coalesce(sum(tokens), 0) AS integer) AS tokens, CAST(coalesce(sum(cost), 0) AS double precision) AS cost
    FROM usage WHERE workspace_id = :workspace AND day >= :day
""")
