"""One alert's whole life, from the request that brought it to the answer, as the rows tell it. Changes nothing.

No text of a message stands in it and no secret: only what cards show, and figures.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.actions.people import by_ids
from models.actions.recording import AFTER_ACKNOWLEDGE, AFTER_REMINDER, END_OF_LAP, IN_CHANNELS, RUNAWAY
from models.tables import Alert, AssessmentRow, Entry, Message, Page, Part, Post, RequestRow, SignalRow, Source, Step
from models.words import Severity

TOLD = (
    "source", "policy", "lap", "level", "laps", "levels", "why", "until", "retry_at", "reopens_at", "silence", "from",
    "to", "by", "user", "severity", "minutes", "parts",
)  # fmt: skip
"""What is told of an Entry's detail; words that people wrote stay out."""
ANSWERS = (
    "acknowledged", "resolved", "false_positive", "unmarked_false_positive", "reopened", "snoozed", "passed_on",
    "reassigned", "given_back", "note", "answered", "held", "held_again",
)  # fmt: skip
BESIDE = {
    END_OF_LAP: "after its levels",
    AFTER_ACKNOWLEDGE: "after the acknowledgement",
    AFTER_REMINDER: "after the reminder",
    IN_CHANNELS: "in channels",
    RUNAWAY: "ceiling",
}
"""Steps that reach no level, by the number that stands in its place."""
SAID_AT_MOST = 50
"""How many messages, and as many verdicts, of a conversation are told: the newest."""
_ORDER = ("message", "rating", "request", "signal", "part", "entry", "answer", "step", "page", "post", "redraw")


@dataclass(frozen=True)
class Event:
    """One thing that happened, or (`done` is false) is due. `late` is how long after it was due it was done."""

    at: datetime
    kind: str
    what: str
    who: str = ""
    due_at: datetime | None = None
    done: bool = True
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def late(self) -> timedelta | None:
        return self.at - self.due_at if self.due_at is not None and self.done else None


@dataclass(frozen=True)
class Life:
    """An alert and everything that happened to it, in order of time. `trace` is the id that the logs have."""

    number: int
    title: str
    severity: str
    status: str
    origin: str
    trace: str
    source: str
    opened_at: datetime
    events: tuple[Event, ...]


def life_of(session: Session, workspace_id: int, number: int) -> Life | None:
    """The life of alert `number` of the workspace; None if it has no such alert."""
    alert = session.scalar(select(Alert).where(Alert.workspace_id == workspace_id, Alert.id == number))
    if alert is None:
        return None
    pages, entries = _rows(session, Page, alert), _rows(session, Entry, alert)
    names = _names(session, alert, pages, entries)
    events = [
        *_conversation(session, alert),
        *_signals(session, alert),
        *_parts(_rows(session, Part, alert)),
        *_steps(_rows(session, Step, alert)),
        *_pages(pages, names),
        *_posts(session, alert, pages, names),
        *_entries(entries, names),
    ]
    events.sort(key=lambda each: (each.at, _ORDER.index(each.kind)))
    return Life(
        number=alert.id,
        title=alert.title,
        severity=Severity(alert.severity).label,
        status=alert.status.value,
        origin=alert.origin.value,
        trace=alert.trace,
        source=_source(session, alert),
        opened_at=alert.opened_at,
        events=tuple(events),
    )


def _rows(session: Session, table: Any, alert: Alert) -> list[Any]:
    query = select(table).where(table.workspace_id == alert.workspace_id, table.alert_id == alert.id)
    return list(session.scalars(query.order_by(table.id)))


def _names(session: Session, alert: Alert, pages: Iterable[Page], entries: Iterable[Entry]) -> dict[int, str]:
    ids = {page.person_id for page in pages} | {entry.person_id for entry in entries if entry.person_id}
    ids |= {person for entry in entries for person in _people(entry)}
    return {key: person.name for key, person in by_ids(session, alert.workspace_id, ids).items()}


def _people(entry: Entry) -> list[int]:
    told = entry.detail.get("people")
    return [each for each in told if isinstance(each, int)] if isinstance(told, list) else []


def _source(session: Session, alert: Alert) -> str:
    query = select(Source).where(Source.workspace_id == alert.workspace_id, Source.id == alert.source_id)
    source = session.scalar(query) if alert.source_id is not None else None
    return f"{source.kind} {source.name}" if source is not None else ""


def _signals(session: Session, alert: Alert) -> Iterator[Event]:
    """The signals, and the requests that brought them: both were stored at the same moment."""
    moments = dict[datetime, int]()
    for signal in _rows(session, SignalRow, alert):
        moments[signal.received_at] = signal.source_id
        what = f"{'firing' if signal.firing else 'resolved'}, {Severity(signal.severity).label}: {signal.decision}"
        yield Event(signal.received_at, "signal", what, facts={"decision": signal.decision, "firing": signal.firing})
    query = select(RequestRow.id, RequestRow.at, RequestRow.outcome).where(
        RequestRow.workspace_id == alert.workspace_id,
        RequestRow.source_id.in_(set(moments.values())),
        RequestRow.at.in_(moments),
    )
    for row in session.execute(query.order_by(RequestRow.id)) if moments else ():
        yield Event(row.at, "request", row.outcome, facts={"request": row.id})


