"""The Bolt app: who a request comes from, what is stored before it is answered, and one file a conversation."""

import http.client
import logging
from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt import App, BoltContext, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebhookClient

from bot.asking import client_for, trusted
from bot.context import Context
from bot.installed import Installations
from bot.listeners import (
    alert,
    channel,
    client,
    command,
    draft,
    emoji,
    further,
    home,
    installing,
    intake,
    marks,
    refreshing,
    shortcut,
    sources,
    storm,
    ways,
)
from bot.listeners.acting import HOUSE, INSTALLATIONS, INSTALLED, WORKSPACE
from bot.listeners.threads import FollowingThreads
from bot.shapes import fault
from bot.views.parts import NotOurs
from models import trace_id
from models.db import DatabaseAway

log = structlog.get_logger()

CONVERSATIONS = (
    installing, client, channel, intake, emoji, alert, draft, further, command, home, shortcut, marks, storm,
    refreshing, sources, ways,
)  # fmt: skip
"""In this order: what must be stored before Slack gets its answer comes first."""

THREADS = 32
TIMEOUT_SECONDS = 3
AWAY = "Heed's database is away for the moment. Nothing has changed; please try again in a minute."
NOT_INSTALLED = "Heed is not connected to this workspace any more. Whoever may install apps here can add it again"
FAILED = "Something went wrong on Heed's side, and it was logged. Nothing has changed; please try again."


def build(house: Context, installations: Installations | None = None) -> App:
    """The Bolt app for this house. Signatures are checked by whoever hands requests over (`bot.web`)."""
    known = installations or Installations(house.db, house.seal)
    bolt = App(
        name="heed",
        logger=_quiet_logger(),
        client=client_for(house.settings.slack_api_url, timeout=TIMEOUT_SECONDS),
        authorize=authorizer(known),
        user_facing_authorize_error_message=_not_installed(house),
        request_verification_enabled=False,
        listener_executor=FollowingThreads(THREADS, thread_name_prefix="listener"),
    )

    def bring(context: BoltContext, request: BoltRequest, next: Callable[[], BoltResponse]) -> BoltResponse:
        context[HOUSE], context[INSTALLATIONS] = house, known
        if request.mode == "socket_mode":
            trace_id.begin()
        return next()

    bolt.use(bring)
    for conversation in CONVERSATIONS:
        conversation.register(bolt)
    bolt.error(failed)
    return bolt


def authorizer(known: Installations) -> Callable[..., Any]:
    """Finds the installation that a request comes from; it costs no request to Slack, and seldom a look."""

    def authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult | None:
        found = known.find(team_id or "", enterprise_id or "")
        if found is None:
            return None
        result = AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_user_id=found.bot_user_id, bot_token=found.token
        )
        result[WORKSPACE], result[INSTALLED] = found.workspace_id, found
        return result

    return authorize


def failed(error: Exception, body: dict[str, Any], response: BoltResponse | None) -> BoltResponse | None:
    """The one place where a listener's failure ends: logged without its content, and said to whoever waits.

    A payload that is not as Slack sends it is refused with the field; everything else is a failure of ours.
    """
    away = isinstance(error, DatabaseAway)
    why = "" if away else str(error) if isinstance(error, NotOurs) else fault(body)
    if why:
        log.warning("a payload is not as Slack sends it", kind=body.get("type") or body.get("command"), why=why)
        return BoltResponse(status=400, body={"error": why}) if response is not None else None
    log.error("listener failed", kind=body.get("type") or body.get("command"), exc_info=None if away else error)
    if body.get("response_url"):
        _tell(body["response_url"], AWAY if away else FAILED)
    return None


def _tell(response_url: str, words: str) -> None:
    """Slack may be away as well; its request is answered all the same."""
    try:
        WebhookClient(response_url, timeout=TIMEOUT_SECONDS, ssl=trusted()).send(
            text=words, response_type="ephemeral", replace_original=False
        )
    except (OSError, http.client.HTTPException) as error:
        log.warning("nobody could be told", error=type(error).__name__)


def _not_installed(house: Context) -> str:
    """What somebody is told who uses Heed where it was taken away, or where its token cannot be opened."""
    settings = house.settings
    where = f": {settings.base_url}/slack/install" if settings.slack_client_id else ""
    return f"{NOT_INSTALLED}{where}"


def _quiet_logger() -> logging.Logger:
    """Bolt logs bodies and signatures of what it refuses: only its errors are kept."""
    logger = logging.getLogger("heed.bolt")
    logger.setLevel(logging.ERROR)
    return logger
