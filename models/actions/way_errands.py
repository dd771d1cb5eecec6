"""Codes and tests to ways besides Slack: what waits to be sent, as sent from then on, and what came of it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from models.actions.noticing import tell
from models.actions.ways import IS_MEMBER, fingerprint_of, live
from models.db import now_of
from models.seal import Seal
from models.tables import Person, Way, Workspace
from models.way import CODE_DIGITS

NOTICE = "way"


class Task(StrEnum):
    """Why something is sent to a way that is no page."""

    CODE = "code"
    TEST = "test"


@dataclass(frozen=True)
class Errand:
    """One message to send to a way (row ids); `code` is empty for a test, `address` is sealed."""

    task: Task
    way_id: int
    workspace_id: int
    person_id: int
    label: str
    address: bytes
    code: str
    at: datetime


def claim(session: Session, seal: Seal) -> Errand | None:
    """The next code or test to send, as sent from now on; None when nobody waits for one."""
    way = session.scalar(
        _waiting().order_by(Way.id).limit(1).with_for_update(of=Way, skip_locked=True)
    )  # fmt: skip
    if way is None:
        return None
    now, code = now_of(session), ""
    if way.confirmed_at is None:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        way.code, way.code_sent_at = fingerprint_of(seal, way.id, code), now
    else:
        way.tested_at = now
    task = Task.CODE if code else Task.TEST
    return Errand(task, way.id, way.workspace_id, way.person_id, way.label, way.address, code, now)


def came_of(session: Session, errand: Errand, why: str, is_lost: bool) -> None:
    """Receipt of a code or a test: `why` is empty when it was sent; a code that `is_lost` works no more.

    Its person is told, but not of a code that was sent.
    """
    way = session.scalar(
        live().where(Way.workspace_id == errand.workspace_id, Way.id == errand.way_id).with_for_update(of=Way)
    )
    if way is None:
        return
    way.failures = way.failures + 1 if why else 0
    if is_lost and errand.task is Task.CODE:
        way.code = ""
    if errand.task is Task.TEST or why:
        detail = {"task": errand.task.value, "label": errand.label, "why": why}
        key = f"{NOTICE}:{errand.way_id}:{errand.task}:{errand.at.isoformat()}"
        tell(session, errand.workspace_id, [errand.person_id], NOTICE, key, detail)


def _waiting() -> Select[Way]:
    wanted = or_(
        and_(Way.confirmed_at.is_(None), Way.code_sent_at.is_(None)),
        and_(Way.confirmed_at.is_not(None), Way.tested_at.is_(None)),
    )
    home = and_(Workspace.id == Way.workspace_id, Workspace.uninstalled_at.is_(None))
    return live().join(Workspace, home).where(wanted, Person.active, IS_MEMBER)


DUE = select(func.heed_now()).where(_waiting().exists()).scalar_subquery()
"""Now, if somebody waits for a code or a test."""
