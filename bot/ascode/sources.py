"""The section `sources`: intakes for monitoring tools. They are added, never removed, and their secrets stay secret."""

from bot.ascode.faults import did_you_mean
from bot.ascode.fields import Fields, Item, Wrong, text
from bot.ascode.names import Names
from bot.sources import sources
from models.actions.configuring import Configured


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The source at `path`; what is wrong with it is added to `wrong`."""
    fields = Fields(data, path, wrong, ("kind", "name"))
    return {"kind": fields.required("kind", _kind), "name": fields.required("name", text)}


def present(known: Configured, names: Names) -> list[Item]:
    return [{"kind": kind, "name": name} for kind, name in sorted(known.sources)]


def label(item: Item) -> str:
    return f"{item['kind']} {item['name']}"


def _kind(value: object) -> str:
    kind = text(value)
    if kind not in sources():
        hint = did_you_mean(kind, sources()) or f"; there are {', '.join(sources())}"
        raise ValueError(f'there is no source "{kind}"{hint}')
    return kind
