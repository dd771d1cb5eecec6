"""`doctor`: looks at everything that Heed needs, and says what to mend."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click
import openai
from redis.exceptions import RedisError
from slack_sdk.errors import SlackApiError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.slack import Slack
from models.bell import connect
from models.config import Settings
from models.db import normal_url
from models.migrate import is_current
from models.seal import Seal

SCOPES = (
    "channels:history", "channels:read", "chat:write", "commands", "dnd:read", "files:write", "groups:history",
    "groups:read", "im:history", "im:write", "reactions:read", "team:read", "usergroups:read", "users:read",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is well, and what to do if not."""

    what: str
    well: bool
    say: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor(as_json: bool) -> None:
    """Check settings, database, Redis, Slack and the LLM; exit code 1 if something has to be mended."""
    findings = list(examine(Settings.of_running()))
    for finding in findings:
        if as_json:
            click.echo(json.dumps(vars(finding)))
        else:
            click.echo(f"{'ok  ' if finding.well else 'MEND'}  {finding.what}: {finding.say}")
    sys.exit(0 if all(finding.well for finding in findings) else 1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at each part; none stops the others."""
    yield _secret_key(settings)
    yield _database(settings)
    yield _redis(settings)
    yield from _slack(settings)
    yield _llm(settings)


def _secret_key(settings: Settings) -> Finding:
    key = settings.heed_secret_key.get_secret_value()
    if not key:
        return Finding("secret key", False, "set HEED_SECRET_KEY; make one with `openssl rand -hex 32`")
    try:
        Seal(key)
    except ValueError as error:
        return Finding("secret key", False, str(error))
    return Finding("secret key", True, "set")


def _database(settings: Settings) -> Finding:
    if not settings.database_url:
        return Finding("database", False, "set DATABASE_URL, or use `run`, which brings its own")
    try:
        engine = create_engine(normal_url(settings.database_url), connect_args={"connect_timeout": 5})
        with engine.connect() as connection:
            version = connection.scalar(text("SHOW server_version"))
            current = is_current(connection)
        engine.dispose()
    except SQLAlchemyError as error:
        return Finding("database", False, f"DATABASE_URL cannot be used: {_first_line(error)}")
    if not current:
        return Finding("database", False, "its schema is not this version's: run `python app.py migrate`")
    return Finding("database", True, f"PostgreSQL {version}, schema up to date")


def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("redis", False, "set REDIS_URL, or use `run`, which brings its own")
    try:
        with connect(settings.redis_url, timeout=3) as client:
            info = client.info("server")
    except (RedisError, ValueError) as error:
        return Finding("redis", False, f"REDIS_URL cannot be used: {_first_line(error)}")
    return Finding("redis", True, f"version {info['redis_version']}")


def _slack(settings: Settings) -> Iterator[Finding]:
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        yield Finding("slack token", False, "set SLACK_BOT_TOKEN (xoxb-…): Slack app, OAuth & Permissions")
        return
    slack = Slack(settings.slack_api_url)
    try:
        found = slack.whoami(token)
        granted = slack.granted_scopes(token)
    except SlackApiError as error:
        yield Finding("slack token", False, f"Slack refuses SLACK_BOT_TOKEN: {error.response.get('error')}")
        return
    except OSError as error:
        yield Finding(
            "slack token", False, f"Slack cannot be reached at {settings.slack_api_url}: {_first_line(error)}"
        )
        return
    yield Finding("slack token", True, f"workspace {found.name} ({found.team_id})")
    missing = [scope for scope in SCOPES if scope not in granted]
    mend = f"add {', '.join(missing)} to the app (manifest.yml) and install it again"
    yield Finding("slack scopes", not missing, mend if missing else "all there")
    yield _way_in(settings)


def _way_in(settings: Settings) -> Finding:
    if settings.slack_app_token.get_secret_value():
        well = settings.slack_app_token.get_secret_value().startswith("xapp-")
        return Finding("slack events", well, "Socket Mode" if well else "SLACK_APP_TOKEN must begin with xapp-")
    if settings.slack_signing_secret.get_secret_value():
        return Finding("slack events", True, f"HTTP: the request URL is {settings.base_url}/slack/events")
    return Finding("slack events", False, "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)")


def _llm(settings: Settings) -> Finding:
    if not settings.has_llm:
        return Finding("llm", True, "none set; the embedded classifier rates")
    client = openai.OpenAI(
        api_key=settings.openai_api_key.get_secret_value() or "none",
        base_url=settings.openai_base_url or None,
        timeout=10,
        max_retries=0,
    )
    try:
        names = {model.id for model in client.models.list()}
    except openai.OpenAIError as error:
        return Finding("llm", False, f"the server does not answer ({type(error).__name__}): check OPENAI_* settings")
    if settings.openai_model not in names:
        return Finding("llm", False, f"OPENAI_MODEL {settings.openai_model!r} is not among the server's models")
    return Finding("llm", True, f"{settings.openai_model} answers")


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
