"""Sources: added, found by their secrets, given new ones, changed and removed.

`by` is the person who does it, who must be an admin; None is the command line or a file, which may do everything.
"""

import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.db import now_of
from models.intake import LONGEST_OVERLAP, OVERLAP, checked_name, checked_networks
from models.seal import fingerprint, new_secret
from models.tables import Person, Source, Workspace
from models.words import Role

REMOVED = "removed"
"""The setting that marks a source whose row stays only because its alerts and signals point at it."""


class NotAllowed(Exception):
    """Only admins add sources, change them and see what exactly came to them; responders may look at the rest."""


class AlreadyThere(Exception):
    """There is a source of this kind and name."""


@dataclass(frozen=True)
class SourceRef:
    """A source as intake needs it. `signing_secret` is sealed; without `allowed_from` everybody may send."""

    id: int
    workspace_id: int
    kind: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    signing_secret: bytes | None = None
    allowed_from: tuple[str, ...] = ()
    version: str = ""
    """Another one after every change of the source; empty where nobody compares it."""
    by_previous: bool = False
    """Whether it was found by a secret that is changed already, and taken only until its overlap is over."""


_REF: tuple[Any, ...] = (
    Source.id, Source.workspace_id, Source.kind, Source.name, Source.settings, Source.signing_secret,
    Source.allowed_from, literal_column("sources.xmin::text").label("version"),
)  # fmt: skip


def source_by_secret(session: Session, kind: str, secret: str) -> SourceRef | None:
    """The source of this kind whose secret this is, or was until its rotation's overlap is over. One SELECT."""
    mark = fingerprint(secret)
    still = and_(Source.previous_fingerprint == mark, Source.previous_until > func.heed_now())
    found = session.execute(
        select(*_REF, (Source.secret_fingerprint != mark).label("by_previous"))
        .join(Workspace, Workspace.id == Source.workspace_id)
        .where(Source.kind == kind, or_(Source.secret_fingerprint == mark, still))
        .where(Workspace.uninstalled_at.is_(None))
    ).first()
    return _ref(found) if found else None


def put_source(
    session: Session,
    workspace_id: int,
    kind: str,
    name: str,
    secret: str,
    settings: Mapping[str, Any] | None = None,
    signing_secret: bytes | None = None,
    allowed_from: Iterable[str] | None = None,
) -> SourceRef:
    """Create the source, or give it this secret from now on and no other. Only the secret's fingerprint is stored.

    What is None stays as it is. `signing_secret` is sealed already. Raises ValueError for networks that are none.
    """
    more = _given(settings, signing_secret, allowed_from)
    row = {"secret_fingerprint": fingerprint(secret), **more}
    statement = insert(Source).values(
        workspace_id=workspace_id, kind=kind, name=name, created_at=now_of(session), **row
    )
    found = session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "kind", "name"],
            set_={**row, "previous_fingerprint": None, "previous_until": None},
        ).returning(*_REF)
    ).one()
    return _ref(found)


class InUse(Exception):
    """The source is there, and something has come to its address."""


def add_or_renew(
    session: Session, workspace_id: int, kind: str, name: str, secret: str, replace: bool = False, **values: Any
) -> tuple[SourceRef, bool]:
    """`put_source` by the command line, written down; and whether the source was there already.

    Raises InUse, unless it may `replace` an address at which something has come.
    """
    there = select(Source).where(Source.workspace_id == workspace_id, Source.kind == kind, Source.name == name)
    found = session.scalar(there.with_for_update())
    was_there = found is not None
    if found is not None and found.last_signal_at is not None and not replace:
        raise InUse(name)
    made = put_source(session, workspace_id, kind, name, secret, **values)
    _note(session, "source_added", made, None)
    return made, was_there


def _given(
    settings: Mapping[str, Any] | None, signing_secret: bytes | None, allowed_from: Iterable[str] | None
) -> dict[str, Any]:
    """The columns that are to be written."""
    values: dict[str, Any] = {
        "settings": None if settings is None else {**settings},
        "signing_secret": signing_secret,
        "allowed_from": None if allowed_from is None else checked_networks(allowed_from),
    }
    return {name: value for name, value in values.items() if value is not None}


def _ref(row: Any) -> SourceRef:
    found = dict(row._mapping)
    return SourceRef(**{**found, "allowed_from": tuple(found["allowed_from"])})


def secret_for(kind: str) -> str:
    """A new random secret in the form that senders of this kind expect.

    PagerDuty's routing keys have 32 characters, and some senders check that they are letters and digits; Opsgenie's
    keys are UUIDs. Both hold 122 bits or more.
    """
    if kind == "pagerduty":
        return secrets.token_hex(16)
    return str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)) if kind == "opsgenie" else new_secret()


