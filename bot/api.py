"""The REST API for scripts and dashboards, below `/api`; docs/openapi.yml describes it."""

import re
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

import yaml
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from bot.answers import as_json, house_of, refuse
from bot.listeners.alert import CLOSING, remember
from bot.rest import shown
from bot.rest.asked import Change, Wrong, change_of, cursor, page_of
from models.actions import answering, listing, reading, tokens
from models.actions.answering import NoSuchAlert, Wish
from models.actions.listing import UnknownName
from models.actions.tokens import Bearer
from models.answer import Answer, Refusal
from models.card import Card

routes = Blueprint("api", __name__)

DESCRIPTION = Path(__file__).resolve().parent.parent / "docs" / "openapi.yml"
ALERT = "/api/alerts/<alert_id>"


def for_tokens(answer: Callable[..., Response]) -> Callable[..., Response]:
    """Only for who shows a token that is taken: 401 without one, 403 where its maker may not answer any more."""

    @wraps(answer)
    def checked(**values: Any) -> Response:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        token = secret.strip() if scheme.lower() == "bearer" else ""
        with house_of().db.begin() as session:
            bearer = tokens.use(session, token) if token else None
        if bearer is None:
            why = "this token is not known, or was revoked" if token else "send `Authorization: Bearer heed_…`"
            refused = refuse(401, f"{why}: `/heed token new NAME` makes a token")
            refused.headers["WWW-Authenticate"] = 'Bearer realm="heed"'
            return refused
        if bearer.refusal:
            return refuse(403, bearer.refusal)
        return answer(bearer, **values)

    return checked


@routes.get("/api/openapi.json")
def openapi() -> Response:
    """The description of this API, for programs that read such."""
    return as_json(200, description())


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))
    return found


@routes.get("/api/alerts")
@for_tokens
def alerts(bearer: Bearer) -> Response:
    """Alerts, the newest first, and how many there are of each status and severity."""
    try:
        page = page_of(dict(request.args.lists()))
        with house_of().db.begin() as session:
            found = listing.find(session, bearer.workspace_id, page.search, page.limit, page.before)
            named = {each for card in found.cards for each in shown.slack_ids(card)}
            people = listing.people(session, bearer.workspace_id, named)
    except Wrong as error:
        return _wrong(str(error), error.field, error.allowed)
    except UnknownName as error:
        known = ", ".join(error.known) or "there is none yet"
        return _wrong(f"{error.field}: is not known here; known: {known}", error.field, error.known)
    body = {
        "alerts": [shown.alert(card, people) for card in found.cards],
        "next": cursor(found.next_before) if found.next_before else None,
        "counts": shown.counts(found.counts),
    }
    return as_json(200, body)


@routes.get(ALERT)
@for_tokens
def alert(bearer: Bearer, alert_id: str) -> Response:
    """One alert with its timeline and the receipts of its pages."""
    with house_of().db.begin() as session:
        found = listing.details(session, bearer.workspace_id, _number(alert_id))
        if found is None:
            return _no_such(alert_id)
        people = listing.people(session, bearer.workspace_id, shown.told(found), shown.row_ids(found))
    return as_json(200, shown.details(found, people))


@routes.patch(ALERT)
@for_tokens
def change(bearer: Bearer, alert_id: str) -> Response:
    """Acknowledge, resolve, or mark as a false positive, in the name of the token's maker."""
    number = _number(alert_id)
    try:
        wanted = change_of(request.get_data())
        with house_of().db.begin() as session:
            refusal = _give(session, bearer, number, wanted)
            card = reading.card(session, bearer.workspace_id, number)
            assert card is not None
            people = listing.people(session, bearer.workspace_id, shown.slack_ids(card))
    except Wrong as error:
        return _wrong(str(error), error.field, error.allowed)
    except NoSuchAlert:
        return _no_such(alert_id)
    if refusal is None:
        _ring(wanted.answer)
    return _changed(refusal, wanted, card, shown.alert(card, people))


def _give(session: Session, bearer: Bearer, alert_id: int, wanted: Change) -> Refusal | None:
    wish = Wish(wanted.words, token=bearer.token)
    answered = answering.give(
        session, wanted.answer, bearer.workspace_id, alert_id, bearer.person_id, wanted.epoch, wish
    )
    if wanted.answer is Answer.FALSE_POSITIVE and answered.refusal is None:
        remember(session, bearer.workspace_id, bearer.person_id, alert_id, wanted.words)
    return answered.refusal


def _ring(answer: Answer) -> None:
    house_of().bell.wake("redraw")
    if answer not in CLOSING:
        house_of().bell.wake("escalate")


def _changed(refusal: Refusal | None, wanted: Change, card: Card, body: dict[str, Any]) -> Response:
    """What became of an answer; somebody who was first with the same acknowledge is as good."""
    match refusal:
        case None | Refusal.ALREADY:
            return as_json(200, {"changed": refusal is None, "alert": body})
        case Refusal.NOT_ALLOWED:
            return refuse(403, f"who made this token may not answer alert {card.id} any more")
        case Refusal.OUTDATED:
            reason = f"epoch: alert {card.id} is at epoch {card.epoch}, not {wanted.epoch}; nothing was changed"
        case _:
            reason = f"alert {card.id} is {card.status.label} already; nothing was changed"
    return as_json(409, {"error": reason, "alert": body})


def _wrong(reason: str, field: str, allowed: Any = ()) -> Response:
    return as_json(400, {"error": reason, "field": field, "allowed": list(allowed)})


def _number(alert_id: str) -> int:
    """The number in the address; 0, which no alert has, for what is none."""
    return int(alert_id) if re.fullmatch("[0-9]{1,18}", alert_id) else 0


def _no_such(alert_id: str) -> Response:
    return refuse(404, f"there is no alert {alert_id} here")
