"""Signed HTTP in detail: what events say, permissions that end, retries and failures."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from simulator import Simulator
from simulator.posting import signature
from tests.simulator.bolt_helper import Helper, served


@pytest.fixture
def helper(sim: Simulator) -> Iterator[Helper]:
    with served(Helper(sim), sim) as running:
        yield running


def test_a_strangers_message_says_where_it_comes_from(sim: Simulator, helper: Helper) -> None:
    message = sim.say("dora", "acme", "Where is our order? <b> & @bob")
    sim.wait_for(lambda: sim.deliveries("message"))
    body = helper.of("message")[0]
    event = body["event"]
    assert body["is_ext_shared_channel"]
    assert body["authorizations"][0]["user_id"] == "U0APPBOT"
    assert event["text"] == "Where is our order? &lt;b&gt; &amp; <@U0BOB>"
    assert event["channel"] == "C0ACME"
    assert event["channel_type"] == "channel"
    assert event["ts"] == event["event_ts"] == message.ts
    assert event["team"] == event["user_team"] == event["source_team"] == "T0ACME"
    assert event["blocks"][0]["elements"][0]["elements"][1] == {"type": "user", "user_id": "U0BOB"}


def test_an_own_message_names_no_other_team(sim: Simulator, helper: Helper) -> None:
    sim.say("alice", "acme", "hello")
    sim.wait_for(lambda: sim.deliveries("message"))
    event = helper.of("message")[0]["event"]
    assert event["team"] == "T0NORTHWIND"
    assert "user_team" not in event


def test_channels_without_the_bot_are_silent(sim: Simulator, helper: Helper) -> None:
    sim.say("alice", "ops", "not for the bot")
    sim.settle()
    assert helper.seen == []


def test_edits_and_deletions(sim: Simulator, helper: Helper) -> None:
    message = sim.say("dora", "acme", "first")
    sim.edit("dora", message, "second")
    sim.delete("dora", message)
    sim.wait_for(lambda: len(sim.deliveries("message")) == 3)
    changed = helper.of("message_changed")[0]["event"]
    assert changed["message"]["text"] == "second"
    assert changed["message"]["edited"]["user"] == "U0DORA"
    assert changed["previous_message"]["text"] == "first"
    assert helper.of("message_deleted")[0]["event"]["deleted_ts"] == message.ts


def test_the_trigger_is_good_once_and_for_three_seconds(sim: Simulator, helper: Helper, client: WebClient) -> None:
    view = {"type": "home", "blocks": []}
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": []}
    sim.command("alice", "ops", "/helper hello")
    trigger = helper.of("/helper")[0]["trigger_id"]
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client.views_open(trigger_id=trigger, view=view)
    client.views_open(trigger_id=trigger, view=modal)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        client.views_open(trigger_id=trigger, view=modal)
    sim.command("alice", "ops", "/helper hello")
    sim.clock.forward(seconds=4)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        client.views_open(trigger_id=helper.of("/helper")[1]["trigger_id"], view=modal)


def test_a_response_url_is_good_five_times_and_for_half_an_hour(sim: Simulator, helper: Helper) -> None:
    sim.command("alice", "ops", "/helper hello")
    hook = WebhookClient(helper.of("/helper")[0]["response_url"])
    assert hook.send(text="for all", response_type="in_channel").status_code == 200
    assert [hook.send(text="for one").status_code for _ in range(5)] == [200, 200, 200, 200, 404]
    assert sim.messages("ops")[-1].text == "for all"
    sim.command("alice", "ops", "/helper hello")
    sim.clock.forward(minutes=31)
    late = WebhookClient(helper.of("/helper")[1]["response_url"]).send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


def test_failing_events_are_sent_again_at_once_after_one_and_after_five_minutes(sim: Simulator, helper: Helper) -> None:
    helper.app.use(lambda: 1 / 0)
    sim.say("dora", "acme", "lost?")
    sim.wait_for(lambda: len(sim.deliveries()) == 2)
    sim.clock.forward(seconds=59)
    sim.settle()
    assert len(sim.deliveries()) == 2
    sim.clock.forward(seconds=2)
    sim.wait_for(lambda: len(sim.deliveries()) == 3)
    sim.clock.forward(minutes=5)
    sim.wait_for(lambda: len(sim.deliveries()) == 4)
    assert len({one["payload"]["event_id"] for one in sim.deliveries()}) == 1
    assert [one["attempt"] for one in sim.deliveries()] == [0, 1, 2, 3]
    assert {one["problem"] for one in sim.deliveries()} == {"http_error"}


def test_an_app_that_is_away(sim: Simulator) -> None:
    sim.app().request_url = "http://127.0.0.1:9/"
    assert sim.command("alice", "ops", "/helper hello").problem == "dispatch_failed"
    warning = sim.messages("ops", user="alice")[-1]
    assert warning.text == '/helper failed with the error "dispatch_failed"'


def test_bolt_accepts_only_the_right_secret(sim: Simulator, helper: Helper) -> None:
    sim.app().signing_secret = "another"
    assert not sim.command("alice", "ops", "/helper hello").ok
    assert signature("another", b"body")["X-Slack-Signature"].startswith("v0=")
