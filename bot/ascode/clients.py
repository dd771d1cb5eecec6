"""The section `clients`: customers, their deadlines and channels. They are added or changed, never removed."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from bot.ascode import watched
from bot.ascode.fields import Fields, Item, Wrong, day, items, spelled_moment, text
from bot.ascode.names import Names
from models.actions.configuring import Configured, KnownClient, Place
from models.durations import duration
from models.hours import parse_hours, zone_of
from models.schedule_check import Problem

FIELDS = ("name", "team", "tier", "owner", "renews_on", "hours", "zone", "holidays", "shadow_until", "channels")
_READ = (*FIELDS[:-2], "shadow", *FIELDS[-2:])
_TEAM = re.compile(r"[TE][A-Z0-9]+")
Pair = tuple[Item | None, Item]
"""The client as it is (None: it is to be added) and as it is to be."""


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The client at `path`; what is wrong with it is added to `wrong`."""
    fields = Fields(data, path, wrong, _READ)
    team, name = fields.optional("team", _team), fields.optional("name", text)
    if fields.is_object and name is None and team is None and not _is_wrong(wrong, path):
        wrong.append(Problem(f"{path}.name", "is missing; a client needs a name or its Slack team"))
    renews_on = fields.optional("renews_on", day)
    return _set(
        name=name,
        team=team,
        tier=fields.optional("tier", text),
        owner=fields.optional("owner", names.person),
        renews_on=renews_on.isoformat() if renews_on is not None else None,
        **_times(fields, path, wrong),
        channels=_channels(data, path, names, wrong),
    )


def _times(fields: Fields, path: str, wrong: Wrong) -> Item:
    """When a reply counts as late, and until when nobody is paged; `shadow` is a duration."""
    before = len(wrong)
    hours, zone = fields.optional("hours", lambda value: str(parse_hours(text(value)))), fields.optional("zone", _zone)
    if hours is not None and zone is None and len(wrong) == before:
        wrong.append(Problem(f"{path}.zone", "is missing; hours need a zone such as Europe/Berlin"))
    shadow, until = fields.optional("shadow", duration), fields.optional("shadow_until", _moment)
    if shadow is not None and until is not None:
        wrong.append(Problem(f"{path}.shadow_until", "stands beside shadow; one of them is enough"))
    return {
        "hours": hours,
        "zone": zone if hours is not None or zone != "UTC" else None,
        "holidays": fields.optional("holidays", _days) or None,
        "shadow": shadow,
        "shadow_until": spelled_moment(until) if until is not None else None,
    }


def _channels(data: object, path: str, names: Names, wrong: Wrong) -> list[Item] | None:
    if not isinstance(data, dict) or data.get("channels") is None:
        return None
    return [
        watched.read(each, place, names, wrong) for place, each in items(data["channels"], f"{path}.channels", wrong)
    ]


def present(known: Configured, names: Names) -> list[Item]:
    """The clients as they are, by name."""
    rows = sorted(known.clients, key=lambda each: (each.name.casefold(), each.team_id or "", each.id or 0))
    return [_item(each, names, known.now) for each in rows]


def pairs(
    wanted: list[Item], known: Configured, names: Names, wrong: Wrong, keeps: bool = False
) -> list[tuple[int | None, Pair]]:
    """Each client of the file with the row that it is about, as it is and as it is to be.

    A client is found by its team, else by its name in any case; the team that is known stays where the file has none,
    and so do the channels, but for those that the file gives to others. With `keeps` all else stays too.
    """
    found, seen = list[tuple[int | None, Pair]](), dict[object, int]()
    teams, taken = {item.get("team") for item in wanted}, _taken(wanted, wrong)
    for number, item in enumerate(wanted):
        others = [each for each in known.clients if each.team_id not in teams or each.team_id is None]
        try:
            row = _by_team(item, known) or _by_name(item, others)
        except ValueError as error:
            wrong.append(Problem(f"clients[{number}]", str(error)))
            continue
        row_id = row.id if row is not None else None
        who = row_id or (item.get("name", "").casefold(), item.get("team"))
        if seen.setdefault(who, number) != number:
            wrong.append(Problem(f"clients[{number}]", f"is the same client as clients[{seen[who]}]"))
        before = _item(row, names, known.now) if row is not None else None
        since = row.created_at if row is not None and row.created_at is not None else known.now
        others_have = {channel for channel, owner in taken.items() if owner != number}
        after = _merged(before or {}, item, others_have, keeps)
        found.append((row_id, (before, _finished(after, since, known.now))))
    return found


def _taken(wanted: list[Item], wrong: Wrong) -> dict[str, int]:
    """Which client of the file each channel belongs to."""
    taken: dict[str, int] = {}
    for number, item in enumerate(wanted):
        for place, each in enumerate(item.get("channels", ())):
            owner = taken.get(each["channel"])
            if owner is not None:
                path = f"clients[{number}].channels[{place}].channel"
                wrong.append(Problem(path, f"is a channel of clients[{owner}] already"))
            taken.setdefault(each["channel"], number)
    return taken


