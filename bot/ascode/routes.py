"""The section `routes`: which policy an alert gets, as in `models.routing_json`, with the channel by name."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.ascode.fields import Fields, Item, Wrong, again_and_again
from bot.ascode.names import NO_CHANNEL, Names
from models.actions.configuring import Configured, Place
from models.routing import Route
from models.routing_json import ROUTE_FIELDS, route_from_json, route_to_json
from models.schedule_check import Problem

FIELDS = ROUTE_FIELDS
_INSTEAD = {"name": "?", "zone": "UTC"}


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The route at `path`; empty if something is wrong, which is added to `wrong`."""
    fields = Fields(data, path, wrong, FIELDS)
    if not isinstance(data, Mapping):
        return {}
    known = {name: data[name] for name in FIELDS if name in data}
    route = again_and_again(lambda left: route_from_json(left, path), known, path, wrong, _INSTEAD)
    fields.optional("policy", names.policy)
    if "channel" in data and data["channel"] is None:
        wrong.append(Problem(f"{path}.channel", NO_CHANNEL))
    channel = fields.optional("channel", lambda word: names.spelled_channel(names.channel(word)))
    return route_to_json(replace(route, channel=channel)) if route is not None else {}


def present(known: Configured, names: Names) -> list[Item]:
    """The routes as they are, in their order."""
    return [route_to_json(replace(each, channel=_channel(each, names))) for each in known.routes]


def route_of(item: Item, names: Names, row: Callable[[Place], int]) -> Route:
    """The route that an item without faults describes; `row` gives a channel's row id."""
    route = route_from_json(item)
    channel = str(row(names.channel(route.channel))) if route.channel is not None else None
    return replace(route, channel=channel)


def _channel(route: Route, names: Names) -> str | None:
    """How a file names the route's channel; None for one that is gone."""
    if route.channel is None or not route.channel.isdecimal():
        return None
    place = names.channel_of_row(int(route.channel))
    return names.spelled_channel(place) if place is not None else None
