"""No secret, token or text of a message in logs, errors, figures, arguments of jobs, Redis, or unsealed rows."""

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from click.testing import CliRunner
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.base_client import BaseClient

import app as front
from bot import contacts
from bot import context as houses
from bot.sentiment.llm import Llm
from bot.sentiment.rater import Rater
from bot.slack import NotSent
from bot.web import create_app
from jobs import analyze
from jobs.outward import NEEDED, Outward
from jobs.pump import Pump
from models import logs
from models.actions import workspaces
from models.actions.sources import put_source
from tests.conftest import Servers
from tests.security import slack
from tests.security.actions import ACTIONS
from tests.security.hunt import columns_with, everything_in, spellings, within
from tests.security.isolated_routes import ROUTES
from tests.security.scene import CHANNEL, House

MARK = "QUEBEC"
SAID = "mark-words-of-a-client-that-nobody-else-reads"
WAY = "mark-password-of-a-way"
GUESSED = "mark-secret-that-somebody-guessed"
LLM_KEY = "mark-key-of-the-llm"
SIGNED = "mark-secret-by-which-a-tool-signs"
TEXT_HAS_ITS_PLACE = {
    "messages.text": "what clients say, for as long as texts are kept",
    "assessments.evidence": "the words a verdict rests on",
    "alerts.excerpt": "what people are shown of it",
}


