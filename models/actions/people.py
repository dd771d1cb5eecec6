"""Who is who: imported from Slack, looked up on every action."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.db import now_of
from models.person import Profile, role_of
from models.tables import Person, Workspace
from models.words import Role


def import_people(session: Session, workspace_id: int, profiles: Iterable[Profile]) -> None:
    """Add or refresh these people. A role that an admin has set by hand stays, except that guests stay guests."""
    listed = {profile.slack_id: profile for profile in profiles}
    rows = [
        {
            "workspace_id": workspace_id,
            "slack_id": profile.slack_id,
            "name": profile.name,
            "role": role_of(profile),
            "time_zone": profile.time_zone,
            "active": profile.active,
        }
        for profile in sorted(listed.values(), key=lambda each: each.slack_id)
    ]
    if not rows:
        return
    statement = insert(Person).values(rows)
    new = statement.excluded
    keeps_role = Person.role_is_set & (new.role != Role.GUEST)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "slack_id"],
            set_={
                "name": new.name,
                "time_zone": new.time_zone,
                "active": new.active,
                "role": case((keeps_role, Person.role), else_=new.role),
            },
        )
    )


def set_quiet_hours(session: Session, workspace_id: int, hours: Mapping[str, tuple[datetime, datetime]]) -> None:
    """The next hours of Do Not Disturb by Slack id; everybody who is not among them has none."""
    mine = update(Person).where(Person.workspace_id == workspace_id)
    session.execute(mine.where(Person.slack_id.not_in(hours)).values(quiet_from=None, quiet_until=None))
    for slack_id, (begins, ends) in hours.items():
        session.execute(mine.where(Person.slack_id == slack_id).values(quiet_from=begins, quiet_until=ends))


def mark_synced(session: Session, workspace_id: int) -> None:
    workspace = session.get_one(Workspace, workspace_id)
    workspace.synced_at = now_of(session)


def channel_row(session: Session, workspace_id: int, slack_id: str, name: str) -> int:
    """The row id under which a channel stands among the people, so that alerts can be posted there; it may do nothing.

    `name` is without the #.
    """
    row = {
        "workspace_id": workspace_id,
        "slack_id": slack_id,
        "name": name,
        "role": Role.GUEST,
        "is_channel": True,
        "dm_channel": slack_id,
    }
    statement = insert(Person).values(row)
    return session.scalars(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "slack_id"], set_={"name": statement.excluded.name, "active": True}
        ).returning(Person.id)
    ).one()


def find(session: Session, workspace_id: int, slack_id: str) -> Person | None:
    return session.scalar(select(Person).where(Person.workspace_id == workspace_id, Person.slack_id == slack_id))


def by_ids(session: Session, workspace_id: int, ids: Iterable[int]) -> dict[int, Person]:
    found = session.scalars(select(Person).where(Person.workspace_id == workspace_id, Person.id.in_(set(ids))))
    return {person.id: person for person in found}


def admins(session: Session, workspace_id: int) -> list[Person]:
    """The active admins, by name."""
    return list(
        session.scalars(
            select(Person)
            .where(Person.workspace_id == workspace_id, Person.role == Role.ADMIN, Person.active)
            .order_by(func.lower(Person.name))
        )
    )


class LastAdmin(Exception):
    """The only admin cannot be removed: nobody would be left to page."""


def set_role(session: Session, workspace_id: int, person_id: int, role: Role, by: int) -> None:
    """Give somebody a role by hand; raises LastAdmin. The caller has checked that `by` is an admin."""
    person = session.scalar(
        select(Person).where(Person.workspace_id == workspace_id, Person.id == person_id).with_for_update()
    )
    if person is None:
        raise LookupError(f"no person {person_id} in this workspace")
    others = [each for each in admins(session, workspace_id) if each.id != person_id]
    if person.role is Role.ADMIN and role is not Role.ADMIN and not others:
        raise LastAdmin
    person.role, person.role_is_set = role, True
    note(session, workspace_id, "role_set", now_of(session), person_id=by, person=person.slack_id, role=role.value)
