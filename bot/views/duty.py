"""Who is on call by the schedules, and what an override changes: what `/heed` answers."""

from collections.abc import Sequence
from datetime import datetime

from bot.views.parts import SECTION_LENGTH, Rendered, code, cut_marked, first_lines, on, people, person, quoted, section
from models.card import DutyLine, OnDuty, Roster

NOBODY = ":warning: *nobody*"
NO_SCHEDULE = "There is no schedule. Schedules are laid down in a file: `app.py apply FILE`."
NAME_LENGTH = 80
NAMED = 20


def schedules(found: Sequence[OnDuty]) -> str:
    """A line for each schedule: who is on call, until when, and who is next."""
    return first_lines([_duty(each) for each in found], SECTION_LENGTH - 200)


def schedule_list(found: Sequence[OnDuty]) -> str:
    """The schedules, and how more is shown of one."""
    return f"{schedules(found)}\n`/heed schedule NAME` shows the next 14 days of one." if found else NO_SCHEDULE


def _duty(duty: OnDuty) -> str:
    who = person(duty.person) if duty.person else NOBODY
    if duty.person and not duty.reachable:
        who += ", :warning: *who cannot be paged*"
    by = " by an override" if duty.by_override else ""
    if duty.until is None:
        return f"• *{_name(duty.schedule)}*: {who}{by}, and no change in sight"
    after = f"then {person(duty.following)}" if duty.following else f"then {NOBODY}"
    return f"• *{_name(duty.schedule)}*: {who}{by} until {on(duty.until)}, {after}"


def roster(shown: Roster) -> Rendered:
    """The next days of one schedule, with its gaps, and its calendar for those who may have it."""
    head = f"*{_name(shown.schedule)}*, the next {shown.days} days. A picture follows as a direct message."
    gaps = sum(line.person is None for line in shown.lines)
    if gaps:
        head += f"\n:warning: It has {gaps} {'gap' if gaps == 1 else 'gaps'}: nobody is on call then."
    foot = ""
    if shown.calendar:
        foot = f"\nCalendar, for your calendar program and nobody else: {code(shown.calendar, 300)}"
    lines = first_lines([_line(each) for each in shown.lines], SECTION_LENGTH - len(head) - len(foot) - 2)
    text = f"{head}\n{lines}{foot}"
    return Rendered(text, [section(text)])


def _line(line: DutyLine) -> str:
    who = person(line.person) if line.person else NOBODY
    by = ""
    if line.by_override:
        by = f", instead of {person(line.instead_of)}" if line.instead_of else ", by an override"
    return f"• {on(line.start)} – {on(line.end)}: {who}{by}"


def overridden(schedule: str, slack_id: str, start: datetime, end: datetime, before: Sequence[DutyLine]) -> str:
    """Who takes over from whom; `before` is who would have been on call in that time."""
    others = list(dict.fromkeys(line.person for line in before if line.person and line.person != slack_id))
    has_gap = any(line.person is None for line in before)
    when = f"from {on(start)} until {on(end)}"
    if others:
        gap = ", and fills a gap" if has_gap else ""
        return f"{person(slack_id)} takes over *{_name(schedule)}* from {people(others)}{gap}, {when}."
    if has_gap:
        return f"{person(slack_id)} is on call for *{_name(schedule)}*, where nobody was, {when}."
    return f"{person(slack_id)} is on call for *{_name(schedule)}* anyway, and stays so {when}."


def ended(schedule: str, slack_id: str, count: int) -> str:
    """Whose overrides are over, and how many that were."""
    if not count:
        return f"{person(slack_id)} has no override in *{_name(schedule)}* that was made in Slack. Nothing has changed."
    which = "The override" if count == 1 else f"All {count} overrides"
    return f"{which} of {person(slack_id)} in *{_name(schedule)}* ended. `/heed oncall` shows who is on call now."


def may_not_override(schedule: str) -> str:
    who = "Only admins, responders and those who stand in it"
    return f"{who} may change who is on call for *{_name(schedule)}*. Nothing has changed."


def which_schedule(names: Sequence[str], wanted: str = "") -> str:
    """Asks for one of the schedules, when none or an unknown one was named."""
    if not names:
        return NO_SCHEDULE
    head = f"There is no schedule “{quoted(wanted, NAME_LENGTH)}”." if wanted else "Which schedule?"
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    listed = ", ".join(map(_name, names[:NAMED]))
    return cut_marked(f"{head} There {'is' if len(names) == 1 else 'are'}: {listed}{more}.", SECTION_LENGTH)


def _name(schedule: str) -> str:
    return quoted(schedule, NAME_LENGTH)
