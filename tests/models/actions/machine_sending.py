"""What the jobs do: steps are taken, people leased, pages claimed, receipts written or never written."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.actions import delivering, escalating, receipts
from models.actions.delivering import LEASE, Envelope, Lease
from models.db import now_of
from tests.models.actions.machine_intents import HELD
from tests.models.actions.machine_play import Deed, Flight, Play

SOON = timedelta(seconds=5)
REACHED = ("exhausted", "nobody reachable", "braked", "no levels", "reminded", "open again", "passed over")


@dataclass(frozen=True)
class Advanced:
    """One run of the job: a batch of at most `limit`, of one alert only or of all; `doubled`: twice at one moment."""

    limit: int
    only: int | None
    doubled: bool

    def deed(self, play: Play) -> Deed:
        only = play.alerts[-1 - self.only % len(play.alerts)].id if self.only is not None and play.alerts else None
        words = f"the job takes {self.limit} steps{f' of alert {only}' if only else ''}{', twice' * self.doubled}"
        return Deed("advance", words, lambda session: self._act(session, play, only), lambda done: _told(play, done))

    def _act(self, session: Session, play: Play, only: int | None) -> tuple[int, int | None, int, list[Any]]:
        late = session.execute(_LATE).scalar_one()
        taken = escalating.advance_due(session, self.limit, only)
        again = escalating.advance_due(session, self.limit, only) if self.doubled else None
        assert again is None or again == 0 or taken == self.limit, "a step that was taken is due again at once"
        written = list(session.execute(_WRITTEN))
        assert not [row for row in written if not row.active], "somebody is paged who is not here"
        if play.alone:
            silenced = session.execute(_SILENCED, {"words": list(HELD.values())}).all()
            assert not silenced, f"paged although it is silenced: {silenced}"
        return taken, again, late, list(session.scalars(_OUTCOMES))


def _told(play: Play, done: tuple[int, int | None, int, list[Any]]) -> str:
    taken, again, late, outcomes = done
    if taken and again is not None:
        play.reached("step run twice at the same moment")
    if taken and late:
        play.reached("a ring was lost: the step is found later")
    if taken and play.flights:
        play.reached("steps taken while a page is claimed")
    for outcome in outcomes:
        if outcome.startswith("paged"):
            play.reached("reached: a level is paged")
        play.reached_one_of(outcome, REACHED)
    return f"{taken} taken: {', '.join(outcomes)}"


@dataclass(frozen=True)
class Leased:
    """A sender looks for the person who has the worst page due."""

    def deed(self, play: Play) -> Deed:
        def act(session: Session) -> tuple[datetime, int, Lease | None]:
            return now_of(session), session.execute(_DUE_ALERTS).scalar_one(), delivering.lease_person(session)

        def told(done: tuple[datetime, int, Lease | None]) -> str:
            now, due, found = done
            if found is None:
                return "nobody is to be served"
            held = next((each for each in play.leases if each.person_id == found.person_id), None)
            if held is not None:
                assert play.leased[found.person_id] <= now, "two senders serve the same person"
                play.reached("a lease ran out and was taken over")
            if due:
                play.reached("jobs out of order: sending before the step that is due")
            play.leases.append(found)
            play.leased[found.person_id] = now + LEASE
            return f"{found.slack_id} is leased"

        return Deed("lease", "a sender", act, told)


@dataclass(frozen=True)
class Claimed:
    """A sender that holds a lease claims what goes into its next post."""

    which: int

    def deed(self, play: Play) -> Deed:
        if not play.leases or self.which == 0:
            play.perform(Leased().deed(play))
        if not play.leases:
            return Advanced(200, None, doubled=False).deed(play)
        lease = play.leases[-1 - self.which % len(play.leases)]

        def act(session: Session) -> tuple[datetime, Envelope | None]:
            envelope = delivering.claim(session, lease)
            if envelope is not None:
                wrong = session.execute(_ANSWERED, {"pages": list(envelope.pages)}).all()
                assert not wrong, f"claimed although somebody has answered: {wrong}"
            return now_of(session), envelope

        def told(done: tuple[datetime, Envelope | None]) -> str:
            now, envelope = done
            return _no_claim(play, lease) if envelope is None else _claim(play, lease, envelope, now)

        return Deed("claim", f"the sender for {lease.slack_id} claims", act, told)


def _no_claim(play: Play, lease: Lease) -> str:
    """There is nothing to send, or the lease was lost: the sender lets go of the person."""
    play.leases = [each for each in play.leases if each is not lease]
    with play.stage.context.db.begin() as session:
        delivering.release(session, lease)
    return "nothing"


def _claim(play: Play, lease: Lease, envelope: Envelope, now: datetime) -> str:
    play.leased[lease.person_id] = now + LEASE
    claims = set(envelope.pages.items())
    assert not claims & play.claims, "two senders hold the same claim"
    play.claims |= claims
    if any(set(each.envelope.pages) & set(envelope.pages) for each in play.flights):
        play.reached("a claim ran out and was taken over")
    if len(claims) > 1:
        play.reached("a list is claimed")
    play.flights.append(Flight(lease, envelope, frozenset(each.card.id for each in envelope.contents)))
    return f"pages {envelope.pages}{', to be looked for first' if envelope.must_look else ''}"


@dataclass(frozen=True)
class Receipt:
    """What becomes of a post on its way: looked at for the last time, its receipt, or the end of its sender."""

    how: str
    which: int

    def deed(self, play: Play) -> Deed:
        if not play.flights:
            return Claimed(0).deed(play)
        flight = play.flights.pop(-1 - self.which % len(play.flights))
        if self.how == "sent" and not flight.cleared:
            return Deed("look", f"the last look at {flight.envelope.pages}", _look(flight), _looked(play, flight))
        words = f"the receipt for {flight.envelope.pages} is {self.how!r}"
        return Deed("receipt", words, self._act(flight), self._told(play, flight))

    def _act(self, flight: Flight) -> Callable[[Session], tuple[datetime, Any, bool]]:
        def act(session: Session) -> tuple[datetime, Any, bool]:
            envelope, now = flight.envelope, now_of(session)
            stale = {"pages": list(envelope.pages), "attempts": list(envelope.pages.values())}
            before = session.execute(_OVERTAKEN, stale).all()
            states = set(session.scalars(_STATES, {"pages": list(envelope.pages)}))
            hurries = _write(session, flight, self.how, now)
            assert session.execute(_OVERTAKEN, stale).all() == before, "an overtaken sender has written a receipt"
            return now, (states, bool(before)), hurries

        return act

    def _told(self, play: Play, flight: Flight) -> Callable[[tuple[datetime, Any, bool]], str]:
        def told(done: tuple[datetime, Any, bool]) -> str:
            now, (states, overtaken), hurries = done
            play.reached(f"receipt: {self.how}")
            if "cancelled" in states:
                play.reached("page cancelled between claim and receipt")
            if overtaken:
                play.reached("receipt of an overtaken sender")
            if hurries:
                play.reached("every page of a step failed: the next one is due")
                for alert_id in flight.alerts:
                    play.hurry(now, alert_id)
            return "written"

        return told


def _look(flight: Flight) -> Callable[[Session], bool]:
    def act(session: Session) -> bool:
        may = delivering.may_send(session, flight.lease, flight.envelope)
        pages = {"pages": list(flight.envelope.pages), "attempts": list(flight.envelope.pages.values())}
        assert not may or session.execute(_STILL_WANTED, pages).scalar_one(), "may be sent although nobody needs it"
        return may

    return act


def _looked(play: Play, flight: Flight) -> Callable[[bool], str]:
    def told(may: bool) -> str:
        flight.cleared = may
        if may:
            play.flights.append(flight)
        else:
            play.reached("not sent after the last look")
        return "it may be sent" if may else "it is not sent"

    return told


def _write(session: Session, flight: Flight, how: str, now: datetime) -> bool:
    envelope = flight.envelope
    match how:
        case "sent":
            receipts.sent(session, flight.lease, envelope, "D0", uuid.uuid4().hex)
        case "unclear":
            receipts.unclear(session, envelope, "TimeoutError", SOON)
        case "not found":
            receipts.not_found(session, envelope, SOON)
        case "later":
            receipts.later(session, envelope, now + SOON, "rate limited")
        case "failed":
            return receipts.failed(session, flight.lease, envelope, "user_disabled")
        case "never written":
            pass
    return False


_LATE = text("SELECT count(*) FROM alerts WHERE next_step_at < heed_now() - interval '2 seconds'")

_DUE_ALERTS = text("SELECT count(*) FROM alerts WHERE next_step_at <= heed_now()")

_OUTCOMES = text("SELECT outcome FROM steps WHERE executed_at = heed_now() ORDER BY alert_id, epoch, tries, lap, level")

_WRITTEN = text("""
    SELECT p.id, pe.active FROM pages p JOIN people pe ON pe.id = p.person_id
    WHERE p.due_at = heed_now() AND p.kind <> 'reminder'
