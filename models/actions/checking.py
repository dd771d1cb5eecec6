"""The reachability check: run, kept for App Home, and told to the admins when it finds something new."""

import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.journal import note
from models.actions.noticing import tell
from models.actions.people import by_ids
from models.actions.rulebook import crews_of, rulebook_of
from models.db import now_of
from models.plan import plan_from_json
from models.reachability import Finding, Rules, findings, people_named
from models.tables import Person, Way, Workspace

NOTICE = "findings"


def check(session: Session, workspace_id: int) -> tuple[Finding, ...]:
    """Look for what would keep somebody from being reached; store it, and tell the admins once about it."""
    now = now_of(session)
    rules, crew = rules_of(session, workspace_id), _crew(session, workspace_id)
    found = findings(rules, crew, now)
    stored = _to_json(session, workspace_id, found)
    workspace = session.get_one(Workspace, workspace_id, with_for_update={"key_share": True})
    is_news = bool(found) and _what(stored) != _what(workspace.findings)
    workspace.findings, workspace.checked_at = stored, now
    if is_news:
        key = f"{NOTICE}:{hashlib.sha256(json.dumps(_what(stored)).encode()).hexdigest()[:16]}:{now:%Y-%m-%d}"
        tell(session, workspace_id, crew.admins, NOTICE, key, {"findings": stored})
    return found


def failed(session: Session, workspace_id: int, error: str) -> None:
    """The check itself failed; the results of the last one stay."""
    note(session, workspace_id, "check_failed", now_of(session), high=True, error=error)


def stored(session: Session, workspace_id: int) -> tuple[dict[str, Any], ...]:
    """The findings of the last check, as they are stored: kind, where, text, person (Slack id), moment (ISO)."""
    return tuple(session.get_one(Workspace, workspace_id).findings)


def rules_of(session: Session, workspace_id: int) -> Rules:
    """What the check looks at: the default policy and those that a route names, with all that they use."""
    book = rulebook_of(session, workspace_id)
    wanted = dict.fromkeys([book.default, *(route.policy for route in book.routes if route.policy)])
    quiet = select(Person.id).where(Person.workspace_id == workspace_id, Person.quiet_from.is_not(None))
    reachable = select(Way.person_id).where(Way.workspace_id == workspace_id, Way.confirmed_at.is_not(None))
    return Rules(
        plans=tuple(plan_from_json(book.plans[name]) for name in wanted if name in book.plans),
        routes=book.routes,
        schedules=book.schedules,
        groups=book.groups,
        quiet=frozenset(session.scalars(quiet)),
        other_ways=frozenset(session.scalars(reachable.where(Way.removed_at.is_(None)))),
    )


def on_duty(session: Session, workspace_id: int) -> list[Person]:
    """Everybody whom a policy in use or its schedules name."""
    named = {person for person, _ in people_named(rules_of(session, workspace_id))}
    return sorted(by_ids(session, workspace_id, named).values(), key=lambda person: person.id)


def _crew(session: Session, workspace_id: int) -> Any:
    return crews_of(session, {workspace_id: rulebook_of(session, workspace_id)})[workspace_id]


def _to_json(session: Session, workspace_id: int, found: tuple[Finding, ...]) -> list[dict[str, Any]]:
    known = by_ids(session, workspace_id, [each.person for each in found if each.person is not None])
    return [
        {
            "kind": each.kind.value,
            "where": each.where,
            "text": each.text,
            "person": known[each.person].slack_id if each.person in known else None,
            "moment": each.moment.isoformat() if each.moment else None,
        }
        for each in found
    ]


def _what(stored: list[Any]) -> list[Any]:
    """The findings without what changes from look to look."""
    return [[each["kind"], each["where"], each["person"]] for each in stored]
