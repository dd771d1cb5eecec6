"""The unmodified clients do what they do with PagerDuty and Opsgenie; only the address is another."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import opsgenie_sdk
import pagerduty
import pytest
from opsgenie_sdk import exceptions

from tests.compatible_sdks.keys import GENIE_KEY, HEARTBEAT, ROUTING_KEY

ROOT = Path(__file__).parents[2]
PYTHON = os.environ.get("HEED_PYTHON", str(ROOT / ".venv" / "bin" / "python"))


class Heed:
    """Heed in a process of its own, in its own environment."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [PYTHON, "-m", "tests.compatible_sdks.server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url, self.certificate = self._read(), self._read()

    def standing(self) -> dict[str, Any]:
        """The alerts by their titles, and what the messages to alice show, once everything due has happened."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._read())
        return found

    def alert(self, title: str) -> dict[str, Any]:
        found: dict[str, Any] = self.standing()["alerts"][title]
        return found

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "Heed has ended"
        return line.strip()


@pytest.fixture(scope="module")
def heed() -> Iterator[Heed]:
    started = Heed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", started.certificate)
        yield started
    started.close()


@pytest.fixture
def events(heed: Heed) -> pagerduty.EventsApiV2Client:
    return pagerduty.EventsApiV2Client(ROUTING_KEY, base_url=heed.url)


@pytest.fixture
def alerts(heed: Heed) -> opsgenie_sdk.AlertApi:
    return opsgenie_sdk.AlertApi(opsgenie(heed))


def opsgenie(heed: Heed, key: str = GENIE_KEY) -> opsgenie_sdk.ApiClient:
    configuration = opsgenie_sdk.Configuration()
    configuration.host, configuration.ssl_ca_cert = heed.url, heed.certificate
    configuration.api_key["Authorization"] = key
    configuration.retry_enabled = False
    return opsgenie_sdk.ApiClient(configuration)


def test_pagerduty_triggers_acknowledges_and_resolves(heed: Heed, events: pagerduty.EventsApiV2Client) -> None:
    key = events.trigger(
        "Disk is full on db1",
        "db1",
        custom_details={"free": "1 %"},
        links=[{"href": "https://grafana.example/d/abc", "text": "dashboard"}],
        images=[{"src": "https://grafana.example/render.png", "alt": "graph"}],
    )
    found = heed.alert("Disk is full on db1")
    assert (found["status"], found["severity"], found["link"]) == ("open", "critical", "https://grafana.example/d/abc")
    for line in ("free: 1 %", "dashboard: https://grafana.example/d/abc", "graph: https://grafana.example/render.png"):
        assert line in found["details"]
    assert events.acknowledge(key) == key
    assert heed.alert("Disk is full on db1")["status"] == "acknowledged"
    assert events.resolve(key) == key
    assert heed.alert("Disk is full on db1")["status"] == "resolved"
    assert any("Resolved by its source" in each for each in heed.standing()["messages"])


@pytest.mark.parametrize(
    ("severity", "ours"), [("critical", "critical"), ("error", "high"), ("warning", "medium"), ("info", "low")]
)
def test_pagerduty_keeps_its_own_key(heed: Heed, events: pagerduty.EventsApiV2Client, severity: str, ours: str) -> None:
    assert events.trigger(f"It is {severity}", "db1", dedup_key=severity, severity=severity) == severity
    assert heed.alert(f"It is {severity}")["severity"] == ours


def test_pagerduty_is_told_of_a_routing_key_that_nobody_has(heed: Heed) -> None:
    client = pagerduty.EventsApiV2Client("x" * 32, base_url=heed.url)
    with pytest.raises(pagerduty.Error, match="400"):
        client.trigger("x", "x")


def test_opsgenie_creates_acknowledges_notes_and_closes(heed: Heed, alerts: opsgenie_sdk.AlertApi) -> None:
    created = alerts.create_alert(
        opsgenie_sdk.CreateAlertPayload(
            message="Replication lags",
            alias="lag",
            description="90 s",
            tags=["db"],
            details={"env": "prod"},
            entity="db2",
            source="zabbix",
            priority="P1",
        )
    )
    request = alerts.get_request_status(created.request_id).data
    assert (request.is_success, request.action, request.alias) == (True, "Create", "lag")
    by_id = alerts.get_alert(request.alert_id).data
    assert (by_id.message, by_id.priority, by_id.status, by_id.entity) == ("Replication lags", "P1", "open", "db2")
    assert (by_id.tags, by_id.details, by_id.description) == (["db"], {"env": "prod"}, "90 s")
    assert alerts.get_alert(by_id.tiny_id, identifier_type="tiny").data.id == by_id.id
    assert heed.alert("Replication lags")["severity"] == "critical"

    alerts.add_note("lag", opsgenie_sdk.AddNoteToAlertPayload(note="looking", user="alice"), identifier_type="alias")
    assert heed.alert("Replication lags")["note"] == "looking"
    taken = opsgenie_sdk.AcknowledgeAlertPayload(user="alice", note="mine")
    alerts.acknowledge_alert(by_id.tiny_id, identifier_type="tiny", acknowledge_alert_payload=taken)
    found = alerts.get_alert("lag", identifier_type="alias").data
    assert (found.acknowledged, found.owner, found.report.acknowledged_by) == (True, "alice", "alice")
    assert any("Acknowledged by alice (opsgenie prod)" in each for each in heed.standing()["messages"])

    closed = alerts.close_alert(by_id.id, close_alert_payload=opsgenie_sdk.CloseAlertPayload(note="caught up"))
    assert alerts.get_request_status(closed.request_id).data.is_success
    assert heed.alert("Replication lags")["status"] == "resolved"
    assert alerts.get_alert(by_id.id).data.status == "closed"


def test_opsgenie_lets_its_client_follow_a_request_to_the_alert(alerts: opsgenie_sdk.AlertApi) -> None:
    created = alerts.create_alert(opsgenie_sdk.CreateAlertPayload(message="No alias"))
    assert created.retrieve_result().data.is_success
    assert created.retrieve_resulting_action().data.message == "No alias"


def test_opsgenie_lists_and_counts(alerts: opsgenie_sdk.AlertApi) -> None:
    alerts.create_alert(opsgenie_sdk.CreateAlertPayload(message="Listed", alias="listed"))
    assert [each.message for each in alerts.list_alerts(query="alias: listed").data] == ["Listed"]
    assert alerts.count_alerts(query="alias: listed").data.count == 1


def test_opsgenie_is_told_what_is_wrong(heed: Heed, alerts: opsgenie_sdk.AlertApi) -> None:
    with pytest.raises(exceptions.ConfigurationException, match="422"):
        alerts.create_alert(opsgenie_sdk.CreateAlertPayload(message=" "))
    with pytest.raises(opsgenie_sdk.ApiException, match="404"):
        alerts.get_alert("nothing", identifier_type="alias")
    with pytest.raises(exceptions.AuthenticationException, match="401"):
        opsgenie_sdk.AlertApi(opsgenie(heed, "another key")).list_alerts()


def test_opsgenie_pings_a_heartbeat(heed: Heed) -> None:
    heartbeats = opsgenie_sdk.HeartbeatApi(opsgenie(heed))
    assert heartbeats.ping(HEARTBEAT).result == "PONG - Heartbeat received"
    with pytest.raises(opsgenie_sdk.ApiException, match="404"):
        heartbeats.ping("nothing")
