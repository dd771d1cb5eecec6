"""The intake: signals of monitoring tools at an address of their own. It stores and rings."""

import json
from typing import Any

from flask import Blueprint, Response, request

from bot.answers import as_json, house_of, refuse
from bot.sources import sources
from bot.sources.reading import Unreadable
from models.actions.receiving import receive
from models.actions.workspaces import source_by_secret

routes = Blueprint("intake", __name__)


@routes.post("/alerts/<kind>/<secret>")
def intake(kind: str, secret: str) -> Response:
    """Signals of one source. 202 means that they are committed; whoever gets 503 should send them again."""
    parse = sources().get(kind)
    house = house_of()
    raw = request.get_data()
    with house.db.begin() as session:
        source = source_by_secret(session, kind, secret) if parse is not None else None
        if source is None or parse is None:
            return refuse(404, "no source has this address: check the kind and the secret")
        try:
            signals = parse(_read_json(raw))
        except Unreadable as error:
            return refuse(400, str(error))
        received = receive(session, source, signals)
    if received.opened or received.raised:
        house.bell.wake("escalate")
    if received.resolved or received.repeated:
        house.bell.wake("redraw")
    counts = {name: len(value) if isinstance(value, tuple) else value for name, value in vars(received).items()}
    return as_json(202, {"status": "accepted", **counts, "alerts": sorted(received.opened + received.repeated)})


def _read_json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        what = f", line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"body: is not readable JSON{what}") from None
