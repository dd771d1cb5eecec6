"""Installations, and the beats of our own processes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.plans import save_policy
from models.actions.rulebook import DEFAULT_PLAN
from models.actions.sources import SourceRef, put_source, source_by_secret
from models.db import now_of
from models.heartbeat import SINCE
from models.seal import Seal, SealBroken
from models.tables import Beat, Policy, Workspace

__all__ = ("SourceRef", "put_source", "source_by_secret")

WHEN_KNOWN = ("scopes", "installed_by")
"""What an installation that does not tell it leaves as it was."""


@dataclass(frozen=True)
class Installation:
    """What Slack says about the bot that a token belongs to; `url` is the workspace's address in Slack.

    One for a whole organisation has the organisation's id as `team_id`, too. `scopes` have commas between them; empty
    `scopes` and `installed_by` (the Slack id of whoever installed Heed) are not known.
    """

    team_id: str
    name: str
    url: str
    bot_user_id: str
    enterprise_id: str = ""
    is_org: bool = False
    scopes: str = ""
    installed_by: str = ""


def install(session: Session, seal: Seal, found: Installation, token: str) -> Workspace:
    """Add a Slack installation, or renew its token; the default policy comes with the first installation.

    One that was taken away is back with what is left of its rows; its alerts stay open, and page nobody by themselves.
    """
    workspace = session.scalar(select(Workspace).where(Workspace.team_id == found.team_id).with_for_update())
    known = {name: value for name, value in vars(found).items() if name not in WHEN_KNOWN or value}
    if workspace is None:
        workspace = Workspace(**known, token=seal.close(token), installed_at=now_of(session))
        session.add(workspace)
        session.flush()
    elif workspace.uninstalled_at is not None or not _is_same_token(workspace, seal, token):
        workspace.token, workspace.installed_at = seal.close(token), now_of(session)
        workspace.retry_at = workspace.redraw_retry_at = workspace.synced_at = workspace.uninstalled_at = None
        workspace.failures = 0
    for name, value in known.items():
        setattr(workspace, name, value)
    if session.scalar(select(Policy.id).where(Policy.workspace_id == workspace.id).limit(1)) is None:
        save_policy(session, workspace.id, DEFAULT_PLAN, is_default=True)
    return workspace


def uninstall(session: Session, workspace_id: int, event_time: int) -> bool:
    """Heed is taken away from the workspace; False for an event (seconds since the epoch) older than its installation.

    Nothing is sent or looked at any more, and the next sweep ends its escalations and empties its texts
    (`purging.purge`).
    """
    workspace = session.get_one(Workspace, workspace_id, with_for_update=True, populate_existing=True)
    now = now_of(session)
    if workspace.uninstalled_at is not None or event_time < int(workspace.installed_at.timestamp()):
        return False
    workspace.uninstalled_at = now
    note(session, workspace_id, "uninstalled", now, high=True)
    return True


def _is_same_token(workspace: Workspace, seal: Seal, token: str) -> bool:
    """False also for a token that was sealed with a key that is lost: the new one takes its place."""
    try:
        return seal.open(workspace.token) == token
    except SealBroken:
        return False


def by_team(session: Session, team_id: str, enterprise_id: str = "") -> Workspace | None:
    """The installation in the Slack team, or else the one of the whole organisation, if Heed is installed there."""
    of_org = Workspace.is_org & (Workspace.team_id == enterprise_id)
    return session.scalar(
        select(Workspace)
        .where((Workspace.team_id == team_id) | of_org, Workspace.uninstalled_at.is_(None))
        .order_by((Workspace.team_id == team_id).desc())
        .limit(1)
    )


def ours(row: Workspace) -> frozenset[str]:
    """The Slack ids of the team and the organisation whose people are of our side."""
    return frozenset(filter(None, (row.team_id, row.enterprise_id)))


def change(session: Session, workspace_id: int, **values: int | None) -> None:
    """Set `text_days`, `reply_within_s` or `daily_tokens`, and write down that it was changed."""
    session.execute(update(Workspace).where(Workspace.id == workspace_id).values(**values))
    note(session, workspace_id, "workspace_changed", now_of(session), high=True, **values)


def active(session: Session) -> list[Workspace]:
    return list(session.scalars(select(Workspace).where(Workspace.uninstalled_at.is_(None)).order_by(Workspace.id)))


def policies(session: Session, workspace_id: int) -> list[Policy]:
    return list(session.scalars(select(Policy).where(Policy.workspace_id == workspace_id).order_by(Policy.id)))


def beat(session: Session, name: str) -> None:
    """Record that the process called `name` works at this moment."""
    statement = insert(Beat).values(name=name, at=now_of(session))
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": statement.excluded.at}))


def beats(session: Session) -> dict[str, datetime]:
    """When each process last beat."""
    return dict(session.execute(select(Beat.name, Beat.at).where(Beat.name != SINCE)).all())


def hold_back(session: Session, workspace_id: int, until: datetime) -> int:
    """Send nothing to this workspace before `until`; returns how often in a row that was necessary."""
    return session.scalars(
        update(Workspace)
        .where(Workspace.id == workspace_id)
        .values(retry_at=until, failures=Workspace.failures + 1)
        .returning(Workspace.failures)
    ).one()


def reached(session: Session, workspace_id: int) -> None:
    """Slack has taken something in this workspace again."""
    session.execute(
        update(Workspace).where(Workspace.id == workspace_id, Workspace.failures > 0).values(retry_at=None, failures=0)
    )
