"""The section `tiers`: how soon clients of each tier are promised a reply."""

from datetime import timedelta

from bot.ascode.fields import Fields, Item, Wrong, text
from bot.ascode.names import Names
from models.actions.configuring import Configured, KnownTier
from models.durations import duration, spelled_duration

FIELDS = ("name", "first_reply", "next_reply", "holding")
HOLDING = timedelta(minutes=30)


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The tier at `path`; what is wrong with it is added to `wrong`."""
    fields = Fields(data, path, wrong, FIELDS)
    item: Item = {"name": fields.required("name", text)}
    for name in ("first_reply", "next_reply"):
        length = fields.optional(name, duration)
        if length is not None:
            item[name] = spelled_duration(length)
    item["holding"] = spelled_duration(fields.optional("holding", duration) or HOLDING)
    return item


def present(known: Configured, names: Names) -> list[Item]:
    """The tiers as they are, by name."""
    return [_item(each) for each in known.tiers]


def tier_of(item: Item) -> KnownTier:
    """The tier that an item without faults describes."""
    return KnownTier(
        item["name"], _seconds(item.get("first_reply")), _seconds(item.get("next_reply")), _whole(item["holding"])
    )


def _item(tier: KnownTier) -> Item:
    replies = {"first_reply": tier.first_s, "next_reply": tier.next_s, "holding": tier.holding_s}
    lengths = {name: spelled_duration(timedelta(seconds=each)) for name, each in replies.items() if each is not None}
    return {"name": tier.name, **lengths}


def _seconds(spelled: str | None) -> int | None:
    return None if spelled is None else _whole(spelled)


def _whole(spelled: str) -> int:
    return int(duration(spelled).total_seconds())
