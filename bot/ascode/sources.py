"""The section `sources`: intakes for monitoring tools, and heartbeats.

They are added or changed, never removed; secrets stay secret. What the file does not say of a source
that is there stays as it is.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from bot.ascode.faults import did_you_mean
from bot.ascode.fields import Fields, Item, Wrong, text
from bot.ascode.names import Names
from bot.sources.kinds import HEARTBEAT, Kind, addable, kinds
from bot.sources.mapped import parser
from models.actions.configuring import Configured
from models.actions.heartbeats import readable
from models.actions.sources import SourceRef
from models.durations import duration, spelled_duration
from models.heartbeat import make_rhythm
from models.intake import checked_networks
from models.words import Severity

FIELDS = ("kind", "name", "allowed_from", "expressions", "stale_after", "every", "grace", "severity")
NEVER = "never"


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The source at `path`; what is wrong with it is added to `wrong`."""
    fields = Fields(data, path, wrong, FIELDS)
    kind, name = fields.required("kind", _kind) or "", fields.required("name", text) or ""
    there = next((each for each in names.known.sources if _place(each) == (kind, name)), None)
    said = {
        "allowed_from": fields.optional("allowed_from", _networks),
        "expressions": fields.optional("expressions", lambda value: _expressions(value, kind)),
        "stale_after": fields.optional("stale_after", lambda value: _stale_after(value, kind)),
        "every": fields.optional("every", lambda value: _of_heartbeat(value, kind, _every)),
        "grace": fields.optional("grace", lambda value: _of_heartbeat(value, kind, _grace)),
        "severity": fields.optional("severity", lambda value: _of_heartbeat(value, kind, _severity)),
    }
    item = _item(there) if there is not None else {"kind": kind, "name": name}
    item |= {field: value for field, value in said.items() if value is not None}
    if kind == HEARTBEAT and "every" not in item:
        fields.required("every", text)
    return {field: value for field, value in item.items() if value}


def present(known: Configured, names: Names) -> list[Item]:
    """The sources as they are, by kind and name; other kinds are configured elsewhere."""
    return [_item(each) for each in sorted(known.sources, key=_place) if each.kind in _told_of()]


def label(item: Item) -> str:
    return f"{item['kind']} {item['name']}"


def columns_of(item: Item, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What `put_source` and `change` are given for an item without faults, whose source has these settings."""
    others = {name: value for name, value in settings.items() if name not in ("expressions", "stale_after_s")}
    if item["kind"] == HEARTBEAT:
        others |= make_rhythm(item["every"], item.get("grace", ""), item.get("severity", "")).as_settings()
    if "expressions" in item:
        others["expressions"] = item["expressions"]
    if "stale_after" in item:
        length = item["stale_after"]
        others["stale_after_s"] = 0 if length == NEVER else duration(length).total_seconds()
    return {"allowed_from": item.get("allowed_from", []), "settings": others}


def _told_of() -> dict[str, Kind]:
    """The kinds that a file may name."""
    return {**addable(), HEARTBEAT: kinds()[HEARTBEAT]}


def _place(source: SourceRef) -> tuple[str, str]:
    return source.kind, source.name


def _item(source: SourceRef) -> Item:
    """The source without what goes without saying; a heartbeat's rhythm is always told, unless nobody can read it."""
    item: Item = {"kind": source.kind, "name": source.name}
    item["allowed_from"] = list(source.allowed_from)
    item["expressions"] = dict(source.settings.get("expressions", {}))
    rhythm = readable(source.settings) if source.kind == HEARTBEAT else None
    if rhythm is not None:
        item |= {"every": spelled_duration(rhythm.every), "grace": spelled_duration(rhythm.grace)}
        item["severity"] = rhythm.severity.label
    stale = source.settings.get("stale_after_s")
    if isinstance(stale, int | float):
        item["stale_after"] = spelled_duration(timedelta(seconds=stale)) if stale else NEVER
    return {field: value for field, value in item.items() if value}


def _kind(value: object) -> str:
    kind = text(value)
    if kind not in _told_of():
        hint = did_you_mean(kind, _told_of()) or f"; there are {', '.join(_told_of())}"
        raise ValueError(f'there is no source "{kind}"{hint}')
    return kind


def _networks(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("must be a list of networks such as 192.0.2.0/24; [] stands for everywhere")
    return checked_networks(value)


def _expressions(value: object, kind: str | None) -> dict[str, str]:
    """Raises ValueError; that of the parser names the expression that will not do."""
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value.values()):
        raise ValueError("must be an object of JMESPath expressions, such as title: alert.name")
    found = {str(name): each for name, each in value.items()}
    if found and kind != "generic":
        raise ValueError("only a generic source is read by expressions")
    if found:
        parser(found)
    return found


def _stale_after(value: object, kind: str) -> str:
    if kind == HEARTBEAT:
        raise ValueError("is not for heartbeats: their silence is the alert")
    return NEVER if value == NEVER else spelled_duration(duration(value))


def _of_heartbeat(value: object, kind: str, read: Callable[[str], str]) -> str:
    if kind and kind != HEARTBEAT:
        raise ValueError("is for heartbeats")
    try:
        return read(text(value))
    except ValueError as error:  # the problem has the field's name already
        words = str(error).removeprefix("severity ")
        raise ValueError(words.removeprefix("every: ").removeprefix("grace: ")) from None


def _every(said: str) -> str:
    return spelled_duration(make_rhythm(said).every)


def _grace(said: str) -> str:
    return spelled_duration(make_rhythm("5m", said).grace)


def _severity(said: str) -> str:
    return Severity.parse(said).label
