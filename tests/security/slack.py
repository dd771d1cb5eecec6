"""A Slack that says yes to everything and writes down what it was told, and the payloads that it signs and sends.

Listeners run in the thread of the request, so that whatever follows from a payload has happened when it is answered.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from slack_sdk.web.base_client import BaseClient
from slack_sdk.webhook import WebhookClient, WebhookResponse
from werkzeug.test import TestResponse

SIGNING_SECRET = "mark-signing-secret-of-the-app"
Json = dict[str, Any]
_SERIAL = count(1)


class Inline(ThreadPoolExecutor):
    """Runs everything at once, in the thread of whoever hands it over."""

    def __init__(self) -> None:
        super().__init__(1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass
class Slack:
    """What Slack was asked, as (token, method, arguments), and what was answered to response addresses."""

    calls: list[tuple[str, str, Json]] = field(default_factory=list)
    answered: list[Json] = field(default_factory=list)

    def forget(self) -> None:
        self.calls.clear()
        self.answered.clear()

    def shown(self) -> str:
        """All that people could read of it."""
        return json.dumps([[method, given] for _, method, given in self.calls] + self.answered, ensure_ascii=False)

    def stand_in(self, patch: pytest.MonkeyPatch) -> None:
        """From now on every call of this process to Slack ends here."""

        def api_call(client: BaseClient, api_method: str, **given: Any) -> SlackResponse:
            arguments = {**(given.get("params") or {}), **(given.get("json") or {}), **(given.get("data") or {})}
            self.calls.append((client.token or "", api_method, arguments))
            answer = SlackResponse(
                client=client, http_verb="POST", api_url=api_method, req_args={}, headers={}, status_code=200,
                data=_answer(api_method, arguments),
            )  # fmt: skip
            answer.validate()  # type: ignore[no-untyped-call]
            return answer

        def send_dict(client: WebhookClient, body: Json, headers: Any = None) -> WebhookResponse:
            self.answered.append(body)
            return WebhookResponse(url=client.url, status_code=200, body="ok", headers={})

        def files_upload_v2(client: WebClient, **given: Any) -> None:
            self.calls.append((client.token or "", "files.upload", {**given, "file": str(given.get("file"))}))

        patch.setattr(BaseClient, "api_call", api_call)
        patch.setattr(WebClient, "files_upload_v2", files_upload_v2)
        patch.setattr(WebhookClient, "send_dict", send_dict)


def _answer(method: str, given: Json) -> Json:
    match method:
        case "users.info":
            return _user(str(given.get("user")))
        case "chat.postMessage":
            return {"ok": True, "channel": given["channel"], "ts": f"1800000000.{next(_SERIAL):06d}"}
        case "chat.update":
            return {"ok": True, "channel": given["channel"], "ts": given["ts"]}
        case "conversations.open":
            return {"ok": True, "channel": {"id": f"D{given['users'][1:]}"}}
        case "conversations.info":
            shape = {"id": given["channel"], "name": "acme", "is_member": True, "is_ext_shared": True}
            return {"ok": True, "channel": {**shape, "connected_team_ids": ["T0CLIENT"]}}
        case "team.info":
            return {"ok": True, "team": {"name": "The client"}}
        case "conversations.replies" | "conversations.history":
            ts = given.get("latest") or "1700000000.000100"
            return {"ok": True, "messages": [{"ts": ts, "text": "What was said"}]}
        case "chat.getPermalink":
            return {"ok": True, "permalink": "https://slack.example/archives/C0OPS/p1"}
        case "users.list" | "conversations.list" | "usergroups.list":
            return {"ok": True, "members": [], "channels": [], "usergroups": []}
        case "auth.test":
            return {"ok": True, "team_id": "T0ONE", "team": "One", "url": "https://one.example/", "user_id": "U0HEED"}
        case "dnd.teamInfo":
            return {"ok": True, "users": {}}
    return {"ok": True}


def _user(slack_id: str) -> Json:
    if not slack_id.startswith("U0"):
        return {"ok": False, "error": "user_not_found"}
    user = {"id": slack_id, "name": slack_id.lower(), "tz": "UTC", "profile": {"real_name": slack_id.title()}}
    if slack_id == "U0EXTERNAL":
        return {"ok": True, "user": {**user, "team_id": "T0CLIENT", "is_stranger": False}}
    return {"ok": True, "user": {**user, "is_restricted": slack_id == "U0GUEST", "deleted": slack_id == "U0GONE"}}


# what Slack sends


def post(client: FlaskClient, payload: Json, signed_by: str = SIGNING_SECRET, **headers: Any) -> TestResponse:
    """Send a payload as Slack does: events as JSON, interactions and commands as forms."""
    if payload.get("command"):
        body = urlencode(payload, errors="surrogatepass")
        return post_raw(client, body, "application/x-www-form-urlencoded", signed_by, **headers)
    if "event" in payload or payload.get("type") in ("url_verification", "app_rate_limited"):
        return post_raw(client, json.dumps(payload), "application/json", signed_by, **headers)
    form = urlencode({"payload": json.dumps(payload)})
    return post_raw(client, form, "application/x-www-form-urlencoded", signed_by, **headers)


def post_raw(
    client: FlaskClient,
    body: str | bytes,
    content_type: str,
    signed_by: str = SIGNING_SECRET,
    age: int = 0,
    **headers: str,
) -> TestResponse:
    """Send any body with a signature over it, made `age` seconds ago."""
    stamp = str(int(time.time()) - age)
    raw = body.encode() if isinstance(body, str) else body
    mac = hmac.new(signed_by.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
    signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mac}"}
    return client.post("/slack/events", data=body, content_type=content_type, headers=signed | headers)


@dataclass(frozen=True)
class Someone:
    """Somebody in Slack: of which team they are, and in which team's conversation they act."""

    slack_id: str
    team: str
    here: str


