"""Whether Heed works: for load balancers, and with details for its operators."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from flask import Request
from sqlalchemy.exc import DBAPIError

from bot.context import Context
from models.actions import workspaces
from models.db import DatabaseAway, now_of
from models.migrate import is_current

BEATS = ("worker page", "worker rate", "clock")
SILENT = timedelta(seconds=15)
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Readiness:
    """Whether requests can be taken, and each part's state in words."""

    ready: bool
    parts: dict[str, str]

    @property
    def status(self) -> str:
        if not self.ready:
            return "away"
        return "ok" if all(state == "ok" for state in self.parts.values()) else "degraded"


def readiness(house: Context) -> Readiness:
    """Ready means that alerts and answers can be stored; without Redis the clock pages, a little later."""
    parts = {"redis": "ok" if house.bell.is_up() else "away: alerts are taken, the clock pages by itself"}
    try:
        with house.db.begin() as session:
            now, beats = now_of(session), workspaces.beats(session)
            current = is_current(session.connection())
    except (*DatabaseAway, DBAPIError):
        return Readiness(False, {**parts, "database": "away: senders are told to try again"})
    parts["database"] = "ok" if current else "an older schema: run `python app.py migrate`"
    for name in BEATS:
        at = beats.get(name)
        if at is None or now - at > SILENT:
            parts[name] = "silent" if at is None else f"silent for {int((now - at).total_seconds())} s"
        else:
            parts[name] = "ok"
    return Readiness(True, parts)


def may_see_details(house: Context, request: Request) -> bool:
    """Details are for the machine itself, and for whoever has the operations token."""
    token = house.settings.heed_operations_token.get_secret_value()
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    return request.remote_addr in LOOPBACK and "X-Forwarded-For" not in request.headers