""")

_SILENCED = text("""
    SELECT p.id, p.alert_id, s.id AS silence_id FROM pages p
    JOIN alerts a ON a.id = p.alert_id
    JOIN silences s ON s.starts_at <= p.due_at AND p.due_at < s.ends_at
    WHERE p.due_at = heed_now()
          AND CASE s.matchers WHEN 'severity="critical"' THEN a.severity = 1 WHEN 'severity="high"' THEN a.severity = 2
                              ELSE s.matchers = ANY (:words) END
""")

_ANSWERED = text("""
    SELECT p.id, p.alert_id, p.kind, a.status FROM pages p JOIN alerts a ON a.id = p.alert_id
    WHERE p.id = ANY (:pages) AND (p.epoch <> a.epoch OR p.state <> 'due'
          OR a.status <> CASE WHEN p.kind = 'reminder' THEN 'acknowledged' ELSE 'open' END)
""")

_STILL_WANTED = text("""
    SELECT count(*) FROM pages p JOIN alerts a ON a.id = p.alert_id
    JOIN unnest(CAST(:pages AS bigint[]), CAST(:attempts AS int[])) AS mine(page_id, attempt)
         ON mine.page_id = p.id AND mine.attempt = p.attempt
    WHERE p.epoch = a.epoch AND p.state = 'due'
          AND a.status = CASE WHEN p.kind = 'reminder' THEN 'acknowledged' ELSE 'open' END
""")

_OVERTAKEN = text("""
    SELECT p.id, p.state, p.try_at, p.result, p.attempt, p.post_id FROM pages p
    JOIN unnest(CAST(:pages AS bigint[]), CAST(:attempts AS int[])) AS mine(page_id, attempt)
         ON mine.page_id = p.id AND mine.attempt <> p.attempt
    ORDER BY p.id
""")

_STATES = text("SELECT state FROM pages WHERE id = ANY (:pages)")
