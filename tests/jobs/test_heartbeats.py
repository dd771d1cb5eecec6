"""Heartbeats from the command line and through the job that misses them."""

import json

import pytest
import requests
from click.testing import CliRunner, Result

from bot.web import create_app
from jobs.heartbeats import miss
from jobs.source import source
from models.actions import heartbeats
from models.bell import wake_id
from models.db import earliest
from tests.jobs.files import Files
from tests.world import World


def add(*words: str) -> Result:
    return CliRunner().invoke(source, ["add", *words], catch_exceptions=False)


def test_a_heartbeat_that_is_added_on_the_command_line_is_missed(world: World, files: Files) -> None:
    made = add("heartbeat", "nightly-backup", "--every", "5m", "--grace", "2m", "--severity", "critical", "--json")
    address = json.loads(made.stdout)["address"]
    assert requests.get(address, timeout=10).json()["status"] == "ok"
    world.forward(minutes=6)
    world.expect_no_page("alice")
    world.forward(minutes=2)
    world.expect_page("alice", "Critical: No heartbeat from nightly-backup")


def test_behind_a_proxy_of_ours_a_beat_comes_from_who_sent_it(world: World, files: Files) -> None:
    world.app.extensions["heed"].settings.heed_proxies = 1
    made = add("heartbeat", "nightly-backup", "--every", "5m", "--allow-from", "192.0.2.0/24", "--json")
    address = json.loads(made.stdout)["address"]
    for sender, code in (("192.0.2.7", 200), ("198.51.100.7", 404)):
        assert requests.get(address, headers={"X-Forwarded-For": sender}, timeout=10).status_code == code


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("heartbeat", "x"), "say how often it beats"),
        (("heartbeat", "x", "--every", "soon"), "every: must be a length of time"),
        (("heartbeat", "x", "--every", "5m", "--severity", "awful"), "severity must be one of"),
        (("generic", "x", "--every", "5m"), "--every is for heartbeats"),
        (("heartbeet", "x", "--every", "5m"), "heartbeat"),
        (
            ("heartbeat", "x", "--every", "5m", "--sign"),
            "beats carry no signature; --allow-from says who may send them",
        ),
        (("heartbeat", "x", "--every", "5m", "--signing-secret", "s"), "beats carry no signature"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_said(files: Files, words: tuple[str, ...], why: str) -> None:
    refused = add(*words)
    assert refused.exit_code == 2
    assert why in refused.output


def test_one_that_is_there_is_not_signed_either(world: World, files: Files) -> None:
    add("heartbeat", "x", "--every", "5m")
    refused = CliRunner().invoke(source, ["change", "x", "--sign"], catch_exceptions=False)
    assert (refused.exit_code, "beats carry no signature" in refused.output) == (2, True)


def test_the_job_arms_the_second_after_the_next_deadline(world: World, files: Files) -> None:
    address = json.loads(add("heartbeat", "often", "--every", "30s", "--grace", "10s", "--json").stdout)["address"]
    requests.head(address, timeout=10).raise_for_status()
    miss(world.context)
    with world.context.db.begin() as session:
        due = earliest(session, heartbeats.DUE)
    assert due is not None
    assert wake_id("heartbeats", due) in world.context.bell.scheduler


def test_a_beat_without_a_database_is_503_so_that_it_is_sent_again(world: World) -> None:
    lost = world.settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/nothing"})
    app = create_app(lost)
    answer = app.test_client().post("/heartbeats/any")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    app.extensions["heed"].db.dispose()
    app.extensions["heed"].bell.redis.close()
