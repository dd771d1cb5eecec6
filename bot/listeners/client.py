"""What clients write: stored before Slack gets its answer, so that a failure makes Slack send it again."""

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_sdk import WebClient
from sqlalchemy.orm import Session

from bot.listeners.acting import house_of, installed_of, is_ours, workspace_of
from bot.said import said_in, spoken, team_of
from bot.slack import profile_of
from models.actions import listening, people


def register(bolt: App) -> None:
    bolt.use(store)
    bolt.event("message")(done)
    bolt.event("user_change")(person_changed)
    bolt.event("team_join")(person_changed)


def store(req: BoltRequest, context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:
    """Global middleware: a message event is committed here; an exception answers 500 and Slack retries.

    A retry of an event that was stored changes nothing and gets its 200.
    """
    event = req.body.get("event") or {}
    if req.body.get("type") == "event_callback" and event.get("type") == "message":
        _store_event(context, req.body, event)
    return next()


def _store_event(context: BoltContext, body: dict[str, Any], event: dict[str, Any]) -> None:
    house, workspace_id = house_of(context), workspace_of(context)
    with house.db.begin() as session:
        if not listening.is_new_event(session, workspace_id, body["event_id"]):
            return
        if event.get("subtype") == "message_deleted":
            listening.delete(session, workspace_id, event["channel"], event["deleted_ts"])
            return
        said = said_in(event, _own_team(session, context, body, event))
        if said is None:
            return
        listening.store(session, workspace_id, said)
    house.bell.wake("analyze")


def _own_team(session: Session, context: BoltContext, body: dict[str, Any], event: dict[str, Any]) -> str:
    """The team whose people are of our side: in an organisation whichever of its workspaces the author is from."""
    installed, message = installed_of(context), spoken(event)
    team = team_of(message)
    if team in installed.ours:
        return team
    if installed.is_org:
        is_known = people.find(session, installed.workspace_id, str(message.get("user"))) is not None
        if is_known or not body.get("is_ext_shared_channel"):
            return team or installed.team_id
    return installed.team_id


def done() -> None:
    """The middleware has stored it; this only tells Slack so."""


def person_changed(event: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Somebody joined, left, was made an admin, moved to another time zone."""
    user = event["user"]
    if not is_ours(context, user):
        return
    with house_of(context).db.begin() as session:
        people.import_people(session, workspace_of(context), [profile_of(user)])
