"""Questions that change nothing: cards, lists, figures, histories. Every one names its workspace."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, CompoundSelect, bindparam, func, literal_column, select, union
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from models.actions import ranking
from models.answer import REOPEN_WITHIN
from models.card import LIST_SHOWN, Card, Details, Filter, Listing, ReceiptLine, Stats, TimelineEntry
from models.db import now_of
from models.plan import plan_from_json
from models.tables import Alert, AssessmentRow, Client, Conversation, Entry, Page, Part, Person, Source, Step, Way
from models.words import Origin, PageState, Role, Severity, Status

PAGE_SIZE = 10
LIVE = tuple((status, severity) for status, severity in ranking.ALL if status.is_live)
STATS_WINDOW = timedelta(days=30)
ENTRIES_SHOWN = 30
PARTS_SHOWN = 5
OPEN_AGAIN = "open_again"
WITH_WORDS = ("note", "acknowledged", "passed_on", "reopened", "snoozed", "reassigned", "given_back")
"""Entries whose words the card shows; those of an alert's end stand in the alert itself."""

_OWNER = aliased(Person)
_DOUBT = (
    select(AssessmentRow.disagreement)
    .where(AssessmentRow.conversation_id == Alert.conversation_id)
    .order_by(AssessmentRow.id.desc())
    .limit(1)
    .correlate(Alert)
    .scalar_subquery()
    .label("disagreement")
)


_HERE = bindparam("workspace", type_=BigInteger)
_IDS = bindparam("ids", type_=BigInteger, expanding=True)
"""Statements that every post needs are built once: building one takes as long as asking it."""
_WHOLE = (
    select(Alert, Source.kind, Source.name, Client.tier, Client.renews_on, _OWNER.slack_id.label("owner"), _DOUBT)
    .outerjoin(Source, Source.id == Alert.source_id)
    .outerjoin(Conversation, Conversation.id == Alert.conversation_id)
    .outerjoin(Client, Client.id == Conversation.client_id)
    .outerjoin(_OWNER, _OWNER.id == Client.owner_id)
    .where(Alert.workspace_id == _HERE, Alert.id.in_(_IDS))
    .execution_options(populate_existing=True)
)
_PLAIN = select(
    Alert.id,
    Alert.origin,
    Alert.status,
    Alert.severity,
    Alert.epoch,
    Alert.revision,
    Alert.title,
    Alert.opened_at,
    Alert.last_seen_at,
    Alert.acknowledged_at,
    Alert.acknowledged_by,
    Alert.closed_at,
    Alert.closed_by,
    Alert.trace,
).where(Alert.workspace_id == _HERE, Alert.id.in_(_IDS))
_REACHED = (
    select(Page.alert_id, Person.slack_id, func.min(Page.sent_at).label("sent_at"))
    .join(Person, Person.id == Page.person_id)
    .where(Page.workspace_id == _HERE, Page.alert_id.in_(_IDS), Page.state != PageState.FAILED)
    .group_by(Page.alert_id, Person.slack_id)
    .order_by(func.min(Page.due_at), func.min(Person.id))
)
_IS_AGAIN: ColumnElement[bool] = literal_column("entries.kind = 'open_again'")
_SAID = (
    select(Entry.alert_id, _IS_AGAIN.label("is_again"), Entry.detail, Person.slack_id)
    .ext(distinct_on(Entry.alert_id, _IS_AGAIN))
    .outerjoin(Person, Person.id == Entry.person_id)
    .where(Entry.workspace_id == _HERE, Entry.alert_id.in_(_IDS))
    .where((Entry.kind == OPEN_AGAIN) | Entry.kind.in_(WITH_WORDS) & Entry.detail.has_key("notes"))
    .order_by(Entry.alert_id, _IS_AGAIN, Entry.id.desc())
)


def _these(workspace_id: int, alert_ids: Sequence[int]) -> dict[str, Any]:
    return {"workspace": workspace_id, "ids": list(alert_ids)}


