"""Who would be paged now."""

from sqlalchemy.orm import Session

from models.actions.people import by_ids
from models.actions.rulebook import crews_of, rulebook_of
from models.card import OnCallLevel
from models.db import now_of
from models.escalation import people_of
from models.plan import plan_from_json
from models.reach import Case, ReachAt


def on_call(session: Session, workspace_id: int) -> tuple[OnCallLevel, ...]:
    """The levels of the default policy, each with the people behind it at this moment."""
    rules = rulebook_of(session, workspace_id)
    crew = crews_of(session, {workspace_id: rules})[workspace_id]
    plan = plan_from_json(rules.plans[rules.default])
    reach = ReachAt(crew, now_of(session), Case(), {})
    levels = [people_of(level, reach) for level in plan.levels]
    known = by_ids(session, workspace_id, [person for people in levels for person in people])
    return tuple(
        OnCallLevel(number, tuple(known[each].slack_id for each in people), level.timeout.total_seconds() / 60)
        for number, (level, people) in enumerate(zip(plan.levels, levels, strict=True), start=1)
    )
