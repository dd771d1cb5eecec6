"""An on-call timeline as a PNG that can be read on a phone. Only jobs import this: matplotlib is heavy.

`bot.timelines.description` says the same in words.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from math import ceil
from typing import Any, TypeVar

from bot.sheet import Look, Sheet, colour_of, ink_on
from bot.timelines import NOBODY, NamedShift, Row, Timeline, clock, description, line, timeline_of
from models.hours import zone_of
from models.oncall import Gap
from models.wall_clock import first_moment, wall

__all__ = ["Timeline", "description", "timeline", "timeline_of"]

WIDTH = 1200
LEFT, RIGHT = 40, WIDTH - 40
HEAD, FOOT = 222, 26
ROW, FINAL_ROW = 112, 136
BAR, FINAL_BAR = 54, 84
NOW_LINE = 62
LEGEND_LINE, LEGEND_COLUMNS, LEGEND_MOST, SWATCH = 48, 3, 60, 30
SHORTEST_STRIPE, SHORTEST_GAP, SHORTEST_BAR, SHORTEST_TICK, SHORTEST_NAME = 3, 5, 8, 64, 110
PADDING, UNDERLINE = 10, 8
HOUR = timedelta(hours=1)
Part = TypeVar("Part", NamedShift, Gap)

PAPER, INK, GREY, GRID, WEEKEND, QUIET = "#ffffff", "#1d1c1d", "#5c6066", "#d5d8dc", "#f3f4f6", "#e3e6ea"
GAP, GAP_PAPER = "#c8102e", "#fff1f2"

TITLE = Look(46, INK, PAPER, bold=True)
TEXT, QUIET_TEXT, STRONG = Look(27, INK, PAPER), Look(27, GREY, PAPER), Look(27, INK, PAPER, bold=True)
NAME, NOBODY_NAME = Look(28, INK, PAPER), Look(24, GAP, GAP_PAPER, bold=True)
DAY, DATE = Look(24, INK, PAPER, bold=True), Look(24, GREY, PAPER)
HATCHED: dict[str, Any] = {"edgecolor": GAP, "linewidth": 1.2, "hatch": "//", "hatch_linewidth": 1.6}


def timeline(drawing: Timeline) -> bytes:
    """A PNG, WIDTH pixels wide and as high as its rows and people need; the same timeline gives the same bytes."""
    colours = {person: colour_of(number) for number, person in enumerate(drawing.everybody)}
    legend = _legend(drawing, colours)
    last = len(drawing.rows) - 1
    bottom = HEAD + ROW * last + FINAL_ROW
    sheet = Sheet(WIDTH, bottom + NOW_LINE + LEGEND_LINE * ceil(len(legend) / LEGEND_COLUMNS) + FOOT, PAPER)
    scale = _Scale(drawing.start, drawing.end)
    _draw_head(sheet, drawing)
    _draw_days(sheet, drawing, scale, bottom)
    lanes = [_Lane(row, HEAD + ROW * number, number == last) for number, row in enumerate(drawing.rows)]
    for lane in lanes:
        _draw_row(sheet, scale, lane, colours)
    _draw_overrides(sheet, drawing, scale, lanes[-1])
    _draw_now(sheet, drawing, scale, bottom)
    if drawing.end <= drawing.start:
        sheet.text(LEFT, bottom - FINAL_BAR / 2, "An empty span of time: nothing to show.", QUIET_TEXT)
    _draw_legend(sheet, legend, bottom + NOW_LINE)
    return sheet.png()


@dataclass(frozen=True)
class _Scale:
    """From moments to pixels; every hour is equally wide, so days on which the clocks change are not."""

    start: datetime
    end: datetime

    @property
    def hour(self) -> float:
        """The width of an hour; 0 when there is no time to show."""
        return (RIGHT - LEFT) * HOUR / (self.end - self.start) if self.end > self.start else 0.0

    def x(self, at: datetime) -> float:
        return LEFT + (at - self.start) / HOUR * self.hour

    def width(self, part: Part) -> float:
        return self.x(part.end) - self.x(part.start)


@dataclass(frozen=True)
class _Lane:
    """A row and where it is drawn."""

    row: Row
    top: float
    is_final: bool

    @property
    def bar_top(self) -> float:
        return self.top + 42

    @property
    def bar(self) -> float:
        return FINAL_BAR if self.is_final else BAR

    @property
    def base(self) -> float:
        """The base line of names in the bars."""
        return self.bar_top + self.bar / 2 + NAME.size * 0.36


def _draw_head(sheet: Sheet, drawing: Timeline) -> None:
    sheet.text(LEFT, 76, sheet.fitted(line(drawing.title), RIGHT - LEFT, TITLE), TITLE)
    span = f"{clock(drawing.start, drawing.zone)} – {clock(drawing.end, drawing.zone, year=True)}, {drawing.zone}"
    sheet.text(LEFT, 124, sheet.fitted(span, RIGHT - LEFT, QUIET_TEXT), QUIET_TEXT)


def _draw_days(sheet: Sheet, drawing: Timeline, scale: _Scale, bottom: float) -> None:
    """Weekends shaded, and a line with its name at the beginning of each day, of every few days, or of hours.

    Where names are too close (the clock skips an hour, the first day begins late), hours give way, then earlier days.
    """
    top = HEAD - 10
    for start, end in _weekends(drawing):
        sheet.box(scale.x(start), top, scale.x(end) - scale.x(start), bottom - top, WEEKEND)
    taken = list[tuple[float, float]]()
    ticks = [(scale.x(at), day, when) for at, (day, when) in _ticks(sheet, drawing, scale).items()]
    for x, day, when in sorted(ticks, key=lambda tick: (not tick[1], -tick[0])):
        if x > LEFT:
            sheet.box(x - 1, top, 2, bottom - top, GRID)
        last = x + max(sheet.width_of(day, DAY), sheet.width_of(when, DATE)) + PADDING
        if last < WIDTH + PADDING and not any(x < right and left < last for left, right in taken):
            taken.append((x, last))
            sheet.text(x, 178, day, DAY)
            sheet.text(x, 206, when, DATE)


def _midnights(drawing: Timeline) -> Iterator[tuple[date, datetime]]:
    """Every day of the span as the reader's calendar has it, with its first moment."""
    zone = zone_of(drawing.zone)
    day = wall(drawing.start, zone).date()
    while (begins := first_moment(datetime.combine(day, time()), zone)) < drawing.end:
        yield day, begins
        day += timedelta(days=1)


