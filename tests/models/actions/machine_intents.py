"""What people and machines may want at any moment; each wish becomes one transaction, if it is possible now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.actions import answering, people, silencing
from models.actions.answering import Answered, Wish
from models.actions.plans import save_policy
from models.actions.raising import raise_by_hand
from models.actions.receiving import Received
from models.answer import Answer
from models.db import now_of
from models.matching import parse_matchers
from models.person import Profile
from models.words import Severity
from tests.models.actions.house import firing, resolved, send
from tests.models.actions.machine_play import Deed, Play, moment

NEVER = 10**8
"""Seconds after which an answered alert that has no time to be open again in would be."""
ROLES = {"alice": True, "bob": True, "charlie": False}
HELD = {"critical": 'severity="critical"', "high": 'severity="high"', "any": 'severity=~"critical|high|medium|low"'}


class Intent(Protocol):
    def deed(self, play: Play) -> Deed:
        """The transaction that it is now, or the next best one if it could mean nothing."""
        ...


@dataclass(frozen=True)
class Signals:
    """Signals about some keys come in, in one request; `severity` None: it is over."""

    keys: tuple[str, ...]
    severity: Severity | None

    def deed(self, play: Play) -> Deed:
        signals = [firing(key, self.severity) if self.severity else resolved(key) for key in self.keys]
        words = f"{', '.join(self.keys)}: {self.severity.label if self.severity else 'resolved'}"

        def told(found: Received) -> str:
            for alert_id in found.raised:
                while_claimed(play, alert_id, "raised while a page is claimed")
            for alert_id in found.resolved:
                while_claimed(play, alert_id, "resolved by its source while a page is claimed")
            return str(found)

        return Deed("signal", words, lambda session: send(session, play.stage.house, *signals), told)


@dataclass(frozen=True)
class Raised:
    """Somebody raises an alert by hand, at somebody or not."""

    who: str
    to: str | None
    severity: Severity

    def deed(self, play: Play) -> Deed:
        house = play.stage.house
        to = house.people[self.to] if self.to else None

        def act(session: Session) -> int:
            return raise_by_hand(session, house.id, house.people[self.who], "Help", to, self.severity)

        return Deed("raise", f"{self.who} raises an alert for {self.to}", act, lambda found: f"alert {found}")


@dataclass(frozen=True)
class Given:
    """Somebody answers an alert; `epochs_old` tells how old the button is, None for a typed command."""

    kind: Answer
    who: str
    which: int
    epochs_old: int | None
    seconds: int

    def deed(self, play: Play) -> Deed:
        if not play.alerts:
            return Signals(("pod-0",), Severity.HIGH).deed(play)
        seen = play.alerts[-1 - self.which % len(play.alerts)]
        epoch = seen.epoch - self.epochs_old if self.epochs_old is not None else None
        words = f"{self.who}: {self.kind.value} alert {seen.id} (epoch {epoch})"
        return Deed("answer", words, lambda session: self._act(session, play, seen.id, epoch), self._told(play))

    def _act(self, session: Session, play: Play, alert_id: int, epoch: int | None) -> tuple[Answered, Any]:
        house, now = play.stage.house, now_of(session)
        wish = Wish(
            until=moment(now, self.seconds) if self.kind is Answer.SNOOZE else None,
            to=house.people["charlie"] if self.kind is Answer.REASSIGN else None,
        )
        found = answering.give(session, self.kind, house.id, alert_id, house.people[self.who], epoch, wish)
        return found, session.execute(_STANDS, {"alert": alert_id}).one()

    def _told(self, play: Play) -> Callable[[tuple[Answered, Any]], str]:
        def told(done: tuple[Answered, Any]) -> str:
            found, row = done
            if found.refusal is not None:
                play.reached(f"refused: {found.refusal.name}")
                return f"refused, {found.refusal}"
            self._keep(play, row)
            play.reached(f"answered: {self.kind.value}")
            while_claimed(play, row.id, f"{self.kind.value} while a page is claimed")
            if self.kind is Answer.ACKNOWLEDGE and any(each.cleared for each in play.in_flight(row.id)):
                play.reached("acknowledge after the last look and before the receipt")
            return f"epoch {row.epoch}"

        return told

    def _keep(self, play: Play, row: Any) -> None:
        """What the tables will not tell about this answer."""
        if self.kind is Answer.PASS_ON:
            play.hurry(row.now, row.id)
        if self.kind is Answer.GIVE_BACK:
            place = (row.lap - 1) * row.levels + row.level + 1
            play.starts.append({"alert_id": row.id, "epoch": row.epoch, "place": place})
        if self.kind in (Answer.ACKNOWLEDGE, Answer.SNOOZE):
            seconds = self.seconds if self.kind is Answer.SNOOZE else row.acknowledge_timeout or NEVER
            play.waits[row.id, row.epoch] = moment(row.now, seconds).isoformat()


@dataclass(frozen=True)
class Hushed:
    """A silence is made, or one that was made is changed or ended."""

    how: str
    what: str
    seconds: int
    which: int

    def deed(self, play: Play) -> Deed:
        if self.how != "made" and not play.silences:
            return replace(self, how="made").deed(play)
        words = f"silence {self.what} {self.how} for {self.seconds} s"
        due = {each.id for each in play.alerts if each.due_pages}

        def told(done: tuple[datetime, int, Sequence[int]]) -> str:
            now, silence_id, held = done
            if self.how == "made":
                play.silences.append(silence_id)
            play.hurry(now, None)
            play.reached(f"silence {self.how}{' with alerts held' if held else ''}")
            if due & set(held):
                play.reached("silence made while pages are due")
            for alert_id in held:
                while_claimed(play, alert_id, "silence made while a page is claimed")
            return f"holds {list(held)}"

        return Deed("silence", words, lambda session: self._act(session, play), told)

    def _act(self, session: Session, play: Play) -> tuple[datetime, int, Sequence[int]]:
        """(now, the silence, the alerts that it holds from now on or lets go)."""
        house, now = play.stage.house, now_of(session)
        matchers, ends_at = parse_matchers(HELD[self.what]), moment(now, self.seconds)
        if self.how == "made":
            made = silencing.make(session, house.id, matchers, now, ends_at, "U0ALICE")
            return now, made.id, made.held
        silence_id = play.silences[self.which % len(play.silences)]
        if self.how == "ended":
            ended = silencing.end(session, house.id, silence_id)
            return now, silence_id, range(ended.going_on if ended is not None else 0)
        changed = silencing.change(session, house.id, silence_id, matchers, now, ends_at, "")
        return now, silence_id, changed.held if changed is not None else ()


@dataclass(frozen=True)
class Moved:
    """Somebody leaves Slack or comes back."""

    who: str

    def deed(self, play: Play) -> Deed:
        person = play.stage.house.people[self.who]
        here = person in play.gone
        profile = Profile(f"U0{self.who.upper()}", self.who, is_admin=ROLES[self.who], active=here)

        def told(_: None) -> str:
            (play.gone.discard if here else play.gone.add)(person)
            if not here and any(flight.lease.person_id == person for flight in play.flights):
                play.reached("person gone with a page claimed")
            return "done"

        words = f"{self.who} {'comes back' if here else 'is gone'}"
        return Deed(
            "people", words, lambda session: people.import_people(session, play.stage.house.id, [profile]), told
        )


@dataclass(frozen=True)
class LaidDown:
    """Another policy is the default one from now on, or the same one is another."""

    name: str
    under: str

    def deed(self, play: Play) -> Deed:
        plan = play.stage.plans[self.name]
        stored = type(plan)(self.under, plan.levels, plan.laps, plan.acknowledge_timeout)

        def told(_: None) -> str:
            if any(each.status.is_live for each in play.alerts):
                play.reached("policy edited while alerts are under way")
            return "done"

        def act(session: Session) -> None:
            save_policy(session, play.stage.house.id, stored, is_default=True)

        return Deed("policy", f"the policy is {self.name!r}, called {self.under!r}", act, told)


def while_claimed(play: Play, alert_id: int, race: str) -> None:
    if play.in_flight(alert_id):
        play.reached(race)


_STANDS = text("""
    SELECT id, epoch, lap, level, heed_now() AS now, jsonb_array_length(plan -> 'levels') AS levels,
           CAST(plan ->> 'acknowledge_timeout_s' AS float) AS acknowledge_timeout
    FROM alerts WHERE id = :alert
""")
