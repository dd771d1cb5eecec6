"""The Bolt app: who a request comes from, what is stored before it is answered, and one file a conversation."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from slack_bolt import App, BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient, WebhookClient

from bot.context import Context
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
)
from bot.listeners.acting import HOUSE, WORKSPACE
from models.actions import workspaces
from models.db import DatabaseAway
from models.seal import SealBroken

log = structlog.get_logger()

CONVERSATIONS = (
    installing, client, channel, intake, emoji, alert, draft, further, command, home, shortcut, marks, storm,
    refreshing, sources,
)  # fmt: skip
"""In this order: what must be stored before Slack gets its answer comes first."""

THREADS = 32
TIMEOUT_SECONDS = 3
AWAY = "Heed's database is away for the moment. Nothing has changed; please try again in a minute."
FAILED = "Something went wrong on Heed's side, and it was logged. Nothing has changed; please try again."


def build(house: Context) -> App:
    """The Bolt app for this house. Signatures are checked by whoever hands requests over (`bot.web`)."""
    bolt = App(
        name="heed",
        logger=_quiet_logger(),
        client=WebClient(base_url=house.settings.slack_api_url, timeout=TIMEOUT_SECONDS, retry_handlers=[]),
        authorize=authorizer(house),
        request_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(THREADS, thread_name_prefix="listener"),
    )

    def bring(context: BoltContext, next: Callable[[], BoltResponse]) -> BoltResponse:
        context[HOUSE] = house
        return next()

    bolt.use(bring)
    for conversation in CONVERSATIONS:
        conversation.register(bolt)
    bolt.error(failed)
    return bolt


def authorizer(house: Context) -> Callable[..., Any]:
    """Finds the workspace that a request comes from among the installations; costs one indexed look, no request."""

    def authorize(team_id: str | None) -> AuthorizeResult | None:
        with house.db.begin() as session:
            workspace = workspaces.by_team(session, team_id or "")
        if workspace is None:
            return None
        try:
            token = house.seal.open(workspace.token)
        except SealBroken:
            log.error("a workspace's token cannot be opened", workspace=workspace.id)
            return None
        result = AuthorizeResult(
            enterprise_id=None, team_id=team_id, bot_user_id=workspace.bot_user_id, bot_token=token
        )
        result[WORKSPACE] = workspace.id
        return result

    return authorize


def failed(error: Exception, body: dict[str, Any]) -> None:
    """The one place where a listener's failure ends: logged without its content, and said to whoever waits."""
    away = isinstance(error, DatabaseAway)
    log.error("listener failed", kind=body.get("type") or body.get("command"), exc_info=None if away else error)
    if body.get("response_url"):
        WebhookClient(body["response_url"], timeout=TIMEOUT_SECONDS).send(
            text=AWAY if away else FAILED, response_type="ephemeral", replace_original=False
        )


def _quiet_logger() -> logging.Logger:
    """Bolt logs bodies and signatures of what it refuses: only its errors are kept."""
    logger = logging.getLogger("heed.bolt")
    logger.setLevel(logging.ERROR)
    return logger
