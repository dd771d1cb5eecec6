"""The web process at its edges: signatures, a database that is away, health, figures."""

import json
import time
from collections.abc import Iterator

import pytest
import requests
from flask.testing import FlaskClient
from pydantic import SecretStr
from slack_sdk.signature import SignatureVerifier

from bot.web import create_app
from models.config import Settings
from models.embedded import free_port
from tests.world import World

SIGNING_SECRET = "simulator-signing-secret"


def signed(body: str, stamp: str | None = None) -> dict[str, str]:
    stamp = stamp or str(int(time.time()))
    signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=stamp, body=body)
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature or "",
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=0"},
        {"X-Slack-Request-Timestamp": "١٢٣", "X-Slack-Signature": "v0=0"},
        {"X-Slack-Request-Timestamp": "-1", "X-Slack-Signature": "v0=0"},
        {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=0"},
        {**signed("{}", "1600000000")},
    ],
    ids=["none", "words", "other digits", "negative", "wrong", "old"],
)
def test_a_bad_signature_is_401_and_says_what_to_check(world: World, headers: dict[str, str]) -> None:
    answer = requests.post(
        f"{world.url}/slack/events", data="{}", headers={k: v.encode() for k, v in headers.items()}, timeout=10
    )
    assert answer.status_code == 401
    assert "SLACK_SIGNING_SECRET" in answer.json()["error"]


def test_slacks_url_verification_is_answered(world: World) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c4"})
    answer = requests.post(f"{world.url}/slack/events", data=body, headers=signed(body), timeout=10)
    assert (answer.status_code, answer.json()) == (200, {"challenge": "c4"})


@pytest.fixture
def away(settings: Settings) -> Iterator[FlaskClient]:
    """A web process whose database and Redis are away."""
    port = free_port()
    lost = settings.model_copy(
        update={
            "database_url": f"postgresql://nobody@127.0.0.1:{port}/nothing",
            "redis_url": f"redis://127.0.0.1:{port}/0",
            "slack_signing_secret": SecretStr(SIGNING_SECRET),
        }
    )
    app = create_app(lost)
    yield app.test_client()
    app.extensions["heed"].db.dispose()
    app.extensions["heed"].bell.redis.close()


def test_without_its_database_the_intake_is_503_and_asks_for_another_try(
    away: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = away.post("/alerts/generic/some-secret", json={"title": "x"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "nothing was stored" in answer.get_json()["error"]
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err
    assert "some-secret" not in shown.out + shown.err


def test_without_its_database_slack_is_told_to_try_again(away: FlaskClient) -> None:
    body = json.dumps({"type": "event_callback", "team_id": "T0NORTHWIND", "event": {"type": "message"}})
    answer = away.post("/slack/events", data=body, headers=signed(body))
    assert answer.status_code >= 500


def test_health_and_readiness_without_database(away: FlaskClient) -> None:
    assert away.get("/healthz").get_json() == {"status": "ok"}
    answer = away.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["status"] == "away"
    assert "senders are told to try again" in answer.get_json()["database"]


def test_readiness_names_the_processes_that_are_silent(world: World) -> None:
    found = requests.get(f"{world.url}/readyz", timeout=10)
    assert found.status_code == 200
    assert found.json() == {
        "status": "degraded",
        "database": "ok",
        "redis": "ok",
        "clock": "silent",
        "worker page": "silent",
        "worker rate": "silent",
    }


def test_details_are_not_for_those_behind_a_proxy(world: World) -> None:
    behind = {"X-Forwarded-For": "203.0.113.7"}
    assert requests.get(f"{world.url}/readyz", headers=behind, timeout=10).json() == {"status": "degraded"}
    assert requests.get(f"{world.url}/metrics", headers=behind, timeout=10).status_code == 403


def test_details_with_the_operations_token(settings: Settings, world: World) -> None:
    app = create_app(world.settings.model_copy(update={"heed_operations_token": SecretStr("tell-me")}))
    client = app.test_client()
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer tell-me"}).status_code == 200
    app.extensions["heed"].db.dispose()
    app.extensions["heed"].bell.redis.close()


def test_metrics_tell_what_is_open_due_and_paged(world: World) -> None:
    world.signal("Disk full")
    found = requests.get(f"{world.url}/metrics", timeout=10).text
    for line in (
        'heed_alerts{status="open"} 1.0',
        'heed_pages_1h{result="sent",way="slack"} 2.0',
        'heed_due{kind="step"} 0.0',
        "heed_redis_up 1.0",
    ):
        assert line in found


def test_an_unknown_address_is_json_too(world: World) -> None:
    answer = requests.get(f"{world.url}/nothing", timeout=10)
    assert (answer.status_code, answer.json()) == (404, {"error": "there is nothing at this address"})


def test_a_button_while_the_database_is_away_says_so_and_changes_nothing(world: World) -> None:
    world.signal("Disk full")
    house = world.app.extensions["heed"]
    lost = create_app(
        world.settings.model_copy(update={"database_url": f"postgresql://x@127.0.0.1:{free_port()}/x"})
    ).extensions["heed"]
    good, house.db.engine = house.db.engine, lost.db.engine
    house.db._sessions.configure(bind=lost.db.engine)
    try:
        page = world.pages("alice")[-1]
        button = page.blocks[-1]["elements"][0]
        answer = world.slack.press("alice", page, button["action_id"], button["value"])
        assert not answer.ok, "Slack shows its own warning, because we could not even look up the workspace"
    finally:
        house.db.engine = good
        house.db._sessions.configure(bind=good)
    world.press("alice", "Acknowledge", until="Acknowledged by <@U0ALICE>")
