"""Silences: what `/heed` answers about them."""

from collections.abc import Sequence
from datetime import datetime

from bot.views.parts import SECTION_LENGTH, code, first_lines, on, person, quoted
from models.card import SilenceLine

USAGE = 'For example: `/heed silence team="search" severity="high" 2h deploy of the index`.'
ONLY = "Only admins and responders may silence alerts. Nothing has changed."
MATCHERS_LENGTH = 300


def made(silence: SilenceLine, now: datetime) -> str:
    """What the new silence does, and how it is ended."""
    about = f"alerts with {code(silence.matchers, MATCHERS_LENGTH)}"
    end = f"End it with `/heed unsilence {silence.id}`."
    if silence.starts_at > now:
        when = f"from {on(silence.starts_at)} until {on(silence.ends_at)}"
        return f"Silence {silence.id} will hold back {about} {when}. {end}"
    held = f"{_alerts(silence.held)} held back now" if silence.held else "No open alert is held back now"
    return f"Silence {silence.id} holds back {about} until {on(silence.ends_at)}. {held}. {end}"


def ended(number: int, going_on: int, had_begun: bool = True, file: str = "") -> str:
    """What ending it did; the next `apply` of a `file` that still has it brings it back."""
    then = f"{_count(going_on)} it held {'goes' if going_on == 1 else 'go'} on now" if going_on else "It held no alert"
    done = f"Silence {number} has ended. {then}." if had_begun else f"Silence {number} is taken back before it began."
    back = f" It stands in {quoted(file, 60)}: take it out there as well, or the next `apply` makes it again."
    return done + (back if file else "")


def no_such(number: int) -> str:
    return f"There is no silence {number} in force. `/heed silences` lists them."


def not_understood(problem: str) -> str:
    """Why nothing is silenced; `problem` may hold what somebody typed."""
    return f"Nothing is silenced: {problem}\n{USAGE}"


def silences(found: Sequence[SilenceLine], now: datetime) -> str:
    """The silences in force and to come, the one that ends first first."""
    if not found:
        return f"Nothing is silenced. {USAGE}"
    lines = [_line(each, now) for each in found]
    return "\n".join(["*Silences*", first_lines(lines, SECTION_LENGTH - 100), "End one with `/heed unsilence 3`."])


def _line(silence: SilenceLine, now: datetime) -> str:
    when = f"from {on(silence.starts_at)} " if silence.starts_at > now else ""
    by = f"from the file {quoted(silence.by, 60)}" if silence.applied else f"by {person(silence.by)}"
    why = f": {quoted(silence.why, 120)}" if silence.why else ""
    waiting = f" · {_alerts(silence.held)} waiting" if silence.held else ""
    matchers = code(silence.matchers, MATCHERS_LENGTH)
    return f"• *{silence.id}* {matchers} {when}until {on(silence.ends_at)} {by}{why}{waiting}"


def _count(number: int) -> str:
    return "The alert" if number == 1 else f"The {number} alerts"


def _alerts(number: int) -> str:
    return f"{number} alert is" if number == 1 else f"{number} alerts are"
