"""Lengths of time as configuration files write them: `90s`, `5m`, `1h30m`, `7d`."""

import re
from datetime import timedelta

SHORTEST, LONGEST = timedelta(seconds=5), timedelta(days=30)
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:\d{1,7}[smhd])+")


def duration(value: object) -> timedelta:
    """A duration such as `90s`, `5m` or `1h30m`, from 5 seconds to 30 days."""
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError(f"must be a duration such as 30s, 5m, 2h or 1d, not {_shown(value)}")
    found = timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", value)))
    if not SHORTEST <= found <= LONGEST:
        raise ValueError(f"must be from 5s to 30d, not {value}")
    return found


def spelled_duration(length: timedelta) -> str:
    """The duration in the largest unit that leaves nothing over, as `duration` reads it."""
    seconds = round(length.total_seconds())
    unit = next(name for name, size in _UNITS.items() if seconds % size == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def _shown(value: object) -> str:
    return f'"{value[:60]}"' if isinstance(value, str) else str(value)[:60]
