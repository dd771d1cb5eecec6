"""Draws posts anew that show something outdated; what a button was pressed in is drawn by its reply, if that works."""

from datetime import timedelta
from functools import cache

import structlog

from bot.context import Context
from bot.slack import GONE, WORKSPACE, NotSent, Refused, Result, Sent, Unclear
from bot.views.posts import message
from jobs.context import current
from jobs.looking import look
from jobs.pump import THREADS, Pump
from models.actions import drawing
from models.actions.drawing import Drawing
from models.db import DatabaseAway

log = structlog.get_logger()

AGAIN = timedelta(seconds=5)
DEAD_TOKEN = timedelta(minutes=1)


@cache
def pump() -> Pump:
    """The process's pool of drawers: half as many as senders, who come first."""
    return Pump("redraw", THREADS // 2)


def run() -> None:
    redraw(current(), pump())


def redraw(context: Context, drawers: Pump) -> None:
    """Start drawers for the posts that are outdated, and arm the next second."""

    def batch() -> bool:
        with context.db.begin() as session:
            count = drawing.count_due(session)
        drawers.start(count, lambda _: _draw_one(context, drawers))
        return False

    look(context, "redraw", batch, drawing.DUE)


def _draw_one(context: Context, drawers: Pump) -> bool:
    with context.db.begin() as session:
        claimed = drawing.claim(session, drawers.full_workspaces())
    if claimed is None:
        return False
    with drawers.at_work_in(claimed.workspace_id):
        try:
            _draw(context, claimed)
        except DatabaseAway:
            raise
        except Exception:
            log.exception("a post could not be drawn", post=claimed.post_id)
            with context.db.begin() as session:
                drawing.later(session, claimed, AGAIN, whole_workspace=False)
    return True


def _draw(context: Context, claimed: Drawing) -> None:
    token = context.seal.open(claimed.token)
    place = Sent(claimed.channel_id, claimed.ts) if claimed.ts else _look(context, claimed, token)
    if isinstance(place, Sent):
        drawn = message(claimed.contents, claimed.is_list, claimed.storm)
        place = context.slack.update(token, claimed.channel_id, place.ts, drawn)
    _receive(context, claimed, place)


def _look(context: Context, claimed: Drawing, token: str) -> Result | None:
    """Where Slack has a post whose answer was lost; None when it is not there."""
    if not claimed.channel_id:
        return None
    found = context.slack.find(token, claimed.channel_id, claimed.mark, claimed.posted_after)
    if isinstance(found, Sent):
        with context.db.begin() as session:
            drawing.found(session, claimed, found.ts)
    return found


def _receive(context: Context, claimed: Drawing, result: Result | None) -> None:
    """Write down what came of it. What was not found is looked for a few times more: it may still be under way."""
    log.debug("redraw", post=claimed.post_id, result=type(result).__name__)
    with context.db.begin() as session:
        match result:
            case Sent():
                drawing.drawn(session, claimed)
            case Refused(about, _) if about == GONE:
                drawing.drawn(session, claimed)
            case NotSent(wait, _, _):
                drawing.later(session, claimed, wait, whole_workspace=True)
            case Refused(about, _) if about == WORKSPACE:
                drawing.later(session, claimed, DEAD_TOKEN, whole_workspace=True)
            case Unclear():
                drawing.later(session, claimed, AGAIN, whole_workspace=True)
            case Refused() | None:
                drawing.later(session, claimed, AGAIN, whole_workspace=False)
