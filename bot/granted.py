"""Slack's permission to work in a workspace: a code is exchanged for a token, which no log ever sees."""

import http.client
from dataclasses import dataclass, replace

from slack_sdk.errors import SlackApiError

from bot.asking import client_for
from bot.directory import Directory
from models.actions.workspaces import Installation

TIMEOUT_SECONDS = 10
AWAY = "away"


@dataclass(frozen=True)
class Grant:
    """A fresh token, where it belongs, and the app's id."""

    installation: Installation
    token: str
    app_id: str


class NotGranted(Exception):
    """`why` is Slack's word, or AWAY when Slack did not answer."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def exchange(api_url: str, client_id: str, client_secret: str, code: str, redirect_uri: str) -> Grant:
    """Exchange a code, and ask whose the token is; raises NotGranted."""
    client = client_for(api_url, timeout=TIMEOUT_SECONDS)
    try:
        answer = client.oauth_v2_access(
            client_id=client_id, client_secret=client_secret, code=code, redirect_uri=redirect_uri
        )
        token = str(answer.get("access_token") or "")
        found = Directory(api_url, TIMEOUT_SECONDS).whoami(token)
    except SlackApiError as error:
        raise NotGranted(str(error.response.get("error") or AWAY)) from None
    except (OSError, http.client.HTTPException):
        raise NotGranted(AWAY) from None
    told = answer.get("enterprise") if answer.get("is_enterprise_install") else answer.get("team")
    if not told or told["id"] != found.team_id:
        raise NotGranted("team_mismatch")
    who = (answer.get("authed_user") or {}).get("id") or ""
    scopes = answer.get("scope") or found.scopes
    return Grant(replace(found, installed_by=who, scopes=scopes), token, str(answer.get("app_id") or ""))
