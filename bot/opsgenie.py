"""Opsgenie's Alert API below `/v2/alerts`: a tool that speaks it needs only another address.

The key in `Authorization: GenieKey …` is the secret of a source of the kind `opsgenie`. As in Opsgenie, a 202 tells a
`requestId`, by which can be asked what came of the request; other than there, it is done by then.
"""

import time
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from flask import Blueprint, Response, g, request
from sqlalchemy.orm import Session

from bot.answers import as_json, house_of
from bot.bodies import Body, body_of
from bot.compatible import opsgenie as api
from bot.compatible import opsgenie_answers as answers
from bot.compatible.opsgenie_query import read_page, read_query
from bot.limits import later
from bot.machines import Outsider, enter, keep_unreadable, retry_after, ring, ring_after_answer
from bot.senders import address_of
from models.actions import heartbeats, remote
from models.actions.receiving import Received, receive
from models.actions.sources import SourceRef
from models.db import now_of
from models.seal import SealBroken

log = structlog.get_logger()
routes = Blueprint("opsgenie", __name__)
KIND = "opsgenie"
AS_IT_IS: dict[str, Any] = {"merge_slashes": False}
"""An alias may hold slashes, and two of them in a row; by the time an address is read they are no longer escaped."""
Handler = Callable[..., Response]


def _for_source(handler: Handler) -> Handler:
    """`handler(session, source, …)` in one transaction, for whoever shows a key; afterwards what `g.rings` holds."""

    @wraps(handler)
    def answer(**address: str) -> Response:
        g.began, g.request_id, g.rings, g.body = time.monotonic(), str(uuid.uuid4()), [], body_of(request)
        key = api.api_key(request.headers.get("Authorization", ""))
        refusal = _out_of_hand(key, g.body)
        if refusal is not None:
            return refusal
        try:
            answered = _handle(handler, key, address)
        except api.Refused as refused:
            keep_unreadable(KIND, key, str(refused), g.body)
            return _told(answers.REFUSED_STATUS, answers.refused, refused.errors)
        except heartbeats.NotFromThere:
            return _told(
                answers.FORBIDDEN_STATUS, answers.failed, "This heartbeat takes beats from its own networks only"
            )
        except SealBroken:
            log.error("the signing secret of a source cannot be opened", kind=KIND)
            return later(503, "the signing secret of this source cannot be opened; please send it again")
        for each in g.rings:
            each()
        return answered

    return answer


def _out_of_hand(key: str, body: Body) -> Response | None:
    """The answer for what nobody has to look at."""
    if body.is_too_large:
        return _told(answers.TOO_LARGE_STATUS, answers.failed, body.fault)
    wait = retry_after(KIND, key)
    if wait:
        answer = _told(answers.THROTTLED_STATUS, answers.failed, "You are making too many requests!")
        answer.headers["Retry-After"] = wait
        return answer
    if body.fault and body.raw.strip():
        keep_unreadable(KIND, key, body.fault, body)
        return _told(answers.UNREADABLE_STATUS, answers.failed, f"Could not parse the {body.fault}")
    return None


def _handle(handler: Handler, key: str, address: dict[str, str]) -> Response:
    with house_of().db.begin() as session:
        source = enter(session, KIND, key, g.body)
        if not isinstance(source, Outsider):
            return handler(session, source, **address)
        if source.why:
            return _told(answers.FORBIDDEN_STATUS, answers.failed, source.why)
        return _told(answers.UNAUTHORIZED_STATUS, answers.failed, "Could not authenticate")


def _told(status: int, body: Callable[..., dict[str, Any]], *what: Any) -> Response:
    took = round(time.monotonic() - g.began, 3)
    return as_json(status, body(*what, request_id=g.request_id, took=took))


@routes.post("/v2/alerts")
@_for_source
def create(session: Session, source: SourceRef) -> Response:
    """Open an alert, or count one more for the alias that is open already."""
    created = api.read_create(g.body.payload, fresh_alias=str(uuid.uuid4()))
    received = receive(session, source, [created.signal])
    g.rings.append(lambda: ring(received))
    number = remote.newest_of(session, source, created.key)
    if number is not None and created.note and not received.ignored:
        remote.add_note(session, source, number, created.note, created.user)
    return _accepted(session, source, "Create", _became(received), number, created.alias)


def _became(received: Received) -> str:
    if received.opened:
        return "Created alert"
    return "Alert is closed, and opens again only when its problem is new" if received.ignored else "Counted alert"


@routes.post("/v2/alerts/<path:identifier>/close", **AS_IT_IS)
@_for_source
def close(session: Session, source: SourceRef, identifier: str) -> Response:
    """Its source says that the alert is over."""
    change, number = _change(session, source, api.Action.CLOSE, identifier)
    if number is not None:
        received = remote.close(session, source, number, change.identifier.key or None)
        g.rings.append(lambda: ring(received))
        if change.note:
            remote.add_note(session, source, number, change.note, change.user)
    return _accepted(session, source, "Close", "Closed alert", number)