def _weekends(drawing: Timeline) -> Iterator[tuple[datetime, datetime]]:
    days = [*_midnights(drawing), (date.max, drawing.end)]
    for (day, begins), (_, ends) in pairwise(days):
        if day.weekday() >= 5:
            yield max(begins, drawing.start), ends


def _ticks(sheet: Sheet, drawing: Timeline, scale: _Scale) -> dict[datetime, tuple[str, str]]:
    """Where lines stand, each with its day and its date or hour; of hours that the clock skips, the one it shows.

    The first day of a span may begin before it; it is named where the span starts.
    """

    def names(day: date) -> tuple[str, str]:
        month = f"{day:%b}"
        return (month if days > 6 and not has_month else f"{day:%a}"), f"{day.day}" + (f" {month}" if has_month else "")

    days = next((each for each in (1, 2, *range(7, 3660, 7)) if 24 * each * scale.hour >= SHORTEST_TICK), 3660)
    hours = next((each for each in (1, 3, 6, 12) if each * scale.hour >= SHORTEST_TICK + 40), 24)
    has_month = sheet.width_of("30 Nov", DATE) + PADDING < days * 24 * scale.hour
    found = dict[datetime, tuple[str, str]]()
    for day, begins in _midnights(drawing):
        if day.toordinal() % days == 1 % days:
            found[max(begins, drawing.start)] = names(day)
        for hour in range(hours, 24, hours):
            at = first_moment(datetime.combine(day, time(hour)), zone_of(drawing.zone))
            if drawing.start < at < drawing.end:
                found[at] = "", f"{hour:02}:00"
    return found


def _draw_row(sheet: Sheet, scale: _Scale, lane: _Lane, colours: Mapping[str, str]) -> None:
    look = STRONG if lane.is_final else QUIET_TEXT
    sheet.text(LEFT, lane.top + 30, sheet.fitted(line(lane.row.label), RIGHT - LEFT, look), look)
    for shifts in _bundles(lane.row.shifts, scale):
        if len(shifts) == 1:
            _draw_shift(sheet, scale, lane, shifts[0], colours[shifts[0].person])
        else:
            _draw_bundle(sheet, scale, lane, shifts, colours)
    for _, x, width in _seen_apart(lane.row.gaps, scale, SHORTEST_GAP):
        _draw_gap(sheet, lane, x, width)


def _seen_apart(parts: Iterable[Part], scale: _Scale, shortest: float) -> Iterator[tuple[Part, float, float]]:
    """Each part with its left end and its width, at least `shortest`, without those that others would then cover."""
    covered = float(LEFT)
    for part in parts:
        width = max(scale.width(part), shortest)
        x = min(scale.x(part.start), RIGHT - width)
        if x + width > covered + shortest / 2:
            yield part, x, width
            covered = x + width


def _bundles(shifts: Iterable[NamedShift], scale: _Scale) -> Iterator[list[NamedShift]]:
    """Shifts too short to be seen one by one, together with those that follow them closely; all others alone."""
    bundle = list[NamedShift]()
    for shift in shifts:
        is_short = scale.width(shift) < SHORTEST_BAR
        if bundle and not (is_short and scale.x(shift.start) - scale.x(bundle[-1].end) < SHORTEST_GAP):
            yield bundle
            bundle = []
        bundle.append(shift)
        if not is_short:
            yield bundle
            bundle = []
    if bundle:
        yield bundle


