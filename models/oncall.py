"""Who is on call: a schedule's layers and overrides, and what follows from them at a moment or between two.

A later layer covers an earlier one wherever it has somebody. Overrides come after all layers, each newer one after the
older ones. Every moment that is passed in may be of any zone, and every one that is given back is in UTC; spans include
their start and not their end. A moment without a zone raises ValueError. Schedules are taken as valid
(`schedule_check.problems`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from models.rotation import Rotation, Slot, earliest, slot_at
from models.wall_clock import moment

HORIZON = timedelta(days=400)
"""How far ahead a change of who is on call is looked for; what does not change within it counts as never changing."""


@dataclass(frozen=True)
class Override:
    """`person` is on call from `start` to `end` in place of whoever is, or of nobody.

    With `replaces`, only where that person would be on call otherwise.
    """

    person: int
    start: datetime
    end: datetime
    replaces: int | None = None


@dataclass(frozen=True)
class Schedule:
    """`layers` from the lowest to the one that covers all others; `overrides` from the oldest to the newest."""

    name: str
    layers: tuple[Rotation, ...]
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True)
class ByLayer:
    """On call by the layer of this name."""

    layer: str


@dataclass(frozen=True)
class ByOverride:
    """On call by an override; without it `instead_of` would be (None: nobody)."""

    override: Override
    instead_of: int | None


Cause = ByLayer | ByOverride


@dataclass(frozen=True)
class OnCall:
    """Who is on call at a moment and why (both None: nobody), and until when (None: for ever, or beyond HORIZON).

    `until` is when somebody else is on call, or nobody; for nobody, when somebody is again.
    """

    person: int | None
    cause: Cause | None
    until: datetime | None


@dataclass(frozen=True)
class Shift:
    """One person's unbroken time on call; `cause` is why it begins."""

    person: int
    start: datetime
    end: datetime
    cause: Cause


@dataclass(frozen=True)
class Gap:
    """Nobody is on call from `start` to `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Handoff:
    """At this moment `arriving` takes over from `leaving`; None stands for nobody. `cause` is why they are on call."""

    at: datetime
    leaving: int | None
    arriving: int | None
    cause: Cause | None


def on_call(schedule: Schedule, at: datetime) -> OnCall:
    """Who is on call at a moment, why, and until when."""
    at = moment(at)
    first, *change = _stretches(schedule, at, at + HORIZON, most=2)
    return OnCall(first.person, first.cause, change[0].start if change else None)


def person_at(schedule: Schedule, at: datetime) -> int | None:
    """Who is on call at a moment; costs the same however far away the next change is."""
    return _slot_at(schedule, moment(at))[0].person


def shifts(schedule: Schedule, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """The final timeline of a span: every shift in it, in order, cut off at the span's ends."""
    return tuple(
        Shift(each.person, each.start, until, each.cause)
        for each, until in _bounded(schedule, start, end)
        if each.person is not None and each.cause is not None
    )


def layer_shifts(layer: Rotation, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """The shifts of one layer in a span, whatever covers them; somebody's turns that touch are one shift."""
    return shifts(Schedule(layer.name, (layer,)), start, end)


def gaps(schedule: Schedule, start: datetime, days: int) -> tuple[Gap, ...]:
    """Every time without anybody in the next `days` days of 24 hours, in order, cut off at the span's ends."""
    end = moment(start) + timedelta(days=days)
    return tuple(Gap(each.start, until) for each, until in _bounded(schedule, start, end) if each.person is None)


def handoffs(schedule: Schedule, after: datetime, until: datetime) -> tuple[Handoff, ...]:
    """Every change of who is on call later than `after` and no later than `until`, in order.

    Spans that follow one another, such as from look to look, so name every hand-off exactly once.
    """
    after, until = moment(after), moment(until)
    changes = pairwise(_stretches(schedule, after, until))
    return tuple(Handoff(new.start, old.person, new.person, new.cause) for old, new in changes)


def next_handoff(schedule: Schedule, after: datetime) -> Handoff | None:
    """The first change of who is on call later than a moment; None if there is none within HORIZON."""
    after = moment(after)
    changes = pairwise(_stretches(schedule, after, after + HORIZON, most=2))
    return next((Handoff(new.start, old.person, new.person, new.cause) for old, new in changes), None)


@dataclass(frozen=True)
class _Stretch:
    """Who is on call from `start` (None: nobody); the next stretch has somebody else."""

    person: int | None
    cause: Cause | None
    start: datetime


def _bounded(schedule: Schedule, start: datetime, end: datetime) -> Iterator[tuple[_Stretch, datetime]]:
    """The stretches of a span, each with its end."""
    start, end = moment(start), moment(end)
    if end <= start:
        return
    found = [each for each in _stretches(schedule, start, end) if each.start < end]
    yield from zip(found, [*(each.start for each in found[1:]), end], strict=True)


def _stretches(schedule: Schedule, start: datetime, last: datetime, most: int | None = None) -> list[_Stretch]:
    """The stretches from `start` on that begin no later than `last`, but no more than `most`; never empty."""
    overrides = tuple(each for each in schedule.overrides if moment(each.end) > start and moment(each.start) <= last)
    schedule = replace(schedule, overrides=overrides)
    found, at = list[_Stretch](), start
    while True:
        slot, cause = _slot_at(schedule, at)
        if not found or found[-1].person != slot.person:
            found.append(_Stretch(slot.person, cause, at))
        if len(found) == most or slot.until is None or slot.until > last:
            return found
        at = slot.until


def _slot_at(schedule: Schedule, at: datetime) -> tuple[Slot, Cause | None]:
    """The layers' answer, changed by one override after the other, from the oldest to the newest."""
    slot, cause = _layers_at(schedule.layers, at)
    for override in schedule.overrides:
        start, end = moment(override.start), moment(override.end)
        if at < start:
            slot = replace(slot, until=earliest(slot.until, start))
        elif at < end and override.replaces is None:
            slot, cause = Slot(override.person, end), ByOverride(override, slot.person)
        elif at < end and override.replaces == slot.person:
            slot, cause = Slot(override.person, earliest(slot.until, end)), ByOverride(override, slot.person)
    return slot, cause


def _layers_at(layers: tuple[Rotation, ...], at: datetime) -> tuple[Slot, Cause | None]:
    """The answer of the highest layer that has somebody, until that layer or one above it changes."""
    until: datetime | None = None
    for layer in reversed(layers):
        slot = slot_at(layer, at)
        until = earliest(until, slot.until)
        if slot.person is not None:
            return Slot(slot.person, until), ByLayer(layer.name)
    return Slot(None, until), None
