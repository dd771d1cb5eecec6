"""`doctor` finds each misconfiguration, says how to mend it, and fails only for what has to be mended.

Each is made real: settings, a PostgreSQL and a Redis that are set up wrongly, a Slack that answers as it would.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

import app
from jobs.beat import CLOCK_BEAT, PAGE_BEAT, RATE_BEAT
from jobs.checks.finding import Finding, Level
from jobs.doctor import examine
from models.config import SLACK_API_URL, Settings
from models.db import normal_url
from models.embedded import EmbeddedRedis, free_port
from models.heartbeat import MARK
from models.seal import Seal
from tests.answering import answering
from tests.conftest import Servers
from tests.world import World

OFF = ("fsync", "synchronous_commit", "full_page_writes")


@pytest.fixture
def durable(clean: Servers) -> Iterator[Servers]:
    """The tests' PostgreSQL, as safe as one in earnest."""
    _set(clean, "on")
    yield clean
    _set(clean, "off")


def _set(servers: Servers, value: str) -> None:
    with servers.admin.connect() as connection:
        for setting in OFF:
            connection.execute(text(f"ALTER SYSTEM SET {setting} = {value}"))
        connection.execute(text("SELECT pg_reload_conf()"))
    fresh = create_engine(normal_url(servers.database_url), poolclass=NullPool)
    while _shown(fresh) != value:
        pass


def _shown(fresh: Engine) -> str:
    """As who connects from now on sees it."""
    with fresh.connect() as connection:
        return str(connection.scalar(text(f"SHOW {OFF[-1]}")))


class House:
    """A healthy installation, and ways to spoil it."""

    def __init__(self, world: World, servers: Servers, folder: Path) -> None:
        self.world, self.servers, self.folder = world, servers, folder
        self.settings = world.settings.model_copy(
            update={"port": free_port(), "openai_base_url": world.slack.llm_url, "openai_model": "simulator-small"}
        )
        self.do(*(f"INSERT INTO beats VALUES ('{name}', now()) ON CONFLICT (name) DO UPDATE SET at = now()"
                  for name in (MARK, PAGE_BEAT, RATE_BEAT, CLOCK_BEAT)))  # fmt: skip

    def do(self, *statements: str) -> None:
        with self.servers.admin.connect() as connection:
            for each in statements:
                connection.execute(text(each))

    def set(self, **fields: Any) -> None:
        secret = {name for name, kind in Settings.model_fields.items() if kind.annotation is SecretStr}
        update = {name: SecretStr(value) if name in secret else value for name, value in fields.items()}
        self.settings = self.settings.model_copy(update=update)

    def findings(self) -> list[Finding]:
        return list(examine(self.settings))


@pytest.fixture
def house(durable: Servers, world: World, tmp_path: Path) -> House:
    return House(world, durable, tmp_path)


@contextmanager
def redis_with(house: House, **options: str) -> Iterator[EmbeddedRedis]:
    with EmbeddedRedis(house.folder / "redis") as redis:
        for name, value in options.items():
            redis.client.config_set(name.replace("_", "-"), value)
        redis.client.connection_pool.disconnect()
        yield redis


@contextmanager
def database(house: House, *statements: str) -> Iterator[str]:
    """A database of its own on the tests' server; its address. Names in statements: {database}."""
    url = make_url(house.servers.database_url)
    house.do("CREATE DATABASE heed_doctor", *(each.format(database="heed_doctor") for each in statements))
    try:
        yield url.set(database="heed_doctor").render_as_string(hide_password=False)
    finally:
        house.do("DROP DATABASE heed_doctor WITH (FORCE)")


Spoil = Callable[[House], Any]


def setting(**fields: Any) -> Spoil:
    return lambda house: house.set(**fields)


def sql(*statements: str) -> Spoil:
    return lambda house: house.do(*statements)


