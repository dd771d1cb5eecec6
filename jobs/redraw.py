"""Draws posts anew that show something outdated; what a button was pressed in has been drawn by its reply."""

from datetime import timedelta
from functools import cache

import structlog

from bot.context import Context
from bot.slack import GONE, WORKSPACE, NotSent, Refused, Sent, Unclear
from bot.views.posts import message
from jobs.context import current
from jobs.looking import look
from jobs.pump import Pump
from models.actions import drawing
from models.actions.drawing import Drawing
from models.db import DatabaseAway

log = structlog.get_logger()

AGAIN = timedelta(seconds=5)
DEAD_TOKEN = timedelta(minutes=1)


@cache
def pump() -> Pump:
    """The process's pool of drawers."""
    return Pump("redraw")


def run() -> None:
    redraw(current(), pump())


def redraw(context: Context, drawers: Pump) -> None:
    """Start drawers for the posts that are outdated, and arm the next second."""

    def batch() -> bool:
        with context.db.begin() as session:
            count = drawing.count_due(session)
        drawers.start(count, lambda _: _draw_one(context, drawers))
        return False

    look(context, "redraw", batch, drawing.next_due)


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
    drawn = message(claimed.contents, claimed.is_list, claimed.storm)
    result = context.slack.update(context.seal.open(claimed.token), claimed.channel_id, claimed.ts, drawn)
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
            case Unclear() | Refused():
                drawing.later(session, claimed, AGAIN, whole_workspace=False)
