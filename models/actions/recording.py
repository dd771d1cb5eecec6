"""What a step's decision becomes in the database: the alert's new state, Steps, Pages and Entries, in one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.bell import wake_id
from models.escalation import (
    Advance,
    Effect,
    Exhaust,
    LeaveForDigest,
    PageLevel,
    PassOver,
    Reason,
    Remind,
    Reopen,
    Silence,
    State,
    TellNobodyReachable,
    TellNoLevels,
    TellRunaway,
    coming,
)
from models.words import Origin, PageKind, Status

SPARE_AFTER = timedelta(seconds=15)
"""A critical page that Slack has not taken by then goes by the person's next way, after twice the time by the one after
it; a high one after four times as long. Pages of lower severity wait for Slack, unless a way is theirs as well."""
END_OF_LAP = 0
"""The level of a step that reaches no level: what falls due after the last level, and messages about the alert."""
AFTER_ACKNOWLEDGE, AFTER_REMINDER, IN_CHANNELS, RUNAWAY = -1, -2, -3, -4
"""Levels of steps beside the escalation: what comes after an acknowledge (a reminder, the end of a snooze) and after
its reminder, posts of a route, the ceiling."""


@dataclass(frozen=True)
class Subject:
    """The alert that a decision is about, as the recorder needs it. `due_at` is when its step fell due."""

    workspace_id: int
    alert_id: int
    origin: str
    severity: int
    epoch: int
    lap: int
    level: int
    tries: int
    due_at: datetime
    reminded: bool
    acknowledged_by: int | None
    channels: tuple[int, ...]


@dataclass
class Writing:
    """Rows that one batch writes, as JSON records."""

    alerts: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)

    def write(self, session: Session, now: datetime) -> None:
        session.flush()
        rows = {name: json.dumps(rows) for name, rows in vars(self).items()}
        ids = [each["id"] for each in self.alerts]
        session.execute(_WRITE, {"now": now, "spare": SPARE_AFTER, "ids": ids, **rows})


class Recorder:
    """Writes down one alert's decision; `admins` are told what concerns the alert as a whole."""

    def __init__(self, writing: Writing, subject: Subject, admins: Sequence[int]) -> None:
        self._writing, self._subject, self._admins = writing, subject, admins
        self._epoch, self._tries = subject.epoch, subject.tries
        self._kind = PageKind.NEW if (subject.lap, subject.level) == (1, 0) else PageKind.ESCALATION

    def record(self, taken: Advance, picks: dict[str, tuple[int, int]]) -> None:
        """Everything that `taken` says; `picks` holds who was picked in the round robins of the level it pages."""
        for effect in taken.effects:
            self._effect(effect, taken.state)
        if self._subject.channels and (self._subject.lap, self._subject.level, self._subject.tries) == (1, 0, 0):
            self._post_in_channels(taken.reason)
        self._alert(taken, picks)
        self._coming(taken.state)

    def notice(self, outcome: str, kind: PageKind, people: Sequence[int], lap: int, level: int = END_OF_LAP) -> None:
        """A message about the alert as a whole hangs on a step of its own."""
        self._step(lap, level, self._subject.due_at, outcome)
        self._pages(kind, people, lap, level)

    def _alert(self, taken: Advance, picks: dict[str, tuple[int, int]]) -> None:
        state, subject = taken.state, self._subject
        silence = next((effect.silence for effect in taken.effects if isinstance(effect, Silence)), None)
        self._writing.alerts.append(
            {
                "id": subject.alert_id,
                "status": state.status.value,
                "epoch": self._epoch,
                "lap": state.lap,
                "level": state.level,
                "tries": state.tries,
                "next_step_at": _iso(state.next_step_at),
                "exhausted": state.exhausted,
                "paged": taken.reason is Reason.PAGED,
                "nobody": taken.reason is Reason.NOBODY,
                "reminded": state.reminded,
                "snoozed": state.snoozed,
                "silence_id": silence,
                "picks": {key: person for key, (person, _) in picks.items()},
            }
        )
        for key, (_, turns) in picks.items():
            self._writing.turns.append({"workspace_id": subject.workspace_id, "key": key, "taken": turns})

    def _effect(self, effect: Effect, state: State) -> None:
        match effect:
            case PageLevel(lap, level, people):
                self._step(lap, level, self._subject.due_at, f"paged {len(people)}")
                self._pages(self._kind, people, lap, level)
                self._entry("escalated", True, lap=lap, level=level, people=list(people), policy=state.plan.policy)
            case PassOver(lap, level, why):
                self._step(lap, level, self._subject.due_at, f"passed over: {why}")
                self._entry("passed_over", False, lap=lap, level=level, why=why)
            case Reopen(cause):
                after = AFTER_REMINDER if self._subject.reminded else AFTER_ACKNOWLEDGE
                self._step(self._subject.lap, after, self._subject.due_at, "open again")
                self._entry("open_again", True, why=cause.value)
                self._epoch, self._tries, self._kind = self._epoch + 1, 0, PageKind.OPEN_AGAIN
            case Remind(reopens_at):
                whom = [self._subject.acknowledged_by] if self._subject.acknowledged_by else []
                self.notice("reminded", PageKind.REMINDER, whom, self._subject.lap, AFTER_ACKNOWLEDGE)
                self._entry("reminded", False, reopens_at=_iso(reopens_at))
            case Silence(silence, until):
                self._entry("silenced", False, silence=silence, until=_iso(until))
            case _:
                self._about_the_alert(effect)

    def _about_the_alert(self, effect: Effect) -> None:
        match effect:
            case Exhaust(lap, levels) if self._subject.origin == Origin.TEST:
                self._step(lap, END_OF_LAP, self._subject.due_at, "exhausted")
                self._entry("escalation_exhausted", False, laps=lap, levels=levels)
            case Exhaust(lap, levels):
                self.notice("exhausted", PageKind.EXHAUSTED, self._admins, lap)
                self._entry("escalation_exhausted", True, laps=lap, levels=levels)
            case TellNobodyReachable(lap, retry_at):
                told = self._admins if self._tries == 0 else ()
                self.notice("nobody reachable", PageKind.UNREACHABLE, told, lap)
                self._entry("nobody_reachable", True, lap=lap, retry_at=_iso(retry_at))
            case TellNoLevels(policy):
                self.notice("no levels", PageKind.MISCONFIGURED, self._admins, self._subject.lap)
                self._entry("policy_without_levels", True, policy=policy)
            case TellRunaway(retry_at):
                self.notice("braked", PageKind.RUNAWAY, self._admins, self._subject.lap, RUNAWAY)
                self._entry("runaway", True, retry_at=_iso(retry_at))
            case LeaveForDigest():
                self._entry("left_for_digest", False)

    def _post_in_channels(self, reason: Reason) -> None:
        """The route's channels get the alert once, when its escalation begins, whoever is reached."""
        if reason in (Reason.PAGED, Reason.NOBODY, Reason.NO_LEVELS):
            self.notice("posted", PageKind.NEW, self._subject.channels, 1, IN_CHANNELS)

    def _coming(self, state: State) -> None:
        """The next step is recorded when it is scheduled, with the wake-up that rings for it (docs/origins.md A.2)."""
        if state.next_step_at is None:
            return
        self._tries = state.tries
        if state.status is Status.ACKNOWLEDGED:
            after = AFTER_REMINDER if state.reminded else AFTER_ACKNOWLEDGE
            self._step(state.lap, after, state.next_step_at, None)
        else:
            lap, level = coming(state) or (state.lap, END_OF_LAP)
            self._step(lap, level, state.next_step_at, None)

    def _step(self, lap: int, level: int, due: datetime, outcome: str | None) -> None:
        self._writing.steps.append(
            {
                "workspace_id": self._subject.workspace_id,
                "alert_id": self._subject.alert_id,
                "epoch": self._epoch,
                "tries": self._tries,
                "lap": lap,
                "level": level,
                "due_at": _iso(due),
                "wake_id": _wake_id(due),
                "outcome": outcome,
            }
        )

    def _pages(self, kind: PageKind, people: Sequence[int], lap: int, level: int) -> None:
        for person_id in people:
            self._writing.pages.append(
                {
                    "workspace_id": self._subject.workspace_id,
                    "alert_id": self._subject.alert_id,
                    "epoch": self._epoch,
                    "tries": self._tries,
                    "lap": lap,
                    "level": level,
                    "person_id": person_id,
                    "kind": kind.value,
                    "severity": self._subject.severity,
                }
            )

    def _entry(self, kind: str, high: bool, **detail: Any) -> None:
        subject = self._subject
        self._writing.entries.append(
            {
                "workspace_id": subject.workspace_id,
                "alert_id": subject.alert_id,
                "kind": kind,
                "high": high,
                "detail": detail,
            }
        )