@contextmanager
def password_wrong(house: House) -> Iterator[None]:
    """A role with a password, and a server that asks for it."""
    with house.servers.admin.connect() as connection:
        place = Path(str(connection.scalar(text("SHOW hba_file"))))
    before = place.read_text()
    place.write_text("local all heed_stranger scram-sha-256\nhost all heed_stranger all scram-sha-256\n" + before)
    house.do("CREATE ROLE heed_stranger LOGIN PASSWORD 'right'", "SELECT pg_reload_conf()")
    house.set(database_url=_as_stranger(house.settings.database_url))
    try:
        yield
    finally:
        place.write_text(before)
        house.do("DROP ROLE heed_stranger", "SELECT pg_reload_conf()")


def _as_stranger(url: str) -> str:
    return make_url(url).set(username="heed_stranger", password="wrong").render_as_string(hide_password=False)


@contextmanager
def schema_missing(house: House) -> Iterator[None]:
    with database(house) as url:
        house.set(database_url=url)
        yield


@contextmanager
def schema_newer(house: House) -> Iterator[None]:
    house.do("UPDATE alembic_version SET version_num = '9999'")
    try:
        yield
    finally:
        known = sorted(path.name[:4] for path in Path("models/migrations/versions").glob("[0-9]*.py"))
        house.do(f"UPDATE alembic_version SET version_num = '{known[-1]}'")


@contextmanager
def read_only(house: House) -> Iterator[None]:
    with database(house, "ALTER DATABASE {database} SET default_transaction_read_only = on") as url:
        house.set(database_url=url)
        yield


@contextmanager
def not_durable(house: House) -> Iterator[None]:
    _set(house.servers, "off")
    yield


@contextmanager
def clock_ahead(house: House) -> Iterator[None]:
    with house.servers.admin.connect() as connection:
        name = connection.scalar(text("SELECT current_database()"))
    house.do(f"ALTER DATABASE \"{name}\" SET heed.shift = '90 seconds'")
    try:
        yield
    finally:
        house.do(f'ALTER DATABASE "{name}" RESET heed.shift')


@contextmanager
def redis_password(house: House) -> Iterator[None]:
    with redis_with(house, requirepass="right") as redis:
        house.set(redis_url=redis.url.replace("redis://", "redis://:wrong@"))
        yield


@contextmanager
def redis_evicts(house: House) -> Iterator[None]:
    with redis_with(house, maxmemory_policy="allkeys-lru") as redis:
        house.set(redis_url=redis.url)
        yield


@contextmanager
def redis_open(house: House) -> Iterator[None]:
    with redis_with(house, protected_mode="no", bind="0.0.0.0") as redis:
        house.set(redis_url=redis.url)
        yield


@contextmanager
def slack_clock(house: House) -> Iterator[None]:
    told = {"ok": True, "team": "Northwind", "team_id": "T1", "url": "https://northwind.slack.com/", "user_id": "U1"}
    an_hour_ago = format_datetime(datetime.fromtimestamp(datetime.now(UTC).timestamp() - 3600, UTC), usegmt=True)
    with answering(200, told, Date=an_hour_ago) as url:
        house.set(slack_api_url=f"{url}/api/")
        yield


@contextmanager
def llm_refuses(house: House) -> Iterator[None]:
    with answering(401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}) as url:
        house.set(openai_base_url=f"{url}/v1")
        yield


@contextmanager
def port_taken(house: House) -> Iterator[None]:
    with answering(200, {"hello": "I am somebody else"}) as url:
        house.set(port=make_url(url).port)
        yield


def revoked(house: House) -> None:
    house.world.slack.uninstall()


def scopes_missing(house: House) -> None:
    installed = house.world.slack.app()
    installed.scopes = [scope for scope in installed.scopes if scope not in ("im:write", "dnd:read")]


