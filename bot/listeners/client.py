"""What clients write: stored before Slack gets its answer, so that a failure makes Slack send it again."""

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_sdk import WebClient

from bot.listeners.acting import house_of, workspace_of
from bot.said import said_in
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
        said = said_in(event, context.team_id or "")
        if said is None:
            return
        listening.store(session, workspace_id, said)
    house.bell.wake("analyze")


def done() -> None:
    """The middleware has stored it; this only tells Slack so."""


def person_changed(event: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Somebody joined, left, was made an admin, moved to another time zone."""
    user = event["user"]
    if user.get("is_bot") or user.get("is_stranger") or user.get("team_id") not in (None, context.team_id):
        return
    with house_of(context).db.begin() as session:
        people.import_people(session, workspace_of(context), [profile_of(user)])
