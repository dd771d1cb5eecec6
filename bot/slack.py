"""The only proactive sender to Slack. It never retries by itself: what happened is returned, the rows decide.

`chat.postMessage` has no idempotency key, and a POST whose answer was lost may have been read. So a post carries its
mark in the message's metadata, and an unclear answer is settled by looking for the mark (rule 8, flow 3).
"""

import http.client
import re
import socket
import urllib.error
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web import SlackResponse

from bot.directory import Channel, Directory, UserGroup, is_of, profile_of
from bot.views.parts import Rendered
from models.rest import Rest

__all__ = ("Channel", "UserGroup", "is_of", "profile_of")

EVENT_TYPE = "heed_post"
LOOK_BACK = timedelta(minutes=2)
LOOK_AT_PAGES = 5
REST_SECONDS = 3
LOOK_SECONDS = 5
ALT_LENGTH = 1000


@dataclass(frozen=True)
class Sent:
    """Slack has it, here."""

    channel_id: str
    ts: str


@dataclass(frozen=True)
class NotSent:
    """It was certainly not sent; try again after `wait`. `outage` means that the whole workspace is out of reach."""

    wait: timedelta
    why: str
    outage: bool


@dataclass(frozen=True)
class Unclear:
    """It may or may not have been sent."""

    why: str


@dataclass(frozen=True)
class Refused:
    """Slack will never take it: because of the person, the workspace's token, or the content (`about`)."""

    about: str
    why: str


Result = Sent | NotSent | Unclear | Refused

PERSON, WORKSPACE, CONTENT, GONE = "person", "workspace", "content", "gone"
_ABOUT = {
    **dict.fromkeys(
        ("user_not_found", "user_disabled", "users_not_found", "user_not_visible", "cannot_dm_bot", "channel_not_found",
         "is_archived", "not_in_channel", "messages_tab_disabled", "user_is_restricted"),
        PERSON,
    ),
    **dict.fromkeys(
        ("token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive", "missing_scope",
         "team_access_not_granted", "org_login_required", "access_denied", "app_missing_action_url", "no_permission",
         "ekm_access_denied", "not_allowed_token_type"),
        WORKSPACE,
    ),
    **dict.fromkeys(("message_not_found", "cant_update_message", "edit_window_closed"), GONE),
}  # fmt: skip
_MAYBE_DONE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
_NEVER_LEFT = (ConnectionRefusedError, socket.gaierror)


