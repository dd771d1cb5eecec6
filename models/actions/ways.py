"""Ways to reach people besides Slack: entered sealed, confirmed once with a code, tested, changed, removed.

An unconfirmed way without `code_sent_at` waits for a code, a confirmed one without `tested_at` for a test; the job
`ways` sends both (`way_errands.py`). Only their person adds, changes and tests them; an admin may remove them.
"""

import hmac
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select, update
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.db import now_of
from models.seal import Seal
from models.tables import Page, Person, Way
from models.way import (
    ADDED_AN_HOUR,
    AGAIN_AFTER,
    WAYS_A_PERSON,
    Verdict,
    WayLine,
    WayRef,
    WayState,
    code_in,
    judge,
)
from models.words import PageState, Role

REMOVED = "this way was removed"


class Refused(Exception):
    """What somebody wants of a way cannot be; the message says why."""


def of_people(session: Session, person_ids: Sequence[int]) -> dict[int, list[WayRef]]:
    """The confirmed ways of these people (row ids), in the order in which they were added; nobody without any."""
    found: dict[int, list[WayRef]] = defaultdict(list)
    query = live().where(Way.person_id.in_(person_ids), Way.confirmed_at.is_not(None), Person.active, IS_MEMBER)
    for way in session.scalars(query.order_by(Way.id)):
        found[way.person_id].append(
            WayRef(
                way.id,
                way.person_id,
                way.workspace_id,
                way.kind,
                way.label,
                way.address,
                way.important_after_s,
                way.default_after_s,
            )
        )
    return dict(found)


def lines(session: Session, workspace_id: int, person_id: int) -> list[WayLine]:
    """The ways of somebody as they are listed."""
    query = live().where(Way.workspace_id == workspace_id, Way.person_id == person_id).order_by(Way.id)
    return [_line(way) for way in session.scalars(query.execution_options(populate_existing=True))]


def add(
    session: Session,
    workspace_id: int,
    person_id: int,
    kind: str,
    label: str,
    address: bytes,
    important_after_s: int | None,
    default_after_s: int | None,
) -> int:
    """A new way, to which a code is sent; `address` is sealed. Returns its row id. Raises Refused."""
    _lock_member(session, workspace_id, person_id)
    now = now_of(session)
    mine = select(func.count()).where(Way.workspace_id == workspace_id, Way.person_id == person_id)
    if (session.scalar(mine.where(Way.removed_at.is_(None))) or 0) >= WAYS_A_PERSON:
        raise Refused(f"you have {WAYS_A_PERSON} ways, which is the most; remove one first")
    if (session.scalar(mine.where(Way.created_at > now - timedelta(hours=1))) or 0) >= ADDED_AN_HOUR:
        raise Refused(f"you have added {ADDED_AN_HOUR} ways within the last hour; please wait a while")
    way = Way(
        workspace_id=workspace_id,
        person_id=person_id,
        kind=kind,
        label=label,
        address=address,
        important_after_s=important_after_s,
        default_after_s=default_after_s,
        created_at=now,
    )
    session.add(way)
    session.flush()
    _note(session, way, "way_added", now, person_id)
    return way.id


def ask_code(session: Session, workspace_id: int, person_id: int, way_id: int) -> None:
    """Another code for an unconfirmed way. Raises Refused."""
    way, now = _own(session, workspace_id, person_id, way_id), now_of(session)
    if way.confirmed_at is not None:
        raise Refused("this way is confirmed already")
    if way.code_sent_at is not None and now - way.code_sent_at < AGAIN_AFTER and not way.failures:
        raise Refused("a code was sent within the last minute; please wait a little")
    way.code, way.code_sent_at = "", None


def confirm(session: Session, seal: Seal, workspace_id: int, person_id: int, way_id: int, typed: str) -> Verdict:
    """What somebody typed as the code of their way; the right one confirms it. Raises Refused.

    A wrong one counts, so the caller commits whatever the verdict is.
    """
    way, now = _own(session, workspace_id, person_id, way_id), now_of(session)
    if way.confirmed_at is not None:
        return Verdict.RIGHT
    matches = bool(way.code) and hmac.compare_digest(way.code, fingerprint_of(seal, way.id, code_in(typed)))
    verdict = judge(way.code_sent_at if way.code else None, way.code_tries, matches, now)
    if verdict is Verdict.WRONG:
        way.code_tries += 1
    if verdict is Verdict.RIGHT:
        way.code, way.confirmed_at, way.tested_at, way.failures = "", now, now, 0
        _note(session, way, "way_confirmed", now, person_id)
    return verdict


