"""Policies as they are stored, and the plan that an alert gets by the routes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.actions.rulebook import Rulebook, rulebook_of, rules_changed
from models.matching import Subject
from models.plan import Plan, plan_from_json, plan_to_json
from models.routing import Group
from models.tables import Alert, Policy
from models.words import Severity


@dataclass(frozen=True)
class Chosen:
    """What the routes say about an alert: its stored plan, its severity, the names of the routes that were taken.

    `is_routed`: one of them names the policy, or a channel; otherwise the plan is the default policy's. `group` is the
    grouped alert that it belongs to.
    """

    plan: dict[str, Any]
    severity: Severity
    routes: tuple[str, ...]
    is_routed: bool
    group: Group | None = None


def choose(rules: Rulebook, subject: Subject, now: datetime) -> Chosen:
    """The plan and the severity of an alert that begins now, by the workspace's routes."""
    routed = rules.route(subject, now)
    is_routed = routed.policy is not None or bool(routed.channels)
    return Chosen(rules.plan_for(routed), routed.severity, routed.taken, is_routed, routed.group)


def plan_for(session: Session, workspace_id: int, subject: Subject, now: datetime) -> Chosen:
    """`choose` by the rules as they are now."""
    return choose(rulebook_of(session, workspace_id), subject, now)


def save_policy(session: Session, workspace_id: int, plan: Plan, is_default: bool) -> None:
    """Store `plan` under its name; alerts under way keep the copy that they were opened with."""
    if is_default:
        others = update(Policy).where(Policy.workspace_id == workspace_id, Policy.name != plan.policy)
        session.execute(others.values(is_default=False))
    policy = session.scalar(select(Policy).where(Policy.workspace_id == workspace_id, Policy.name == plan.policy))
    if policy is None:
        policy = Policy(workspace_id=workspace_id, name=plan.policy, is_default=is_default, plan=plan_to_json(plan))
        session.add(policy)
    policy.plan = plan_to_json(plan)
    policy.is_default = is_default
    session.flush()
    rules_changed(session, workspace_id)


def plan_after_raise(alert: Alert, routed: dict[str, Any]) -> dict[str, Any]:
    """The plan of an alert whose severity was raised: its own, or `routed` if that has no level for it (rule 6)."""
    return alert.plan if plan_from_json(alert.plan).has_level_for(Severity(alert.severity)) else routed
