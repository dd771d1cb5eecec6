"""Somebody has added Heed to a workspace or an organisation: what they and its admins are told, and the first admin."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.noticing import tell
from models.actions.people import admins, find, import_people
from models.actions.workspaces import Installation, install
from models.db import now_of
from models.person import Profile
from models.seal import Seal
from models.tables import Alert, Workspace
from models.words import Role, Status

WELCOME, SCOPES = "installed", "scopes_missing"


@dataclass(frozen=True)
class Added:
    """The installation's row; `is_first`: Heed was never there before. `open` alerts are left from an earlier time."""

    workspace_id: int
    is_first: bool
    open: int


def add(session: Session, seal: Seal, found: Installation, token: str, installer: Profile) -> Added:
    """Install for somebody who came from Slack's page; they get the first steps as a direct message.

    Whoever installs Heed for the first time is an admin of it. A later time changes nobody's role: anybody whom Slack
    lets install apps could make themselves an admin otherwise.
    """
    is_first = session.scalar(select(Workspace.id).where(Workspace.team_id == found.team_id)) is None
    workspace = install(session, seal, found, token)
    workspace.retry_at = workspace.redraw_retry_at = workspace.synced_at = None
    workspace.failures = 0
    now = now_of(session)
    import_people(session, workspace.id, [installer])
    person = find(session, workspace.id, installer.slack_id)
    assert person is not None
    if is_first and person.role is not Role.GUEST:
        person.role, person.role_is_set = Role.ADMIN, True
    note(session, workspace.id, "installed", now, person_id=person.id, high=True, first=is_first)
    waiting = _open(session, workspace.id)
    detail = {"workspace": found.name, "first": is_first, "org": found.is_org, "open": waiting}
    tell(session, workspace.id, [person.id], WELCOME, f"{WELCOME}:{now.isoformat()}", detail)
    return Added(workspace.id, is_first, waiting)


def tell_missing(session: Session, workspace_id: int, missing: Sequence[str]) -> bool:
    """The admins are told which scopes Heed was not given, once for each set of them; True when there was something."""
    if missing:
        people = [person.id for person in admins(session, workspace_id)]
        tell(session, workspace_id, people, SCOPES, f"{SCOPES}:{','.join(missing)}", {"missing": list(missing)})
    return bool(missing)


def _open(session: Session, workspace_id: int) -> int:
    live = select(func.count()).where(Alert.workspace_id == workspace_id, Alert.status == Status.OPEN)
    return session.scalar(live) or 0
