"""Channels and user groups that only Slack knows: asked for before anything is locked (rule 10)."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.ascode.faults import did_you_mean
from bot.ascode.names import CHANNEL_ID, Found, Names
from bot.slack import Channel, Slack
from models.actions.configuring import Place

_NAMING = {"channel": "channel", "group": "group", "ours": "group"}


class NotAsked(Exception):
    """Slack could not be asked; the message says why, and what to mend."""


def unknown(value: Any, names: Names) -> dict[str, list[str]]:
    """The words in a file that name channels and groups (by "channel" and "group") which are not known here."""
    found: dict[str, list[str]] = {"channel": [], "group": []}
    readers: dict[str, Callable[[object], Place]] = {"channel": names.channel, "group": names.group}
    for field, word in _named(value):
        try:
            readers[field](word)
        except ValueError:
            if word not in found[field]:
                found[field].append(word)
    return found


def look_up(slack: Slack, token: str, words: Mapping[str, list[str]]) -> Found:
    """What Slack says about these words; raises NotAsked."""
    wrong: dict[str, str] = {}
    try:
        channels = tuple(_channels(slack, token, words["channel"], wrong))
        groups = tuple(_groups(slack, token, words["group"], wrong))
    except SlackApiError as error:
        raise NotAsked(_refusal(error)) from None
    except (OSError, http.client.HTTPException) as error:
        raise NotAsked(f"Slack cannot be reached: {type(error).__name__}") from None
    return Found(channels, groups, wrong)


def _named(value: Any) -> Iterator[tuple[str, str]]:
    """Every field that names a channel or a group in a file, as "channel" or "group", with the text in it."""
    if isinstance(value, Mapping):
        for field, inner in value.items():
            if field in _NAMING and isinstance(inner, str) and inner.strip():
                yield _NAMING[field], inner.strip()
            else:
                yield from _named(inner)
    elif isinstance(value, list):
        for each in value:
            yield from _named(each)


def _channels(slack: Slack, token: str, words: list[str], wrong: dict[str, str]) -> Iterator[Place]:
    by_id = {word: slack.channel(token, word) for word in words if CHANNEL_ID.fullmatch(word)}
    names = {word: word.removeprefix("#").casefold() for word in words if word not in by_id}
    listed = _listed(slack, token, set(names.values()))
    for word, channel in (*by_id.items(), *((word, listed.get(name)) for word, name in names.items())):
        problem = _why_not(word, channel, listed)
        if problem is None and channel is not None:
            yield Place(channel.id, channel.name)
        else:
            wrong[word] = problem or ""


def _listed(slack: Slack, token: str, names: set[str]) -> dict[str, Channel]:
    """The channels that Slack lists, by name, until all of these names are among them."""
    listed: dict[str, Channel] = {}
    for channel in slack.channels(token) if names else ():
        listed[channel.name.casefold()] = channel
        if names <= listed.keys():
            break
    return listed


def _why_not(word: str, channel: Channel | None, listed: Mapping[str, Channel]) -> str | None:
    """Why Heed cannot post in the channel; None if it can."""
    if channel is None:
        hint = did_you_mean(word, [f"#{name}" for name in listed])
        return f"Slack shows Heed no channel {word}{hint or '; invite it there if it is private: /invite @Heed'}"
    if channel.is_archived:
        return f"the channel {word} is archived"
    return None if channel.is_member else f"Heed is not in the channel {word}; write there: /invite @Heed"


def _groups(slack: Slack, token: str, words: list[str], wrong: dict[str, str]) -> Iterator[Place]:
    listed = list(slack.groups(token)) if words else []
    for word in words:
        handle = word.removeprefix("@").casefold()
        group = next((each for each in listed if each.id == word or each.handle.casefold() == handle), None)
        if group is None:
            wrong[word] = f"Slack has no user group {word}{did_you_mean(word, [f'@{each.handle}' for each in listed])}"
        else:
            yield Place(group.id, group.handle, members=tuple(slack.group_members(token, group.id)))


def _refusal(error: SlackApiError) -> str:
    code = str(error.response.get("error") or "it gave no answer that can be read")
    if code == "missing_scope":
        scope = error.response.get("needed") or "that it asks for"
        return f"Slack refuses: the scope {scope} is missing; add it to the app (manifest.yml) and install it again"
    if code in ("ratelimited", "rate_limited"):
        return "Slack is asked too often; try again in a minute"
    return f"Slack refuses: {code}"