@lru_cache(1024)
def _wake_id(due: datetime) -> str:
    return wake_id("escalate", due)


@lru_cache(1024)
def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


_WRITE = text("""
    WITH moved AS (
        UPDATE alerts SET status = each.status, epoch = each.epoch, lap = each.lap, level = each.level,
               tries = each.tries, next_step_at = each.next_step_at,
               exhausted_at = CASE WHEN each.exhausted THEN coalesce(alerts.exhausted_at, :now) END, failures = 0,
               revision = alerts.revision + 1, paged_at = CASE WHEN each.paged THEN :now ELSE alerts.paged_at END,
               reminded = each.reminded, snoozed_until = CASE WHEN each.snoozed THEN alerts.snoozed_until END,
               silence_id = each.silence_id, picks = alerts.picks || each.picks,
               acknowledged_at = CASE WHEN each.status = 'acknowledged' THEN alerts.acknowledged_at END,
               acknowledged_by = CASE WHEN each.status = 'acknowledged' THEN alerts.acknowledged_by END
        FROM jsonb_to_recordset(CAST(:alerts AS jsonb)) AS each(
            id bigint, status text, epoch integer, lap smallint, level smallint, tries integer,
            next_step_at timestamptz, exhausted boolean, paged boolean, reminded boolean, snoozed boolean,
            silence_id bigint, picks jsonb)
        WHERE alerts.id = ANY (CAST(:ids AS bigint[])) AND alerts.id = each.id
    ), turned AS (
        UPDATE turns SET taken = each.taken
        FROM (SELECT workspace_id, key, max(taken) AS taken
              FROM jsonb_to_recordset(CAST(:turns AS jsonb)) AS one(workspace_id bigint, key text, taken integer)
              GROUP BY workspace_id, key) AS each
        WHERE turns.workspace_id = each.workspace_id AND turns.key = each.key
    ), given_up AS (
        UPDATE steps SET outcome = 'not reached'
        WHERE steps.id = ANY (ARRAY(
            SELECT waiting.id
            FROM jsonb_to_recordset(CAST(:alerts AS jsonb)) AS each(id bigint, lap smallint, nobody boolean)
            CROSS JOIN LATERAL (
                SELECT id FROM steps
                WHERE alert_id = each.id AND outcome IS NULL AND lap > each.lap OFFSET 0) AS waiting
            WHERE each.nobody))
    ), done AS (
        INSERT INTO steps (workspace_id, alert_id, epoch, tries, lap, level, due_at, wake_id, executed_at, outcome)
        SELECT workspace_id, alert_id, epoch, tries, lap, level, due_at, wake_id,
               CASE WHEN outcome IS NOT NULL THEN :now END, outcome
        FROM jsonb_to_recordset(CAST(:steps AS jsonb)) AS each(
            workspace_id bigint, alert_id bigint, epoch integer, tries integer, lap smallint, level smallint,
            due_at timestamptz, wake_id text, outcome text)
        ON CONFLICT (alert_id, epoch, tries, lap, level)
        DO UPDATE SET due_at = excluded.due_at, executed_at = excluded.executed_at, outcome = excluded.outcome,
                      wake_id = CASE WHEN excluded.outcome IS NULL THEN excluded.wake_id ELSE steps.wake_id END
        RETURNING id, alert_id, epoch, tries, lap, level
    ), paged AS (
        INSERT INTO pages (workspace_id, alert_id, step_id, person_id, kind, severity, epoch, due_at, try_at)
        SELECT each.workspace_id, each.alert_id, done.id, each.person_id, each.kind, each.severity, each.epoch,
               :now, :now
        FROM jsonb_to_recordset(CAST(:pages AS jsonb)) AS each(
            workspace_id bigint, alert_id bigint, epoch integer, tries integer, lap smallint, level smallint,
            person_id bigint, kind text, severity smallint)
        JOIN done ON done.alert_id = each.alert_id AND done.epoch = each.epoch AND done.tries = each.tries
                 AND done.lap = each.lap AND done.level = each.level
        ON CONFLICT DO NOTHING
    ), by_ways AS (
        INSERT INTO pages (workspace_id, alert_id, step_id, person_id, way, way_id, kind, severity, epoch,
                           due_at, try_at, own_at)
        SELECT each.workspace_id, each.alert_id, done.id, each.person_id, w.kind || ':' || w.id, w.id, each.kind,
               each.severity, each.epoch, least(:now + w.own, :now + w.spare), least(:now + w.own, :now + w.spare),
               :now + w.own
        FROM jsonb_to_recordset(CAST(:pages AS jsonb)) AS each(
            workspace_id bigint, alert_id bigint, epoch integer, tries integer, lap smallint, level smallint,
            person_id bigint, kind text, severity smallint)
        JOIN done ON done.alert_id = each.alert_id AND done.epoch = each.epoch AND done.tries = each.tries
                 AND done.lap = each.lap AND done.level = each.level
        CROSS JOIN LATERAL (
            SELECT mine.id, mine.kind, mine.own,
                   CASE WHEN each.severity = 1 THEN :spare WHEN each.severity = 2 THEN :spare * 4 END
                   * row_number() OVER (ORDER BY mine.own, mine.id) AS spare
            FROM (SELECT ways.id, ways.kind, make_interval(secs =>
                             CASE WHEN each.severity <= 2 THEN important_after_s ELSE default_after_s END) AS own
                  FROM ways
                  WHERE ways.person_id = each.person_id AND ways.workspace_id = each.workspace_id
                        AND ways.confirmed_at IS NOT NULL AND ways.removed_at IS NULL) AS mine) AS w
        WHERE each.kind <> 'reminder' AND (w.own IS NOT NULL OR w.spare IS NOT NULL)
        ON CONFLICT DO NOTHING
    )
    INSERT INTO entries (workspace_id, alert_id, at, kind, high, detail)
    SELECT workspace_id, alert_id, :now, kind, high, detail
    FROM jsonb_to_recordset(CAST(:entries AS jsonb)) AS each(
        workspace_id bigint, alert_id bigint, kind text, high boolean, detail jsonb)
""")
