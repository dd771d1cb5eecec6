"""The intake: signals of monitoring tools at an address of their own. It stores and rings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, request

from bot.answers import as_json, house_of, refuse
from bot.bodies import Body, body_of
from bot.fetching import NotFetched
from bot.gathering import Gathering
from bot.known import KnownSources
from bot.limits import later, too_many
from bot.notifications import NotGenuine, is_enveloped
from bot.senders import not_from, not_signed
from bot.sources import Parse, Tool, tools
from bot.sources.mapped import parser
from bot.sources.reading import Unreadable
from models.actions.incoming import keep
from models.actions.receiving import Received, SourceChanged
from models.actions.sources import SourceRef
from models.intake import ACCEPTED, REFUSED, UNREADABLE
from models.seal import SealBroken
from models.signal import Signal
from models.words import Severity

log = structlog.get_logger()

TRIES = 3
"""How often a request whose source is changed meanwhile is checked again."""
UNKNOWN = "no source has this address: check the kind and the secret"
NOTHING = "holds no problem"
routes = Blueprint("intake", __name__)


@dataclass(frozen=True)
class Refusal:
    """The answer for those whose request is not taken."""

    code: int
    why: str


@routes.post("/alerts/<kind>/<secret>")
def intake(kind: str, secret: str) -> Response:
    """Signals of one source. 202 means that they are committed; whoever gets 503 should send them again."""
    tool = tools().get(kind)
    if tool is None:
        return refuse(404, UNKNOWN)
    busy = too_many(kind, secret)
    if busy is not None:
        return busy
    body = body_of(request)
    for _ in range(TRIES):
        try:
            return _let_in(tool, kind, secret, body)
        except SourceChanged:
            _known().forget(kind, secret)
        except SealBroken:
            log.error("the signing secret of a source cannot be opened", kind=kind)
            return later(503, "the signing secret of this source cannot be opened; please send it again")
    return later(503, "this source is being changed; please send it again")


def _known() -> KnownSources:
    found: KnownSources = current_app.extensions["known"]
    return found


def _let_in(tool: Tool, kind: str, secret: str, body: Body) -> Response:
    """Check who sends, and store what they say. Raises SourceChanged and SealBroken."""
    source = _known().find(kind, secret)
    refusal = _refusal(tool, source, body) if source is not None else None
    if refusal is not None:  # perhaps only because what is remembered is out of date
        _known().forget(kind, secret)
        source = _known().find(kind, secret)
        refusal = _refusal(tool, source, body) if source is not None else None
    if source is None:
        return refuse(404, UNKNOWN)
    if refusal is not None:
        _keep(source, REFUSED, refusal.why)
        return refuse(refusal.code, refusal.why)
    if tool.over_sns and is_enveloped(body.payload):
        return _over_sns(tool, source, body)
    return _take(tool, source, body)


def _refusal(tool: Tool, source: SourceRef, body: Body) -> Refusal | None:
    """Why this request is not taken: where it comes from, its signature. Raises SealBroken."""
    house = house_of()
    why = not_from(source, request, house.settings.heed_proxies)
    if not why and not body.is_too_large:
        why = not_signed(source, request, body.raw, tool.signed_by, house.seal)
    if why:
        return Refusal(403, why)
    return Refusal(413, body.fault) if body.is_too_large and source.signing_secret else None


def _over_sns(tool: Tool, source: SourceRef, body: Body) -> Response:
    """SNS may have to be asked before its message is believed, and no transaction is open meanwhile."""
    try:
        done = current_app.extensions["notifications"].welcome(body.payload)
    except (NotGenuine, NotFetched) as error:
        is_forged = isinstance(error, NotGenuine)
        why = str(error) if is_forged else f"SNS could not be asked: {error}"
        _keep(source, REFUSED, why)
        return refuse(403, why) if is_forged else later(503, why)
    return _nothing(source, body, done) if done else _take(tool, source, body)


def _keep(source: SourceRef, outcome: str, why: str, text: str = "") -> None:
    with house_of().db.begin() as session:
        keep(session, source, outcome, why, text)


def _take(tool: Tool, source: SourceRef, body: Body) -> Response:
    """Store what the body says; and that it came, where it says nothing or nobody can read it."""
    try:
        if body.fault:
            raise Unreadable(body.fault)
        signals = _parse_of(tool, source)(body.payload)
    except Unreadable as error:
        return _unreadable(source, str(error), body)
    if not signals:
        return _nothing(source, body, NOTHING)
    return _accepted(_store(source, signals, body.text))


def _store(source: SourceRef, signals: Sequence[Signal], text: str = "") -> Received:
    gathering: Gathering = current_app.extensions["gathering"]
    return gathering.take(source, signals, text)


def _parse_of(tool: Tool, source: SourceRef) -> Parse:
    expressions = source.settings.get("expressions")
    return _mapped(json.dumps(expressions, sort_keys=True)) if expressions else tool.parse


@lru_cache(256)
def _mapped(expressions: str) -> Parse:
    """A `parse` by these expressions; raises Unreadable."""
    return parser(json.loads(expressions))


def _nothing(source: SourceRef, body: Body, why: str) -> Response:
    _keep(source, ACCEPTED, why, body.text)
    return _accepted(Received())


def _accepted(received: Received) -> Response:
    return as_json(202, {"status": "accepted", **_counted(received)})


def _counted(received: Received) -> dict[str, Any]:
    counts = {name: len(value) if isinstance(value, tuple) else value for name, value in vars(received).items()}
    return {**counts, "alerts": sorted(received.opened + received.repeated)}


def _unreadable(source: SourceRef, why: str, body: Body) -> Response:
    """An alert says that somebody has to look: one at a time is open for a source. The body is kept.

    What is too large is not kept, so its sender is told that it was not taken, and the alert is one that pages: nobody
    knows which problems were in it.
    """
    outcome, code = (REFUSED, 413) if body.is_too_large else (UNREADABLE, 202)
    received = _store(source, [_of_too_large(source, why) if body.is_too_large else _of_unreadable(source, why)])
    _keep(source, outcome, why, body.text)
    return as_json(code, {"status": outcome, "error": why, "alerts": _counted(received)["alerts"]})


def _of_too_large(source: SourceRef, why: str) -> Signal:
    return Signal(
        key=f"too-large:{source.name}",
        firing=True,
        title=f"A signal from {source.name} is too large",
        severity=Severity.HIGH,
        details=f"{why}, and was not taken: look into the tool which problems there are.\n"
        "Let it send fewer at a time (Alertmanager: a finer group_by), or raise INTAKE_BODY_BYTES.",
    )


def _of_unreadable(source: SourceRef, why: str) -> Signal:
    look = f"/heed source {source.kind} {source.name} shows what came, and admins the body."
    return Signal(
        key=f"unreadable:{source.name}",
        firing=True,
        title=f"Unreadable signal from {source.name}",
        severity=Severity.LOW,
        details=f"{why}\n{look}",
    )