def cards(session: Session, workspace_id: int, alert_ids: Sequence[int]) -> list[Card]:
    """The cards of these alerts, in the order given; those of other workspaces are left out."""
    if not alert_ids:
        return []
    rows = session.execute(_WHOLE, _these(workspace_id, alert_ids))
    found = {row.Alert.id: (row.Alert, row) for row in rows}
    names = _slack_ids(session, workspace_id, [alert for alert, _ in found.values()])
    paged, told = _paged(session, workspace_id, list(found)), _told(session, workspace_id, list(found))
    names_elsewhere = _names_elsewhere(session, workspace_id, [alert for alert, _ in found.values()])
    parts = _parts(session, workspace_id, [alert for alert, _ in found.values()])
    now = now_of(session)
    return [
        replace(
            _card_of_row(*found[each], names, paged.get(each, []), told.get(each, {}), now),
            acknowledged_from=names_elsewhere.get(each, ""),
            part_titles=parts.get(each, ()),
        )
        for each in alert_ids
        if each in found
    ]


def listed(session: Session, workspace_id: int, alert_ids: Sequence[int]) -> list[Card]:
    """The cards of a list in the order given: whole where they are shown, of the others what plain columns tell."""
    shown, others = alert_ids[:LIST_SHOWN], alert_ids[LIST_SHOWN:]
    found = cards(session, workspace_id, shown)
    if others:
        rows = session.execute(_PLAIN, _these(workspace_id, others))
        known = {row.id: _certain(row, {}, ()) for row in rows}
        found += [known[each] for each in others if each in known]
    return found


def card(session: Session, workspace_id: int, alert_id: int) -> Card | None:
    found = cards(session, workspace_id, [alert_id])
    return found[0] if found else None


def _slack_ids(session: Session, workspace_id: int, alerts: Sequence[Alert]) -> dict[int, str]:
    ids = {each for alert in alerts for each in (alert.acknowledged_by, alert.closed_by, alert.raised_by) if each}
    if not ids:
        return {}
    people = select(Person.id, Person.slack_id).where(Person.workspace_id == workspace_id, Person.id.in_(ids))
    return dict(session.execute(people).all())


def _names_elsewhere(session: Session, workspace_id: int, alerts: Sequence[Alert]) -> dict[int, str]:
    """For each alert that its source acknowledged, the name that the source gave of who did."""
    ids = [alert.id for alert in alerts if alert.acknowledged_at is not None and alert.acknowledged_by is None]
    if not ids:
        return {}
    rows = session.execute(
        select(Entry.alert_id, Entry.detail)
        .ext(distinct_on(Entry.alert_id))
        .where(Entry.workspace_id == workspace_id, Entry.alert_id.in_(ids), Entry.kind == "acknowledged")
        .order_by(Entry.alert_id, Entry.id.desc())
    )
    return {row.alert_id: row.detail.get("user", "") for row in rows}


def _parts(session: Session, workspace_id: int, alerts: Sequence[Alert]) -> dict[int, tuple[str, ...]]:
    """For each grouped alert, the titles of parts that still fire: a few, the worst first."""
    ids = [alert.id for alert in alerts if alert.parts]
    if not ids:
        return {}
    place = func.row_number().over(partition_by=Part.alert_id, order_by=(Part.severity, Part.id)).label("place")
    ranked = (
        select(Part.alert_id, Part.title, place)
        .where(Part.workspace_id == workspace_id, Part.alert_id.in_(ids), Part.resolved_at.is_(None))
        .subquery()
    )
    rows = session.execute(select(ranked).where(ranked.c.place <= PARTS_SHOWN).order_by(ranked.c.place))
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        found[row.alert_id] = (*found.get(row.alert_id, ()), row.title)
    return found


def _paged(session: Session, workspace_id: int, alert_ids: Sequence[int]) -> dict[int, list[Any]]:
    """For each alert, everybody paged for it and when each was first reached."""
    found: dict[int, list[Any]] = {}
    for row in session.execute(_REACHED, _these(workspace_id, alert_ids)):
        found.setdefault(row.alert_id, []).append(row)
    return found


def _told(session: Session, workspace_id: int, alert_ids: Sequence[int]) -> dict[int, dict[bool, Any]]:
    """For each alert, why it was last open again (True), and the newest words of somebody (False); one statement."""
    found: dict[int, dict[bool, Any]] = {}
    for row in session.execute(_SAID, _these(workspace_id, alert_ids)):
        found.setdefault(row.alert_id, {})[row.is_again] = row
    return found


