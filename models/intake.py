"""What may come in at a source: who may send, and what a source is called; and a source as it is shown.

Nothing here asks the network: an allow-list holds networks, never names.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from models.words import Severity

OVERLAP = timedelta(hours=24)
"""How long the previous secret is taken after a rotation, if nobody says otherwise."""
LONGEST_OVERLAP = timedelta(days=30)
NAME_LENGTH = 80
NETWORKS_AT_MOST = 100

ACCEPTED, UNREADABLE, REFUSED = "accepted", "unreadable", "refused"
"""How a request ended: its signals are stored; it is stored but nobody can read it; it was turned away."""


def checked_name(name: str) -> str:
    """The name of a source, without blanks around it; raises ValueError for one that could not be typed or shown."""
    shown = " ".join(name.split())
    if not 0 < len(shown) <= NAME_LENGTH or any(unicodedata.category(char)[0] == "C" for char in shown):
        raise ValueError(f"a source needs a name of 1 to {NAME_LENGTH} characters on one line")
    return shown


def checked_networks(networks: Iterable[str]) -> list[str]:
    """Networks such as 192.0.2.0/24, or single addresses, in one spelling and each once; raises ValueError."""
    found = list[str]()
    for each in networks:
        try:
            network = str(ip_network(each.strip(), strict=False))
        except ValueError:
            raise ValueError(f'"{each[:60]}" is no network such as 192.0.2.0/24 or 2001:db8::/32') from None
        if network not in found:
            found.append(network)
    if len(found) > NETWORKS_AT_MOST:
        raise ValueError(f"there may be {NETWORKS_AT_MOST} networks at most, not {len(found)}")
    return found


def may_send(address: str, networks: Sequence[str]) -> bool:
    """Whether an IP address lies in one of the networks; without networks everybody may send."""
    if not networks:
        return True
    try:
        sender = _plain(ip_address(address))
    except ValueError:
        return False
    return any(sender in ip_network(each) for each in networks)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address that came in over an IPv6 socket, as itself."""
    if isinstance(address, IPv6Address) and address in IPv6Network("::ffff:0:0/96"):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


@dataclass(frozen=True)
class SourceLine:
    """One source among others. `unreadable` and `refused` count requests of the last seven days, as far as kept."""

    id: int
    kind: str
    name: str
    created_at: datetime
    last_signal_at: datetime | None = None
    previous_until: datetime | None = None
    is_signed: bool = False
    allowed_from: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    unreadable: int = 0
    refused: int = 0


@dataclass(frozen=True)
class SignalLine:
    """One signal that came in, and what became of it: `decision` is a name of `models.signal.Decision`, lower case."""

    at: datetime
    title: str
    firing: bool
    severity: Severity
    decision: str
    alert_id: int | None


@dataclass(frozen=True)
class RequestLine:
    """One request, or `count` refused ones of one minute; `body` is empty once it is forgotten, or was never kept."""

    at: datetime
    outcome: str
    reason: str = ""
    count: int = 1
    body: str = ""


@dataclass(frozen=True)
class SourceDetails:
    """A source and what came to it last, the newest first. `newest` has the newest body that is still kept."""

    line: SourceLine
    signals: tuple[SignalLine, ...] = ()
    unreadable: tuple[RequestLine, ...] = ()
    refused: tuple[RequestLine, ...] = ()
    newest: RequestLine | None = None
