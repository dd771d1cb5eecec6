"""What somebody supposes for a dry run, as it is typed: an alert by its labels, and a moment.

`severity=critical team=payments`: severity, source, source_kind, origin, client, tier, owner and days_to_renewal are
what routes know under these names; everything else is a label, and `label.<name>` always is.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.matching import NUMBER, Op, Subject, leading_matchers
from models.schedule_check import YEARS
from models.spans import parse_moment
from models.words import Origin, Severity

LABEL = "label."
TEXTS = ("source", "source_kind", "client", "tier", "owner")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(?P<offset>[Zz]|[+-]\d\d:?\d\d)?"
)
_BEGINS_AS_ISO = re.compile(r"\d{4}-\d\d-\d\d[Tt]|\d{4}-\d\d-\d\d \S+[Zz+-]")
_EXAMPLE = "2027-03-28T02:30+01:00"


def subject_from(words: Iterable[str]) -> Subject:
    """The alert with these labels, each `name=value`, taken as it is; raises ValueError in one line.

    Only clients' alerts have a client, so one that names it comes from a client unless it says otherwise.
    """
    return _subject(_pair(word) for word in words)


def supposed(text: str, now: datetime, zone: ZoneInfo) -> tuple[Subject, datetime | None]:
    """The alert that `text` begins with, quoted and parted as matchers are, and the moment after it, if there is one.

    `severity=critical team="search infra" tomorrow 9:00`: the moment is one with its offset (ISO 8601), or one as it is
    meant at `now` by the clock of `zone`. Raises ValueError in one line.
    """
    matchers, rest = leading_matchers(text)
    for matcher in matchers:
        if matcher.op is not Op.EQUAL:
            raise ValueError(f"{matcher.name}{matcher.op} asks, here every label has its value: {matcher.name}=value")
    subject = _subject((matcher.name, matcher.value) for matcher in matchers)
    return subject, _typed(rest, now, zone) if rest else None


def _typed(words: str, now: datetime, zone: ZoneInfo) -> datetime:
    if _BEGINS_AS_ISO.match(words):
        return moment_from(words)
    try:
        return parse_moment(words.removeprefix("at "), now, zone)
    except ValueError:
        pass
    if words[0].isdigit():
        raise ValueError(f'"{words[:40]}" is no time; say `18:00`, `tomorrow 9:00`, or {_EXAMPLE}')
    raise _no_label(words.split()[0])


def moment_from(text: str) -> datetime:
    """The moment that ISO 8601 text with an offset names; raises ValueError in one line."""
    found = _TIME.fullmatch(text.strip())
    try:
        moment = datetime.fromisoformat(found[0].upper()) if found else None
    except ValueError:
        moment = None
    if found is None or moment is None or moment.year not in YEARS:
        raise ValueError(f'"{text[:40]}" is no time; write it as {_EXAMPLE}')
    if found["offset"] is None:
        raise ValueError(
            f'"{text[:40]}" needs its offset from UTC, as in {_EXAMPLE}: it is another moment in each zone'
        )
    return moment


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals or not name.strip():
        raise _no_label(word)
    return name.strip(), value.strip()


def _no_label(word: str) -> ValueError:
    return ValueError(f'"{word[:60]}" is no label; write name=value, such as severity=critical')


def _subject(pairs: Iterable[tuple[str, str]]) -> Subject:
    attributes, labels = dict[str, Any](), dict[str, str]()
    for name, value in pairs:
        is_label = name not in (*TEXTS, "severity", "origin", NUMBER)
        known: dict[str, Any] = labels if is_label else attributes
        key = name.removeprefix(LABEL) if is_label else name
        if key in known:
            raise ValueError(f"{name} is given twice")
        known[key] = value if is_label else _attribute(name, value)
    if attributes.get("client"):
        attributes = {"origin": Origin.CLIENT, **attributes}
    return replace(Subject(labels=labels), **attributes)


def _attribute(name: str, value: str) -> object:
    if name == "severity":
        return Severity.parse(value)
    if name == "origin":
        return _origin(value)
    return _days(value) if name == NUMBER else value


def _origin(value: str) -> Origin:
    try:
        return Origin(value.lower())
    except ValueError:
        raise ValueError(f"origin must be one of {', '.join(Origin)}, not {value!r}") from None


def _days(value: str) -> float:
    if not re.fullmatch(r"-?\d{1,6}(\.\d{1,6})?", value, re.ASCII):
        raise ValueError(f"{NUMBER} must be a number of days, not {value!r}")
    return float(value)
