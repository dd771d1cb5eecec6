"""What Slack tells of itself: whose a token is, the people, channels and groups of a workspace or an organisation."""

import http.client
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.asking import client_for
from models.actions.workspaces import Installation
from models.person import Profile

TIMEOUT_SECONDS = 10
CHANNELS_A_PAGE = 999
DND_PEOPLE = 50
_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,}")
_NOT_THERE = {"no_such_subteam", "team_access_not_granted"}


@dataclass(frozen=True)
class Channel:
    """A channel as Slack describes it; `is_member`: the bot is in it, so that it can post there."""

    id: str
    name: str
    is_member: bool
    is_archived: bool


@dataclass(frozen=True)
class UserGroup:
    """A user group that is enabled; its handle without the @."""

    id: str
    handle: str


class NotThere(Exception):
    """One workspace of an organisation does not have what is asked for; another may."""


class Directory:
    """Looks things up at Slack; only what it is asked for goes there."""

    def __init__(self, api_url: str, timeout: int = TIMEOUT_SECONDS) -> None:
        self._url = api_url
        self._timeout = timeout

    def whoami(self, token: str) -> Installation:
        """Where this token belongs; raises SlackApiError or OSError."""
        answer = self._client(token).auth_test()
        enterprise, is_org = answer.get("enterprise_id") or "", bool(answer.get("is_enterprise_install"))
        return Installation(
            team_id=enterprise if is_org else answer["team_id"],
            name=answer["team"],
            url=answer["url"],
            bot_user_id=answer["user_id"],
            enterprise_id=enterprise,
            is_org=is_org,
            scopes=_scopes_of(answer),
        )

    def teams(self, token: str) -> list[str]:
        """The workspaces of an organisation that its token may work in; raises SlackApiError or OSError."""
        pages = self._pages(token, lambda client, **more: client.auth_teams_list(**more))
        return [team["id"] for page in pages for team in page["teams"]]

    def team_name(self, token: str, team_id: str) -> str:
        """What the other side of a shared channel is called; empty when Slack does not say."""
        try:
            return str(self._client(token).team_info(team=team_id)["team"]["name"])
        except (SlackApiError, OSError, http.client.HTTPException):
            return ""

    def granted_scopes(self, token: str) -> set[str]:
        """The scopes that Slack says this token has; raises SlackApiError or OSError."""
        return {scope for scope in _scopes_of(self._client(token).auth_test()).split(",") if scope}

    def people(self, token: str, ours: Collection[str]) -> Iterator[Profile]:
        """Everybody of our side (`ours` are the ids of its team and organisation), page by page, without bots and
        external people; raises SlackApiError or OSError."""
        for page in self._pages(token, lambda client, **more: client.users_list(limit=200, **more)):
            for user in page["members"]:
                if is_of(user, ours) and user["id"] != "USLACKBOT":
                    yield profile_of(user)

    def person(self, token: str, slack_id: str) -> Profile | None:
        """Somebody of our side; None when Slack does not say."""
        try:
            return profile_of(self._client(token).users_info(user=slack_id)["user"])
        except (SlackApiError, OSError, http.client.HTTPException):
            return None

    def quiet_hours(self, token: str, slack_ids: Sequence[str]) -> dict[str, tuple[datetime, datetime]]:
        """The next Do Not Disturb hours of those of these people who have any; raises SlackApiError or OSError."""
        found = {}
        for first in range(0, len(slack_ids), DND_PEOPLE):
            some = list(slack_ids[first : first + DND_PEOPLE])
            pages = self._pages(token, lambda client, **more: client.dnd_teamInfo(users=some, **more))  # noqa: B023
            for slack_id, told in (each for page in pages for each in page["users"].items()):
                begins, ends = told.get("next_dnd_start_ts") or 0, told.get("next_dnd_end_ts") or 0
                if told.get("dnd_enabled") and ends > begins:
                    found[slack_id] = (datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(ends, UTC))
        return found

    def channel(self, token: str, name_or_id: str) -> Channel | None:
        """A channel by id or `#name`, None if the bot sees none of that name; raises SlackApiError or OSError."""
        if not _CHANNEL_ID.fullmatch(name_or_id):
            name = name_or_id.removeprefix("#").lower()
            return next((each for each in self.channels(token) if each.name == name), None)
        try:
            return _channel_of(self._client(token).conversations_info(channel=name_or_id)["channel"])
        except SlackApiError as error:
            if error.response.get("error") == "channel_not_found":
                return None
            raise

    def channels(self, token: str) -> Iterator[Channel]:
        """All public channels and the private ones that the bot is in; raises SlackApiError or OSError."""
        kinds = "public_channel,private_channel"
        for page in self._pages(
            token,
            lambda client, **more: client.conversations_list(
                types=kinds, exclude_archived=True, limit=CHANNELS_A_PAGE, **more
            ),
        ):
            yield from map(_channel_of, page["channels"])

    def groups(self, token: str) -> Iterator[UserGroup]:
        """The user groups of the workspace; raises SlackApiError or OSError."""
        for page in self._pages(token, lambda client, **more: client.usergroups_list(**more)):
            for group in page["usergroups"]:
                yield UserGroup(group["id"], group["handle"])

    def group_members(self, token: str, group_id: str) -> list[str]:
        """The Slack ids of a user group's members; raises SlackApiError or OSError."""
        pages = self._pages(token, lambda client, **more: client.usergroups_users_list(usergroup=group_id, **more))
        return [slack_id for page in pages for slack_id in page["users"]]

    def _pages(self, token: str, ask: Callable[..., SlackResponse]) -> Iterator[SlackResponse]:
        """What a listing answers, page by page; raises SlackApiError or OSError.

        An organisation's token has to say in which of its workspaces: there each of them is asked, and one that does
        not have what is asked for is passed over.
        """
        try:
            yield from self._turned(token, ask)
        except SlackApiError as error:
            if error.response.get("error") != "missing_argument":
                raise
            for team in self.teams(token):
                with suppress(NotThere):
                    yield from self._turned(token, ask, team_id=team)

    def _turned(self, token: str, ask: Callable[..., SlackResponse], **more: str) -> Iterator[SlackResponse]:
        client, cursor = self._client(token), dict[str, str]()
        while True:
            try:
                page = ask(client, **more, **cursor)
            except SlackApiError as error:
                if more and error.response.get("error") in _NOT_THERE:
                    raise NotThere from None
                raise
            yield page
            cursor = {"cursor": (page.get("response_metadata") or {}).get("next_cursor") or ""}
            if not cursor["cursor"]:
                return

    def _client(self, token: str, timeout: int | None = None) -> WebClient:
        return client_for(self._url, token, timeout or self._timeout)