def _opens_again(alert: Alert) -> datetime | None:
    """When an acknowledged alert that is not snoozed will be open again, as its reminder says or will say.

    One that was answered in the client's conversation will not.
    """
    if alert.status is not Status.ACKNOWLEDGED or alert.acknowledged_at is None:
        return None
    if alert.snoozed_until is not None or alert.answered_at is not None:
        return None
    timeout = plan_from_json(alert.plan).acknowledge_timeout
    if timeout is None:
        return None
    return alert.next_step_at if alert.reminded else alert.acknowledged_at + timeout


def _card_of_row(
    alert: Alert,
    about: Any,
    names: dict[int, str],
    paged: Sequence[Any],
    told: Mapping[bool, Any],
    now: datetime,
) -> Card:
    """The card; of a row that holds what it should not, what can be told for certain: its page must go out, too, and
    it must not keep back the others that are read with it."""
    certain = _certain(alert, names, paged)
    try:
        return _card(certain, alert, about, names, paged, told, now)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = f"This alert is stored in a form that cannot be read whole ({type(error).__name__})."
        return replace(certain, details=why)


def _certain(alert: Any, names: dict[int, str], paged: Sequence[Any]) -> Card:
    """What plain columns tell of an alert, which is one or a row with these columns."""
    return Card(
        id=alert.id,
        origin=alert.origin,
        status=alert.status,
        severity=Severity(alert.severity),
        epoch=alert.epoch,
        revision=alert.revision,
        title=alert.title,
        opened_at=alert.opened_at,
        last_seen_at=alert.last_seen_at,
        acknowledged_at=alert.acknowledged_at,
        acknowledged_by=names.get(alert.acknowledged_by or 0),
        closed_at=alert.closed_at,
        closed_by=names.get(alert.closed_by or 0),
        paged=tuple(row.slack_id for row in paged),
        trace=alert.trace,
    )


def _card(
    certain: Card,
    alert: Alert,
    about: Any,
    names: dict[int, str],
    paged: Sequence[Any],
    told: Mapping[bool, Any],
    now: datetime,
) -> Card:
    closed = not alert.status.is_live
    note, again = told.get(False), told.get(True)
    sent = [row.sent_at for row in paged if row.sent_at is not None]
    return replace(
        certain,
        details=alert.details,
        client=alert.client,
        client_tier=about.tier or "",
        client_owner=about.owner,
        client_renews=about.renews_on,
        disagreement=about.disagreement or "",
        channel=alert.labels.get("channel", "") if alert.origin is Origin.CLIENT else "",
        author=alert.labels.get("author", "") if alert.origin is Origin.CLIENT else "",
        excerpt=alert.excerpt,
        indicators=tuple(alert.indicators),
        suggested_action=alert.suggested_action,
        link=alert.link,
        labels=alert.labels,
        source=f"{about.kind} {about.name}" if about.kind else "",
        raised_by=names.get(alert.raised_by or 0),
        count=alert.count,
        parts=alert.parts,
        parts_open=alert.parts_open,
        parts_new=alert.parts - alert.parts_seen if alert.status is Status.ACKNOWLEDGED else 0,
        notes=alert.notes,
        policy=alert.plan["policy"],
        lap=alert.lap,
        laps=alert.plan["laps"],
        level=alert.level,
        levels=len(alert.plan["levels"]),
        next_step_at=alert.next_step_at,
        exhausted_at=alert.exhausted_at,
        snoozed_until=alert.snoozed_until,
        silenced_until=alert.next_step_at if alert.silence_id is not None else None,
        opens_again_at=_opens_again(alert),
        opened_again=again.detail.get("why", "") if again else "",
        newest_note=note.detail["notes"] if note else "",
        notes_by=note.slack_id if note else None,
        notes_from=(note.detail.get("user") or note.detail.get("source", "")) if note else "",
        reopenable=closed and alert.closed_at is not None and now - alert.closed_at <= REOPEN_WITHIN,
        round_trip=((min(sent) - alert.opened_at).total_seconds() if alert.origin is Origin.TEST and sent else None),
    )