def ask_test(session: Session, workspace_id: int, person_id: int, way_id: int) -> None:
    """A test message to a confirmed way; its result is told. Raises Refused."""
    way, now = _own(session, workspace_id, person_id, way_id), now_of(session)
    if way.confirmed_at is None:
        raise Refused("confirm this way first, with the code that was sent there")
    if way.tested_at is None or now - way.tested_at < AGAIN_AFTER:
        raise Refused("this way was tested or confirmed within the last minute; please wait a little")
    way.tested_at = None


def set_waits(
    session: Session,
    workspace_id: int,
    person_id: int,
    way_id: int,
    important_after_s: int | None,
    default_after_s: int | None,
) -> None:
    """When pages go this way from now on; what is due already keeps its time. Raises Refused."""
    way, now = _own(session, workspace_id, person_id, way_id), now_of(session)
    way.important_after_s, way.default_after_s = important_after_s, default_after_s
    waits = {"important": important_after_s, "default": default_after_s}
    _note(session, way, "way_changed", now, person_id, **waits)


def remove(session: Session, seal: Seal, workspace_id: int, way_id: int, by: int) -> str:
    """Nothing goes this way any more, and its address is wiped. Returns its label.

    For its person and for admins. Raises Refused.
    """
    owner = select(Way.person_id).where(Way.workspace_id == workspace_id, Way.id == way_id)
    if session.scalar(owner) != by and _role(session, workspace_id, by) is not Role.ADMIN:
        raise Refused("this is not your way; only admins remove those of others")
    way = session.scalar(live().where(Way.workspace_id == workspace_id, Way.id == way_id).with_for_update(of=Way))
    if way is None:
        raise Refused("this way is gone already")
    now = now_of(session)
    way.removed_at, way.address, way.code = now, seal.close(""), ""
    _cancel_pages(session, workspace_id, way_id)
    _note(session, way, "way_removed", now, by, of=session.get_one(Person, way.person_id).slack_id)
    return way.label


IS_MEMBER = and_(Person.role != Role.GUEST, Person.is_channel.is_(False))


def live() -> Select[Way]:
    """Ways that are not removed, with their people."""
    return (
        select(Way)
        .join(Person, and_(Person.workspace_id == Way.workspace_id, Person.id == Way.person_id))
        .where(Way.removed_at.is_(None))
    )


def _own(session: Session, workspace_id: int, person_id: int, way_id: int) -> Way:
    """Somebody's own way, locked. Raises Refused."""
    way = session.scalar(
        live()
        .where(Way.workspace_id == workspace_id, Way.person_id == person_id, Way.id == way_id, Person.active)
        .where(IS_MEMBER)
        .with_for_update(of=Way)
    )
    if way is None:
        raise Refused("this way is gone; `/heed ways` lists yours")
    return way


def _cancel_pages(session: Session, workspace_id: int, way_id: int) -> None:
    """What was due by a way is due no more; locked in their order first, so that nobody waits in a circle."""
    due = select(Page.id).where(Page.workspace_id == workspace_id, Page.way_id == way_id, Page.state == PageState.DUE)
    found = session.scalars(due.order_by(Page.id).with_for_update()).all()
    session.execute(update(Page).where(Page.id.in_(found)).values(state=PageState.CANCELLED, result=REMOVED))


def _lock_member(session: Session, workspace_id: int, person_id: int) -> None:
    """So that two forms at once cannot both add the last way. Raises Refused."""
    found = session.scalar(
        select(Person.id)
        .where(Person.workspace_id == workspace_id, Person.id == person_id, Person.active, IS_MEMBER)
        .with_for_update(key_share=True)
    )
    if found is None:
        raise Refused("only full members of this workspace have ways")


def _role(session: Session, workspace_id: int, person_id: int) -> Role | None:
    return session.scalar(
        select(Person.role).where(Person.workspace_id == workspace_id, Person.id == person_id, Person.active)
    )


def fingerprint_of(seal: Seal, way_id: int, code: str) -> str:
    """A code has too few digits for a hash without a key."""
    return seal.derive(f"code {code} of way {way_id}")


def _line(way: Way) -> WayLine:
    return WayLine(way.id, way.kind, way.label, _state(way), way.important_after_s, way.default_after_s)


def _state(way: Way) -> WayState:
    if way.confirmed_at is None:
        return WayState.CODE_WANTED if way.code_sent_at is None else WayState.UNCONFIRMED
    if way.tested_at is None:
        return WayState.TESTING
    return WayState.FAILED if way.failures else WayState.WORKS


def _note(session: Session, way: Way, kind: str, now: datetime, by: int, **more: Any) -> None:
    """An Entry of the audit log; what it tells of the address is what may be shown."""
    told: Mapping[str, Any] = {"way": way.label, **more}
    note(session, way.workspace_id, kind, now, None, by, **told)
