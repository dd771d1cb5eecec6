"""`/heed watch`, `unwatch` and `clients`: which channels are clients', and whose."""

import re
from collections.abc import Mapping
from datetime import date

from bot.listeners.asking import Asked, mention
from bot.views import clients as view
from models.actions import watching
from models.db import now_of

CHANNEL = re.compile(r"^<#(?P<id>[CG][A-Z0-9]+)(?:\|(?P<name>[^>]*))?>")
_OPTION = re.compile(r'\s*(?P<name>[a-z]+):(?:["“”](?P<quoted>[^"“”]*)["“”]|(?P<bare>\S+))(?=\s|$)')
_OPTIONS = ("client", "tier", "owner", "renews")


def watch(asked: Asked) -> str:
    """`/heed watch #acme client:"Acme" tier:gold owner:@person renews:2027-03-01`"""
    try:
        wish = _wish(asked)
    except ValueError as error:
        return view.not_understood(str(error))
    try:
        with asked.house.db.begin() as session:
            made = watching.watch(session, asked.who.workspace_id, wish, asked.who.person_id)
    except watching.NotAllowed:
        return view.ONLY
    except watching.NoSuchTier as error:
        return view.no_such_tier(wish.tier or "", error.names)
    except watching.NotClear:
        return view.not_understood("several clients have this name; a file can tell them apart by their Slack team.")
    asked.house.bell.wake("promises")
    return view.watched(wish.channel_id, made.client, made.tier, made.has_tier)


def unwatch(asked: Asked) -> str:
    """`/heed unwatch #acme`"""
    found = CHANNEL.match(asked.words)
    if found is None:
        return view.WHICH
    try:
        with asked.house.db.begin() as session:
            stopped = watching.unwatch(session, asked.who.workspace_id, found["id"], asked.who.person_id)
    except watching.NotAllowed:
        return view.ONLY
    return view.unwatched(found["id"]) if stopped else view.not_watched(found["id"])


def clients(asked: Asked) -> str:
    """`/heed clients`"""
    with asked.house.db.begin() as session:
        return view.clients(watching.listing(session, asked.who.workspace_id), now_of(session))


def _wish(asked: Asked) -> watching.Wish:
    """Raises ValueError with a text, free of markup, for what is not understood."""
    found = CHANNEL.match(asked.words)
    if found is None:
        raise ValueError("say first which channel, and choose it from Slack's list.")
    said = _options(asked.words[found.end() :])
    return watching.Wish(
        channel_id=found["id"],
        channel=found["name"] or "",
        client=said.get("client"),
        tier=said.get("tier"),
        owner_id=_owner(asked, said["owner"]) if "owner" in said else None,
        renews_on=_day(said["renews"]) if "renews" in said else None,
    )


def _options(words: str) -> Mapping[str, str]:
    """What stands behind each `name:`; a value with blanks stands in quotes."""
    found, at = dict[str, str](), 0
    words = words.rstrip()
    while at < len(words):
        option = _OPTION.match(words, at)
        if option is None or option["name"] not in _OPTIONS:
            raise ValueError("what comes after the channel is client:, tier:, owner: and renews:.")
        if option["name"] in found:
            raise ValueError(f"{option['name']}: stands there twice.")
        value = " ".join((option["quoted"] if option["quoted"] is not None else option["bare"]).split())
        if not value or len(value) > 80:
            raise ValueError(f"{option['name']}: needs a value of 1 to 80 characters.")
        found[option["name"]], at = value, option.end()
    return found


def _owner(asked: Asked, value: str) -> int:
    target, _ = mention(value)
    owner = asked.find(target) if target else None
    if owner is None:
        raise ValueError("the owner must be an active person of this workspace, chosen from Slack's list.")
    return owner.person_id


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("renews: must be a date such as 2027-03-01.") from None