MUST: dict[str, tuple[Spoil, str]] = {
    "secret-key-missing": (setting(heed_secret_key=""), "openssl rand -hex 32"),
    "secret-key-short": (setting(heed_secret_key="too short"), "at least 16 characters"),
    "secret-key-changed": (setting(heed_secret_key="another key that is long enough"), "set that one again"),
    "database-away": (setting(database_url="postgresql://heed@127.0.0.1:1/heed"), "check host, port and name"),
    "database-password": (password_wrong, "password in DATABASE_URL is wrong"),
    "database-read-only": (read_only, "point DATABASE_URL at the primary"),
    "database-not-durable": (not_durable, "turn it on in postgresql.conf"),
    "schema-old": (schema_missing, "python app.py migrate"),
    "schema-newer": (schema_newer, "deploy the newer release"),
    "clock-of-database": (clock_ahead, "+89|+90 s from this machine's|NTP"),
    "clock-of-slack": (slack_clock, "s from Slack's|NTP"),
    "process-silent": (sql("DELETE FROM beats WHERE name = 'clock'"), "python app.py clock"),
    "no-admins": (sql("UPDATE people SET role = 'member'"), "/heed admins add"),
    "nobody-reachable": (sql("UPDATE people SET active = false"), "Name somebody"),
    "redis-away": (setting(redis_url="redis://127.0.0.1:1/0"), "check host and port"),
    "redis-password": (redis_password, "password in REDIS_URL is wrong"),
    "redis-evicts": (redis_evicts, "set it to noeviction"),
    "redis-open": (redis_open, "set requirepass"),
    "slack-token-missing": (setting(slack_bot_token=""), "set SLACK_BOT_TOKEN"),
    "slack-token-wrong-kind": (setting(slack_bot_token="xoxp-1"), "is a user token|begins with xoxb-"),
    "slack-token-refused": (revoked, "install the app again"),
    "slack-away": (setting(slack_api_url="http://127.0.0.1:1/api/"), "let HTTPS out"),
    "slack-scopes-missing": (scopes_missing, "add dnd:read, im:write to the app"),
    "no-way-in": (setting(slack_signing_secret=""), "SLACK_SIGNING_SECRET"),
    "app-token-wrong-kind": (setting(slack_app_token="xoxb-simulator"), "must begin with xapp-"),
    "app-token-refused": (setting(slack_app_token="xapp-unknown"), "connections:write"),
    "client-half-set": (setting(slack_client_id="1.2"), "set SLACK_CLIENT_SECRET too"),
    "base-url-not-https": (setting(heed_base_url="http://heed.example.com"), "Set HEED_BASE_URL"),
    "base-url-local": (setting(slack_api_url=SLACK_API_URL.replace("slack.com", "slack.invalid")), "public address"),
    "port-taken": (port_taken, "set PORT to a free one"),
    "llm-away": (setting(openai_base_url="http://127.0.0.1:1/v1"), "check OPENAI_BASE_URL"),
    "llm-address-wrong": (lambda house: house.set(openai_base_url=house.world.slack.url), "usually ends with /v1"),
    "llm-key-refused": (llm_refuses, "refuses OPENAI_API_KEY: set a valid one"),
    "llm-model-missing": (setting(openai_model="gpt-unheard-of"), "not among the server's models: simulator-small"),
    "heartbeat-away": (setting(heartbeat_url="http://127.0.0.1:1/beat-secret"), "of HEARTBEAT_URL does not answer"),
    "heartbeat-address": (setting(heartbeat_url="beat.example.com"), "begins with https://"),
}
COULD: dict[str, tuple[Spoil, str]] = {
    "two-ways-in": (setting(slack_app_token="xapp-simulator"), "Unset the one that you do not use"),
    "base-url-default": (
        setting(slack_app_token="xapp-1", slack_signing_secret="", slack_api_url="https://slack.invalid/api/"),
        "Set HEED_BASE_URL",
    ),
    "proxies-unset": (setting(heed_base_url="https://heed.example.com"), "set HEED_PROXIES to how many"),
    "time-zone-unknown": (sql("UPDATE people SET time_zone = 'Mars/Olympus'"), "no rules for Mars/Olympus|tzdata"),
    "only-slack": (lambda house: None, "Let them add one with"),
}


