"""The section `clients`: tier, owner and renewal of customers. They are added or changed, never removed."""

import re
from datetime import date

from bot.ascode.fields import Fields, Item, Wrong, day, text
from bot.ascode.names import Names
from models.actions.configuring import Configured, KnownClient
from models.schedule_check import Problem

FIELDS = ("name", "team", "tier", "owner", "renews_on")
_TEAM = re.compile(r"[TE][A-Z0-9]+")
Pair = tuple[Item | None, Item]
"""The client as it is (None: it is to be added) and as it is to be."""


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The client at `path`; what is wrong with it is added to `wrong`."""
    fields = Fields(data, path, wrong, FIELDS)
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
    )


def present(known: Configured, names: Names) -> list[Item]:
    """The clients as they are, by name."""
    rows = sorted(known.clients, key=lambda each: (each.name.casefold(), each.team_id or "", each.id or 0))
    return [_item(each, names) for each in rows]


def pairs(items: list[Item], known: Configured, names: Names, wrong: Wrong) -> list[tuple[int | None, Pair]]:
    """Each client of the file with the row that it is about, as it is and as it is to be.

    A client is found by its team, else by its name in any case; the team that is known stays where the file has none.
    """
    found, seen = list[tuple[int | None, Pair]](), dict[object, int]()
    teams = {item.get("team") for item in items}
    for number, item in enumerate(items):
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
        before = _item(row, names) if row is not None else None
        found.append((row_id, (before, _merged(before or {}, item))))
    return found


def _merged(before: Item, item: Item) -> Item:
    kept: Item = {field: before[field] for field in ("name", "team") if field in before}
    merged = {**kept, **item}
    return {field: merged[field] for field in FIELDS if field in merged}


def client_of(item: Item, row_id: int | None, names: Names) -> KnownClient:
    """The client that an item without faults describes."""
    return KnownClient(
        id=row_id,
        name=item.get("name", ""),
        team_id=item.get("team"),
        tier=item.get("tier", ""),
        owner=names.person_id(item["owner"]) if "owner" in item else None,
        renews_on=date.fromisoformat(item["renews_on"]) if "renews_on" in item else None,
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


def _item(client: KnownClient, names: Names) -> Item:
    return _set(
        name=client.name or None,
        team=client.team_id,
        tier=client.tier or None,
        owner=names.spelled_person(client.owner) if client.owner and names.has_person(client.owner) else None,
        renews_on=client.renews_on.isoformat() if client.renews_on is not None else None,
    )


def _set(**fields: str | None) -> Item:
    return {name: value for name, value in fields.items() if value is not None}


def _is_wrong(wrong: Wrong, path: str) -> bool:
    return any(each.field.startswith(f"{path}.") for each in wrong)


def _team(value: object) -> str:
    if not isinstance(value, str) or not _TEAM.fullmatch(value):
        raise ValueError("must be the id of a Slack team, such as T0123ABCD")
    return value
