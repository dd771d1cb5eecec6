"""Who is on call over a span of time, as `bot.pictures` draws it, and the same in words for those who cannot see it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from models.hours import zone_of
from models.oncall import ByOverride, Gap, Schedule, Shift, layer_shifts, shifts
from models.wall_clock import moment

FINAL = "Final"
OVERRIDES = "Overrides"
NOBODY = "nobody"
DESCRIPTION_LENGTH = 1000
"""Slack takes no longer alt text for a file."""
NAME_LENGTH = 40
MOST_NEXT, MOST_GAPS, MOST_OVERRIDES = 3, 4, 2


@dataclass(frozen=True)
class NamedShift:
    """`person`, by the name that readers see, is on call from `start` to `end`; `is_override`: by an override."""

    person: str
    start: datetime
    end: datetime
    is_override: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a timeline: its shifts in order, none over another, and, in the final row, the gaps."""

    label: str
    shifts: tuple[NamedShift, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """A schedule from `start` to `end`, for a reader in `zone` (an IANA name), looked at `now`.

    Every shift and gap lies within the span; the last row is what holds in the end. `people` gives everybody of the
    schedule a place that stays theirs from picture to picture, because colours follow it; whoever is not in it comes
    after them in order of appearance. Names are as people wrote them: hostile, long, in any script.
    """

    title: str
    zone: str
    start: datetime
    end: datetime
    rows: tuple[Row, ...]
    now: datetime
    people: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if not self.rows:
            raise ValueError("a timeline needs at least the final row")

    @property
    def final(self) -> Row:
        return self.rows[-1]

    @property
    def everybody(self) -> tuple[str, ...]:
        """Everybody who has a colour, in the order of the colours."""
        shown = (shift.person for row in self.rows for shift in row.shifts)
        return tuple(dict.fromkeys((*self.people, *shown)))


def timeline_of(
    schedule: Schedule, start: datetime, end: datetime, zone: str, names: Mapping[int, str], now: datetime
) -> Timeline:
    """`schedule` from `start` to `end`: a row for each layer from the lowest on, one for overrides if any, the final.

    Persons without a name in `names` are "somebody"; persons who share a name are numbered. A span that ends before it
    starts is empty. Raises ValueError for an unknown zone and for a moment without one.
    """
    start = moment(start)
    end = max(start, moment(end))
    labels = _labels(_people_of(schedule), names)

    def named(found: Iterable[Shift]) -> tuple[NamedShift, ...]:
        return tuple(
            NamedShift(labels[each.person], each.start, each.end, isinstance(each.cause, ByOverride)) for each in found
        )

    final = tuple(shifts(schedule, start, end))
    overrides = named(_overridden(schedule, start, end))
    rows = [Row(layer.name, named(layer_shifts(layer, start, end))) for layer in schedule.layers]
    rows += [Row(OVERRIDES, overrides)] if overrides else []
    rows.append(Row(FINAL, named(final), _gaps(final, start, end)))
    return Timeline(schedule.name, zone, start, end, tuple(rows), moment(now), tuple(labels.values()))


def description(drawing: Timeline) -> str:
    """What the picture shows, as plain text of at most DESCRIPTION_LENGTH characters, in the reader's zone."""
    zone, title = drawing.zone, line(drawing.title)
    if drawing.end <= drawing.start:
        return f"{title}: an empty span of time, nothing to show."
    span = f"{clock(drawing.start, zone, year=True)} to {clock(drawing.end, zone, year=True)}"
    sentences = [
        f"{title}: who is on call from {span}, times in {zone}.",
        *_in_order(drawing),
        _gaps_in_words(drawing),
        *_overrides_in_words(drawing),
    ]
    return cut(" ".join(sentences), DESCRIPTION_LENGTH)


def cut(text: str, length: int) -> str:
    """At most `length` characters; what is longer ends in an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def line(text: str) -> str:
    """`text` in one line, cut, fit to be shown; never empty."""
    return cut(_seen(text), NAME_LENGTH) or "…"


def clock(at: datetime, zone: str, year: bool = False) -> str:
    """A moment on the reader's clock, such as "Tue 12 Jan 09:00"; what the clock shows twice, with the zone's name."""
    local = at.astimezone(zone_of(zone))
    is_repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    date = f"{local:%a} {local.day} {local:%b}" + (f" {local:%Y}" if year else "")
    return f"{date} {local:%H:%M}" + (f" {local:%Z}" if is_repeated else "")


def _seen(text: str) -> str:
    """`text` in one line, without characters that cannot be seen or that turn the reading direction."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable()).strip()


def _people_of(schedule: Schedule) -> list[int]:
    """Everybody of a schedule. Those of the layers come first, so that an override changes nobody's place."""
    rotating = sorted({person for layer in schedule.layers for person in layer.people})
    return list(dict.fromkeys([*rotating, *sorted(each.person for each in schedule.overrides)]))


def _labels(people: Iterable[int], names: Mapping[int, str]) -> dict[int, str]:
    """Each person's name; the second of a name gets a number, because colours and words go by the name."""
    labels = dict[int, str]()
    for person in people:
        name = label = _seen(names.get(person, "")) or "somebody"
        number = 1
        while label in labels.values():
            number += 1
            label = f"{name} ({number})"
        labels[person] = label
    return labels


def _overridden(schedule: Schedule, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """The times in which an override decides who is on call.

    A shift may begin by a layer and go on by an override of the same person, hence the look from edge to edge.
    """
    edges = {moment(edge) for each in schedule.overrides for edge in (each.start, each.end)}
    found = list[Shift]()
    for begin, until in pairwise(sorted({start, end, *(edge for edge in edges if start < edge < end)})):
        for shift in shifts(schedule, begin, until):
            if found and _goes_on(found[-1], shift):
                found[-1] = replace(found[-1], end=shift.end)
            elif isinstance(shift.cause, ByOverride):
                found.append(shift)
    return tuple(found)


def _goes_on(shift: Shift, after: Shift) -> bool:
    """Does the override that `shift` is of decide about `after` too?"""
    old, new = shift.cause, after.cause
    by_one = isinstance(old, ByOverride) and isinstance(new, ByOverride) and old.override == new.override
    return by_one and shift.end == after.start


def _gaps(final: tuple[Shift, ...], start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Everything between the shifts of a span; unlike `models.oncall.gaps` for spans of any length."""
    edges = [start, *(edge for shift in final for edge in (shift.start, shift.end)), end]
    return tuple(Gap(begin, until) for begin, until in zip(edges[::2], edges[1::2], strict=True) if begin < until)


def _in_order(drawing: Timeline) -> Iterator[str]:
    """Who is on call now and who comes then; of a span that is yet to come or over, who is first."""
    parts: list[NamedShift | Gap] = sorted([*drawing.final.shifts, *drawing.final.gaps], key=lambda part: part.start)
    if not drawing.start <= drawing.now < drawing.end:
        yield f"Now ({clock(drawing.now, drawing.zone)}) is not part of it. First: {_turns(parts, drawing)}."
        return
    parts = [part for part in parts if part.end > drawing.now]
    yield f"Now ({clock(drawing.now, drawing.zone)}): {_turns(parts[:1], drawing)}."
    if parts[1:]:
        yield f"Next: {_turns(parts[1:], drawing)}."


def _turns(parts: list[NamedShift | Gap], drawing: Timeline) -> str:
    turns = [
        f"{line(part.person) if isinstance(part, NamedShift) else NOBODY}, {_until(part.end, drawing)}"
        for part in parts[:MOST_NEXT]
    ]
    return "; then ".join([*turns, *_more(len(parts) - MOST_NEXT, "change")])


def _until(end: datetime, drawing: Timeline) -> str:
    """What ends with the span may in truth go on."""
    return f"{'at least ' if end == drawing.end else ''}until {clock(end, drawing.zone)}"


def _gaps_in_words(drawing: Timeline) -> str:
    gaps = drawing.final.gaps
    if not gaps:
        return "Somebody is on call all the time."
    coming = [gap for gap in gaps if gap.end > drawing.now] or list(gaps)
    told = "; ".join(_span(gap.start, gap.end, drawing.zone) for gap in coming[:MOST_GAPS])
    others = len(gaps) - len(coming[:MOST_GAPS])
    return f"Nobody is on call: {'; '.join([told, *_more(others, 'gap')])}."


def _overrides_in_words(drawing: Timeline) -> Iterator[str]:
    found = [shift for row in drawing.rows[:-1] for shift in row.shifts if shift.is_override]
    coming = [shift for shift in found if shift.end > drawing.now] or found
    told = [f"{line(each.person)}, {_span(each.start, each.end, drawing.zone)}" for each in coming[:MOST_OVERRIDES]]
    if told:
        yield f"Overrides: {'; '.join([*told, *_more(len(found) - len(told), 'override')])}."


def _more(count: int, what: str) -> list[str]:
    return [f"{count} more {what}{'' if count == 1 else 's'}"] if count > 0 else []


def _span(start: datetime, end: datetime, zone: str) -> str:
    return f"{clock(start, zone)} to {clock(end, zone)}"
