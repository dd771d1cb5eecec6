"""What Slack says about our token: kind, scopes, clock, Socket Mode."""

import http.client
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.asking import client_for
from bot.scopes import missing
from jobs.checks.finding import Finding, first_line, mend, ok
from models.config import Settings

KINDS = {"xoxp-": "a user token", "xapp-": "an app-level token", "xoxe": "a rotating token", "xoxa-": "an old token"}
PATIENCE_SECONDS = 10
SKEW = timedelta(seconds=60)
"""Slack's requests of more than five minutes ago are refused; a minute is far from usual."""
WHERE = "Slack app, OAuth & Permissions"


def examine(settings: Settings) -> Iterator[Finding]:
    """Ask Slack who we are and what we may do."""
    token = settings.slack_bot_token.get_secret_value()
    if token and not token.startswith("xoxb-"):
        kind = next((words for start, words in KINDS.items() if token.startswith(start)), "no bot token")
        say = f"SLACK_BOT_TOKEN is {kind}: set the Bot User OAuth Token, which begins with xoxb- ({WHERE})"
        yield mend("slack token", "slack-token-wrong-kind", say)
    elif token:
        yield from _bot(settings, token)
    elif settings.slack_client_id:
        yield ok("slack token", "none set; workspaces install Heed themselves")
    else:
        yield mend("slack token", "slack-token-missing", f"set SLACK_BOT_TOKEN (xoxb-…): {WHERE}")
    yield from _socket(settings)


def _bot(settings: Settings, token: str) -> Iterator[Finding]:
    try:
        answer = _client(settings, token).auth_test()
    except SlackApiError as error:
        say = (
            f"Slack refuses SLACK_BOT_TOKEN ({error.response.get('error')}): install the app again and set the new one"
        )
        yield mend("slack token", "slack-token-refused", f"{say} ({WHERE})")
        return
    except (OSError, http.client.HTTPException) as error:
        say = f"Slack cannot be reached at {settings.slack_api_url} ({first_line(error)}): let HTTPS out to slack.com"
        yield mend("slack token", "slack-away", say)
        return
    yield ok("slack token", f"workspace {answer['team']} ({answer['team_id']})")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    yield _scopes(headers)
    yield from _clock(headers)


def _scopes(headers: Mapping[str, str]) -> Finding:
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    lacking = missing(granted)
    if lacking:
        say = f"add {', '.join(lacking)} to the app (manifest.yml) and install it again"
        return mend("slack scopes", "slack-scopes-missing", say)
    return ok("slack scopes", "all there")


def _clock(headers: Mapping[str, str]) -> Iterator[Finding]:
    try:
        ahead = datetime.now(UTC) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return
    if abs(ahead) > SKEW:
        seconds = int(ahead.total_seconds())
        say = f"this machine's clock is {seconds:+d} s from Slack's, whose signed requests are then refused"
        yield mend("clocks", "clock-of-slack", f"{say}: let it follow the time (chrony, NTP)")


def _socket(settings: Settings) -> Iterator[Finding]:
    """An app-level token opens sockets or is good for nothing. None is opened, only its address asked for."""
    token = settings.slack_app_token.get_secret_value()
    if not token.startswith("xapp-"):
        return
    try:
        _client(settings, token).apps_connections_open(app_token=token)
    except SlackApiError as error:
        say = (
            f"Slack refuses SLACK_APP_TOKEN ({error.response.get('error')}): make one with the scope connections:write"
        )
        yield mend("socket mode", "app-token-refused", f"{say} (Slack app, Basic Information, App-Level Tokens)")
    except (OSError, http.client.HTTPException):
        return
    else:
        yield ok("socket mode", "Slack opens sockets for us")


def _client(settings: Settings, token: str) -> WebClient:
    return client_for(settings.slack_api_url, token, PATIENCE_SECONDS)
