"""Policies as they are stored, and who stands behind their targets at this moment."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.escalation import Level, Plan, Reach, Target, TargetKind
from models.tables import Person, Policy
from models.words import Role

DEFAULT_PLAN = Plan(
    policy="Everybody in charge",
    levels=(Level((Target(TargetKind.ADMINS),), timedelta(minutes=5)),),
    laps=3,
)


def plan_to_json(plan: Plan) -> dict[str, Any]:
    return {
        "policy": plan.policy,
        "laps": plan.laps,
        "levels": [
            {
                "timeout_s": level.timeout.total_seconds(),
                "targets": [{"kind": target.kind.value, "id": target.id} for target in level.targets],
            }
            for level in plan.levels
        ],
    }


def plan_from_json(stored: dict[str, Any]) -> Plan:
    """The plan that `plan_to_json` stored; raises KeyError or ValueError on anything else."""
    return Plan(
        policy=stored["policy"],
        laps=stored["laps"],
        levels=tuple(
            Level(
                targets=tuple(Target(TargetKind(each["kind"]), each["id"]) for each in level["targets"]),
                timeout=timedelta(seconds=level["timeout_s"]),
            )
            for level in stored["levels"]
        ),
    )


def plan_for(session: Session, workspace_id: int) -> dict[str, Any]:
    """The stored plan of the workspace's default policy, ready to be frozen into an alert."""
    found = session.scalar(select(Policy.plan).where(Policy.workspace_id == workspace_id, Policy.is_default))
    return found if found is not None else plan_to_json(DEFAULT_PLAN)


def save_policy(session: Session, workspace_id: int, plan: Plan, is_default: bool) -> None:
    """Store `plan` under its name; alerts under way keep the copy that they were opened with."""
    policy = session.scalar(select(Policy).where(Policy.workspace_id == workspace_id, Policy.name == plan.policy))
    if policy is None:
        policy = Policy(workspace_id=workspace_id, name=plan.policy, is_default=is_default, plan=plan_to_json(plan))
        session.add(policy)
    policy.plan = plan_to_json(plan)
    policy.is_default = is_default
    session.flush()


def reach_in(session: Session, workspace_ids: Iterable[int]) -> dict[int, Reach]:
    """For each workspace, who stands behind every target now: active people, and the admins among them."""
    people = session.execute(
        select(Person.workspace_id, Person.id, Person.role)
        .where(Person.workspace_id.in_(set(workspace_ids)), Person.active, Person.role != Role.GUEST)
        .order_by(Person.id)
    )
    found: dict[int, dict[Target, tuple[int, ...]]] = {}
    for workspace_id, person_id, role in people:
        reach = found.setdefault(workspace_id, {})
        reach[Target(TargetKind.PERSON, person_id)] = (person_id,)
        if role is Role.ADMIN:
            everybody = Target(TargetKind.ADMINS)
            reach[everybody] = (*reach.get(everybody, ()), person_id)
    return dict(found)
