"""Sends the pages that are due: one sender a person, every attempt with its receipt (flow 3 of the design)."""

from datetime import timedelta
from functools import cache

import structlog

from bot.context import Context
from bot.slack import CONTENT, PERSON, NotSent, Refused, Result, Sent, Unclear
from bot.views.parts import Rendered
from bot.views.posts import message
from jobs.context import current
from jobs.looking import look
from jobs.pump import Pump
from models.actions import delivering, workspaces
from models.actions.delivering import Envelope, Lease
from models.actions.journal import note
from models.db import DatabaseAway, now_of

log = structlog.get_logger()

LOOK_AGAIN = timedelta(seconds=5)
LOOKS = 2
DEAD_TOKEN = timedelta(minutes=1)
LONGEST_WAIT = 60


@cache
def pump() -> Pump:
    """The process's pool of senders."""
    return Pump("deliver")


def run() -> None:
    deliver(current(), pump())


def deliver(context: Context, senders: Pump) -> None:
    """Start senders for the people who have pages due, and arm the next second; the senders go on by themselves."""

    def batch() -> bool:
        with context.db.begin() as session:
            count = delivering.count_due(session)
        senders.start(count, lambda _: _serve_one(context, senders))
        return False

    look(context, "deliver", batch, delivering.next_due)


def _serve_one(context: Context, senders: Pump) -> bool:
    """Lease the person with the worst page due and send what they are due; False when nobody was left."""
    with context.db.begin() as session:
        lease = delivering.lease_person(session, senders.full_workspaces())
    if lease is None:
        return False
    with senders.at_work_in(lease.workspace_id):
        try:
            while _send_next(context, lease):
                pass
        finally:
            with context.db.begin() as session:
                delivering.release(session, lease)
    return True


def _send_next(context: Context, lease: Lease) -> bool:
    """Claim and send the person's next post; False when there is none, or sending to them has to wait.

    The poison rule: a post whose handling fails is pushed out, doubling, and the person's other posts go on.
    """
    with context.db.begin() as session:
        envelope = delivering.claim(session, lease)
    if envelope is None:
        return False
    try:
        return _send(context, lease, envelope)
    except DatabaseAway:
        raise
    except Exception as error:
        log.exception("a post failed", post=envelope.post_id)
        with context.db.begin() as session:
            delivering.push_out(session, envelope, type(error).__name__)
        return True


def _send(context: Context, lease: Lease, envelope: Envelope) -> bool:
    token = context.seal.open(lease.token)
    channel = lease.dm_channel or _open_dm(context, lease, token)
    if not isinstance(channel, str):
        return _receive(context, lease, envelope, channel)
    if envelope.must_look:
        found = context.slack.find(token, channel, envelope.mark, envelope.posted_after)
        if found is not None or envelope.looked < LOOKS - 1:
            return _after_looking(context, lease, envelope, found)
    with context.db.begin() as session:
        if not delivering.may_send(session, envelope):
            return True
    return _receive(context, lease, envelope, _post(context, token, channel, envelope))


def _open_dm(context: Context, lease: Lease, token: str) -> str | Result:
    opened = context.slack.open_dm(token, lease.slack_id)
    if not isinstance(opened, Sent):
        return NotSent(LOOK_AGAIN, opened.why, outage=True) if isinstance(opened, Unclear) else opened
    with context.db.begin() as session:
        delivering.remember_dm(session, lease, opened.channel_id)
    return opened.channel_id


def _post(context: Context, token: str, channel: str, envelope: Envelope) -> Result:
    """Post; content that Slack refuses goes out as plain text, for a plain page is better than none."""
    drawn = message(envelope.contents, len(envelope.contents) != 1, envelope.storm)
    result = context.slack.post(token, channel, drawn, envelope.mark)
    if isinstance(result, Refused) and result.about == CONTENT:
        log.error("Slack refused the blocks of a page", why=result.why, post=envelope.post_id)
        result = context.slack.post(token, channel, Rendered(drawn.text), envelope.mark)
    return result


def _after_looking(context: Context, lease: Lease, envelope: Envelope, found: Result | None) -> bool:
    if isinstance(found, Sent):
        return _receive(context, lease, envelope, found)
    with context.db.begin() as session:
        if found is None:
            delivering.not_found(session, envelope, LOOK_AGAIN)
        else:
            delivering.unclear(session, envelope, "Slack could not be asked", LOOK_AGAIN)
    return True


def _receive(context: Context, lease: Lease, envelope: Envelope, result: Result) -> bool:
    """Write the receipt; returns whether the person's next post may be sent right away."""
    attempt, step_is_due, again_at, is_paced = max(envelope.pages.values()), False, None, False
    with context.db.begin() as session:
        match result:
            case Sent(channel_id, ts):
                delivering.sent(session, lease, envelope, channel_id, ts)
                workspaces.reached(session, lease.workspace_id)
                is_paced = envelope.is_for_many or delivering.is_rushed(session, lease)
                if is_paced:
                    again_at = delivering.pause(session, lease)
            case NotSent(wait, why, outage):
                again_at = now_of(session) + max(
                    wait, timedelta(seconds=min(2**attempt, LONGEST_WAIT) if outage else 0)
                )
                delivering.later(session, envelope, again_at, why)
                workspaces.hold_back(session, lease.workspace_id, again_at)
            case Unclear(why):
                again_in = timedelta(seconds=min(5 * 2 ** (attempt - 1), LONGEST_WAIT))
                delivering.unclear(session, envelope, why, again_in)
                again_at = now_of(session) + again_in
            case Refused(about, why) if about in (PERSON, CONTENT):
                step_is_due = delivering.failed(session, lease, envelope, why)
            case Refused(_, why):
                again_at = now_of(session) + DEAD_TOKEN
                delivering.later(session, envelope, again_at, why)
                if workspaces.hold_back(session, lease.workspace_id, again_at) == 1:
                    note(session, lease.workspace_id, "workspace_failed", now_of(session), high=True, why=why)
    log.info("post", post=envelope.post_id, pages=len(envelope.pages), result=type(result).__name__)
    if again_at is not None:
        context.bell.wake("deliver", at=again_at)
    if step_is_due:
        context.bell.wake("escalate")
    if isinstance(result, Sent):
        context.bell.wake("redraw")
    if is_paced:
        return False
    workspace_is_out = isinstance(result, NotSent) or (
        isinstance(result, Refused) and result.about not in (PERSON, CONTENT)
    )
    return not workspace_is_out
