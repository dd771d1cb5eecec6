"""On-call shifts as an iCalendar (RFC 5545) that calendar programs subscribe to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from icalendar import Calendar, Event

from models.oncall import Shift
from models.wall_clock import moment

PRODUCT = "-//Heed//On call//EN"
REFRESH = timedelta(hours=1)
NAME_LENGTH = 200


def calendar(
    name: str, shifts: Sequence[Shift], names: Mapping[int, str], uid_of_schedule: str, now: datetime
) -> bytes:
    """The calendar called `name`: one event in UTC for each shift, which blocks nobody's time, stamped `now`.

    A person without a name in `names` is "somebody". A shift keeps its UID as long as its schedule, person and start
    are the same, so a span that cuts a shift off at its start gives it another one. Raises ValueError for a moment
    without a zone.
    """
    title = _line(name) or "On call"
    made = _frame(title)
    for shift in shifts:
        person = _line(names.get(shift.person, "")) or "somebody"
        made.add_component(_event(f"{title}: {person} on call", shift, _uid(uid_of_schedule, shift), moment(now)))
    written: bytes = made.to_ical()
    return written


def _frame(title: str) -> Calendar:
    """The calendar without events. VALUE is written out: without it icalendar would not escape the name."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", title, parameters={"VALUE": "TEXT"})
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    return made


def _event(summary: str, shift: Shift, uid: UUID, now: datetime) -> Event:
    event = Event()
    event.add("uid", str(uid))
    event.add("dtstamp", now)
    event.add("dtstart", moment(shift.start))
    event.add("dtend", moment(shift.end))
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    return event


def _uid(schedule: str, shift: Shift) -> UUID:
    """The same for the same shift, and nothing can be read from it."""
    return uuid5(NAMESPACE_OID, f"heed/{schedule}/{shift.person}/{moment(shift.start).isoformat()}")


def _line(text: str) -> str:
    """`text` in one line, cut, without characters that cannot be seen or that turn the reading direction."""
    shown = "".join(char for char in " ".join(text.split()) if char.isprintable())
    return shown if len(shown) <= NAME_LENGTH else shown[: NAME_LENGTH - 1].rstrip() + "…"
