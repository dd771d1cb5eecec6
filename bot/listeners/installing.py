"""What Slack says about the app itself: events held back, and its end in a workspace.

Both are committed before Slack gets its answer, so that a failure makes Slack send it again; both are harmless twice.
"""

from collections.abc import Callable
from typing import Any

from slack_bolt import App, BoltContext, BoltRequest, BoltResponse

from bot.context import Context
from bot.installed import Installations
from bot.listeners.acting import INSTALLATIONS, house_of, workspace_of
from models.actions import gaps, workspaces

ENDS = ("app_uninstalled", "tokens_revoked")


def register(bolt: App) -> None:
    bolt.use(follow)
    bolt.event("app_uninstalled")(done)
    bolt.event("tokens_revoked")(done)


def follow(req: BoltRequest, context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:
    """Global middleware. Bolt knows no envelope of held back events, so it is answered here."""
    body, event = req.body, req.body.get("event") or {}
    if body.get("type") == "app_rate_limited":
        with house_of(context).db.begin() as session:
            gaps.lost(session, workspace_of(context), int(body["minute_rate_limited"]))
        return BoltResponse(status=200)
    if body.get("type") == "event_callback" and event.get("type") in ENDS:
        _end(house_of(context), context, event, int(body["event_time"]))
    return next()


def _end(house: Context, context: BoltContext, event: dict[str, Any], event_time: int) -> None:
    """The app was taken away, or the token that it works with was; tokens of people are none of ours.

    Bolt authorizes neither event, so the workspace is looked up here. An organisation's installation ends only with an
    event that is about the organisation, not with one about a workspace of it.
    """
    is_about_org = context.is_enterprise_install or context.team_id is None
    enterprise_id = (context.enterprise_id or "") if is_about_org else ""
    with house.db.begin() as session:
        workspace = workspaces.by_team(session, context.team_id or "", enterprise_id)
        if workspace is None or not _is_ours(event, workspace.bot_user_id):
            return
        workspaces.uninstall(session, workspace.id, event_time)
    known: Installations = context[INSTALLATIONS]
    known.forget(workspace.team_id)
    house.bell.wake("sweep")


def _is_ours(event: dict[str, Any], bot_user_id: str) -> bool:
    if event["type"] != "tokens_revoked":
        return True
    return bot_user_id in ((event.get("tokens") or {}).get("bot") or ())


def done() -> None:
    """The middleware has seen to it; this only tells Slack so."""
