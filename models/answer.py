"""What a person's answer does to an alert: a pure transition, or a refusal that says why.

Rule 7: a button never turns a state back; the loser of a race is told who won and when.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.words import Origin, Role, Status

REOPEN_WITHIN = timedelta(hours=1)
SNOOZE_AT_MOST = timedelta(days=30)


class Answer(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    FALSE_POSITIVE = "false_positive"
    REOPEN = "reopen"
    PASS_ON = "pass_on"
    SNOOZE = "snooze"
    REASSIGN = "reassign"
    GIVE_BACK = "give_back"


class Refusal(StrEnum):
    NOT_ALLOWED = "not allowed"
    OUTDATED = "the message was drawn before the alert changed"
    ALREADY = "somebody was first"
    CLOSED = "the alert is closed"
    NOT_CLOSED = "the alert is not closed"
    TOO_LATE = "it was closed more than an hour ago"
    LAST_LEVEL = "there is no further level to pass it on to"
    NOT_ACKNOWLEDGED = "the alert is not acknowledged, so nobody can give it back"
    SILENCED = "a silence holds the alert, so nobody would be paged"
    BAD_TIME = "a snooze ends in the next 30 days"


@dataclass(frozen=True)
class Standing:
    """An alert as an answer sees it. `until` is the end of the snooze that is asked for."""

    status: Status
    epoch: int
    closed_at: datetime | None = None
    at_last_level: bool = False
    until: datetime | None = None
    silenced: bool = False


@dataclass(frozen=True)
class Transition:
    """The new status; whether the epoch changes; whether escalation starts again at level 1 or goes on at once."""

    status: Status
    new_epoch: bool = False
    restart: bool = False
    step_now: bool = False


def may_answer(role: Role, was_paged: bool, raised_it: bool) -> bool:
    """Who may answer: admins, responders, whoever was paged; members also what they raised themselves; no guests."""
    if role is Role.GUEST:
        return False
    return role in (Role.ADMIN, Role.RESPONDER) or was_paged or raised_it


def answer(
    kind: Answer, standing: Standing, now: datetime, epoch: int | None = None, seen: Status | None = None
) -> Transition | Refusal:
    """What `kind` does to an alert that stands as `standing`.

    `epoch` is the one that the pressed button was drawn at, and `seen`, for answers that could take back what somebody
    else did in the same epoch, the status; None for a typed command, which means the present state.
    """
    if (epoch is not None and epoch != standing.epoch) or seen not in (None, standing.status):
        return Refusal.OUTDATED
    return _RULES[kind](standing, now)


def _acknowledge(standing: Standing, now: datetime) -> Transition | Refusal:
    if standing.status is Status.OPEN:
        return Transition(Status.ACKNOWLEDGED)
    return Refusal.ALREADY if standing.status is Status.ACKNOWLEDGED else Refusal.CLOSED


def _close(status: Status, standing: Standing) -> Transition | Refusal:
    return Transition(status, new_epoch=True) if standing.status.is_live else Refusal.CLOSED


def _reopen(standing: Standing, now: datetime) -> Transition | Refusal:
    if standing.status.is_live:
        return Refusal.NOT_CLOSED
    if standing.closed_at is None or now - standing.closed_at > REOPEN_WITHIN:
        return Refusal.TOO_LATE
    return Transition(Status.OPEN, new_epoch=True, restart=True)


def _pass_on(standing: Standing, now: datetime) -> Transition | Refusal:
    if standing.silenced:
        return Refusal.SILENCED
    if standing.status is Status.OPEN:
        return Refusal.LAST_LEVEL if standing.at_last_level else Transition(Status.OPEN, step_now=True)
    return Refusal.ALREADY if standing.status is Status.ACKNOWLEDGED else Refusal.CLOSED


def _give_back(standing: Standing, now: datetime) -> Transition | Refusal:
    """Somebody who acknowledged cannot go on: it is open again, at the next level or, after the last, at the first."""
    if standing.status is not Status.ACKNOWLEDGED:
        return Refusal.NOT_ACKNOWLEDGED if standing.status is Status.OPEN else Refusal.CLOSED
    if standing.at_last_level:
        return Transition(Status.OPEN, new_epoch=True, restart=True)
    return Transition(Status.OPEN, new_epoch=True, step_now=True)


def _snooze(standing: Standing, now: datetime) -> Transition | Refusal:
    if not standing.status.is_live:
        return Refusal.CLOSED
    if standing.until is None or not now < standing.until <= now + SNOOZE_AT_MOST:
        return Refusal.BAD_TIME
    return Transition(Status.ACKNOWLEDGED)


def _reassign(standing: Standing, now: datetime) -> Transition | Refusal:
    if not standing.status.is_live:
        return Refusal.CLOSED
    return Refusal.SILENCED if standing.silenced else Transition(Status.OPEN, new_epoch=True, restart=True)


_RULES = {
    Answer.ACKNOWLEDGE: _acknowledge,
    Answer.RESOLVE: lambda standing, now: _close(Status.RESOLVED, standing),
    Answer.FALSE_POSITIVE: lambda standing, now: _close(Status.FALSE_POSITIVE, standing),
    Answer.REOPEN: _reopen,
    Answer.PASS_ON: _pass_on,
    Answer.SNOOZE: _snooze,
    Answer.REASSIGN: _reassign,
    Answer.GIVE_BACK: _give_back,
}


def answers_for(status: Status, origin: Origin, reopenable: bool) -> tuple[Answer, ...]:
    """The answers that a card in this state offers as buttons, in their order (docs/origins.md B.6)."""
    if status is Status.OPEN:
        return (Answer.ACKNOWLEDGE, Answer.RESOLVE, Answer.FALSE_POSITIVE, Answer.PASS_ON)[
            : 2 if origin is Origin.TEST else 4
        ]
    if status is Status.ACKNOWLEDGED:
        return (Answer.RESOLVE, Answer.FALSE_POSITIVE)[: 1 if origin is Origin.TEST else 2]
    return (Answer.REOPEN,) if reopenable else ()


def further_answers_for(status: Status, origin: Origin) -> tuple[Answer, ...]:
    """The answers that a card in this state keeps in its menu."""
    if origin is Origin.TEST or not status.is_live:
        return ()
    given_back = (Answer.GIVE_BACK,) if status is Status.ACKNOWLEDGED else ()
    return (*given_back, Answer.SNOOZE, Answer.REASSIGN)
