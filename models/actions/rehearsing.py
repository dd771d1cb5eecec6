"""Who would be paged: a dry run by the rules, the people and the turns as they are now; nothing is locked or written.

A moment that has passed is answered by today's rules too; silences and old overrides that are over count no more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.actions import ways
from models.actions.people import by_ids
from models.actions.plans import choose
from models.actions.rulebook import Rulebook, crews_of, rulebook_of
from models.conversation import waits_for_digest
from models.dry_run import SLACK, DryRun, Happening, Reached
from models.hours import zone_of
from models.matching import Subject, mismatch
from models.plan import Plan, Target, TargetKind, plan_from_json, targets_in
from models.quiet import is_quiet
from models.reach import Case, Crew
from models.rehearsal import Ending, Line, Outcome, Rehearsal, rehearse
from models.routing import Silence
from models.tables import Client, Group, Person, Turn
from models.wall_clock import moment
from models.way import plan as planned
from models.way import spelled_wait
from models.words import Origin, Severity

LISTED = 20
"""So many clients are named to somebody who asks for one that does not exist."""


class NoSuchClient(LookupError):
    """There is no one client of this name; the text says which there are."""


def who(session: Session, workspace_id: int, subject: Subject, at: datetime, client: str | None = None) -> DryRun:
    """What an alert `subject` that opens at `at` would do if nobody answered.

    `client` is a client's name or Slack team: the alert is one of theirs, with their tier, owner and renewal where
    `subject` does not say otherwise. Raises NoSuchClient.
    """
    at = moment(at)
    subject, owner = (subject, None) if client is None else _of_client(session, workspace_id, subject, at, client)
    rules = rulebook_of(session, workspace_id)
    crew = crews_of(session, {workspace_id: rules})[workspace_id]
    chosen, routed = choose(rules, subject, at), rules.route(subject, at)
    subject, plan = replace(subject, severity=chosen.severity), plan_from_json(chosen.plan)
    if subject.origin is Origin.CLIENT and waits_for_digest(chosen.severity, chosen.is_routed):
        rehearsal = Rehearsal((), Ending.DIGEST, 0, at)
    else:
        turns = _turns(session, workspace_id, plan)
        rehearsal = rehearse(plan, subject, crew, rules.silences, at, Case(owner), turns)
    telling = _Telling(session, rules, plan, rehearsal, crew, chosen.severity)
    return DryRun(
        start=at,
        severity=chosen.severity,
        policy=plan.policy,
        laps=plan.laps,
        considered=routed.considered,
        happenings=tuple(telling.happening(line) for line in rehearsal.lines),
        rehearsal=rehearsal,
        missing_policy=routed.policy if routed.policy and routed.policy != plan.policy else "",
        silences=_holding(rules.silences, subject, rehearsal),
        channels=telling.slack_ids(plan.channels),
        admins=telling.slack_ids(crew.admins),
    )


def _of_client(
    session: Session, workspace_id: int, subject: Subject, at: datetime, name: str
) -> tuple[Subject, int | None]:
    """`subject` as an alert of this client, and the row id of the client's owner."""
    client = _client(session, workspace_id, name)
    owner = session.get(Person, client.owner_id) if client.owner_id is not None else None
    days = (client.renews_on - at.date()).days if client.renews_on is not None else None
    found = replace(
        subject,
        client=client.name,
        tier=subject.tier or client.tier,
        owner=subject.owner or (owner.name if owner is not None else ""),
        days_to_renewal=days if subject.days_to_renewal is None else subject.days_to_renewal,
    )
    return found, client.owner_id


def _client(session: Session, workspace_id: int, name: str) -> Client:
    here, name = select(Client).where(Client.workspace_id == workspace_id), name.strip()
    named = here.where(or_(func.lower(Client.name) == func.lower(name), Client.team_id == name))
    found = session.scalars(named).all() if name else []
    if len(found) == 1:
        return found[0]
    if found:
        raise NoSuchClient(f'{len(found)} clients are called "{name}"; name one by its Slack team: {_listed(found)}')
    known = session.scalars(here.order_by(func.lower(Client.name), Client.id).limit(LISTED)).all()
    raise NoSuchClient(f'there is no client "{name}"; there are {_listed(known) or "none yet"}')


def _listed(clients: Iterable[Client]) -> str:
    return ", ".join(f"{each.name or 'one without a name'} ({each.team_id or 'not heard of yet'})" for each in clients)


