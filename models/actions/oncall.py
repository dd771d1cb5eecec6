"""Who would be paged now."""

from sqlalchemy.orm import Session

from models.actions.people import by_ids
from models.actions.plans import plan_for, plan_from_json, reach_in
from models.card import OnCallLevel
from models.escalation import people_of


def on_call(session: Session, workspace_id: int) -> tuple[OnCallLevel, ...]:
    """The levels of the default policy, each with the people behind it at this moment."""
    plan = plan_from_json(plan_for(session, workspace_id))
    reach = reach_in(session, [workspace_id]).get(workspace_id, {})
    levels = [people_of(level, reach) for level in plan.levels]
    known = by_ids(session, workspace_id, [person for people in levels for person in people])
    return tuple(
        OnCallLevel(number, tuple(known[each].slack_id for each in people), level.timeout.total_seconds() / 60)
        for number, (level, people) in enumerate(zip(plan.levels, levels, strict=True), start=1)
    )
