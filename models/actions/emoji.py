"""The emoji by which people raise an alert about a message."""

import re

from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.sources import check_admin
from models.db import now_of
from models.tables import Workspace

_NAME = re.compile(r":?([a-z0-9_+'\-]{1,100}):?(?::skin-tone-[2-6]:)?")


def emoji_of(session: Session, workspace_id: int) -> str:
    """Its name without colons; empty when none is set."""
    return session.get_one(Workspace, workspace_id).alert_emoji


def set_emoji(session: Session, workspace_id: int, typed: str, by: int) -> str:
    """Set it (":rotating_light:"), or none ("off"); returns its name. Raises `sources.NotAllowed`, or ValueError."""
    check_admin(session, workspace_id, by)
    found = _NAME.fullmatch(typed.strip().lower())
    if found is None:
        raise ValueError("an emoji stands between colons, such as :rotating_light:; choose it from Slack's list")
    name = "" if found[1] == "off" else found[1]
    session.get_one(Workspace, workspace_id).alert_emoji = name
    note(session, workspace_id, "emoji_set", now_of(session), person_id=by, emoji=name or "off")
    return name


def is_meant(chosen: str, reaction: str) -> bool:
    """Whether a reaction is the chosen emoji, in any colour of skin."""
    return bool(chosen) and reaction.partition("::")[0] == chosen
