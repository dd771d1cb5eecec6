"""The web process: Slack's endpoint, the intake, health and figures. It stores and rings; it never sends by itself."""

import gc
import logging

import click
import structlog
from flask import Blueprint, Flask, Response, current_app, request
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_sdk.signature import SignatureVerifier
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from bot import api, events_v2, heartbeats, intake, listeners, oauth, opsgenie, outside, shapes
from bot.answers import as_json, house_of, refuse
from bot.calendars import calendar
from bot.context import Context, build
from bot.fetching import fetch
from bot.gathering import Gathering
from bot.health import may_see_details, readiness
from bot.hearing import Hearing
from bot.installed import Installations
from bot.known import KnownSources
from bot.limits import Limits
from bot.metrics import Figures
from bot.notifications import Notifications
from bot.redacting import REDACTING
from bot.traces import follow
from models import logs
from models.actions.oncall import calendar_of
from models.config import Settings
from models.db import DatabaseAway, is_away

log = structlog.get_logger()

RETRY_AFTER = 5
routes = Blueprint("heed", __name__)


def create_app(settings: Settings) -> Flask:
    """The WSGI app; connects to nothing until the first request."""
    house = build(settings, hurried=True)
    flask = Flask("heed", static_folder=None)  # a folder called static beside us is nobody's to read
    flask.config["MAX_CONTENT_LENGTH"] = settings.intake_body_bytes
    flask.logger.addFilter(REDACTING)
    flask.extensions["heed"] = house
    flask.extensions["known"] = KnownSources(house.db)
    flask.extensions["gathering"] = Gathering(house)
    flask.extensions["limits"] = Limits(settings.intake_limit_per_s)
    flask.extensions["notifications"] = Notifications(fetch)
    flask.extensions["installations"] = known = Installations(house.db, house.seal)
    flask.extensions["bolt"] = SlackRequestHandler(slack_app(house, known))
    follow(flask)
    for each in (
        routes, intake.routes, events_v2.routes, opsgenie.routes, api.routes, heartbeats.routes, outside.routes,
        oauth.routes,
    ):  # fmt: skip
        flask.register_blueprint(each)
    return flask


def serving(settings: Settings) -> Flask:
    """The WSGI app of a process that serves: it marks the time in which heartbeats can be taken."""
    flask = create_app(settings)
    Hearing(flask.extensions["heed"].db).start()
    return flask


def slack_app(house: Context, known: Installations) -> App:
    """The Bolt app, as over Socket Mode too."""
    return listeners.build(house, known)


@routes.post("/slack/events")
def slack_events() -> Response:
    """Events, interactions and commands of Slack; a wrong signature is refused before anything is parsed."""
    if not _is_signed():
        return refuse(401, "the signature is missing or wrong: check SLACK_SIGNING_SECRET")
    try:
        shapes.read(request.get_data(), request.content_type or "")
    except ValueError as error:
        return refuse(400, str(error))
    handler: SlackRequestHandler = current_app.extensions["bolt"]
    answered: Response = handler.handle(request)
    return answered


def _is_signed() -> bool:
    secret = house_of().settings.slack_signing_secret.get_secret_value()
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    body = request.get_data()
    if not secret or not timestamp.isascii() or not timestamp.isdigit() or not signature.isascii():
        return False
    try:
        return bool(SignatureVerifier(secret).is_valid(body=body, timestamp=timestamp, signature=signature))
    except UnicodeDecodeError:
        return False  # Slack sends UTF-8; the SDK reads the body before it compares.


@routes.get("/calendars/<secret>.ics")
def schedules_calendar(secret: str) -> Response:
    """One schedule as a calendar to subscribe to; whoever knows the secret may read it."""
    with house_of().db.begin() as session:
        found = calendar_of(session, secret)
    if found is None:
        return refuse(404, "no calendar has this address: `/heed schedule NAME` shows it")
    body = calendar(found.name, found.shifts, found.names, f"schedule-{found.schedule_id}", found.now)
    return Response(body, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private"})


@routes.get("/healthz")
def healthz() -> Response:
    """The process lives."""
    return as_json(200, {"status": "ok"})


@routes.get("/readyz")
def readyz() -> Response:
    """200 while alerts can be taken, 503 otherwise; each part's state for those who may see it."""
    found = readiness(house_of())
    details = found.parts if may_see_details(house_of(), request) else {}
    return as_json(200 if found.ready else 503, {"status": found.status, **details})


@routes.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus."""
    if not may_see_details(house_of(), request):
        return refuse(403, "figures are shown to this machine, or with the operations token")
    registry = CollectorRegistry()
    registry.register(Figures(house_of()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@routes.before_app_request
def refuse_zero_characters() -> Response | None:
    """Nothing is called so: PostgreSQL keeps no text with one, and would not even look for it. People who follow a link
    get a page, which looks for nothing that is not signed."""
    if "\0" in request.path and request.blueprint != outside.routes.name:
        return refuse(400, "the address holds a zero character (%00)")
    return None


@routes.app_errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    """Everything that Flask refuses, as JSON."""
    what = {
        404: "there is nothing at this address",
        405: f"this address takes {' or '.join(sorted(error.valid_methods or ()))}"
        if isinstance(error, MethodNotAllowed)
        else "",
        413: f"the body is larger than {current_app.config['MAX_CONTENT_LENGTH']} bytes",
    }
    return refuse(error.code or 500, what.get(error.code or 0, error.name))


@routes.app_errorhandler(DBAPIError)
@routes.app_errorhandler(DatabaseAway[1])
def database_failed(error: DBAPIError | Exception) -> Response:
    """The database is away or too slow, or would not take it: nothing was stored, and the sender should try again."""
    away = not isinstance(error, DBAPIError) or is_away(error)
    log.error("database", error=type(error).__name__, away=away)
    why = "the database is away" if away else "Heed's database would not take this, and it was logged"
    answer = refuse(503 if away else 500, f"{why}; nothing was stored, please try again")
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker, which lets go of the address when its master was killed: the next one needs it at once.

    What it has begun it answers all the same.
    """

    def is_parent_alive(self) -> bool:
        is_alive = bool(super().is_parent_alive())
        if not is_alive:
            self.set_accept_enabled(False)
            for each in self.sockets:
                each.close()
        return is_alive


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
            "worker_class": Worker,
            "timeout": 30,
            "graceful_timeout": 15,
            "loglevel": "warning",
            "accesslog": None,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        logging.getLogger("gunicorn.error").addFilter(REDACTING)
        flask = serving(self._settings)
        gc.freeze()  # what is imported by now stays; the collections between requests need not look at it again
        return flask


@click.command()
def web() -> None:
    """Serve Slack's endpoint, the intake and health."""
    logs.set_up()
    Server(Settings().require("database_url", "redis_url", "heed_secret_key")).run()