def add(
    session: Session,
    workspace_id: int,
    kind: str,
    name: str,
    settings: Mapping[str, Any] | None = None,
    by: int | None = None,
) -> tuple[SourceRef, str]:
    """A new source and its secret, which is known only now; raises NotAllowed, AlreadyThere, or ValueError."""
    check_admin(session, workspace_id, by)
    name = checked_name(name)
    if named(session, workspace_id, name, kind):
        raise AlreadyThere(f"there is a source {kind} {name} already")
    secret = secret_for(kind)
    made = put_source(session, workspace_id, kind, name, secret, settings)
    _note(session, "source_added", made, by)
    return made, secret


def rotate(
    session: Session, workspace_id: int, source_id: int, overlap: timedelta = OVERLAP, by: int | None = None
) -> tuple[str, datetime]:
    """A new secret, and until when the present one is taken beside it; raises NotAllowed, LookupError, ValueError.

    A secret from before the present one is not taken any more.
    """
    check_admin(session, workspace_id, by)
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise ValueError(f"the previous secret can be taken for 0 seconds to {LONGEST_OVERLAP.days} days")
    source = _locked(session, workspace_id, source_id)
    secret, until = secret_for(source.kind), now_of(session) + overlap
    source.previous_fingerprint, source.previous_until = source.secret_fingerprint, until
    source.secret_fingerprint = fingerprint(secret)
    session.flush()
    _note(session, "source_rotated", source, by, until=until.isoformat())
    return secret, until


def change(
    session: Session,
    workspace_id: int,
    source_id: int,
    settings: Mapping[str, Any] | None = None,
    signing_secret: bytes | None = None,
    allowed_from: Iterable[str] | None = None,
    by: int | None = None,
) -> None:
    """Settings, signing secret (sealed; empty: none) and networks; None leaves one as it is.

    Raises NotAllowed, LookupError, or ValueError for networks that are none. The secret of the address stays.
    """
    check_admin(session, workspace_id, by)
    source = _locked(session, workspace_id, source_id)
    given = _given(settings, signing_secret, allowed_from)
    for name, value in given.items():
        setattr(source, name, value or None if name == "signing_secret" else value)
    session.flush()
    _note(session, "source_changed", source, by, changed=sorted(given))


def remove(session: Session, workspace_id: int, source_id: int, by: int | None = None) -> None:
    """Take nothing from this source any more; raises NotAllowed, LookupError.

    Its alerts and signals stay and point at it, so the row stays too, under a name that leaves the old one free.
    """
    check_admin(session, workspace_id, by)
    source = _locked(session, workspace_id, source_id)
    _note(session, "source_removed", source, by)
    source.name = f"{source.name} (removed, {source.id})"
    source.secret_fingerprint = f"{REMOVED}:{source.id}"
    source.previous_fingerprint = source.previous_until = source.expected_at = source.signing_secret = None
    source.settings = {**source.settings, REMOVED: True}
    session.flush()


def present(session: Session, workspace_id: int) -> list[SourceRef]:
    """The sources of a workspace, by kind and name; none that was removed."""
    rows = session.execute(select(*_REF).where(*_there(workspace_id)).order_by(Source.kind, Source.name))
    return [_ref(row) for row in rows]


def named(session: Session, workspace_id: int, name: str, kind: str = "") -> list[SourceRef]:
    """The sources that are called so, of one kind or of all; a name that is a kind's name before it, as "generic prod".

    Names are compared as they stand, else without regard to case.
    """
    known = [each for each in present(session, workspace_id) if kind in ("", each.kind)]
    for spelled in (lambda text: text, str.casefold):
        for full in (False, True):
            found = [each for each in known if spelled(f"{each.kind} " * full + each.name) == spelled(name)]
            if found:
                return found
    return []


def get(session: Session, workspace_id: int, source_id: int) -> SourceRef | None:
    """The source of this id in this workspace, unless it was removed."""
    row = session.execute(select(*_REF).where(Source.id == source_id, *_there(workspace_id))).one_or_none()
    return _ref(row) if row else None


def check_admin(session: Session, workspace_id: int, by: int | None, also: Iterable[Role] = ()) -> None:
    """Raises NotAllowed unless `by` is an active admin, or has one of the roles `also`, or is None."""
    if by is None:
        return
    person = session.scalar(select(Person).where(Person.workspace_id == workspace_id, Person.id == by))
    if person is None or not person.active or person.role not in (Role.ADMIN, *also):
        raise NotAllowed


def _there(workspace_id: int) -> tuple[Any, ...]:
    return Source.workspace_id == workspace_id, ~Source.settings.has_key(REMOVED)


def _locked(session: Session, workspace_id: int, source_id: int) -> Source:
    found = session.scalar(
        select(Source)
        .where(Source.id == source_id, *_there(workspace_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise LookupError(f"no source {source_id} in this workspace")
    return found


def _note(session: Session, kind: str, source: SourceRef | Source, by: int | None, **detail: Any) -> None:
    told = {"source_kind": source.kind, "source": source.name, **detail}
    note(session, source.workspace_id, kind, now_of(session), person_id=by, **told)
