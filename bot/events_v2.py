"""PagerDuty's Events API v2 at `POST /v2/enqueue`: a tool that speaks it needs only another address.

The routing key is the secret of a source of the kind `pagerduty`. A 202 means that the event is committed.
"""

import uuid
from dataclasses import replace

import structlog
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from bot.answers import as_json, house_of
from bot.bodies import Body, body_of
from bot.compatible import pagerduty_events as api
from bot.limits import later
from bot.machines import Outsider, enter, keep_unreadable, retry_after, ring, ring_after_answer
from models.actions import remote
from models.actions.receiving import Received, receive
from models.actions.sources import SourceRef
from models.seal import SealBroken

log = structlog.get_logger()
routes = Blueprint("events_v2", __name__)
KIND = "pagerduty"
HIDDEN = "…"


@routes.post("/v2/enqueue")
def enqueue() -> Response:
    """One event: trigger, acknowledge or resolve."""
    body = _without_secret(body_of(request))
    if body.is_too_large:
        return as_json(api.TOO_LARGE_STATUS, api.refused([body.fault]))
    if body.fault and body.raw.strip():
        return as_json(api.REFUSED_STATUS, api.unrecognized())
    routing_key = api.routing_key(body.payload)
    wait = retry_after(KIND, routing_key)
    if wait:
        return _throttled(wait)
    try:
        return _take(api.read(body.payload, fresh_key=uuid.uuid4().hex), body)
    except api.Refused as refused:
        keep_unreadable(KIND, routing_key, str(refused), body)
        return as_json(api.REFUSED_STATUS, api.refused(refused.errors))
    except SealBroken:
        log.error("the signing secret of a source cannot be opened", kind=KIND)
        return later(503, "the signing secret of this source cannot be opened; please send it again")


def _without_secret(body: Body) -> Body:
    """The secret comes within the body, whose text is kept for people to look at."""
    routing_key = api.routing_key(body.payload)
    return replace(body, text=body.text.replace(routing_key, HIDDEN)) if routing_key else body


def _throttled(wait: str) -> Response:
    answer = as_json(api.THROTTLED_STATUS, api.throttled())
    answer.headers["Retry-After"] = wait
    return answer


def _take(event: api.Event, body: Body) -> Response:
    with house_of().db.begin() as session:
        source = enter(session, KIND, event.routing_key, body)
        if isinstance(source, Outsider):
            return _turned_away(source)
        received = _store(session, source, event, body)
    if received is None:
        ring_after_answer()
    else:
        ring(received)
    return as_json(api.ACCEPTED_STATUS, api.accepted(event))


def _turned_away(sender: Outsider) -> Response:
    if sender.why:
        return as_json(api.FORBIDDEN_STATUS, api.refused([sender.why]))
    return as_json(api.REFUSED_STATUS, api.unknown_routing_key())


def _store(session: Session, source: SourceRef, event: api.Event, body: Body) -> Received | None:
    """None for an acknowledge. One of an alert that is not there is accepted all the same, as PagerDuty does."""
    if event.signal is not None:
        return receive(session, source, [event.signal], body=body.text)
    remote.keep_request(session, source, body.text)
    number = remote.newest_of(session, source, event.key)
    if number is not None:
        remote.acknowledge(session, source, number)
    return None
