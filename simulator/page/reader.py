"""Who is reading: everything that makes the same blocks look different to two people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from urllib.parse import urlencode

PERMALINK = re.compile(r"^https?://[^/]+/archives/(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d{10})(?P<micros>\d{6})\b")


@dataclass(frozen=True)
class Choice:
    """One line of a people or conversation menu."""

    id: str
    label: str


@dataclass(frozen=True)
class Reader:
    """The acting person's eyes. `now` is epoch seconds; the mappings go from id to the name that is shown."""

    user_id: str = ""
    zone: tzinfo = UTC
    now: float = 0.0
    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    people: Sequence[Choice] = ()
    public_channels: Sequence[Choice] = ()
    conversations: Sequence[Choice] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    theme: str = ""
    team: str = ""

    def today(self) -> datetime:
        return self.local(self.now)

    def local(self, timestamp: float) -> datetime:
        return datetime.fromtimestamp(timestamp, self.zone)

    def address(self, **query: str | None) -> str:
        """The page's own address for this person, e.g. `/?as=U0ALICE&channel=C0ACME`."""
        known = {"team": self.team, "as": self.user_id, **query, "theme": self.theme}
        return "/?" + urlencode({key: value for key, value in known.items() if value})

    def own_page(self, url: str) -> str | None:
        """A permalink of the simulated workspace as an address of the page, None for every other url."""
        match = PERMALINK.match(url)
        if not match or match["channel"] not in self.channels:
            return None
        return self.address(channel=match["channel"], message=f"{match['seconds']}.{match['micros']}")