def _conversation(session: Session, alert: Alert) -> Iterator[Event]:
    """Of a client's alert: the verdict it was opened by, those while it lived, and the messages these are about."""
    if alert.conversation_id is None:
        return
    verdicts, since = _verdicts(session, alert)
    for row in verdicts:
        doubt = ", provisional" if row.provisional else ""
        cues = f", hard cues: {', '.join(row.hard_cues)}" if row.hard_cues else ""
        facts = {"risk": row.risk, "engine": row.engine, "covered_ts": row.covered_ts, "considered": row.considered_at}
        yield Event(row.at, "rating", f"{row.risk} by {row.engine}{doubt}{cues}", facts=facts)
    said = _of_conversation(Message, alert, Message.received_at).order_by(Message.ts.desc()).limit(SAID_AT_MOST)
    for message in session.scalars(said.where(Message.received_at > since) if since is not None else said):
        whose = "of the client" if message.from_client else "of ours"
        yield Event(message.received_at, "message", f"{whose}, {message.ts}", message.author, facts={"ts": message.ts})


def _verdicts(session: Session, alert: Alert) -> tuple[list[AssessmentRow], datetime | None]:
    """The verdicts, and the moment of the one before them: what was said until then is another story."""
    query = _of_conversation(AssessmentRow, alert, AssessmentRow.at).order_by(AssessmentRow.id.desc())
    later = session.scalars(query.where(AssessmentRow.at > alert.opened_at).limit(SAID_AT_MOST)).all()
    before = session.scalars(query.where(AssessmentRow.at <= alert.opened_at).limit(2)).all()
    return [*later, *before[:1]], before[1].at if len(before) > 1 else None


def _of_conversation(table: Any, alert: Alert, at: InstrumentedAttribute[datetime]) -> Select[Any]:
    """What belongs to the alert's conversation, until the alert was closed."""
    mine = select(table).where(table.workspace_id == alert.workspace_id, table.conversation_id == alert.conversation_id)
    return mine if alert.closed_at is None else mine.where(at <= alert.closed_at)


def _parts(parts: Iterable[Part]) -> Iterator[Event]:
    for part in parts:
        yield Event(part.opened_at, "part", f"opened: {part.title}")
        if part.resolved_at is not None:
            yield Event(part.resolved_at, "part", f"resolved: {part.title}")


def _steps(steps: Iterable[Step]) -> Iterator[Event]:
    for step in steps:
        what = f"lap {step.lap} {BESIDE.get(step.level, f'level {step.level}')}: {step.outcome or 'not done'}"
        facts = {
            "lap": step.lap,
            "level": step.level,
            "epoch": step.epoch,
            "outcome": step.outcome,
            "wake": step.wake_id,
        }
        done = step.executed_at is not None
        yield Event(step.executed_at or step.due_at, "step", what, "", step.due_at, done, facts)


def _pages(pages: Iterable[Page], names: Mapping[int, str]) -> Iterator[Event]:
    for page in pages:
        tries = f", attempt {page.attempt}" if page.attempt else ""
        told = f": {page.result}" if page.result else ""
        what = f"{page.kind.value} by {page.way} {page.state.value}{tries}{told}"
        facts: dict[str, Any] = {"way": page.way, "state": page.state.value, "attempt": page.attempt}
        facts |= {"result": page.result, "page_kind": page.kind.value, "post": page.post_id, "try_at": page.try_at}
        who = names.get(page.person_id, "")
        yield Event(page.sent_at or page.due_at, "page", what, who, page.due_at, page.sent_at is not None, facts)


def _posts(session: Session, alert: Alert, pages: Iterable[Page], names: Mapping[int, str]) -> Iterator[Event]:
    """Messages of ours that show the alert, and where one is to be drawn anew."""
    ids = {page.post_id for page in pages if page.post_id is not None}
    query = select(Post).where(Post.workspace_id == alert.workspace_id, Post.id.in_(ids)).order_by(Post.id)
    for post in session.scalars(query) if ids else ():
        where = f"{post.channel_id} {post.ts}".strip() or "not confirmed"
        kind = "list" if post.is_list else "message"
        facts = {"channel": post.channel_id, "ts": post.ts, "drawn": post.drawn, "lookups": post.lookups}
        what, who = f"{kind} {where}, drawn as of change {post.drawn}", names.get(post.person_id, "")
        yield Event(post.created_at, "post", what, who, facts=facts)
        if post.redraw_at is not None:
            yield Event(post.redraw_at, "redraw", f"{kind} {where} is to be drawn anew", who, post.redraw_at, False)


def _entries(entries: Iterable[Entry], names: Mapping[int, str]) -> Iterator[Event]:
    for entry in entries:
        facts = {key: entry.detail[key] for key in TOLD if entry.detail.get(key) not in (None, "", [], {})}
        plain = {key: value for key, value in facts.items() if isinstance(value, str | int | float)}
        told = [f"{key} {value}" for key, value in plain.items()]
        people = [names[each] for each in _people(entry) if each in names]
        told += [f"paged {', '.join(people)}"] if people else []
        what = entry.kind.replace("_", " ") + (f" ({'; '.join(told)})" if told else "")
        kind = "answer" if entry.kind in ANSWERS else "entry"
        yield Event(entry.at, kind, what, names.get(entry.person_id or 0, ""), facts={"kind": entry.kind, **plain})
