"""The section `silences`: alerts that page nobody for a while. Those that were made in Slack are never touched."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.ascode.fields import Fields, Item, Wrong, again_and_again, spelled_moment, text
from bot.ascode.names import Names
from models.actions.configuring import Configured
from models.routing import Silence
from models.routing_json import silence_from_json

FIELDS = ("name", "matchers", "starts_at", "ends_at", "why")
_INSTEAD = {"matchers": 'a="b"', "starts_at": "2000-01-01T00:00+00:00", "ends_at": "2199-01-01T00:00+00:00"}


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The silence at `path`; empty if something is wrong, which is added to `wrong`."""
    fields = Fields(data, path, wrong, FIELDS)
    name = fields.required("name", text)
    if not isinstance(data, Mapping):
        return {}
    known = {field: data[field] for field in FIELDS[1:] if field in data}
    silence = again_and_again(lambda left: _silence(left, path), known, path, wrong, _INSTEAD)
    return _item(name, silence) if silence is not None and name is not None else {}


def present(known: Configured, names: Names) -> list[Item]:
    """The silences from a file that are not over, by name."""
    found = [_item(name, silence) for name, (_, silence) in sorted(known.silences.items())]
    return lasting(found, known.now)


def lasting(items: Iterable[Item], now: datetime) -> list[Item]:
    """The silences that are not over yet."""
    return [each for each in items if datetime.fromisoformat(each["ends_at"]) > now]


def silence_of(item: Item) -> Silence:
    """The silence that an item without faults describes; its id and who made it are not the item's."""
    return _silence({name: value for name, value in item.items() if name != "name"}, "silence")


def _silence(data: object, path: str) -> Silence:
    assert isinstance(data, Mapping)
    return silence_from_json({**data, "id": "new", "by": "a file"}, path)


def _item(name: str, silence: Silence) -> Item:
    item: Item = {
        "name": name,
        "matchers": [str(matcher) for matcher in silence.matchers],
        "starts_at": spelled_moment(silence.starts_at),
        "ends_at": spelled_moment(silence.ends_at),
    }
    return {**item, "why": silence.why} if silence.why else item
