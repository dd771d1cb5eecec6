"""Who is acting: every listener asks this first, and nobody from outside gets further."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.context import Context
from bot.installed import Installed
from bot.slack import is_of, profile_of
from models.actions import people
from models.words import Role

HOUSE = "house"
WORKSPACE = "workspace_id"
INSTALLED, INSTALLATIONS = "installed", "installations"

OUTSIDERS = "Only full members of this workspace can use Heed. Nothing has changed."


@dataclass(frozen=True)
class Actor:
    """The person who pressed, typed or submitted, as one of our people."""

    workspace_id: int
    person_id: int
    slack_id: str
    role: Role


def house_of(context: BoltContext) -> Context:
    found = context[HOUSE]
    assert isinstance(found, Context)
    return found


def workspace_of(context: BoltContext) -> int:
    """The row id of the workspace that the request came from."""
    assert context.authorize_result is not None
    return int(context.authorize_result[WORKSPACE])


def installed_of(context: BoltContext) -> Installed:
    """The installation that the request came from."""
    assert context.authorize_result is not None
    found = context.authorize_result[INSTALLED]
    assert isinstance(found, Installed)
    return found


def is_ours(context: BoltContext, user: dict[str, Any]) -> bool:
    """Whether somebody, as `users.info` and its events show them, is of our side: no bot, nobody from outside."""
    return is_of(user, installed_of(context).ours)


def actor_of(context: BoltContext, client: WebClient, body: dict[str, Any]) -> Actor | None:
    """Who sent this request; None for external people, guests and whoever Slack does not know as active.

    In an organisation people come from any of its workspaces: whoever is not known yet is asked for at Slack.
    """
    user = body.get("user") or {"id": body.get("user_id"), "team_id": body.get("team_id")}
    team, installed = user.get("team_id"), installed_of(context)
    if team is not None and team not in installed.ours and not installed.is_org:
        return None
    return actor(context, client, str(user["id"]))


def actor(context: BoltContext, client: WebClient, slack_id: str) -> Actor | None:
    """The person of our side with this Slack id; somebody new is asked for at Slack and remembered."""
    house, workspace_id = house_of(context), workspace_of(context)
    with house.db.begin() as session:
        person = people.find(session, workspace_id, slack_id)
    if person is None:
        if not _import(context, client, slack_id):
            return None
        with house.db.begin() as session:
            person = people.find(session, workspace_id, slack_id)
    if person is None or not person.active or person.role is Role.GUEST:
        return None
    return Actor(workspace_id, person.id, slack_id, person.role)


def _import(context: BoltContext, client: WebClient, slack_id: str) -> bool:
    """Ask Slack about somebody who is not known yet; False when they are not of our side."""
    try:
        user = client.users_info(user=slack_id)["user"]
    except SlackApiError:
        return False
    if not is_ours(context, user):
        return False
    with house_of(context).db.begin() as session:
        people.import_people(session, workspace_of(context), [profile_of(user)])
    return True