@routes.post("/v2/alerts/<path:identifier>/acknowledge", **AS_IT_IS)
@_for_source
def acknowledge(session: Session, source: SourceRef, identifier: str) -> Response:
    """Somebody has the alert; nobody further is paged."""
    change, number = _change(session, source, api.Action.ACKNOWLEDGE, identifier)
    status = "Acknowledged alert"
    if number is not None:
        done = remote.acknowledge(session, source, number, change.user, change.note)
        status = status if done.refusal is None else f"Nothing changed: {done.refusal}"
        g.rings.append(ring_after_answer)
    return _accepted(session, source, "Acknowledge", status, number)


@routes.post("/v2/alerts/<path:identifier>/notes", **AS_IT_IS)
@_for_source
def add_note(session: Session, source: SourceRef, identifier: str) -> Response:
    """Words for the alert's timeline and cards."""
    change, number = _change(session, source, api.Action.NOTE, identifier)
    if number is not None:
        remote.add_note(session, source, number, change.note, change.user)
        g.rings.append(ring_after_answer)
    return _accepted(session, source, "AddNote", "Added note", number)


def _change(session: Session, source: SourceRef, action: api.Action, identifier: str) -> tuple[api.Change, int | None]:
    change = api.read_change(action, identifier, request.args.get("identifierType", ""), g.body.payload)
    return change, _number(session, source, change.identifier)


def _number(session: Session, source: SourceRef, meant: api.Identifier) -> int | None:
    if meant.number is not None:
        return remote.own(session, source, meant.number)
    return remote.newest_of(session, source, meant.key) if meant.key else None


def _accepted(
    session: Session, source: SourceRef, action: str, status: str, number: int | None, alias: str = ""
) -> Response:
    """The 202, and what is told when its request is asked for."""
    if number is None:
        status = answers.NO_SUCH_ALERT
    elif not alias:
        alias = "".join(api.alias_of(each.key) for each in remote.look(session, source, [number]))
    result = answers.request_status(action, now_of(session), source.id, status, number, alias)
    remote.keep_request(session, source, g.body.text, g.request_id, result)
    return _told(answers.ACCEPTED_STATUS, answers.accepted)


@routes.get("/v2/alerts/requests/<request_id>")
@_for_source
def request_status(session: Session, source: SourceRef, request_id: str) -> Response:
    """What came of a request."""
    result = remote.result_of(session, source, request_id)
    if result is None:
        return _told(answers.UNKNOWN_STATUS, answers.failed, answers.NO_SUCH_REQUEST)
    return _told(answers.FOUND_STATUS, answers.found, result)


@routes.get("/v2/alerts/<path:identifier>", **AS_IT_IS)
@_for_source
def look(session: Session, source: SourceRef, identifier: str) -> Response:
    """One alert as it stands."""
    number = _number(session, source, api.read_identifier(identifier, request.args.get("identifierType", "")))
    found = remote.look(session, source, [number]) if number is not None else []
    if not found:
        return _told(answers.UNKNOWN_STATUS, answers.failed, answers.NO_SUCH_ALERT)
    return _told(answers.FOUND_STATUS, answers.found, answers.whole(found[0].card, found[0].key, source.id))


@routes.get("/v2/alerts")
@_for_source
def alerts(session: Session, source: SourceRef) -> Response:
    """The source's alerts, newest first."""
    wanted, (offset, limit) = read_query(request.args.get("query", "")), read_page(request.args)
    found = remote.listed(session, source, remote.Narrowed(**wanted), offset, limit)
    listed = [answers.in_list(each.card, each.key, source.id) for each in found]
    return _told(answers.FOUND_STATUS, answers.found, listed)


@routes.get("/v2/alerts/count")
@_for_source
def count(session: Session, source: SourceRef) -> Response:
    """How many alerts the source has."""
    wanted = remote.Narrowed(**read_query(request.args.get("query", "")))
    return _told(answers.FOUND_STATUS, answers.found, {"count": remote.count(session, source, wanted)})


@routes.route("/v2/heartbeats/<name>/ping", methods=["GET", "POST", "PUT", "PATCH"])
@_for_source
def ping(session: Session, source: SourceRef, name: str) -> Response:
    """A beat of the heartbeat of this name in the source's workspace."""
    sender = address_of(request, house_of().settings.heed_proxies)
    beaten = heartbeats.beat_by_name(session, source.workspace_id, name, sender)
    if beaten is None:
        return _told(answers.UNKNOWN_STATUS, answers.failed, answers.NO_SUCH_HEARTBEAT)
    if beaten.resolved:
        g.rings.append(lambda: ring(Received(resolved=beaten.resolved)))
    return _told(answers.ACCEPTED_STATUS, answers.pong)
