"""PagerDuty's Events API v2: what Alertmanager really sends, and the answers as PagerDuty words them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.compatible.pagerduty_events import (
    SEVERITIES,
    Action,
    Event,
    Refused,
    accepted,
    read,
    refused,
    unknown_routing_key,
    unrecognized,
)
from models.words import Severity
from tests.bot.sources.contract import HOSTILE, changed, check
from tests.bot.sources.places import places, with_value, without

SAMPLES = Path(__file__).parents[2] / "samples"
NAMES = sorted(file.stem for file in SAMPLES.glob("pagerduty_v2_*.json"))
KEY = "b92061e81f425f14f875031ff24107a26fc47399917af3ce712d4123c4c08c28"
ROUTING = "R0UT1NGKEY00000000000000000PEER1"
LEAST = {
    "routing_key": ROUTING,
    "event_action": "trigger",
    "payload": {"summary": "Disk is full", "source": "db1", "severity": "error"},
}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def event(body: Any) -> Event:
    return read(body, "fresh")


def test_the_samples_are_there() -> None:
    assert len(NAMES) == 5


def test_a_trigger_opens_and_its_resolve_ends_it() -> None:
    trigger, again, over = (event(sample(f"pagerduty_v2_{name}")) for name in ("trigger", "trigger_2", "resolve"))
    assert {each.key for each in (trigger, again, over)} == {f"dedup:{KEY}"}
    assert [each.action for each in (trigger, again, over)] == [Action.TRIGGER, Action.TRIGGER, Action.RESOLVE]
    assert [each.signal.firing for each in (trigger, again, over) if each.signal] == [True, True, False]
    assert {each.routing_key for each in (trigger, again, over)} == {ROUTING}


def test_a_trigger_says_what_alertmanager_says() -> None:
    signal = event(sample("pagerduty_v2_trigger")).signal
    assert signal is not None
    assert signal.title == "[FIRING:2] HighLatency checkout (prod-eu-1)"
    assert signal.severity is Severity.HIGH
    assert signal.details.startswith("firing: Labels:\n - alertname = HighLatency")
    assert "num_firing: 2" in signal.details
    assert signal.link == "http://127.0.0.1:19093/#/alerts?receiver=both"
    assert signal.labels == {"source": "Alertmanager", "client": "Alertmanager", "num_firing": "2", "num_resolved": "0"}


def test_everything_that_can_be_set_is_read() -> None:
    signal = event(sample("pagerduty_v2_trigger_custom")).signal
    assert signal is not None
    assert (signal.title, signal.severity) == ("DiskFull on db", Severity.CRITICAL)
    assert signal.link == "https://grafana.example/d/abc"
    assert signal.labels["class"] == "DiskFull"
    assert signal.labels["component"] == "db"
    assert signal.labels["group"] == "prod-eu-1"
    assert signal.labels["runbook"] == "https://runbooks.example/high-latency"


def test_links_and_images_are_kept_however_long_the_details_are() -> None:
    signal = event(
        {
            **LEAST,
            "payload": {**LEAST["payload"], "custom_details": {"log": "x" * 4000}},  # type: ignore[dict-item]
            "links": [
                {"href": "https://grafana.example/d/abc", "text": "dashboard"},
                {"href": "https://runbooks.example/disk"},
                {"href": "javascript:alert(1)", "text": "no"},
                "no",
            ],
            "images": [{"src": "https://grafana.example/render.png", "alt": "graph\nof db1"}, {"alt": "nothing"}],
        }
    ).signal
    assert signal is not None
    assert signal.link == "https://grafana.example/d/abc"
    assert len(signal.details) <= 2500
    assert signal.details.endswith(
        "x\ndashboard: https://grafana.example/d/abc\nLink: https://runbooks.example/disk\n"
        "graph of db1: https://grafana.example/render.png"
    )


def test_many_links_leave_room_for_the_details() -> None:
    links = [{"href": f"https://grafana.example/{number}/{'x' * 200}"} for number in range(50)]
    signal = event({**LEAST, "payload": {**LEAST["payload"], "custom_details": "why"}, "links": links}).signal  # type: ignore[dict-item]
    assert signal is not None
    assert signal.details.startswith("why\nLink: https://grafana.example/0/")
    assert len(signal.details) < 1100


def test_an_image_that_leads_somewhere_is_the_link_where_there_is_no_other() -> None:
    image = {"src": "https://grafana.example/render.png", "href": "https://grafana.example/d/abc"}
    for client_url in ("", "http://alertmanager.example/"):
        signal = event({**LEAST, "images": [image], "client_url": client_url}).signal
        assert signal is not None
        assert signal.link == "https://grafana.example/d/abc"


@pytest.mark.parametrize("name", NAMES)
def test_what_comes_out_of_a_sample_is_sound(name: str) -> None:
    signal = event(sample(name)).signal
    assert signal is not None
    check([signal])


def test_the_least_that_is_asked() -> None:
    found = event(LEAST)
    assert (found.dedup_key, found.key) == ("fresh", "dedup:fresh")
    assert accepted(found) == {"status": "success", "message": "Event processed", "dedup_key": "fresh"}
    over = event({"routing_key": ROUTING, "event_action": "resolve", "dedup_key": "disk"})
    assert over.signal is not None
    assert (over.signal.key, over.signal.firing, over.signal.title) == ("dedup:disk", False, "disk")


def test_an_acknowledge_is_no_signal() -> None:
    found = event({"routing_key": ROUTING, "event_action": "acknowledge", "dedup_key": "disk"})
    assert found == Event(ROUTING, Action.ACKNOWLEDGE, "disk", "dedup:disk", None)


@pytest.mark.parametrize(("word", "severity"), SEVERITIES.items())
def test_severities(word: str, severity: Severity) -> None:
    for said in (word, word.title()):
        signal = event(with_value(LEAST, ("payload", "severity"), said)).signal
        assert signal is not None
        assert signal.severity is severity


@pytest.mark.parametrize(
    ("timestamp", "start"),
    [
        ("2026-11-22T03:00:00.000+0000", datetime(2026, 11, 22, 3, tzinfo=UTC)),
        ("2026-11-22T04:00:00+01:00", datetime(2026, 11, 22, 3, tzinfo=UTC)),
        ("soon", None),
        (1795316400, None),
    ],
)
def test_a_trigger_tells_since_when_and_a_resolve_does_not(timestamp: Any, start: datetime | None) -> None:
    body = with_value({**LEAST, "dedup_key": "disk"}, ("payload",), {**LEAST["payload"], "timestamp": timestamp})  # type: ignore[dict-item]
    for action, expected in (("trigger", start), ("resolve", None)):
        signal = event({**body, "event_action": action}).signal
        assert signal is not None
        assert signal.started_at == expected


@pytest.mark.parametrize(
    ("place", "value", "error"),
    [
        (("routing_key",), None, "'routing_key' cannot be blank"),
        (("routing_key",), "", "'routing_key' cannot be blank"),
        (("routing_key",), "short", "Length of 'routing_key' is incorrect (should be 32 characters)"),
        (("event_action",), None, "'event_action' is missing or blank"),
        (
            ("event_action",),
            "create",
            "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')",
        ),
        (("event_action",), "resolve", "'dedup_key' is missing or blank"),
        (("event_action",), "acknowledge", "'dedup_key' is missing or blank"),
        (("dedup_key",), "x" * 256, "Length of 'dedup_key' is incorrect (should be at most 255 characters)"),
        (("payload",), None, "'payload' is missing or blank"),
        (("payload",), "x", "'payload' is missing or blank"),
        (("payload", "summary"), " ", "'payload.summary' is missing or blank"),
        (("payload", "source"), None, "'payload.source' is missing or blank"),
        (("payload", "severity"), None, "'payload.severity' is missing or blank"),
        (
            ("payload", "severity"),
            "high",
            "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
        ),
    ],
)
def test_errors_are_worded_as_pagerduty_words_them(place: tuple[str, ...], value: Any, error: str) -> None:
    with pytest.raises(Refused) as raised:
        event(with_value({"dedup_key": None, **LEAST}, place, value))
    assert raised.value.errors == (error,)
    assert refused(raised.value.errors) == {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": [error],
    }


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(Refused) as raised:
        event({})
    assert raised.value.errors == ("'routing_key' cannot be blank", "'event_action' is missing or blank")
    with pytest.raises(Refused, match="must be a JSON object"):
        event([LEAST])


def test_what_is_no_event_and_who_is_unknown_get_the_errors_of_the_original() -> None:
    assert unrecognized()["errors"] == ["JSON parse error"]
    assert unknown_routing_key()["errors"] == ["Invalid routing key"]


def outcome(body: Any) -> None:
    """Refused with reasons, or sound."""
    try:
        found = event(body)
    except Refused as why:
        reasons = why.errors
    else:
        check([found.signal] if found.signal else [])
        return
    assert reasons
    assert all(reasons)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_text_and_missing_fields_are_refused_or_harmless(name: str) -> None:
    body = sample(name)
    for place in places(body):
        if place:
            outcome(without(body, place))
        for text in HOSTILE:
            outcome(with_value(body, place, text))


@given(st.data())
@settings(max_examples=200, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_only_refused_is_raised(data: st.DataObject) -> None:
    body = sample(data.draw(st.sampled_from(NAMES)))
    for _ in range(data.draw(st.integers(1, 3))):
        body = changed(data, body)
    outcome(body)