class Hunt:
    """Everything that was written out, and every secret that there is."""

    def __init__(self, house: House, written: io.StringIO) -> None:
        self.house, self.written = house, written
        self.scene = house.furnish("T0ONE", MARK)
        self.errors: list[str] = []
        self.codes: list[str] = []

    def secrets(self) -> set[str]:
        scene, settings = self.scene, self.house.context.settings
        own = {value.get_secret_value() for value in vars(settings).values() if isinstance(value, SecretStr)}
        found = own | set(scene.secrets.values()) | {f"xoxb-{MARK}", WAY, GUESSED, LLM_KEY, SIGNED, *self.codes}
        return {each.removeprefix("/a/") for each in found if len(each) > 5}

    def says(self, words: str, **more: Any) -> None:
        told = {"type": "message", "user": "U0EXTERNAL", "team": "T0CLIENT", "channel": CHANNEL, "text": words}
        event = {**told, "ts": "1700000000.000500", "channel_type": "channel", **more}
        self.house.send(slack.event("T0ONE", event, shared=True))


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What our processes log at their most talkative, and what their libraries log as they are set up."""
    before, found = structlog.get_config(), io.StringIO()
    handler = logging.StreamHandler(found)
    logs.set_up(logging.DEBUG)
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(found),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.addHandler(handler)
    yield found
    root.removeHandler(handler)
    structlog.configure(**before)


@pytest.fixture
def hunt(house: House, written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> Hunt:
    made = Hunt(house, written)

    def send(_: Any, address: str, title: str, body: str, **more: Any) -> NotSent:
        made.codes.extend(word for word in body.replace(".", " ").split() if word.isdigit() and len(word) == 6)
        return NotSent(contacts.LATER, "not now", outage=False)

    monkeypatch.setattr(contacts.Contacts, "send", send)
    return made


def everything_happens(hunt: Hunt, patch: pytest.MonkeyPatch) -> None:
    """All routes, actions and jobs; then the same with wrong secrets, and with everything around us broken."""
    house, scene = hunt.house, hunt.scene
    with house.context.db.begin() as session:
        put_source(
            session, scene.workspace, "github", "signed", "g" * 30, signing_secret=house.context.seal.close(SIGNED)
        )
    for words, more in ((SAID, {}), (f"{SAID} again", {"ts": "1700000000.000600", "thread_ts": "1700000000.000500"})):
        hunt.says(words, **more)
    values = {"way_kind": "json", "way_address": f"jsons://me:{WAY}@hooks.example.org/x", "way_important": "",
              "way_default": ""}  # fmt: skip
    house.send(slack.submit(scene.by("U0ADMIN"), "add_way", "", values))
    for action in ACTIONS:
        house.send(action.build(scene, scene.by("U0GUEST")))
        house.send(action.build(scene, scene.by("U0ADMIN")))
    for name, build in ROUTES:
        address, given = build(scene, scene)
        house.client.open(address, method=name.partition(" ")[0], **given)
    hunt.house.run_jobs()
    _refused(hunt)
    _broken(hunt, patch)


def _refused(hunt: Hunt) -> None:
    """Wrong secrets at every address; an error never repeats one."""
    for rule in hunt.house.app.url_map.iter_rules():
        address = rule.rule
        for part in ("<secret>", "<token>", "<kind>", "<path:identifier>", "<request_id>", "<name>"):
            address = address.replace(part, "generic" if part == "<kind>" else GUESSED)
        for authorization in (f"Bearer {GUESSED}", f"GenieKey {GUESSED}"):
            for method in rule.methods or ():
                answer = hunt.house.client.open(
                    address, method=method, headers={"Authorization": authorization}, json={"routing_key": GUESSED}
                )
                if method != "OPTIONS" and answer.status_code >= 400:
                    hunt.errors.append(answer.text)
    hunt.errors.append(slack.post(hunt.house.client, {"type": "event_callback", "event": {}}, signed_by=GUESSED).text)
    kept = hunt.scene.secrets["source"]
    for body in (b"{", b"\xff\x00", b'{"title": 1}', b"[]", b"null"):
        hunt.errors.append(hunt.house.client.post(f"/alerts/generic/{kept}", data=body).text)
    hunt.errors.append(hunt.house.client.post(f"/alerts/github/{'g' * 30}", data=b"{}").text)


def _broken(hunt: Hunt, patch: pytest.MonkeyPatch) -> None:
    """Slack, the LLM, the database and Redis fail, and say too much while they do."""
    house, scene = hunt.house, hunt.scene

    def api_call(client: BaseClient, api_method: str, **given: Any) -> None:
        if api_method == "chat.postMessage":
            raise SlackApiError("failed", {"ok": False, "error": "invalid_auth", "status": 200, "headers": {}})  # type: ignore[no-untyped-call]
        raise OSError("the wire is cut")

    hunt.says(f"{SAID}: refund or we cancel", ts="1700000000.000900")
    llm = Llm(LLM_KEY, "http://127.0.0.1:9/v1", "model", 1.0)
    raters = Pump("hunt")
    analyze.analyze(house.context, Rater(llm), raters)
    raters.settle()
    raters.close()
    with patch.context() as broken:
        broken.setattr(BaseClient, "api_call", api_call)
        house.client.post(f"/alerts/generic/{scene.secrets['source']}", json={"title": "Down", "severity": "critical"})
        for action in ACTIONS[:40]:
            hunt.errors.append(house.send(action.build(scene, scene.by("U0ADMIN"))).text)
        hunt.house.run_jobs()
    away = house.context.settings.model_copy(
        update={
            "database_url": f"postgresql://me:{WAY}@127.0.0.1:9/nothing",
            "redis_url": f"redis://:{WAY}@127.0.0.1:9/0",
            "heartbeat_url": SecretStr(f"http://127.0.0.1:9/{GUESSED}"),
        }
    )
    lost = create_app(away)
    for name, build in ROUTES:
        address, given = build(scene, scene)
        answer = lost.test_client().open(address, method=name.partition(" ")[0], **given)
        hunt.errors.append(answer.text if answer.status_code >= 400 else "")
    for each in (lost.extensions["heed"], houses.build(away)):
        each.bell.wake("escalate")
        each.db.dispose()
        each.bell.redis.close()


def test_no_secret_and_no_text_is_written_out_or_kept_where_it_does_not_belong(
    hunt: Hunt, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything_happens(hunt, monkeypatch)
    secrets, logged = hunt.secrets(), hunt.written.getvalue()
    assert len(secrets) > 30
    assert hunt.codes, "codes were sent"
    assert "listener failed" in logged
    assert logged.count("\n") > 50
    places = {
        "logs": logged,
        "errors": "\n".join(hunt.errors),
        "Redis": everything_in(servers.redis.client),
        "figures": hunt.house.client.get("/metrics", headers={"Authorization": "Bearer mark-operations-token"}).text,
    }
    found = {place: within(text, {*secrets, SAID}) for place, text in places.items()}
    assert found == {place: [] for place in places}
    assert columns_with(servers.admin, secrets) == {}
    assert set(columns_with(servers.admin, [SAID])) <= set(TEXT_HAS_ITS_PLACE)


def test_a_purge_leaves_no_text_of_a_client(hunt: Hunt, servers: Servers) -> None:
    hunt.says(SAID)
    hunt.house.run_jobs()
    assert columns_with(servers.admin, [SAID])
    with hunt.house.context.db.begin() as session:
        assert workspaces.uninstall(session, hunt.scene.workspace, 2**31)
    hunt.house.run_jobs()
    assert columns_with(servers.admin, [SAID]) == {}


@pytest.mark.parametrize("name", ["doctor", "export", "trace", "paged"])
def test_commands_that_only_look_show_no_secret(
    hunt: Hunt, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    settings = hunt.house.context.settings
    monkeypatch.chdir(tmp_path)
    for field in ("database_url", "redis_url", "heed_var"):
        monkeypatch.setenv(field.upper(), str(getattr(settings, field)))
    for field in ("heed_secret_key", "slack_signing_secret", "slack_client_secret", "heed_operations_token"):
        monkeypatch.setenv(field.upper(), getattr(settings, field).get_secret_value())
    monkeypatch.setenv("OPENAI_API_KEY", LLM_KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    hunt.says(SAID)
    arguments = [name, str(hunt.scene.alerts["open"])] if name == "trace" else [name]
    told = CliRunner().invoke(front.main, arguments)
    assert told.output
    assert within(told.output, {*hunt.secrets(), SAID}) == []


def test_the_beat_outward_names_no_address_when_it_fails(house: House, written: io.StringIO) -> None:
    now = datetime.now(UTC)
    for address in (f"http://127.0.0.1:9/{GUESSED}", f"ftp://{GUESSED}", f"http://me:{GUESSED}@[", GUESSED):
        outward = Outward(address, house.context.db)
        outward.beat(dict.fromkeys(NEEDED, now), {}, now)
        outward.settle()
    assert written.getvalue().count("the heartbeat was not taken") == 4
    assert GUESSED not in written.getvalue()


@pytest.mark.parametrize("mark", [SAID, WAY, LLM_KEY])
def test_the_hunt_finds_what_is_there(mark: str) -> None:
    """In every spelling that it promises."""
    for each in spellings(mark):
        assert within(f"x{each}y", [mark]) == [mark]
