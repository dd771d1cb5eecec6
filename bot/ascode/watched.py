"""The channels of a client in a file: which are watched, who speaks there as the client, and what is rated."""

from collections.abc import Callable, Iterable

from bot.ascode.fields import Fields, Item, Wrong, yes_or_no
from bot.ascode.names import NO_CHANNEL, Names
from models.actions.configuring import KnownChannel, Place
from models.actions.watching import Rules
from models.schedule_check import Problem

FIELDS = ("channel", "guests", "ours", "rated")


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The channel at `path`, without what goes without saying; what is wrong with it is added to `wrong`."""
    fields = Fields(data, path, wrong, FIELDS)
    if fields.is_object and isinstance(data, dict) and "channel" in data and data["channel"] is None:
        wrong.append(Problem(f"{path}.channel", NO_CHANNEL))
        return {}
    channel = fields.required("channel", lambda word: names.spelled_channel(names.channel(word)))
    ours = fields.optional("ours", lambda word: names.spelled_group(names.group(word)))
    guests, rated = fields.optional("guests", yes_or_no), fields.optional("rated", yes_or_no)
    return _item(channel or "", bool(guests), ours, rated is not False)


def present(channels: Iterable[KnownChannel], names: Names) -> list[Item]:
    """The channels as they are."""
    found = list[Item]()
    for each in channels:
        group = names.group_of_row(each.rules.ours_id)
        ours = names.spelled_group(group) if group is not None else None
        found.append(_item(names.spelled_channel_id(each.channel_id), each.rules.guests, ours, each.rules.rated))
    return found


def channel_of(item: Item, names: Names, group: Callable[[Place], int]) -> KnownChannel:
    """The channel that an item without faults describes; `group` gives a user group's row id."""
    ours = group(names.group(item["ours"])) if "ours" in item else None
    rules = Rules(item.get("guests", False), ours, item.get("rated", True))
    return KnownChannel(names.channel_id(item["channel"]), rules)


def _item(channel: str, guests: bool, ours: str | None, rated: bool) -> Item:
    item: Item = {"channel": channel}
    if guests:
        item["guests"] = True
    if ours is not None:
        item["ours"] = ours
    if not rated:
        item["rated"] = False
    return item
