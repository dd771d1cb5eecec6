"""What a person's answer does to an alert: a pure transition, or a refusal that says why.

Rule 7: a button never turns a state back; the loser of a race is told who won and when.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.words import Origin, Role, Status

REOPEN_WITHIN = timedelta(hours=1)


class Answer(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    FALSE_POSITIVE = "false_positive"
    REOPEN = "reopen"
    PASS_ON = "pass_on"


class Refusal(StrEnum):
    NOT_ALLOWED = "not allowed"
    OUTDATED = "the message was drawn before the alert changed"
    ALREADY = "somebody was first"
    CLOSED = "the alert is closed"
    NOT_CLOSED = "the alert is not closed"
    TOO_LATE = "it was closed more than an hour ago"
    LAST_LEVEL = "there is no further level to pass it on to"


@dataclass(frozen=True)
class Standing:
    """An alert as an answer sees it."""

    status: Status
    epoch: int
    closed_at: datetime | None = None
    at_last_level: bool = False


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


def answer(kind: Answer, standing: Standing, now: datetime, epoch: int | None = None) -> Transition | Refusal:
    """What `kind` does to an alert that stands as `standing`.

    `epoch` is the one that the pressed button was drawn at; None for a typed command, which means the present state.
    """
    if epoch is not None and epoch != standing.epoch:
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
    if standing.status is Status.OPEN:
        return Refusal.LAST_LEVEL if standing.at_last_level else Transition(Status.OPEN, step_now=True)
    return Refusal.ALREADY if standing.status is Status.ACKNOWLEDGED else Refusal.CLOSED


_RULES = {
    Answer.ACKNOWLEDGE: _acknowledge,
    Answer.RESOLVE: lambda standing, now: _close(Status.RESOLVED, standing),
    Answer.FALSE_POSITIVE: lambda standing, now: _close(Status.FALSE_POSITIVE, standing),
    Answer.REOPEN: _reopen,
    Answer.PASS_ON: _pass_on,
}


def answers_for(status: Status, origin: Origin, reopenable: bool) -> tuple[Answer, ...]:
    """The answers that a card in this state offers, in the order of its buttons (docs/origins.md B.6)."""
    if status is Status.OPEN:
        return (Answer.ACKNOWLEDGE, Answer.RESOLVE, Answer.FALSE_POSITIVE, Answer.PASS_ON)[
            : 2 if origin is Origin.TEST else 4
        ]
    if status is Status.ACKNOWLEDGED:
        return (Answer.RESOLVE, Answer.FALSE_POSITIVE)[: 1 if origin is Origin.TEST else 2]
    return (Answer.REOPEN,) if reopenable else ()
