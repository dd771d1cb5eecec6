"""What a subcommand of `/heed` is asked: who typed it, what stands after its name, and by which clock they mean it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.listeners.acting import Actor
from bot.views.parts import Block, Rendered
from models.actions import people
from models.db import now_of
from models.hours import zone_of

MENTION = re.compile(r"^<@(?P<id>[UW][A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True)
class Asked:
    """What somebody typed after the subcommand, and all that is needed to answer it; `show` opens a window."""

    house: Context
    who: Actor
    words: str
    find: Callable[[str], Actor | None]
    show: Callable[[Block], None]


Subcommand = Callable[[Asked], str | Rendered]


def mention(words: str) -> tuple[str | None, str]:
    """(Slack id, what follows) of text that begins with a mention; (None, all of it) otherwise."""
    found = MENTION.match(words)
    return (found["id"], words[found.end() :].strip()) if found else (None, words.strip())


def number(words: str) -> tuple[int | None, str]:
    """(alert number, what follows) of "12 fixed the disk" or "#12"."""
    found = re.match(r"#?(\d{1,18})(?:\s+|$)", words)
    return (int(found[1]), words[found.end() :].strip()) if found else (None, words)


def clock_of(house: Context, who: Actor) -> tuple[datetime, ZoneInfo]:
    """The present moment, and the zone that somebody has set in Slack (UTC where it is none)."""
    with house.db.begin() as session:
        person = people.find(session, who.workspace_id, who.slack_id)
        now = now_of(session)
    try:
        return now, zone_of(person.time_zone if person is not None else "UTC")
    except ValueError:
        return now, zone_of("UTC")
