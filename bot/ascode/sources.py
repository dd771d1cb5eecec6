"""The section `sources`: intakes for monitoring tools. They are added or changed, never removed; secrets stay secret.

What the file does not say of a source that is there stays as it is.
"""

from collections.abc import Mapping
from typing import Any

from bot.ascode.faults import did_you_mean
from bot.ascode.fields import Fields, Item, Wrong, text
from bot.ascode.names import Names
from bot.sources.kinds import addable
from bot.sources.mapped import parser
from models.actions.configuring import Configured
from models.actions.sources import SourceRef
from models.intake import checked_networks

FIELDS = ("kind", "name", "allowed_from", "expressions")


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The source at `path`; what is wrong with it is added to `wrong`."""
    fields = Fields(data, path, wrong, FIELDS)
    kind, name = fields.required("kind", _kind), fields.required("name", text)
    there = next((each for each in names.known.sources if (each.kind, each.name) == (kind, name)), None)
    networks = fields.optional("allowed_from", _networks)
    expressions = fields.optional("expressions", lambda value: _expressions(value, kind))
    before = _item(there) if there is not None else {}
    return _with(
        kind or "",
        name or "",
        before.get("allowed_from", []) if networks is None else networks,
        before.get("expressions", {}) if expressions is None else expressions,
    )


def present(known: Configured, names: Names) -> list[Item]:
    """The sources as they are, by kind and name; other kinds are configured elsewhere."""
    return [_item(each) for each in sorted(known.sources, key=_place) if each.kind in addable()]


def label(item: Item) -> str:
    return f"{item['kind']} {item['name']}"


def columns_of(item: Item, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What `put_source` and `change` are given for an item without faults, whose source has these settings."""
    expressions = item.get("expressions", {})
    others = {name: value for name, value in settings.items() if name != "expressions"}
    return {
        "allowed_from": item.get("allowed_from", []),
        "settings": {**others, "expressions": expressions} if expressions else others,
    }


def _place(source: SourceRef) -> tuple[str, str]:
    return source.kind, source.name


def _item(source: SourceRef) -> Item:
    return _with(source.kind, source.name, list(source.allowed_from), source.settings.get("expressions", {}))


def _with(kind: str, name: str, networks: list[str], expressions: Mapping[str, str]) -> Item:
    """An item without what goes without saying."""
    item: Item = {"kind": kind, "name": name}
    if networks:
        item["allowed_from"] = networks
    if expressions:
        item["expressions"] = dict(expressions)
    return item


def _kind(value: object) -> str:
    kind = text(value)
    if kind not in addable():
        hint = did_you_mean(kind, addable()) or f"; there are {', '.join(addable())}"
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
