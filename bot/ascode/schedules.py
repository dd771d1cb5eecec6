"""The section `schedules`: who is on call when, as in `models.schedule_json`, with people by name."""

from datetime import datetime

from bot.ascode.fields import Item, Wrong, spelled_moment
from bot.ascode.names import Names
from models.actions.configuring import Configured
from models.hours import zone_of
from models.oncall import Schedule
from models.schedule_check import InvalidSchedule
from models.schedule_json import schedule_from_json, schedule_to_json


def read(data: object, path: str, names: Names, wrong: Wrong) -> Item:
    """The schedule at `path`; empty if something is wrong, which is added to `wrong`."""
    try:
        return _item(schedule_from_json(data, names.person_id), names)
    except InvalidSchedule as error:
        wrong += [each.under(path) for each in error.problems]
        return {}


def present(known: Configured, names: Names) -> list[Item]:
    """The schedules as they are, by name, without what was overridden in Slack."""
    return [_item(each, names) for each in sorted(known.schedules.values(), key=lambda schedule: schedule.name)]


def schedule_of(item: Item, names: Names) -> Schedule:
    """The schedule that an item without faults describes."""
    return schedule_from_json(item, names.person_id)


def _item(schedule: Schedule, names: Names) -> Item:
    """The schedule's JSON with times as the clocks of its zone show them."""
    item = schedule_to_json(schedule, names.spelled_person)
    for layer in item["layers"]:
        _show_by(layer["zone"], layer)
    for override in item["overrides"]:
        _show_by(schedule.layers[0].zone, override)
    if not item["overrides"]:
        del item["overrides"]
    return item


def _show_by(zone: str, item: Item) -> None:
    for field in item.keys() & {"start", "end"}:
        item[field] = spelled_moment(datetime.fromisoformat(item[field]), zone_of(zone))
