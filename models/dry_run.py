"""What `paged` and `/heed who` answer: who would be paged, when and why; and that as JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.matching import joined
from models.rehearsal import Ending, Line, Rehearsal
from models.routing import Considered, Silence
from models.words import Severity

SLACK = "slack"


@dataclass(frozen=True)
class Reached:
    """Somebody who is paged, with what their clock shows then and whether Slack would stay quiet.

    `way` is Slack, followed by what else a page goes by and when: `slack; Telegram …4711 after 2 min`.
    A channel has no clock: its `local` is None.
    """

    name: str
    slack_id: str
    local: datetime | None
    zone: str
    quiet: bool
    way: str = SLACK

    @property
    def is_channel(self) -> bool:
        return self.local is None

    @property
    def stays_asleep(self) -> bool:
        """Slack would stay quiet, and there is no other way."""
        return self.quiet and self.way == SLACK


@dataclass(frozen=True)
class Happening:
    """A line of the rehearsal with the people behind it; `why` tells why nobody is paged, or is empty."""

    line: Line
    people: tuple[Reached, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class DryRun:
    """An alert that is supposed to open at `start` (UTC), from the routes to its end.

    `severity` is the one that the routes give it. `missing_policy` is one that a route names and that does not exist,
    so that the default one is taken. `silences` are those that hold it at some time, `channels` those that routes post
    it in (Slack ids), `admins` those who are told of its end (Slack ids).
    """

    start: datetime
    severity: Severity
    policy: str
    laps: int
    considered: tuple[Considered, ...]
    happenings: tuple[Happening, ...]
    rehearsal: Rehearsal
    missing_policy: str = ""
    silences: tuple[Silence, ...] = ()
    channels: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()


def ending_words(run: DryRun) -> str:
    """How it ends, in one sentence without its full stop."""
    told = "admins are told" if run.admins else "there is no admin to tell"
    lap = run.rehearsal.lap
    match run.rehearsal.ending:
        case Ending.EXHAUSTED:
            return f"after {lap} lap{'' if lap == 1 else 's'}: nobody is paged any more; {told}"
        case Ending.NOBODY:
            return f"in lap {lap} nobody can be reached; {told}, and it is tried again every 5 minutes"
        case Ending.NO_LEVELS:
            return f"the policy has no levels: nobody is paged; {told}"
        case Ending.DIGEST:
            return f"it waits for the daily digest: nobody is paged; {told}"
    return "it goes on; the rest is left out"


def trouble(run: DryRun) -> str:
    """What is wrong with whom it reaches, in one sentence without its full stop; empty if nothing is."""
    if run.rehearsal.ending is Ending.DIGEST:
        return "" if run.admins else "nobody would get the digest"
    if run.rehearsal.reaches_everywhere:
        return ""
    levels = run.rehearsal.empty_levels
    if not levels:
        return "nobody would be paged at all"
    named = ", ".join(map(str, levels))
    return f"at level{'s' if len(levels) > 1 else ''} {named} nobody would be reached"


def dry_run_to_json(run: DryRun) -> dict[str, Any]:
    """`run` as JSON; moments are ISO 8601 in UTC, only `local_time` has the person's own offset."""
    return {
        "at": _utc(run.start),
        "severity": run.severity.label,
        "policy": run.policy,
        "missing_policy": run.missing_policy or None,
        "laps": run.laps,
        "routes": [{"route": each.route, "taken": each.taken, "reason": each.reason} for each in run.considered],
        "silences": [_silence_json(each) for each in run.silences],
        "channels": list(run.channels),
        "lines": [_happening_json(each) for each in run.happenings],
        "reaches_everywhere": not trouble(run),
        "empty_levels": list(run.rehearsal.empty_levels),
        "ending": run.rehearsal.ending.value,
        "ends_at": _utc(run.rehearsal.ends_at),
        "told": list(run.admins),
    }


def _happening_json(happening: Happening) -> dict[str, Any]:
    line = happening.line
    return {
        "minute": round(line.minutes, 2),
        "at": _utc(line.at),
        "lap": line.lap,
        "level": line.level,
        "outcome": line.outcome.value,
        "why": happening.why or None,
        "people": [_reached_json(each) for each in happening.people],
        "silence": line.silence or None,
        "until": _utc(line.until) if line.until else None,
    }


def _reached_json(reached: Reached) -> dict[str, Any]:
    return {
        "name": reached.name,
        "slack_id": reached.slack_id,
        "way": reached.way,
        "local_time": reached.local.isoformat() if reached.local else None,
        "time_zone": reached.zone or None,
        "do_not_disturb": reached.quiet,
    }


def _silence_json(silence: Silence) -> dict[str, Any]:
    return {
        "id": silence.id,
        "matchers": joined(silence.matchers),
        "starts_at": _utc(silence.starts_at),
        "ends_at": _utc(silence.ends_at),
        "by": silence.by,
        "why": silence.why,
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