def _turns(session: Session, workspace_id: int, plan: Plan) -> dict[str, int]:
    """How often each round robin of the plan was used, read without a lock."""
    keys = {target.key for target in targets_in(plan) if target.kind is TargetKind.ROUND_ROBIN}
    if not keys:
        return {}
    rows = session.execute(select(Turn.key, Turn.taken).where(Turn.workspace_id == workspace_id, Turn.key.in_(keys)))
    return {row.key: row.taken for row in rows}


def _holding(silences: Iterable[Silence], subject: Subject, rehearsal: Rehearsal) -> tuple[Silence, ...]:
    """The silences that hold the alert in the rehearsal, alone or one after the other, by their beginning."""
    held = [(line.at, line.until) for line in rehearsal.lines if line.outcome is Outcome.HELD]
    found = [
        each
        for each in silences
        if mismatch(each.matchers, subject) is None
        and any(until is not None and each.starts_at < until and each.ends_at > begin for begin, until in held)
    ]
    return tuple(sorted(found, key=lambda each: (each.starts_at, int(each.id))))


class _Telling:
    """Turns row ids into words: every person, channel and group is read at once."""

    def __init__(
        self, session: Session, rules: Rulebook, plan: Plan, rehearsal: Rehearsal, crew: Crew, severity: Severity
    ) -> None:
        self._rules, self._plan, self._severity = rules, plan, severity
        targets = tuple(targets_in(plan))
        named = {each.id for each in targets if each.kind in (TargetKind.PERSON, TargetKind.CHANNEL)}
        paged = {person for line in rehearsal.lines for person in line.people}
        wanted = {*paged, *plan.channels, *crew.admins, *(each for each in named if each is not None)}
        self._people = by_ids(session, rules.workspace_id, wanted)
        self._ways = ways.of_people(session, sorted(paged))
        self._groups = self._handles(session, {each.id for each in targets if each.kind is TargetKind.GROUP})

    def _handles(self, session: Session, ids: set[int | None]) -> Mapping[int, str]:
        if not ids:
            return {}
        rows = select(Group.id, Group.handle).where(Group.workspace_id == self._rules.workspace_id, Group.id.in_(ids))
        return {row.id: row.handle for row in session.execute(rows)}

    def slack_ids(self, people: Iterable[int]) -> tuple[str, ...]:
        return tuple(self._people[each].slack_id for each in people if each in self._people)

    def happening(self, line: Line) -> Happening:
        people = tuple(_reached(self._people[each], line.at, self._way(each)) for each in line.people)
        if line.outcome is not Outcome.EMPTY:
            return Happening(line, people, line.why)
        targets = self._plan.levels[line.level - 1].targets
        asked = ", ".join(map(self._target, targets)) or "the level names nobody"
        return Happening(line, people, f"{line.why}: {asked}")

    def _way(self, person: int) -> str:
        """Slack, and what a page goes by after it."""
        known = {way.id: way for way in self._ways.get(person, ())}
        others = (
            f"{known[way_id].label} {spelled_wait(wait, 'if Slack fails')}"
            for way_id, wait in planned(known.values(), self._severity)
        )
        return "; ".join((SLACK, *others))

    def _target(self, target: Target) -> str:
        match target.kind:
            case TargetKind.PERSON | TargetKind.CHANNEL:
                person = self._people.get(target.id or 0)
                return person.name if person is not None else "somebody who is gone"
            case TargetKind.SCHEDULE:
                schedule = self._rules.schedules.get(target.id or 0)
                return f"schedule {schedule.name}" if schedule is not None else "a schedule that is gone"
            case TargetKind.GROUP:
                handle = self._groups.get(target.id or 0)
                return f"@{handle}" if handle is not None else "a group that is gone"
            case TargetKind.ADMINS:
                return "the admins"
            case TargetKind.OWNER:
                return "the client's owner"
        return f"a round robin of {', '.join(map(self._target, target.members)) or 'nobody'}"


def _reached(person: Person, at: datetime, way: str) -> Reached:
    if person.is_channel:
        return Reached(person.name, person.slack_id, None, "", False)
    zone = _zone(person.time_zone)
    quiet = is_quiet(person.quiet_from, person.quiet_until, zone, at)
    return Reached(person.name, person.slack_id, at.astimezone(zone), zone.key, quiet, way)


def _zone(name: str) -> ZoneInfo:
    """The zone of this name; UTC for one that this machine does not know, because its person is paged all the same."""
    try:
        return zone_of(name)
    except ValueError:
        return zone_of("UTC")