def _spoiled(house: House, spoil: Spoil) -> list[Finding]:
    made = spoil(house)
    if made is None:
        return house.findings()
    with made:
        return house.findings()


@pytest.mark.parametrize("name", MUST)
def test_finds_what_has_to_be_mended_and_names_the_cure(house: House, name: str) -> None:
    spoil, cure = MUST[name]
    found = [each for each in _spoiled(house, spoil) if each.name == name]
    assert found, name
    assert found[0].level is Level.MEND
    assert not found[0].well
    said = found[0].say
    assert any(each in said for each in cure.split("|")), said


@pytest.mark.parametrize("name", COULD)
def test_finds_what_could_be_better(house: House, name: str) -> None:
    spoil, cure = COULD[name]
    (found,) = (each for each in _spoiled(house, spoil) if each.name == name)
    assert found.level is Level.WARN
    assert found.well
    assert any(each in found.say for each in cure.split("|")), found.say


def test_an_installation_that_is_well_has_nothing_to_mend(house: House) -> None:
    assert [each for each in house.findings() if not each.well] == []


def test_a_confirmed_way_besides_slack_ends_the_warning(house: House) -> None:
    key = Seal(house.settings.heed_secret_key.get_secret_value()).close("mailto://x").hex()
    house.do(
        "INSERT INTO ways (workspace_id, person_id, kind, label, address, created_at, confirmed_at) "
        f"SELECT workspace_id, id, 'mail', 'a…', decode('{key}', 'hex'), now(), now() FROM people"
    )
    assert [each.name for each in house.findings() if each.level is Level.WARN] == []


def test_no_finding_shows_a_secret(house: House) -> None:
    house.set(slack_bot_token="xoxp-very-secret", heartbeat_url="http://127.0.0.1:1/very-secret", redis_url="nonsense")
    house.set(
        openai_api_key="very-secret", slack_app_token="very-secret", database_url="postgresql://a:very-secret@b:x/"
    )
    assert "very-secret" not in " ".join(each.say for each in house.findings())


@pytest.fixture
def command(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    for name, value in house.settings.model_dump().items():
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        monkeypatch.setenv(name.upper(), str(plain))
    return lambda *words: CliRunner().invoke(app.main, ["doctor", *words])


def test_prints_a_line_each_and_succeeds_though_something_could_be_better(command: Callable[..., Any]) -> None:
    answer = command()
    assert answer.exit_code == 0, answer.output
    assert "ok    secret key: set" in answer.output
    assert "warn  people of Northwind: Slack is the only way to" in answer.output


def test_as_json_and_fails_when_something_has_to_be_mended(
    command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEED_SECRET_KEY", "")
    answer = command("--json")
    lines = [json.loads(line) for line in answer.output.splitlines()]
    (key,) = (line for line in lines if line["what"] == "secret key")
    assert answer.exit_code == 1
    assert key | {"say": ""} == {
        "what": "secret key", "well": False, "say": "", "level": "mend", "name": "secret-key-missing",
    }  # fmt: skip


def test_a_setting_that_cannot_be_read_is_named_without_what_it_holds(
    command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "very-secret")
    answer = command()
    assert answer.exit_code == 1
    assert answer.output.startswith("MEND  settings: PORT: Input should be a valid integer")
    assert "very-secret" not in answer.output


def test_every_finding_is_in_the_documentation() -> None:
    page = Path("docs/operating/doctor.md").read_text()
    code = "".join(path.read_text() for path in [*Path("jobs/checks").glob("*.py"), Path("jobs/doctor.py")])
    names = set(re.findall(r'(?:mend|warn)\([\w" ]+, "([a-z-]+)"', code))
    assert names >= {*MUST, *COULD}
    assert not [name for name in names if f"`{name}`" not in page]
