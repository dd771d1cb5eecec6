"""Rating: claim conversations that are due, hand out what is to be rated, store verdicts, open alerts for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions.client_alerts import consider
from models.actions.journal import note
from models.actions.learning import labels
from models.assessment import Burst, Line, Rated, Sent
from models.conversation import SCAN_WINDOW
from models.db import now_of
from models.examples import Example, Mark, similar
from models.poison import TOLD_AFTER, pushed_out
from models.tables import AssessmentRow, Client, Conversation, Message, Usage, Workspace
from models.words import Risk

CLAIM = timedelta(seconds=90)
CONTEXT_LINES = 10
BURST_LINES = 20
BATCH = 32
TOKENS_OF_A_CALL = 2000
"""What is set aside of a workspace's budget for each verdict that is under way."""


@dataclass(frozen=True)
class Claimed:
    """A conversation to rate. `claimed` tells the claim from a later message; `token` is the workspace's, sealed.

    `examples` are marked verdicts like it; `budget_left` the tokens that the workspace may still use today.
    """

    burst: Burst
    client: Client
    token: bytes
    message_ids: tuple[int, ...]
    claimed: datetime
    examples: tuple[Example, ...] = ()
    budget_left: int | None = None


def claim_due(session: Session, limit: int = BATCH) -> list[Claimed]:
    """Conversations that are to be rated now, claimed for 90 s; no transaction stays open while they are rated."""
    now = now_of(session)
    due = session.scalars(
        select(Conversation)
        .where(Conversation.analyze_at <= now)
        .order_by(Conversation.analyze_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    claimed = []
    for conversation in due:
        unrated = _unrated(session, conversation)
        if unrated:
            conversation.analyze_at = conversation.claimed_until = now + CLAIM
            conversation.first_unrated_at = None  # what is said from now on is a burst of its own
            session.flush()
            claimed.append(_claimed(session, conversation, unrated))
        else:
            conversation.analyze_at = conversation.first_unrated_at = None
    return claimed


def _unrated(session: Session, conversation: Conversation) -> Sequence[Message]:
    """The first of what is to be rated; what one call does not hold is rated after it."""
    waiting = _waiting(conversation.id).order_by(Message.ts).limit(BURST_LINES)
    return session.scalars(waiting).all()


def _waiting(conversation_id: int) -> Select[Message]:
    return select(Message).where(
        Message.conversation_id == conversation_id,
        Message.from_client,
        Message.rated_at.is_(None),
        Message.deleted_at.is_(None),
    )


def _claimed(session: Session, conversation: Conversation, unrated: Sequence[Message]) -> Claimed:
    before = _before(session, conversation, unrated)
    burst = Burst(
        conversation_id=conversation.id,
        workspace_id=conversation.workspace_id,
        lines=tuple(map(_line, unrated)),
        context=tuple(map(_line, before)),
        hard_cues=tuple(dict.fromkeys(cue for message in unrated for cue in message.hard_cues)),
    )
    assert conversation.analyze_at is not None
    workspace = session.get_one(Workspace, conversation.workspace_id)
    return Claimed(
        burst,
        session.get_one(Client, conversation.client_id),
        workspace.token,
        tuple(message.id for message in unrated),
        conversation.analyze_at,
        similar(" ".join(line.text for line in burst.lines), _examples(session, workspace.id)),
        _budget_left(session, workspace),
    )


def _before(session: Session, conversation: Conversation, unrated: Sequence[Message]) -> list[Message]:
    """What was said before: there, and, as far as it belongs together, in the channel and below its messages.

    A thread goes on from the message that began it. In a channel our replies may stand in threads.
    """
    earlier = (
        select(Message)
        .where(Message.workspace_id == conversation.workspace_id, Message.channel_id == conversation.channel_id)
        .where(Message.ts < unrated[0].ts, Message.deleted_at.is_(None))
        .order_by(Message.ts.desc())
        .limit(CONTEXT_LINES)
    )
    there = session.scalars(earlier.where(Message.conversation_id == conversation.id)).all()
    if conversation.thread_ts:
        beside = session.scalars(earlier.where(Message.ts == conversation.thread_ts)).all()
    else:
        below = select(Conversation.id).where(
            Conversation.workspace_id == conversation.workspace_id,
            Conversation.channel_id == conversation.channel_id,
            Conversation.thread_ts.in_([message.ts for message in there]),
        )
        replies = earlier.where(Message.conversation_id.in_(below), ~Message.from_client)
        beside = session.scalars(replies).all() if there else []
    found = {message.ts: message for message in (*there, *beside)}
    return [found[ts] for ts in sorted(found)][-CONTEXT_LINES:]


def _line(message: Message) -> Line:
    return Line(message.ts, "client" if message.from_client else "us", message.text, message.author)


def _examples(session: Session, workspace_id: int) -> list[Example]:
    """The workspace's marked verdicts; a false alarm was nothing, a missed message what somebody says it was."""
    return [Example(each.text, Risk(each.risk), Mark(each.kind)) for each in labels(session, workspace_id)]


def _budget_left(session: Session, workspace: Workspace) -> int | None:
    if workspace.daily_tokens is None:
        return None
    now = now_of(session)
    used = session.get(Usage, (workspace.id, now.date()), populate_existing=True)
    in_flight = session.scalars(
        select(Conversation.id).where(Conversation.workspace_id == workspace.id, Conversation.claimed_until > now)
    ).all()
    reserved = (len(in_flight) - 1) * TOKENS_OF_A_CALL
    return max(0, workspace.daily_tokens - (used.tokens if used is not None else 0) - reserved)


def store(session: Session, claimed: Claimed, rated: Rated) -> int | None:
    """Store a verdict; critical ones and hard cues open an alert at once, the rest waits for the scan.

    Returns the number of an alert that now wants its step, else None. `analyze_at` is cleared only if nothing has
    been said since the claim; a burst that one call did not hold goes on at once.
    """
    now, burst, verdict = now_of(session), claimed.burst, rated.verdict
    if _was_withdrawn(session, claimed):
        return None
    row = AssessmentRow(
        workspace_id=burst.workspace_id,
        conversation_id=burst.conversation_id,
        at=now,
        covered_ts=burst.lines[-1].ts,
        risk=verdict.risk.value,
        probability=verdict.probability,
        indicators=list(verdict.indicators),
        hard_cues=list(burst.hard_cues),
        evidence=list(verdict.evidence),
        summary=verdict.summary,
        suggested_action=verdict.suggested_action,
        suggested_reply=verdict.suggested_reply,
        engine=verdict.engine,
        provisional=verdict.provisional,
        disagreement=verdict.disagreement,
        tokens_in=rated.usage.tokens_in,
        tokens_out=rated.usage.tokens_out,
        cost=rated.usage.cost,
        sent=[_sent(rated.sent)] if rated.sent is not None else [],
    )
    session.add(row)
    session.flush()
    _count(session, burst.workspace_id, rated, now)
    session.execute(update(Message).where(Message.id.in_(claimed.message_ids)).values(rated_at=now))
    goes_on = len(burst.lines) == BURST_LINES and session.scalar(_waiting(burst.conversation_id).limit(1)) is not None
    # What is left of a burst does not wait for what was said meanwhile to be over as well.
    ours = (Conversation.claimed_until if goes_on else Conversation.analyze_at) == claimed.claimed
    session.execute(
        update(Conversation)
        .where(Conversation.id == burst.conversation_id, ours)
        .values(analyze_at=now if goes_on else None, first_unrated_at=None, claimed_until=None, failures=0)
    )
    if verdict.risk is Risk.CRITICAL or burst.hard_cues:
        return consider(session, row)
    return None


def _was_withdrawn(session: Session, claimed: Claimed) -> bool:
    """A message was edited or deleted while it was rated: the verdict is about words that are not there any more.

    The conversation is rated again at once, by what is there now.
    """
    rated_as = {line.ts: line.text for line in claimed.burst.lines}
    now_there = {
        message.ts: "" if message.deleted_at else message.text
        for message in session.scalars(
            select(Message).where(Message.id.in_(claimed.message_ids)).execution_options(populate_existing=True)
        )
    }
    if now_there == rated_as:
        return False
    conversation = session.get_one(Conversation, claimed.burst.conversation_id, with_for_update=True)
    conversation.analyze_at, conversation.claimed_until = now_of(session), None
    return True


def _sent(sent: Sent) -> dict[str, Any]:
    return {"server": sent.server, "model": sent.model, "messages": [dict(message) for message in sent.messages]}


def _count(session: Session, workspace_id: int, rated: Rated, now: datetime) -> None:
    """What the verdict took, added to the workspace's day."""
    used = {
        "calls": rated.usage.calls,
        "tokens": rated.usage.tokens,
        "cost": rated.usage.cost,
        "verdicts": 1,
        "provisional": int(rated.verdict.provisional),
    }
    row = insert(Usage).values(workspace_id=workspace_id, day=now.date(), **used)
    added = {name: getattr(Usage, name) + value for name, value in used.items()}
    session.execute(row.on_conflict_do_update(index_elements=["workspace_id", "day"], set_=added))


def give_back(session: Session, claimed: Claimed, error: str) -> None:
    """Rating failed: it is tried again later and later (the poison rule); after five times an Entry says so."""
    now = now_of(session)
    conversation = session.get_one(Conversation, claimed.burst.conversation_id, with_for_update=True)
    conversation.failures += 1
    conversation.claimed_until = None
    conversation.analyze_at = now + pushed_out(conversation.failures)
    if conversation.failures == TOLD_AFTER:
        note(
            session,
            conversation.workspace_id,
            "rating_failed",
            now,
            high=True,
            error=error,
            channel=conversation.channel_id,
        )


def count_due(session: Session) -> int:
    """How many conversations are to be rated now (at most 32 are counted)."""
    due = select(Conversation.id).where(Conversation.analyze_at <= now_of(session)).limit(BATCH)
    return len(session.scalars(due).all())


DUE = select(func.min(Conversation.analyze_at)).scalar_subquery()
"""When the next conversation is to be rated."""


def scan(session: Session, workspace_id: int) -> tuple[int, list[int]]:
    """The quarter-hourly look (docs/origins.md B.3) at the last four hours of every client conversation.

    Verdicts that no alert took note of are considered now: high, medium, and critical ones that were missed.
    Messages with a provisional verdict are to be rated again. Conversations with messages that nothing has rated, and
    nothing is about to, are marked for rating. Returns how many were marked, and the alerts that want their step.
    """
    now = now_of(session)
    session.execute(_AGAIN, {"workspace": workspace_id, "now": now, "since": now - SCAN_WINDOW})
    missed = session.execute(_MARK_MISSED, {"workspace": workspace_id, "now": now, "since": now - SCAN_WINDOW}).all()
    waiting = session.scalars(
        select(AssessmentRow)
        .where(
            AssessmentRow.workspace_id == workspace_id,
            AssessmentRow.considered_at.is_(None),
            AssessmentRow.at >= now - SCAN_WINDOW,
        )
        .order_by(AssessmentRow.id)
    ).all()
    opened = [consider(session, row) for row in waiting]
    return len(missed), [alert_id for alert_id in opened if alert_id is not None]


_AGAIN = text("""
    WITH provisional AS (
        UPDATE assessments SET provisional = false
        WHERE workspace_id = :workspace AND provisional AND at >= :since
        RETURNING conversation_id, covered_ts)
    UPDATE messages SET rated_at = NULL FROM provisional
    WHERE messages.conversation_id = provisional.conversation_id AND messages.ts <= provisional.covered_ts
          AND messages.from_client AND messages.received_at >= :since AND messages.rated_at IS NOT NULL
          AND messages.text <> ''
""")

_MARK_MISSED = text("""
    UPDATE conversations SET analyze_at = :now
    WHERE workspace_id = :workspace AND analyze_at IS NULL AND last_client_at >= :since AND EXISTS (
        SELECT FROM messages m WHERE m.conversation_id = conversations.id AND m.from_client
               AND m.rated_at IS NULL AND m.deleted_at IS NULL AND m.received_at >= :since)
    RETURNING id
""")
