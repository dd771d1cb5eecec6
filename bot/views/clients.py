"""Clients and their channels: what `/heed watch`, `unwatch` and `clients` answer."""

from collections.abc import Sequence
from datetime import datetime

from bot.views.parts import SECTION_LENGTH, first_lines, on, person, quoted
from models.card import ClientLine

USAGE = 'For example: `/heed watch #acme client:"Acme" tier:gold owner:@person renews:2027-03-01`.'
ONLY = "Only admins and responders say which channels are watched. Nothing has changed."
WHICH = "Which one? `/heed unwatch #acme`. Choose the channel from Slack's list."


def watched(channel_id: str, client: str, tier: str, has_tier: bool) -> str:
    """The channel is watched now; `tier` is the client's, empty for none."""
    told = f"<#{channel_id}> is watched for *{quoted(client, 80)}* now."
    if tier and not has_tier:
        told += f" No tier {quoted(tier, 40)} is set up yet (`apply` reads them), so no reply is promised."
    return f"{told} What people of other organisations write there is rated. `/heed clients` lists all clients."


def no_such_tier(tier: str, names: Sequence[str]) -> str:
    known = ", ".join(quoted(each, 40) for each in names)
    return f"There is no tier {quoted(tier, 40)}; there are: {known}. Nothing has changed."


def unwatched(channel_id: str) -> str:
    return (
        f"<#{channel_id}> is not watched any more: nothing written there is stored. Open alerts can still be answered, "
        "and nobody is paged about them any more."
    )


def not_watched(channel_id: str) -> str:
    return f"<#{channel_id}> is not watched. `/heed clients` lists what is."


def not_understood(problem: str) -> str:
    """Why nothing has changed; `problem` is free of markup."""
    return f"Nothing has changed: {problem}\n{USAGE}"


def clients(lines: Sequence[ClientLine], now: datetime) -> str:
    """All clients, those who wait for a reply first."""
    if not lines:
        return f"There are no clients yet. {USAGE}"
    shown = sorted(lines, key=lambda each: (each.waiting_since is None, each.waiting_since or now))
    return first_lines([_line(each, now) for each in shown], SECTION_LENGTH)


def _line(client: ClientLine, now: datetime) -> str:
    parts = [
        f"*{quoted(client.name, 80) or 'without a name'}*",
        f"tier {quoted(client.tier, 40)}" if client.tier else "",
        f"owner {person(client.owner)}" if client.owner else "no owner",
        f"renews on {client.renews_on.isoformat()}" if client.renews_on else "",
        " ".join(f"<#{each}>" for each in client.channels) or "no channel",
        f"*waits for a reply since {on(client.waiting_since)}*" if client.waiting_since else "",
        f"shadow mode until {on(client.shadow_until)}" if client.shadow_until and client.shadow_until > now else "",
    ]
    return "• " + " · ".join(part for part in parts if part)
