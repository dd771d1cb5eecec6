"""Draws the timelines that people asked for; loaded when the first is wanted, for matplotlib is heavy."""

from datetime import timedelta

from bot.context import Context
from bot.pictures import Timeline, description, timeline, timeline_of
from bot.slack import WORKSPACE, Refused, Result
from bot.views.parts import escape
from jobs.context import current
from jobs.looking import look
from jobs.notify import NOT_OPENED, place, receive
from models.actions import noticing, people, schedules
from models.actions.noticing import Claimed
from models.db import now_of
from models.seal import SealBroken

DAYS = 14


def run() -> None:
    picture(current())


def picture(context: Context) -> None:
    """Draw and send what is due, and arm the next second."""

    def batch() -> bool:
        with context.db.begin() as session:
            claimed = noticing.claim(session, pictures=True)
        if claimed is not None:
            _serve(context, claimed)
        return claimed is not None

    look(context, "picture", batch, noticing.PICTURE_DUE)


def _serve(context: Context, claimed: Claimed) -> None:
    drawing = _drawing(context, claimed)
    if drawing is None:
        with context.db.begin() as session:
            noticing.given_up(session, claimed, "the schedule is gone")
        return
    receive(context, claimed, _send(context, claimed, drawing))


def _drawing(context: Context, claimed: Claimed) -> Timeline | None:
    """The next 14 days of the schedule in the reader's zone, from the beginning of their day."""
    with context.db.begin() as session:
        row = schedules.by_id(session, claimed.workspace_id, claimed.detail["schedule"])
        if row is None:
            return None
        now, reader = now_of(session), people.by_ids(session, claimed.workspace_id, [claimed.person_id])
        schedule = schedules.whole(session, row, since=now - timedelta(days=1))
        known = people.by_ids(session, claimed.workspace_id, schedules.people_in([schedule]))
    zone = reader[claimed.person_id].time_zone
    names = {person: known[person].name for person in known}
    return timeline_of(schedule, now, now + timedelta(days=DAYS), zone, names, now)


def _send(context: Context, claimed: Claimed, drawing: Timeline) -> Result:
    try:
        token = context.seal.open(claimed.token)
    except SealBroken:
        return Refused(WORKSPACE, NOT_OPENED)
    channel = place(context, claimed, token)
    if not isinstance(channel, str):
        return channel
    words = description(drawing)
    return context.slack.picture(token, channel, timeline(drawing), drawing.title, escape(words), words)
