"""What `doctor` says of one thing that it looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Well, could be better, or has to be mended: only the last one makes `doctor` fail."""

    OK = "ok"
    WARN = "warn"
    MEND = "mend"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, and what to do if it is not well.

    `name` is the misconfiguration's, the same in every release; empty when all is well.
    """

    what: str
    level: Level
    say: str
    name: str = ""

    @property
    def well(self) -> bool:
        """Nothing has to be mended."""
        return self.level is not Level.MEND

    def as_json(self) -> dict[str, str | bool]:
        return {"what": self.what, "well": self.well, "say": self.say, "level": self.level.value, "name": self.name}


def ok(what: str, say: str) -> Finding:
    return Finding(what, Level.OK, say)


def warn(what: str, name: str, say: str) -> Finding:
    return Finding(what, Level.WARN, say, name)


def mend(what: str, name: str, say: str) -> Finding:
    return Finding(what, Level.MEND, say, name)


def first_line(error: Exception) -> str:
    """What went wrong, in one line, without the statement or the parameters."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
