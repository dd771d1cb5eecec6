"""`/a/<token>`: one alert for one person outside Slack. GET only shows it, so that mail scanners press nothing."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed

from bot.answers import house_of
from bot.views import outside as view
from models import link
from models.actions import outside
from models.link import Link

routes = Blueprint("outside", __name__)
PLACE = f"{link.PATH}<token>"


@routes.route(PLACE, methods=["GET", "POST"], provide_automatic_options=False)
def alert(token: str) -> Response:
    """The page (200), or what to do when the link is not whole (404) or works no more (410)."""
    if request.method == "HEAD":
        raise MethodNotAllowed(valid_methods=["GET", "POST"])
    try:
        found = link.read(house_of().seal, token)
    except link.Forged:
        return _answer(404, view.plain_page(*view.NOT_WHOLE))
    try:
        return _acknowledge(found) if request.method == "POST" else _show(found)
    except outside.Ended:
        return _answer(410, view.plain_page(*view.ENDED))


def _show(found: Link, said: str = "") -> Response:
    with house_of().db.begin() as session:
        seen = outside.see(session, found)
    return _drawn(seen, said or (view.OUTDATED if seen.is_outdated else ""))


def _acknowledge(found: Link) -> Response:
    """As the button in Slack does: compare and set, and tell the loser who was first."""
    house = house_of()
    with house.db.begin() as session:
        answered = outside.acknowledge(session, found)
        seen = outside.see(session, found)
    if answered.refusal is None:
        house.bell.wake("redraw")
        house.bell.wake("escalate")
        return _drawn(seen, view.DONE)
    return _drawn(seen, view.refused(answered.refusal, seen.card, seen.zone, dict(seen.names)))


def _drawn(seen: outside.Seen, said: str) -> Response:
    page = view.alert_page(seen.card, seen.reader, seen.zone, dict(seen.names), seen.may_acknowledge, said)
    return _answer(200, page)


def _answer(code: int, page: str) -> Response:
    return Response(page, code, view.HEADERS)