def _merged(before: Item, item: Item, others_have: set[str], keeps: bool) -> Item:
    kept: Item = dict(before) if keeps else {field: before[field] for field in ("name", "team") if field in before}
    mine = item.get("channels", [])
    if keeps or "channels" not in item:
        named = {each["channel"] for each in mine} | others_have
        mine = [*(each for each in before.get("channels", []) if each["channel"] not in named), *mine]
    return {**kept, **item, "channels": sorted(mine, key=lambda each: str(each["channel"]))}


def _finished(item: Item, since: datetime, now: datetime) -> Item:
    """The item in the order of its fields; shadow mode that is given as a duration begins when the client was new."""
    if "shadow" in item:
        item["shadow_until"] = spelled_moment(since + item["shadow"])
    if "shadow_until" in item and datetime.fromisoformat(item["shadow_until"]) <= now:
        del item["shadow_until"]
    return {field: item[field] for field in FIELDS if field in item and item[field] != []}


def client_of(item: Item, row_id: int | None, names: Names, group: Callable[[Place], int]) -> KnownClient:
    """The client that an item without faults describes; `group` gives a user group's row id."""
    return KnownClient(
        id=row_id,
        name=item.get("name", ""),
        team_id=item.get("team"),
        tier=item.get("tier", ""),
        owner=names.person_id(item["owner"]) if "owner" in item else None,
        renews_on=date.fromisoformat(item["renews_on"]) if "renews_on" in item else None,
        hours=item.get("hours", ""),
        zone=item.get("zone", "UTC"),
        holidays=tuple(map(date.fromisoformat, item.get("holidays", ()))),
        shadow_until=datetime.fromisoformat(item["shadow_until"]) if "shadow_until" in item else None,
        channels=tuple(watched.channel_of(each, names, group) for each in item.get("channels", ())),
    )


def label(item: Item) -> str:
    """What the client is called: its name, or its team where it has none."""
    return str(item.get("name") or item.get("team"))


def _by_team(item: Item, known: Configured) -> KnownClient | None:
    return next((each for each in known.clients if each.team_id is not None and each.team_id == item.get("team")), None)


def _by_name(item: Item, clients: list[KnownClient]) -> KnownClient | None:
    """The client of this name, None for a new one; raises ValueError where that is not clear.

    One that was named in a file and one that has been heard of since may share a name: then it is the latter.
    """
    name = item.get("name", "")
    named = [each for each in clients if name and each.name.casefold() == name.casefold()]
    if "team" in item:
        named = [each for each in named if each.team_id is None]
    heard_of = [each for each in named if each.team_id is not None]
    if len(named) > 1 and len(heard_of) != 1:
        raise ValueError(f'{len(named)} clients are called "{name}"; name one by its Slack team')
    return next(iter(heard_of or named), None)


def _item(client: KnownClient, names: Names, now: datetime) -> Item:
    is_shadowed = client.shadow_until is not None and client.shadow_until > now
    channels = watched.present(client.channels or (), names)
    return _set(
        name=client.name or None,
        team=client.team_id,
        tier=client.tier or None,
        owner=names.spelled_person(client.owner) if client.owner and names.has_person(client.owner) else None,
        renews_on=client.renews_on.isoformat() if client.renews_on is not None else None,
        hours=client.hours or None,
        zone=client.zone if client.hours or client.zone != "UTC" else None,
        holidays=[each.isoformat() for each in sorted(client.holidays)] or None,
        shadow_until=spelled_moment(client.shadow_until) if is_shadowed and client.shadow_until is not None else None,
        channels=sorted(channels, key=lambda each: str(each["channel"])) or None,
    )


def _set(**fields: object) -> Item:
    return {name: value for name, value in fields.items() if value is not None}


def _is_wrong(wrong: Wrong, path: str) -> bool:
    return any(each.field.startswith(f"{path}.") for each in wrong)


def _team(value: object) -> str:
    if not isinstance(value, str) or not _TEAM.fullmatch(value):
        raise ValueError("must be the id of a Slack team, such as T0123ABCD")
    return value


def _zone(value: object) -> str:
    return str(zone_of(text(value)))


def _days(value: object) -> list[str]:
    if not isinstance(value, list):
        raise ValueError("must be a list of dates such as 2026-12-25")
    return sorted({day(each).isoformat() for each in value})


def _moment(value: object) -> datetime:
    try:
        at: datetime | None = datetime.fromisoformat(text(value))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError("must be a time with its offset, such as 2026-12-24T09:00+01:00")
    return at.astimezone(UTC)