def _scopes_of(answer: SlackResponse) -> str:
    """The scopes of the token that asked, with commas between them."""
    listed = next((value for key, value in answer.headers.items() if key.lower() == "x-oauth-scopes"), "")
    return ",".join(filter(None, (scope.strip() for scope in listed.split(","))))


def _channel_of(told: dict[str, Any]) -> Channel:
    return Channel(
        told["id"], str(told.get("name") or ""), bool(told.get("is_member")), bool(told.get("is_archived"))
    )  # fmt: skip


def is_of(user: dict[str, Any], ours: Collection[str]) -> bool:
    """Whether somebody, as Slack shows them, is of one of these teams: no bot, nobody from outside. Their team decides:
    Slack calls all those strangers, and those only, from other workspaces with whom we share no channel."""
    if user.get("is_bot"):
        return False
    team, whole = user.get("team_id"), (user.get("enterprise_user") or {}).get("enterprise_id")
    return not user.get("is_stranger") if team is None else team in ours or whole in ours


def profile_of(user: dict[str, Any]) -> Profile:
    """A person from what `users.info` and `users.list` tell."""
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return Profile(
        slack_id=user["id"],
        name=next((name for name in names if name), user["id"]),
        time_zone=user.get("tz") or "UTC",
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        active=not user.get("deleted", False),
    )
