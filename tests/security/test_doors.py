"""The doors themselves: signatures and their age, the same thing twice, files, Redis."""

from pathlib import Path

import pytest
from redis import SSLConnection
from structlog.testing import capture_logs

from models.bell import connect
from models.tables import Message
from tests.security import slack
from tests.security.scene import CHANNEL, House


def test_only_what_slack_has_signed_comes_in(house: House) -> None:
    payload = {"type": "url_verification", "challenge": "x"}
    assert slack.post(house.client, payload).status_code == 200
    assert slack.post(house.client, payload, signed_by="another").status_code == 401
    for headers in ({"X-Slack-Signature": ""}, {"X-Slack-Signature": "v0=é"}, {"X-Slack-Request-Timestamp": "now"}):
        assert slack.post(house.client, payload, **headers).status_code == 401


@pytest.mark.parametrize("age", [-301, 301, 10**6])
def test_an_old_signature_is_no_signature(house: House, age: int) -> None:
    """Nor is one from the future."""
    body = '{"type": "url_verification", "challenge": "x"}'
    assert slack.post_raw(house.client, body, "application/json").status_code == 200
    assert slack.post_raw(house.client, body, "application/json", age=age).status_code == 401


def test_a_body_that_is_no_text_is_refused_before_it_is_read(house: House) -> None:
    """It made the SDK fail, for anybody who sent it: 500, and a traceback in the log."""
    unsigned = slack.post_raw(house.client, b"\xff\xfe", "application/json", signed_by="another")
    assert unsigned.status_code == 401
    assert "signature" in unsigned.text


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("[]", "no object"),
        ("{", "no JSON"),
        ('{"type": "event_callback"}', "event: is missing"),
        ('{"type": "event_callback", "event": {"type": 7}}', "event.type"),
        ('{"type": "block_actions", "actions": []}', "actions: is empty"),
        ('{"type": "event_callback", "event": {"type": "message", "message": {"user": 7}}}', "event.message.user"),
        ('{"type": "view_closed", "view": null}', "view: is missing"),
        ('{"type": "view_submission", "view": {"callback_id": "x"}}', "view.type: is missing"),
    ],
)
def test_what_slack_would_not_send_is_refused_with_its_field(house: House, body: str, why: str) -> None:
    answer = slack.post_raw(house.client, body, "application/json")
    assert answer.status_code == 400
    assert why in answer.text


def test_a_form_without_one_of_its_fields_is_refused_with_the_field(house: House) -> None:
    who = house.furnish("T0ONE", "ALPHA").by("U0ADMIN")
    answer = house.send(slack.submit(who, "confirm_way", {"way": 2}, {}))
    assert answer.status_code == 400
    assert "view.state.values.way_typed: is missing" in answer.text


def test_a_form_without_its_choice_is_told_at_the_field(house: House) -> None:
    who = house.furnish("T0ONE", "ALPHA").by("U0ADMIN")
    entered = {"title": "Help", "details": "", "severity": "", "person": ""}
    answer = house.send(slack.submit(who, "raise_alert", {"link": ""}, entered))
    assert answer.json == {"response_action": "errors", "errors": {"severity": "Choose how bad it is."}}


def test_a_form_without_what_heed_wrote_into_it_is_refused(house: House) -> None:
    who = house.furnish("T0ONE", "ALPHA").by("U0ADMIN")
    form = slack.submit(who, "resolve_alert", {}, {"notes": "done"})
    form["view"]["private_metadata"] = ""
    answer = house.send(form)
    assert (answer.status_code, answer.json) == (
        400,
        {"error": "view.private_metadata: is none that Heed has written"},
    )


def test_a_button_with_another_ones_value_is_refused(house: House) -> None:
    who = house.furnish("T0ONE", "ALPHA").by("U0ADMIN")
    with capture_logs() as logs:
        house.send(slack.press(who, "alert_acknowledge", "0"))
    (told,) = [each["why"] for each in logs if each["log_level"] == "warning"]
    assert told.startswith("actions[0].value: is no alert's")
    assert not [each for each in logs if each["log_level"] == "error"]


def test_a_name_that_is_no_text_is_refused_with_its_field(house: House) -> None:
    scene = house.furnish("T0ONE", "ALPHA")
    user = {"id": "U0NEW", "name": "a", "team_id": "T0ONE", "profile": {"real_name": [7, False]}}
    with capture_logs() as logs:
        house.send(slack.event(scene.team, {"type": "user_change", "user": user}))
    assert [each["why"] for each in logs if each["log_level"] in ("warning", "error")] == [
        "event.user.profile.real_name: is missing, or not what Slack sends"
    ]


@pytest.mark.parametrize("path", ["/v2/heartbeats/%00/ping", "/v2/alerts/a%00b", "/alerts/generic/%00"])
def test_nothing_is_looked_for_that_the_database_could_not_hold(house: House, path: str) -> None:
    scene = house.furnish("T0ONE", "ALPHA")
    answer = house.client.get(path, headers={"Authorization": f"GenieKey {scene.secrets['genie']}"})
    assert (answer.status_code, answer.json) == (400, {"error": "the address holds a zero character (%00)"})


def test_the_same_event_twice_is_one_message(house: House) -> None:
    scene = house.furnish("T0ONE", "ALPHA")
    said = {"type": "message", "user": "U0EXTERNAL", "text": "Hello", "team": "T0CLIENT", "channel": CHANNEL}
    told = slack.event(scene.team, {**said, "ts": "1700000000.000700", "channel_type": "channel"}, shared=True)
    for again in (told, told, {**told, "event_id": "Ev1"}):
        assert house.send(again).status_code == 200
    with house.context.db.begin() as session:
        assert session.query(Message).filter_by(ts="1700000000.000700").count() == 1


def test_no_file_is_served(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "secrets.txt").write_text("secret")
    monkeypatch.chdir(tmp_path)
    assert house.client.get("/static/secrets.txt").status_code == 404


def test_redis_is_reached_with_its_password_and_over_tls() -> None:
    pool = connect("rediss://heed:word@redis.example:6380/1", timeout=0.5).connection_pool
    assert pool.connection_class is SSLConnection
    given = pool.connection_kwargs
    assert (given["username"], given["password"], given["host"], given["port"]) == (
        "heed",
        "word",
        "redis.example",
        6380,
    )
    assert pool.make_connection().cert_reqs.name == "CERT_REQUIRED"  # type: ignore[attr-defined]
