"""Heartbeats at `/heartbeats/<secret>`: whoever should come and does not is missed."""

from flask import Blueprint, Response, request

from bot.answers import as_json, house_of, refuse
from bot.limits import too_many
from bot.senders import address_of
from models.actions.heartbeats import Beaten, NotFromThere, beat
from models.heartbeat import KIND

routes = Blueprint("heartbeats", __name__)


@routes.route("/heartbeats/<secret>", methods=["GET", "POST"])
def heartbeats(secret: str) -> Response:
    """One beat, by GET, HEAD or POST with any body. 200 means that it counts; 503 that it should be sent again."""
    busy = too_many(KIND, secret)
    if busy is not None:
        return busy
    beaten = _take(secret)
    if beaten is None:
        return refuse(404, "no heartbeat has this address: check the secret")
    if beaten.resolved:
        house_of().bell.wake("redraw")
    answer = as_json(200, {"status": "ok", "expected_by": beaten.expected_at.isoformat()})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _take(secret: str) -> Beaten | None:
    """None for a secret that nobody has, and for a sender outside the source's networks, who learns no more."""
    try:
        with house_of().db.begin() as session:
            return beat(session, secret, address_of(request, house_of().settings.heed_proxies))
    except NotFromThere:
        return None