def stats(session: Session, workspace_id: int) -> Stats:
    """How many are open and acknowledged now, and how the ones closed in the last 30 days ended; tests do not count."""
    since = now_of(session) - STATS_WINDOW
    closed = session.execute(
        select(Alert.status, func.count())
        .where(Alert.workspace_id == workspace_id, Alert.origin != Origin.TEST)
        .where(Alert.closed_at >= since, Alert.status.in_((Status.RESOLVED, Status.FALSE_POSITIVE)))
        .group_by(Alert.status)
    )
    found = Counter[Status](dict(closed.all()))
    for (status, _), count in ranking.counted(session, workspace_id, LIVE).items():
        found[status] += count
    return Stats(**{status.value: count for status, count in found.items()})


def listing(session: Session, workspace_id: int, wanted: Filter, person_id: int | None = None) -> Listing:
    """One page of alerts; with `person_id` only those that this person was paged for or has raised.

    Live ones come first, the worst of them first; then the closed ones, newest first.
    """
    kinds = [
        (status, severity)
        for status, severity in ranking.ALL
        if wanted.status in (None, status) and wanted.severity in (None, severity)
    ]
    mine, offset = [Alert.workspace_id == workspace_id], wanted.page * PAGE_SIZE
    if person_id is None:
        query = ranking.ranked(kinds, ranking.live_first, mine, PAGE_SIZE + 1, offset)
    else:
        concerning = Alert.id.in_(_concerning(person_id))
        query = ranking.sorted_out(kinds, ranking.live_first, [*mine, concerning], PAGE_SIZE + 1, offset)
    ids = list(session.scalars(query))
    return Listing(tuple(cards(session, workspace_id, ids[:PAGE_SIZE])), has_more=len(ids) > PAGE_SIZE)


def _concerning(person_id: int) -> CompoundSelect[int]:
    """The numbers of the alerts that somebody was paged for or has raised."""
    return union(
        select(Page.alert_id).where(Page.person_id == person_id), select(Alert.id).where(Alert.raised_by == person_id)
    )


def may_see(session: Session, workspace_id: int, alert_id: int, person: Person) -> bool:
    """Admins and responders see every alert of their workspace, others what concerns them."""
    if person.role in (Role.ADMIN, Role.RESPONDER):
        return True
    raised = select(Alert.id).where(Alert.id == alert_id, Alert.raised_by == person.id)
    paged = select(Page.alert_id).where(Page.alert_id == alert_id, Page.person_id == person.id)
    query = select(Alert.id).where(Alert.workspace_id == workspace_id, Alert.id == alert_id)
    return session.scalar(query.where(raised.exists() | paged.exists())) is not None


def details(session: Session, workspace_id: int, alert_id: int, lines: int = ENTRIES_SHOWN) -> Details | None:
    """The alert with its timeline and the receipts of its pages: at most `lines` of each, the newest."""
    found = card(session, workspace_id, alert_id)
    if found is None:
        return None
    entries = session.execute(
        select(Entry.at, Entry.kind, Person.slack_id, Entry.detail)
        .outerjoin(Person, Person.id == Entry.person_id)
        .where(Entry.workspace_id == workspace_id, Entry.alert_id == alert_id)
        .order_by(Entry.id.desc())
        .limit(lines)
    )
    receipts = session.execute(
        select(
            Person.slack_id,
            Way.label,
            Page.state,
            Page.sent_at,
            Page.try_at,
            Page.attempt,
            Page.result,
            Step.level,
            Step.lap,
        )
        .join(Person, Person.id == Page.person_id)
        .outerjoin(Way, Way.id == Page.way_id)
        .join(Step, Step.id == Page.step_id)
        .where(Page.workspace_id == workspace_id, Page.alert_id == alert_id)
        .order_by(Page.id.desc())
        .limit(lines)
    )
    return Details(
        found,
        tuple(TimelineEntry(*row) for row in reversed(entries.all())),
        tuple(
            ReceiptLine(
                row.slack_id,
                row.label or "Slack",
                row.state.value,
                row.sent_at or row.try_at,
                row.attempt,
                row.result,
                row.level,
                row.lap,
            )
            for row in reversed(receipts.all())
        ),
    )
