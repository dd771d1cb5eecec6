"""The web process: Slack's endpoint, the intake, health and figures. It stores and rings; it never sends by itself."""

import json
from typing import Any

import click
import structlog
from flask import Blueprint, Flask, Response, current_app, jsonify, request
from gunicorn.app.base import BaseApplication
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_sdk.signature import SignatureVerifier
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from bot import listeners
from bot.calendars import calendar
from bot.context import Context, build
from bot.health import may_see_details, readiness
from bot.metrics import Figures
from bot.sources import sources
from bot.sources.reading import Unreadable
from models.actions.oncall import calendar_of
from models.actions.receiving import receive
from models.actions.workspaces import source_by_secret
from models.config import Settings
from models.db import DatabaseAway, is_away

log = structlog.get_logger()

BODY_LIMIT = 1_048_576
RETRY_AFTER = 5
routes = Blueprint("heed", __name__)


def create_app(settings: Settings) -> Flask:
    """The WSGI app; connects to nothing until the first request."""
    house = build(settings, hurried=True)
    flask = Flask("heed")
    flask.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    flask.extensions["heed"] = house
    flask.extensions["bolt"] = SlackRequestHandler(slack_app(house))
    flask.register_blueprint(routes)
    return flask


def slack_app(house: Context) -> App:
    """The Bolt app, shared by HTTP and Socket Mode."""
    return listeners.build(house)


def _house() -> Context:
    found: Context = current_app.extensions["heed"]
    return found


@routes.post("/slack/events")
def slack_events() -> Response:
    """Events, interactions and commands of Slack; a wrong signature is refused before anything is parsed."""
    if not _is_signed():
        return _refuse(401, "the signature is missing or wrong: check SLACK_SIGNING_SECRET")
    handler: SlackRequestHandler = current_app.extensions["bolt"]
    answered: Response = handler.handle(request)
    return answered


def _is_signed() -> bool:
    secret = _house().settings.slack_signing_secret.get_secret_value()
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    body = request.get_data()
    if not secret or not timestamp.isascii() or not timestamp.isdigit():
        return False
    return bool(SignatureVerifier(secret).is_valid(body=body, timestamp=timestamp, signature=signature))


@routes.post("/alerts/<kind>/<secret>")
def intake(kind: str, secret: str) -> Response:
    """Signals of one source. 202 means that they are committed; whoever gets 503 should send them again."""
    parse = sources().get(kind)
    house = _house()
    raw = request.get_data()
    with house.db.begin() as session:
        source = source_by_secret(session, kind, secret) if parse is not None else None
        if source is None or parse is None:
            return _refuse(404, "no source has this address: check the kind and the secret")
        try:
            signals = parse(_read_json(raw))
        except Unreadable as error:
            return _refuse(400, str(error))
        received = receive(session, source, signals)
    if received.opened or received.raised:
        house.bell.wake("escalate")
    if received.resolved or received.repeated:
        house.bell.wake("redraw")
    counts = {name: len(value) if isinstance(value, tuple) else value for name, value in vars(received).items()}
    return _json(202, {"status": "accepted", **counts, "alerts": sorted(received.opened + received.repeated)})


def _read_json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        what = f", line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"body: is not readable JSON{what}") from None


@routes.get("/calendars/<secret>.ics")
def schedules_calendar(secret: str) -> Response:
    """One schedule as a calendar to subscribe to; whoever knows the secret may read it."""
    with _house().db.begin() as session:
        found = calendar_of(session, secret)
    if found is None:
        return _refuse(404, "no calendar has this address: `/heed schedule NAME` shows it")
    body = calendar(found.name, found.shifts, found.names, f"schedule-{found.schedule_id}", found.now)
    return Response(body, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private"})


@routes.get("/healthz")
def healthz() -> Response:
    """The process lives."""
    return _json(200, {"status": "ok"})


@routes.get("/readyz")
def readyz() -> Response:
    """200 while alerts can be taken, 503 otherwise; each part's state for those who may see it."""
    found = readiness(_house())
    details = found.parts if may_see_details(_house(), request) else {}
    return _json(200 if found.ready else 503, {"status": found.status, **details})


@routes.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus."""
    if not may_see_details(_house(), request):
        return _refuse(403, "figures are shown to this machine, or with the operations token")
    registry = CollectorRegistry()
    registry.register(Figures(_house()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@routes.app_errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    """Everything that Flask refuses, as JSON."""
    what = {
        404: "there is nothing at this address",
        405: f"this address takes {' or '.join(sorted(error.valid_methods or ()))}"
        if isinstance(error, MethodNotAllowed)
        else "",
        413: f"the body is larger than {BODY_LIMIT} bytes",
    }
    return _refuse(error.code or 500, what.get(error.code or 0, error.name))


@routes.app_errorhandler(DBAPIError)
@routes.app_errorhandler(DatabaseAway[1])
def database_failed(error: DBAPIError | Exception) -> Response:
    """The database is away or too slow: nothing was stored, and the sender should try again."""
    away = not isinstance(error, DBAPIError) or is_away(error)
    log.error("database", error=type(error).__name__, away=away)
    answer = _refuse(503 if away else 500, "the database is away; nothing was stored, please try again")
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


def _refuse(code: int, reason: str) -> Response:
    return _json(code, {"error": reason})


def _json(code: int, body: dict[str, Any]) -> Response:
    answer = jsonify(body)
    answer.status_code = code
    return answer


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with threads: sync Bolt, sync SQLAlchemy and short requests go well with it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        settings = self._settings
        options = {
            "bind": f"{settings.heed_host}:{settings.port}",
            "workers": settings.web_processes,
            "threads": settings.web_threads,
            "worker_class": "gthread",
            "timeout": 30,
            "graceful_timeout": 15,
            "loglevel": "warning",
            "accesslog": None,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self._settings)


@click.command()
def web() -> None:
    """Serve Slack's endpoint, the intake and health."""
    Server(Settings().require("database_url", "redis_url", "heed_secret_key")).run()