class Slack(Directory):
    """Calls to Slack's Web API with a workspace's token; each method is one request."""

    def post(self, token: str, channel: str, message: Rendered, mark: str, thread_ts: str = "") -> Result:
        """Post a message that carries `mark`, in the thread of `thread_ts` if there is one."""
        return self._send(
            token,
            "chat.postMessage",
            channel=channel,
            thread_ts=thread_ts or None,
            text=message.text,
            blocks=message.blocks or None,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"mark": mark}},
            unfurl_links=False,
            unfurl_media=False,
            parse="none",
        )

    def update(self, token: str, channel: str, ts: str, message: Rendered) -> Result:
        """Replace what a message of ours shows."""
        return self._send(
            token, "chat.update", channel=channel, ts=ts, text=message.text, blocks=message.blocks, parse="none"
        )

    def picture(self, token: str, channel: str, png: bytes, name: str, words: str, alt: str) -> Result:
        """Post a PNG with `words` above it; `alt` tells what it shows to those who cannot see it."""
        try:
            self._client(token).files_upload_v2(
                channel=channel,
                file=png,
                filename=f"{name}.png",
                title=name,
                alt_txt=alt[:ALT_LENGTH],
                initial_comment=words,
            )
        except (SlackApiError, SlackRequestError, OSError, http.client.HTTPException) as error:
            return Unclear(type(error).__name__) if isinstance(error, SlackRequestError) else _failure(error)
        return Sent(channel, "")

    def open_dm(self, token: str, slack_id: str) -> Result:
        """The direct-message channel with somebody; `Sent` with an empty ts."""
        return self._send(token, "conversations.open", LOOK_SECONDS, users=slack_id)

    def find(self, token: str, channel: str, mark: str, since: datetime) -> Result | None:
        """The message with this mark in the channel; None when it is not among those since then (the newest 1,000)."""
        cursor = ""
        for _ in range(LOOK_AT_PAGES):
            try:
                answer = self._client(token, LOOK_SECONDS).conversations_history(
                    channel=channel,
                    oldest=f"{(since - LOOK_BACK).timestamp():.6f}",
                    include_all_metadata=True,
                    limit=200,
                    cursor=cursor,
                )
            except (SlackApiError, OSError, http.client.HTTPException) as error:
                return _failure(error)
            for message in answer["messages"]:
                payload = message.get("metadata", {}).get("event_payload", {})
                if payload.get("mark") == mark:
                    return Sent(channel, message["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return None

    def history(self, token: str, channel: str, begin: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        """What was said in a channel from `begin` until before `end`, outside threads, the newest first.

        Raises SlackApiError or OSError.
        """
        cursor = ""
        while True:
            answer = self._client(token).conversations_history(
                channel=channel,
                oldest=f"{begin.timestamp():.6f}",
                latest=f"{end.timestamp() - 0.000001:.6f}",
                inclusive=True,
                limit=200,
                cursor=cursor,
            )
            yield from answer["messages"]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def rest(self, token: str, slack_id: str) -> Rest | None:
        """Somebody's Do Not Disturb now; None when Slack does not say. It is asked while a page waits, so in short."""
        try:
            told = self._dnd(token, slack_id)
        except (SlackApiError, SlackRequestError, OSError, http.client.HTTPException):
            return None
        begins, ends = told.get("next_dnd_start_ts") or 0, told.get("next_dnd_end_ts") or 0
        paused = told.get("snooze_endtime") or 0 if told.get("snooze_enabled") else 0
        has_hours = bool(told.get("dnd_enabled")) and ends > begins
        return Rest(
            datetime.fromtimestamp(begins, UTC) if has_hours else None,
            datetime.fromtimestamp(ends, UTC) if has_hours else None,
            datetime.fromtimestamp(paused, UTC) if paused else None,
        )

    def _dnd(self, token: str, slack_id: str) -> SlackResponse:
        """The answer of `dnd.info`; an organisation's token has to say to which of its workspaces somebody belongs."""
        client = self._client(token, REST_SECONDS)
        try:
            return client.dnd_info(user=slack_id)
        except SlackApiError as error:
            if error.response.get("error") != "missing_argument":
                raise
            return client.dnd_info(user=slack_id, team_id=client.users_info(user=slack_id)["user"].get("team_id"))

    def _send(self, token: str, method: str, timeout: int | None = None, **arguments: Any) -> Result:
        given = {key: value for key, value in arguments.items() if value is not None}
        try:
            answer = self._client(token, timeout).api_call(method, json=given)
        except (SlackApiError, OSError, http.client.HTTPException) as error:
            return _failure(error)
        channel = answer["channel"]
        return Sent(channel if isinstance(channel, str) else channel["id"], answer.get("ts") or "")


def _failure(error: SlackApiError | OSError | http.client.HTTPException) -> NotSent | Unclear | Refused:
    """Which of the kinds of failure an exception is."""
    if isinstance(error, SlackApiError):
        return _api_failure(error)
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, _NEVER_LEFT):
        return NotSent(timedelta(seconds=5), "Slack cannot be reached", outage=True)
    return Unclear(type(cause).__name__)


def _api_failure(error: SlackApiError) -> NotSent | Unclear | Refused:
    response = error.response
    status = response["status"] if isinstance(response, dict) else response.status_code
    headers = response["headers"] if isinstance(response, dict) else response.headers
    code = str(response.get("error") or "")
    if not re.fullmatch(r"[a-z0-9_]+", code):
        code = ""  # No word of Slack's: something between us and Slack has answered, or the SDK says so in a sentence.
    if status == 429 or code in ("ratelimited", "rate_limited"):
        wait = next((value for key, value in headers.items() if key.lower() == "retry-after"), "1")
        return NotSent(
            timedelta(seconds=max(1, int(wait)) if wait.isdecimal() else 1), "rate limited by Slack", outage=False
        )
    if code in _ABOUT:
        return Refused(_ABOUT[code], code)
    if status >= 500 or not code or code in _MAYBE_DONE:
        return Unclear(code or f"HTTP {status}")
    return Refused(CONTENT, code)
