"""Sends the pages that are due: one sender a person, every attempt with its receipt (flow 3 of the design)."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlalchemy.orm import Session

from bot.context import Context
from bot.slack import CONTENT, PERSON, NotSent, Refused, Result, Sent, Unclear
from bot.views.parts import Rendered
from bot.views.posts import message
from jobs.context import current
from jobs.looking import look
from jobs.pump import Pump
from models.actions import delivering, receipts, workspaces
from models.actions.delivering import Envelope, Lease
from models.actions.journal import note
from models.db import DatabaseAway, now_of

log = structlog.get_logger()

LOOK_AGAIN = timedelta(seconds=4)
"""Between an unclear answer, a first look for the post, and a second one; and between tries while Slack is out, so that
all is well again soon after."""
LOOKS = 2
DEAD_TOKEN = timedelta(minutes=1)
FRESH_SECONDS = 2.0
"""A request that does not begin within so long after the last look is left to the next attempt, which looks first."""
REST_KEPT = timedelta(minutes=5)
IN_SILENCE = "delivered without a sound: Do Not Disturb is on"


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

    look(context, "deliver", batch, delivering.DUE)


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
            receipts.push_out(session, envelope, type(error).__name__)
        return True


def _send(context: Context, lease: Lease, envelope: Envelope) -> bool:
    token = context.seal.open(lease.token)
    channel = lease.dm_channel or context.slack.open_dm(token, lease.slack_id)
    if isinstance(channel, Sent):
        channel = _remember_dm(context, lease, channel.channel_id)
    if not isinstance(channel, str):
        return _not_opened(context, lease, envelope, channel)
    if envelope.must_look:
        found = _look_for(context, token, channel, envelope)
        if found is not None or envelope.looked < LOOKS - 1:
            return _after_looking(context, lease, envelope, found)
    rest = _rest(context, lease, envelope, token)
    began = time.monotonic()
    with context.db.begin() as session:
        if rest is not None:
            receipts.lock_alerts(session, envelope.pages)
        if not delivering.may_send(session, lease, envelope):
            return True
        if rest is not None and receipts.hurry(session, envelope.pages, now_of(session)):
            context.bell.wake("contact", at=now_of(session))
    if time.monotonic() - began > FRESH_SECONDS:
        return False
    return _receive(context, lease, envelope, _post(context, token, channel, envelope), rest)


def _remember_dm(context: Context, lease: Lease, channel_id: str) -> str:
    with context.db.begin() as session:
        delivering.remember_dm(session, lease, channel_id)
    return channel_id


def _not_opened(context: Context, lease: Lease, envelope: Envelope, why: Result) -> bool:
    """A limit on opening conversations is no limit on posts: it holds back this person alone."""
    if isinstance(why, Unclear):
        why = NotSent(LOOK_AGAIN, why.why, outage=True)
    if not isinstance(why, NotSent) or why.outage:
        return _receive(context, lease, envelope, why)
    with context.db.begin() as session:
        again_at = delivering.pause(session, lease, why.wait)
        receipts.later(session, envelope, again_at, why.why)
    context.bell.wake("deliver", at=again_at)
    return False


def _rest(context: Context, lease: Lease, envelope: Envelope, token: str) -> datetime | None:
    """Until when Slack keeps quiet for the person of a critical page, asked at most every five minutes; None: it rings.

    People of a channel are not asked: nobody is woken by one.
    """
    if lease.is_channel or not envelope.is_critical:
        return None
    now, rest = envelope.claimed_at, envelope.rest
    if envelope.asked_at is None or now - envelope.asked_at > REST_KEPT:
        rest = context.slack.rest(token, lease.slack_id) or rest
        with context.db.begin() as session:
            delivering.remember_rest(session, lease, rest)
    return rest.ends(now)


def _post(context: Context, token: str, channel: str, envelope: Envelope) -> Result:
    """Post; content that Slack refuses goes out as plain text, for a plain page is better than none."""
    drawn = message(envelope.contents, len(envelope.contents) != 1, envelope.storm)
    result = context.slack.post(token, channel, drawn, envelope.mark)
    if isinstance(result, Refused) and result.about == CONTENT:
        log.error("Slack refused the blocks of a page", why=result.why, post=envelope.post_id)
        result = context.slack.post(token, channel, Rendered(drawn.text), envelope.mark)
    return result


def _look_for(context: Context, token: str, channel: str, envelope: Envelope) -> Sent | NotSent | Unclear | None:
    """The post of an attempt that had no clear answer; None when it is not there. What Slack will never let us see,
    as without the scope for it, counts as not there: rather twice than never."""
    found = context.slack.find(token, channel, envelope.mark, envelope.posted_after)
    if isinstance(found, Refused):
        log.error("a post cannot be looked for", why=found.why, post=envelope.post_id)
        return None
    return found


def _after_looking(context: Context, lease: Lease, envelope: Envelope, found: Sent | NotSent | Unclear | None) -> bool:
    """Returns whether the person's other posts may go on: a limit on looking is none on posts."""
    if isinstance(found, Sent):
        return _receive(context, lease, envelope, found, was_there=True)
    wait = max(found.wait, LOOK_AGAIN) if isinstance(found, NotSent) else LOOK_AGAIN
    is_away = isinstance(found, Unclear) or (isinstance(found, NotSent) and found.outage)
    with context.db.begin() as session:
        again_at = now_of(session) + wait
        if found is None:
            receipts.not_found(session, envelope, wait)
        else:
            receipts.not_looked(session, envelope, found.why, wait)
        if is_away:
            delivering.pause(session, lease, LOOK_AGAIN)
    context.bell.wake("deliver", at=again_at)
    return not is_away


