"""`/heed oncall`, `schedule` and `override`: who is on call, and putting somebody else there."""

from bot.context import Context
from bot.listeners.asking import Asked, clock_of, mention
from bot.views import duty as view
from bot.views import who as who_view
from bot.views.home import on_call_text
from bot.views.parts import Rendered, escape, person, quoted
from models.actions import noticing, rehearsing
from models.actions import oncall as actions
from models.card import Roster
from models.db import now_of
from models.oncall import Override
from models.spans import parse_span
from models.suppose import supposed

DAYS = 14
USAGE = "Whom, and for how long? `/heed override @person 2h`, or `/heed override @person tomorrow 9:00 to 18:00`."
USAGE_OF_END = (
    "Whose? `/heed override end @person`, with the schedule's name if there are several. Nothing has changed."
)


def oncall(asked: Asked) -> str:
    """`/heed oncall`"""
    with asked.house.db.begin() as session:
        levels = on_call_text(actions.on_call(session, asked.who.workspace_id))
        duties = actions.on_duty(session, asked.who.workspace_id)
    return f"{levels}\n*Schedules*\n{view.schedules(duties)}" if duties else levels


def schedule(asked: Asked) -> str | Rendered:
    """`/heed schedule`, or `/heed schedule Payments`"""
    house, who = asked.house, asked.who
    if not asked.words:
        with house.db.begin() as session:
            return view.schedule_list(actions.on_duty(session, who.workspace_id))
    try:
        with house.db.begin() as session:
            ahead = actions.ahead(session, who.workspace_id, asked.words, DAYS, who.person_id)
    except actions.NoSuchSchedule as error:
        return view.which_schedule(error.names, asked.words)
    ask_for_picture(house, who.workspace_id, ahead.schedule_id, who.person_id)
    secret = house.seal.open(ahead.calendar_secret) if ahead.calendar_secret is not None else ""
    calendar = f"{house.settings.base_url}/calendars/{secret}.ics" if secret else ""
    return view.roster(Roster(ahead.name, ahead.lines, DAYS, calendar))


def ask_for_picture(house: Context, workspace_id: int, schedule_id: int, person_id: int) -> None:
    """A picture of the schedule follows as a file; drawing it is too heavy for here. Once a minute at most."""
    with house.db.begin() as session:
        key = f"picture:{schedule_id}:{now_of(session):%Y-%m-%dT%H:%M}"
        noticing.tell(session, workspace_id, [person_id], noticing.PICTURE, key, {"schedule": schedule_id})
    house.bell.wake("picture")


def override(asked: Asked) -> str:
    """`/heed override @person 2h Payments`, or `/heed override end @person Payments`"""
    begin, _, rest = asked.words.strip().partition(" ")
    if begin.lower() == "end":
        return _end_overrides(asked, rest)
    target, words = mention(asked.words)
    if target is None and begin.startswith("@"):
        return f"I don't know {quoted(begin, 80)}. Choose the person from Slack's list. Nothing has changed."
    if target is None or not words:
        return USAGE
    found = asked.find(target)
    if found is None:
        return f"{person(target)} cannot be on call: only active people of this workspace can. Nothing has changed."
    now, zone = clock_of(asked.house, asked.who)
    try:
        span = parse_span(words, now, zone)
    except ValueError as error:
        return f"{escape(str(error))} Nothing has changed."
    wanted = Override(found.person_id, span.start, span.end)
    try:
        with asked.house.db.begin() as session:
            name, before = actions.override(session, asked.who.workspace_id, span.rest, wanted, asked.who.person_id)
    except actions.NoSuchSchedule as error:
        return view.which_schedule(error.names, span.rest)
    except actions.NotInSchedule as error:
        return view.may_not_override(error.schedule)
    asked.house.bell.wake("duty")
    return view.overridden(name, found.slack_id, span.start, span.end, before)


def _end_overrides(asked: Asked, words: str) -> str:
    target, name = mention(words)
    found = asked.find(target) if target is not None else None
    if found is None:
        return USAGE_OF_END
    workspace_id, by = asked.who.workspace_id, asked.who.person_id
    try:
        with asked.house.db.begin() as session:
            schedule, count = actions.end_overrides(session, workspace_id, name, found.person_id, by)
    except actions.NoSuchSchedule as error:
        return view.which_schedule(error.names, name)
    except actions.NotInSchedule as error:
        return view.may_not_override(error.schedule)
    if count:
        asked.house.bell.wake("duty")
    return view.ended(schedule, found.slack_id, count)


def who(asked: Asked) -> str | Rendered:
    """`/heed who severity=critical team=payments`"""
    now, zone = clock_of(asked.house, asked.who)
    try:
        subject, at = supposed(asked.words, now, zone)
        with asked.house.db.begin() as session:
            moment = at or now_of(session)
            return who_view.who(
                rehearsing.who(session, asked.who.workspace_id, subject, moment, subject.client or None)
            )
    except (ValueError, rehearsing.NoSuchClient) as error:
        return who_view.not_understood(str(error))
