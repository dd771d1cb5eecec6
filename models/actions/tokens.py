"""Tokens by which scripts and dashboards read and answer the alerts of one workspace.

A token acts as the person who made it: it may what they may, for as long as they may answer every alert.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.card import TokenLine
from models.db import now_of
from models.seal import fingerprint, new_secret
from models.tables import Person, Token, Workspace
from models.words import Role

PREFIX = "heed_"
NAME_LENGTH = 60
USED_AT_MOST_EVERY = timedelta(minutes=1)
_NAME = re.compile(rf"[^\W_][\w .:/@+-]{{0,{NAME_LENGTH - 1}}}")


class NotAllowed(Exception):
    """Only admins may make, list and revoke tokens."""


class BadName(ValueError):
    """A token cannot be called so; the message says why."""


@dataclass(frozen=True)
class Bearer:
    """Who shows a token: the workspace, and the person in whose name it acts.

    `refusal` says why it is not taken any more; empty while it is.
    """

    workspace_id: int
    person_id: int
    token: str
    refusal: str = ""


def make(session: Session, workspace_id: int, by: int, name: str) -> str:
    """A new token of this name; returns its text, which is stored nowhere. Raises NotAllowed or BadName."""
    _check_admin(session, workspace_id, by)
    wanted = " ".join(name.split())
    if not _NAME.fullmatch(wanted):
        raise BadName(
            f"a name has 1 to {NAME_LENGTH} letters, digits, spaces and signs of . : / @ + - _, "
            "and begins with a letter or digit"
        )
    session.execute(select(Workspace.id).where(Workspace.id == workspace_id).with_for_update(key_share=True))
    if _live(session, workspace_id, wanted) is not None:
        raise BadName(f"there is a token {wanted} already; revoke it first, or take another name")
    now, secret = now_of(session), PREFIX + new_secret()
    made = Token(workspace_id=workspace_id, name=wanted, fingerprint=fingerprint(secret), made_by=by, made_at=now)
    session.add(made)
    note(session, workspace_id, "token_made", now, person_id=by, name=wanted)
    return secret


def revoke(session: Session, workspace_id: int, by: int, name: str) -> str | None:
    """The token of this name is refused from now on; returns the name as it was made, None without one.

    Raises NotAllowed.
    """
    _check_admin(session, workspace_id, by)
    token = _live(session, workspace_id, " ".join(name.split()))
    if token is None:
        return None
    token.revoked_at = now_of(session)
    note(session, workspace_id, "token_revoked", token.revoked_at, person_id=by, name=token.name)
    return token.name


def live(session: Session, workspace_id: int, by: int) -> Sequence[TokenLine]:
    """The tokens that are not revoked, by name. Raises NotAllowed."""
    _check_admin(session, workspace_id, by)
    rows = session.execute(
        select(Token, Person)
        .join(Person, Person.id == Token.made_by)
        .where(Token.workspace_id == workspace_id, Token.revoked_at.is_(None))
        .order_by(func.lower(Token.name))
        .execution_options(populate_existing=True)
    )
    return [
        TokenLine(token.name, person.slack_id, token.made_at, token.last_used_at, not _refusal(token.name, person))
        for token, person in rows
    ]


def use(session: Session, secret: str) -> Bearer | None:
    """Who shows this token; None for one that was never made or was revoked. Remembers that it was used."""
    found = session.execute(
        select(Token, Person)
        .join(Person, Person.id == Token.made_by)
        .join(Workspace, Workspace.id == Token.workspace_id)
        .where(Token.fingerprint == fingerprint(secret), Token.revoked_at.is_(None))
        .where(Workspace.uninstalled_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    token, maker = found
    refusal = _refusal(token.name, maker)
    if not refusal:
        _remember_use(session, token)
    return Bearer(token.workspace_id, maker.id, token.name, refusal)


def _remember_use(session: Session, token: Token) -> None:
    """Once a minute at most, so that a busy dashboard writes nothing."""
    now = now_of(session)
    if token.last_used_at is None or now - token.last_used_at >= USED_AT_MOST_EVERY:
        session.execute(update(Token).where(Token.id == token.id).values(last_used_at=now))


def _refusal(name: str, maker: Person) -> str:
    if maker.active and maker.role in (Role.ADMIN, Role.RESPONDER):
        return ""
    lost = "is neither admin nor responder any more" if maker.active else "is not active any more"
    return (
        f"the token {name} acts for {maker.name}, who {lost}: an admin can revoke it and make a new one "
        "with `/heed token new`"
    )


def _live(session: Session, workspace_id: int, name: str) -> Token | None:
    """The token of this name, in whatever case it is typed."""
    return session.scalar(
        select(Token)
        .where(Token.workspace_id == workspace_id, Token.revoked_at.is_(None))
        .where(func.lower(Token.name) == func.lower(name))
        .with_for_update()
    )


def _check_admin(session: Session, workspace_id: int, person_id: int) -> None:
    role = session.scalar(
        select(Person.role).where(Person.workspace_id == workspace_id, Person.id == person_id, Person.active)
    )
    if role is not Role.ADMIN:
        raise NotAllowed(person_id)
