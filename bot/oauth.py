"""“Add to Slack”: a page with the button, and the address to which Slack sends the browser back with a code.

Nobody is logged in here: what proves that an installation was begun on our page, in this browser, is its state.
"""

from urllib.parse import quote, urlsplit, urlunsplit

import structlog
from flask import Blueprint, Response, current_app, request
from slack_sdk.oauth import AuthorizeUrlGenerator, OAuthStateUtils

from bot import install_pages as pages
from bot import install_state
from bot.answers import house_of
from bot.context import Context
from bot.granted import AWAY, Grant, NotGranted, exchange
from bot.install_pages import Page
from bot.installed import Installations
from bot.scopes import SCOPES, missing
from models.actions import installing
from models.actions.installing import Added
from models.config import Settings
from models.db import now_of
from models.once import NobodyRemembers, is_first
from models.person import Profile
from models.seal import fingerprint

log = structlog.get_logger()
routes = Blueprint("oauth", __name__)

COOKIE = OAuthStateUtils(cookie_name="heed-install", expiration_seconds=install_state.SECONDS)
PATH = "/slack"


@routes.get("/slack/install")
def install() -> Response:
    """The page with the button; the state in its address is in a cookie too."""
    house = house_of()
    if not _is_set(house.settings):
        return _answer(404, pages.NOT_SET)
    with house.db.begin() as session:
        state = install_state.make(house.seal, now_of(session))
    address = AuthorizeUrlGenerator(
        client_id=house.settings.slack_client_id,
        redirect_uri=quote(_redirect_uri(house.settings), safe=""),
        scopes=SCOPES,
        authorization_url=f"{slack_site(house.settings)}/oauth/v2/authorize",
    ).generate(state)
    answer = _answer(200, pages.add(address))
    answer.set_cookie(
        COOKIE.cookie_name,
        state,
        max_age=COOKIE.expiration_seconds,
        path=PATH,
        secure=house.settings.base_url.startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
    return answer


@routes.get("/slack/oauth_redirect")
def redirected() -> Response:
    """Slack sends the browser back: with a code, or with the reason why there is none."""
    house = house_of()
    if not _is_set(house.settings):
        return _answer(404, pages.NOT_SET)
    state = request.args.get("state", "")
    is_same_browser = COOKIE.is_valid_browser(state, {"cookie": request.headers.get("Cookie", "")})
    if not is_same_browser or not install_state.is_ours(house.seal, state):
        return _answer(400, pages.FORGED)
    fault = _fault(house, state)
    answer = _answer(*fault) if fault is not None else _installed(house, request.args["code"])
    answer.delete_cookie(COOKIE.cookie_name, path=PATH)
    return answer


def _fault(house: Context, state: str) -> tuple[int, Page] | None:
    """Why an installation that was begun here does not go on; None when it does, which happens once for a state."""
    with house.db.begin() as session:
        is_late = not install_state.is_fresh(state, now_of(session))
    if is_late:
        return 400, pages.EXPIRED
    try:
        if not is_first(house.bell.redis, f"install:{fingerprint(state)}", 2 * install_state.SECONDS):
            return 400, pages.USED
    except NobodyRemembers:
        return 503, pages.FORGETFUL
    error = request.args.get("error", "")
    if error or not request.args.get("code"):
        return 400, pages.refused(error or "no code", _redirect_uri(house.settings))
    return None


def _installed(house: Context, code: str) -> Response:
    settings = house.settings
    try:
        grant = exchange(
            settings.slack_api_url,
            settings.slack_client_id,
            settings.slack_client_secret.get_secret_value(),
            code,
            _redirect_uri(settings),
        )
    except NotGranted as error:
        log.warning("not installed", why=error.why)
        return _answer(502 if error.why == AWAY else 400, pages.refused(error.why, _redirect_uri(settings)))
    added = _store(house, grant)
    log.info("installed", workspace=added.workspace_id, first=added.is_first, org=grant.installation.is_org)
    return _answer(200, _done(settings, grant, added))


def _store(house: Context, grant: Grant) -> Added:
    """Write it down, forget what was known before, and ring for what follows: people, and the first steps."""
    found = grant.installation
    who = house.slack.person(grant.token, found.installed_by) or Profile(found.installed_by, found.installed_by)
    with house.db.begin() as session:
        added = installing.add(session, house.seal, found, grant.token, who)
    known: Installations = current_app.extensions["installations"]
    known.forget(found.team_id)
    house.bell.wake("sync")
    house.bell.wake("notify")
    return added


def _done(settings: Settings, grant: Grant, added: Added) -> Page:
    found, site = grant.installation, slack_site(settings)
    manage = f"https://app.slack.com/manage/{found.team_id}/integrations/profile/{grant.app_id}/workspaces/add"
    back = f"{site}/app_redirect?app={quote(grant.app_id)}&team={quote(found.team_id)}"
    lacking = missing(found.scopes.split(","))
    return pages.added(found.name, back, lacking, manage if found.is_org else "", added.is_first)


def slack_site(settings: Settings) -> str:
    """Where people meet Slack in a browser: the site of its Web API, without a slash at the end."""
    return urlunsplit((*urlsplit(settings.slack_api_url)[:2], "", "", ""))


def _redirect_uri(settings: Settings) -> str:
    return f"{settings.base_url}/slack/oauth_redirect"


def _is_set(settings: Settings) -> bool:
    return bool(settings.slack_client_id and settings.slack_client_secret.get_secret_value())


def _answer(status: int, page: Page) -> Response:
    return Response(pages.html(page), status, headers=pages.HEADERS)
