"""Slack's Do Not Disturb at another time than now."""

from datetime import datetime
from zoneinfo import ZoneInfo

from models.wall_clock import DAY, moment, wall


def is_quiet(quiet_from: datetime | None, quiet_until: datetime | None, zone: ZoneInfo, at: datetime) -> bool:
    """Whether somebody does not want to be disturbed at a moment, as far as can be told.

    Slack tells the next quiet hours alone; the same hours by the clock of `zone` are taken for every day. None stands
    for nobody's quiet hours.
    """
    if quiet_from is None or quiet_until is None:
        return False
    if moment(quiet_from) <= moment(at) < moment(quiet_until):
        return True
    begins = wall(quiet_from, zone)
    return (wall(at, zone) - begins) % DAY < wall(quiet_until, zone) - begins