def interaction(who: Someone, kind: str, **more: Any) -> Json:
    """The fields that every interaction has."""
    return {
        "type": kind,
        "user": {"id": who.slack_id, "username": who.slack_id.lower(), "team_id": who.team},
        "team": {"id": who.here, "domain": who.here.lower()},
        "enterprise": None,
        "is_enterprise_install": False,
        "api_app_id": "A0HEED",
        "token": "verification-token",
        "trigger_id": "1.2.3",
        **more,
    }


def press(who: Someone, action_id: str, value: str, place: tuple[str, str] = ("D0ONE", "1.1")) -> Json:
    """A button of a message."""
    return _act(who, {"action_id": action_id, "block_id": "b", "type": "button", "value": value}, place)


def choose(who: Someone, action_id: str, value: str, place: tuple[str, str] = ("D0ONE", "1.1")) -> Json:
    """An option of a message's menu."""
    option = {"text": {"type": "plain_text", "text": "An option"}, "value": value}
    return _act(who, {"action_id": action_id, "block_id": "b", "type": "overflow", "selected_option": option}, place)


def _act(who: Someone, action: Json, place: tuple[str, str]) -> Json:
    return interaction(
        who,
        "block_actions",
        container={"type": "message", "channel_id": place[0], "message_ts": place[1], "is_ephemeral": False},
        channel={"id": place[0], "name": "directmessage"},
        message={"type": "message", "ts": place[1], "text": "A page", "blocks": []},
        response_url="https://hooks.slack.example/actions/1",
        actions=[{**action, "action_ts": "1.2"}],
    )


def press_in_view(
    who: Someone, action_id: str, value: str, kind: str = "modal", metadata: str = "", is_menu: bool = False
) -> Json:
    """A button or option of a window, or of Home."""
    option = {"text": {"type": "plain_text", "text": "An option"}, "value": value}
    chosen = {"type": "static_select", "selected_option": option}
    action = {"action_id": action_id, "block_id": "b", **(chosen if is_menu else {"type": "button", "value": value})}
    view = {"id": "V0ONE", "type": kind, "private_metadata": metadata, "state": {"values": {}}, "root_view_id": "V0ONE"}
    container = {"type": "view", "view_id": "V0ONE"}
    return interaction(who, "block_actions", container=container, view=view, actions=[{**action, "action_ts": "1.2"}])


def submit(who: Someone, callback: str, metadata: Any, values: dict[str, str]) -> Json:
    """A form that was filled in; a value for each block."""
    state = {
        name: {name: {"type": "plain_text_input", "value": value, "selected_user": value, "selected_option": None}}
        for name, value in values.items()
    }
    view = {
        "id": "V0TWO", "type": "modal", "callback_id": callback, "private_metadata": json.dumps(metadata),
        "state": {"values": state}, "blocks": [], "root_view_id": "V0ONE",
    }  # fmt: skip
    return interaction(who, "view_submission", view=view, response_urls=[])


def shortcut(who: Someone, callback: str) -> Json:
    """A shortcut from anywhere."""
    return interaction(who, "shortcut", callback_id=callback, action_ts="1.2")


def message_action(who: Someone, callback: str, channel: str, message: Json) -> Json:
    """A shortcut of a message."""
    place = {"id": channel, "name": "acme"}
    url = "https://hooks.slack.example/app/1"
    return interaction(
        who, "message_action", callback_id=callback, channel=place, message=message, message_ts=message["ts"],
        action_ts="1.2", response_url=url,
    )  # fmt: skip


def command(who: Someone, words: str) -> Json:
    """`/heed …`"""
    return {
        "command": "/heed", "text": words, "user_id": who.slack_id, "user_name": who.slack_id.lower(),
        "team_id": who.here, "team_domain": who.here.lower(), "channel_id": "C0OPS", "channel_name": "ops",
        "api_app_id": "A0HEED", "is_enterprise_install": "false", "trigger_id": "1.2.3", "token": "verification-token",
        "response_url": "https://hooks.slack.example/commands/1",
    }  # fmt: skip


def event(team: str, told: Json, shared: bool = False) -> Json:
    """An event with its envelope."""
    return {
        "type": "event_callback", "team_id": team, "context_team_id": team, "api_app_id": "A0HEED", "event": told,
        "event_id": f"Ev{next(_SERIAL):08d}", "event_time": int(time.time()), "is_ext_shared_channel": shared,
        "authorizations": [{"enterprise_id": None, "team_id": team, "user_id": "U0HEED", "is_bot": True,
                            "is_enterprise_install": False}],
    }  # fmt: skip