def _draw_shift(sheet: Sheet, scale: _Scale, lane: _Lane, shift: NamedShift, colour: str) -> None:
    x, width = scale.x(shift.start), scale.width(shift)
    seam = 1 if width >= SHORTEST_BAR else 0
    sheet.bar(x + seam, lane.bar_top, max(width - 2 * seam, 1), lane.bar, colour)
    look = replace(NAME, colour=ink_on(colour, INK, PAPER), on=colour)
    name = _name_for(sheet, line(shift.person), width - 2 * PADDING, look)
    sheet.text(x + width / 2, lane.base, name, look, middle=True)


def _draw_bundle(
    sheet: Sheet, scale: _Scale, lane: _Lane, shifts: list[NamedShift], colours: Mapping[str, str]
) -> None:
    """One quiet bar that says how many people take turns, above a band of their colours."""
    x, end, band = scale.x(shifts[0].start), scale.x(shifts[-1].end), lane.bar * 0.25
    sheet.bar(x + 1, lane.bar_top, max(end - x - 2, 1), lane.bar, QUIET)
    for shift, left, width in _seen_apart(shifts, scale, SHORTEST_STRIPE):
        sheet.box(left, lane.bar_top + lane.bar - band, width, band, colours[shift.person])
    people = len({shift.person for shift in shifts})
    words = f"{people} people in turn" if people > 1 else line(shifts[0].person)
    look = replace(NAME, on=QUIET)
    if sheet.width_of(words, look) + 2 * PADDING <= end - x:
        sheet.text((x + end) / 2, lane.base - band / 2, words, look, middle=True)


def _name_for(sheet: Sheet, name: str, room: float, look: Look) -> str:
    """The name, or the first word of it, or as much as fits a bar; empty if a bar is too short for that."""
    for shown in (name, name.split()[0]):
        if sheet.width_of(shown, look) <= room:
            return shown
    return sheet.fitted(name, room, look) if room >= SHORTEST_NAME else ""


def _draw_gap(sheet: Sheet, lane: _Lane, x: float, width: float) -> None:
    """Hatched, and with a name, kept clear of the hatching, where there is room."""
    sheet.bar(x, lane.bar_top, width, lane.bar, GAP_PAPER, **HATCHED)
    room = sheet.width_of(NOBODY, NOBODY_NAME)
    if room + 6 <= width:
        sheet.box(x + (width - room) / 2 - 2, lane.base - 23, room + 4, 33, GAP_PAPER)
        sheet.text(x + width / 2, lane.base, NOBODY, NOBODY_NAME, middle=True)


def _draw_overrides(sheet: Sheet, drawing: Timeline, scale: _Scale, lane: _Lane) -> None:
    """A line under what holds by an override, which may be less than a person's unbroken time on call."""
    for _, x, width in _seen_apart(_overrides(drawing), scale, SHORTEST_GAP):
        sheet.box(x, lane.bar_top + lane.bar - UNDERLINE, width, UNDERLINE, INK)


def _overrides(drawing: Timeline) -> list[NamedShift]:
    return [shift for row in drawing.rows[:-1] for shift in row.shifts if shift.is_override]


def _draw_now(sheet: Sheet, drawing: Timeline, scale: _Scale, bottom: float) -> None:
    if not drawing.start <= drawing.now < drawing.end:
        return
    x, words = scale.x(drawing.now), f"now, {clock(drawing.now, drawing.zone)}"
    sheet.box(x - 1.5, HEAD - 10, 3, bottom - HEAD + 16, INK)
    room = sheet.width_of(words, DAY) / 2
    sheet.text(min(max(x, LEFT + room), RIGHT - room), bottom + 32, words, DAY, middle=True)


@dataclass(frozen=True)
class _Sign:
    """One thing that the legend explains."""

    name: str
    colour: str
    is_gap: bool = False
    is_override: bool = False


def _legend(drawing: Timeline, colours: Mapping[str, str]) -> list[_Sign]:
    """What is seen: everybody, or the first of very many, the gaps, the overrides."""
    seen = {shift.person for row in drawing.rows for shift in row.shifts}
    people = [_Sign(person, colours[person]) for person in drawing.everybody if person in seen]
    if len(people) > LEGEND_MOST:
        people = [*people[:LEGEND_MOST], _Sign(f"and {len(people) - LEGEND_MOST} more", PAPER)]
    gaps = [_Sign(NOBODY, GAP_PAPER, is_gap=True)] if drawing.final.gaps else []
    overrides = [_Sign("by an override", QUIET, is_override=True)] if _overrides(drawing) else []
    return [*people, *gaps, *overrides]


def _draw_legend(sheet: Sheet, legend: list[_Sign], top: float) -> None:
    column = (RIGHT - LEFT) / LEGEND_COLUMNS
    for number, sign in enumerate(legend):
        x, y = LEFT + column * (number % LEGEND_COLUMNS), top + LEGEND_LINE * (number // LEGEND_COLUMNS)
        sheet.bar(x, y, SWATCH, SWATCH, sign.colour, **(HATCHED if sign.is_gap else {}))
        if sign.is_override:
            sheet.box(x, y + SWATCH - UNDERLINE, SWATCH, UNDERLINE, INK)
        shown = sheet.fitted(line(sign.name), column - SWATCH - 3 * PADDING, TEXT)
        sheet.text(x + SWATCH + PADDING, y + 25, shown, TEXT)