@dataclass(frozen=True)
class After:
    """What follows a receipt: when the pages are tried again, whether a step is due because nobody is left to reach,
    and whether the person's next post may be sent right away."""

    again_at: datetime | None = None
    step_is_due: bool = False
    goes_on: bool = True


def _receive(
    context: Context,
    lease: Lease,
    envelope: Envelope,
    result: Result,
    rest: datetime | None = None,
    was_there: bool = False,
) -> bool:
    """Write the receipt; returns whether the person's next post may be sent right away, as it may after one that
    was only found."""
    with context.db.begin() as session:
        after = _write(session, lease, envelope, result, rest, was_there)
    traces = sorted({each.card.trace for each in envelope.contents})
    log.info("post", post=envelope.post_id, pages=len(envelope.pages), result=type(result).__name__, traces=traces)
    if after.again_at is not None:
        context.bell.wake("deliver", at=after.again_at)
    if after.step_is_due:
        context.bell.wake("escalate")
    if isinstance(result, Sent):
        context.bell.wake("redraw")
    if isinstance(result, Refused):
        context.bell.wake("contact")
    return after.goes_on


def _write(
    session: Session, lease: Lease, envelope: Envelope, result: Result, rest: datetime | None, was_there: bool
) -> After:
    now = now_of(session)
    match result:
        case Sent(channel_id, ts):
            receipts.sent(session, lease, envelope, channel_id, ts, IN_SILENCE if rest is not None else "delivered")
            workspaces.reached(session, lease.workspace_id)
            if not was_there and (envelope.is_for_many or delivering.is_rushed(session, lease)):
                return After(delivering.pause(session, lease), goes_on=False)
            return After()
        case NotSent(wait, why, _):
            again_at = now + wait
            receipts.later(session, envelope, again_at, why)
            workspaces.hold_back(session, lease.workspace_id, again_at)
            return After(again_at, goes_on=False)
        case Unclear(why):
            receipts.unclear(session, envelope, why, LOOK_AGAIN)
            return After(delivering.pause(session, lease, LOOK_AGAIN), goes_on=False)
        case Refused(about, why) if about in (PERSON, CONTENT):
            return After(step_is_due=receipts.failed(session, lease, envelope, why))
        case Refused(_, why):
            receipts.later(session, envelope, now + DEAD_TOKEN, why)
            if workspaces.hold_back(session, lease.workspace_id, now + DEAD_TOKEN) == 1:
                note(session, lease.workspace_id, "workspace_failed", now, high=True, why=why)
            return After(now + DEAD_TOKEN, goes_on=False)
