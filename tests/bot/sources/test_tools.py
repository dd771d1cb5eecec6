"""What each payload becomes: the key, how bad, what is said, and since when."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot.sources
from bot.sources import sources, tools
from bot.sources.reading import KEY_LENGTH, Unreadable
from models.signal import Decision, Known, Signal, decide
from models.words import Severity, Status

PAYLOADS = Path(bot.sources.__file__).with_name("payloads")
CRITICAL, HIGH, MEDIUM, LOW = Severity
START = "2026-11-21T23:59:26"
ALARM = "alarm:arn:aws:cloudwatch:us-east-2:123456789012:alarm"
EXPECTED: dict[str, list[tuple[str, str, Severity, str | None]]] = {
    "grafana/firing": [
        ("fingerprint:c6eadffa33fcdf37", "High memory usage in us-1", CRITICAL, "2026-11-21T23:09:30"),
        ("fingerprint:bc97ff14869b13e3", "High memory usage in eu-1", CRITICAL, "2026-11-21T23:14:30"),
    ],
    "grafana/firing_no_data": [
        ("fingerprint:50a0c3d0d6f9b3ae", "Orders per minute: DatasourceNoData", HIGH, "2026-11-22T00:09:30")
    ],
    "datadog/firing": [("cycle:7716548234011234567", "CPU is high on web-1", CRITICAL, START)],
    "datadog/firing_again": [("cycle:7716548234011234567", "CPU is high on web-1", CRITICAL, None)],
    "datadog/firing_warning": [("cycle:7716548234011239999", "CPU is high on web-1", MEDIUM, START)],
    "datadog/firing_without_cycle": [
        ("monitor:148275309/host:web-1,role:shop", "CPU is high on web-1", CRITICAL, START)
    ],
    "sentry/firing": [("issue:1117540176", "ReferenceError: basket is not defined", HIGH, f"{START}.919000")],
    "sentry/resolved": [("issue:1117540176", "ReferenceError: basket is not defined", HIGH, None)],
    "sentry/firing_metric": [("metric:4", "Critical: Too many errors", CRITICAL, "2026-11-21T23:58:00")],
    "cloudwatch/firing": [(f"{ALARM}:db memory", "db memory", HIGH, f"{START}.108000")],
    "cloudwatch/firing_raw": [(f"{ALARM}:db memory", "db memory", HIGH, f"{START}.108000")],
    "cloudwatch/firing_no_data": [(f"{ALARM}:db memory", "db memory", MEDIUM, f"{START}.108000")],
    "cloudwatch/firing_composite": [(f"{ALARM}:shop is down", "shop is down", HIGH, f"{START}.219000")],
    "cloudwatch/firing_without_arn": [
        ("alarm:123456789012/China (Beijing)/db memory", "db memory", HIGH, f"{START}.108000")
    ],
    "cloudwatch/firing_text": [
        (
            "message:5a2bd3f5-0f4f-54a6-8c1c-8a2f6a1ff7a1",
            "AWS Budgets: Shop has exceeded your alert threshold",
            MEDIUM,
            "2026-11-21T23:59:27.174000",
        )
    ],
    "uptime_kuma/firing": [("monitor:29", "Shop is down", CRITICAL, f"{START}.527000")],
    "uptime_kuma/firing_again": [("monitor:29", "Shop is down", CRITICAL, None)],
    "uptime_kuma/firing_certificate": [
        (
            "message:[Shop][https://shop.example/health] server certificate shop.example will expire in 7 days",
            "[Shop][https://shop.example/health] server certificate shop.example will expire in 7 days",
            LOW,
            None,
        )
    ],
    "zabbix/firing": [("event:1738", "Disk is full on db1", CRITICAL, START)],
    "zabbix/firing_without_time": [("event:1738", "Disk is full on db1", MEDIUM, None)],
    "healthchecks/firing": [
        ("check:803f680d-e89b-492b-82ef-2be7b774a92d", 'Database "Backup" is down', CRITICAL, START)
    ],
    "github/firing": [
        ("workflow:octo-org/octo-repo/2823525/main", "Deploy failed on main of octo-org/octo-repo", HIGH, START)
    ],
    "github/firing_branch": [
        ("workflow:octo-org/octo-repo/2823525/invoice", "Deploy failed on invoice of octo-org/octo-repo", LOW, START)
    ],
    "github/firing_fork": [
        (
            "workflow:octo-org/octo-repo/2823525/mona/octo-repo:main",
            "Deploy failed on mona/octo-repo:main of octo-org/octo-repo",
            LOW,
            START,
        )
    ],
    "generic/firing_list": [
        ("key:Backup failed", "Backup failed", HIGH, "2026-11-22T02:00:00"),
        ("key:late", "Backup is late", LOW, None),
    ],
}


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


def read(name: str, **changed: Any) -> list[Signal]:
    """The signals of a payload, with other values in its outermost object."""
    return sources()[name.partition("/")[0]]({**payload(name), **changed} if changed else payload(name))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_payload_becomes(name: str) -> None:
    found = [
        (signal.key, signal.title, signal.severity, signal.started_at.isoformat() if signal.started_at else None)
        for signal in read(name)
    ]
    assert found == [
        (key, title, severity, f"{start}+00:00" if start else None) for key, title, severity, start in EXPECTED[name]
    ]


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        (
            "cloudwatch/firing",
            {
                "alarm": "db memory",
                "account": "123456789012",
                "region": "US East (Ohio)",
                "namespace": "AWS/RDS",
                "metric": "FreeableMemory",
                "DBInstanceIdentifier": "db-1",
            },
        ),
        ("zabbix/firing", {"host": "db1", "trigger": "23519", "team": "dba", "disk": "disk"}),
        ("uptime_kuma/firing", {"monitor": "Shop", "type": "http", "severity": "critical", "public": "public"}),
    ],
)
def test_labels_are_what_routes_may_ask_for(name: str, labels: dict[str, str]) -> None:
    assert read(name)[0].labels == labels


def test_tags_take_the_place_of_nothing_that_the_tool_says() -> None:
    assert read("datadog/firing", tags="monitor:other,host:other,team:blue")[0].labels["monitor"] == "148275309"
    event = payload("sentry/firing")["data"]["event"]
    tagged = {"event": {**event, "tags": [["project", "other"], ["user", "ip:192.0.2.90"], "odd", ["a"]]}}
    labels = read("sentry/firing", data={**tagged, "triggered_rule": "r"})[0].labels
    assert labels == {"rule": "r", "project": "front-end"}


@pytest.mark.parametrize(
    ("transition", "firing"),
    [
        ("Triggered", True),
        ("Re-Triggered", True),
        ("No Data", True),
        ("Warn", True),
        ("Renotify", True),
        ("Recovered", False),
    ],
)
def test_datadog_recovers_by_its_own_word_only(transition: str, firing: bool) -> None:
    assert read("datadog/firing", transition=transition)[0].firing is firing


@pytest.mark.parametrize("action", ["created", "unresolved", "assigned"])
def test_an_issue_of_sentry_opens_by_an_alert_rule_only(action: str) -> None:
    assert read("sentry/resolved", action=action) == []
    assert not read("sentry/resolved", action="archived")[0].firing
    assert read("sentry/resolved", action="triggered")[0].firing


def test_a_link_of_cloudwatch_leads_to_the_console_of_its_partition() -> None:
    (signal,) = read("cloudwatch/firing")
    assert signal.link == (
        "https://us-east-2.console.aws.amazon.com/cloudwatch/home?region=us-east-2#alarmsV2:alarm/db%20memory"
    )
    (chinese,) = read("cloudwatch/firing_raw", AlarmArn="arn:aws-cn:cloudwatch:cn-north-1:1:alarm:x", AlarmName="x")
    assert chinese.link.startswith("https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#")
    assert read("cloudwatch/firing_raw", AlarmArn="arn:other:cloudwatch:x:1:alarm:x")[0].link == ""


def test_an_alarm_over_many_series_is_a_problem_for_each() -> None:
    keys = {read("cloudwatch/firing_raw", AlarmContributorId=each)[0].key for each in ("a1", "b2")}
    assert keys == {f"{ALARM}:db memory/a1", f"{ALARM}:db memory/b2"}


def test_long_keys_are_cut_and_still_told_apart() -> None:
    keys = {read("datadog/firing_without_cycle", scope="pod:" + "x" * 900 + end)[0].key for end in ("a", "b", "a")}
    assert len(keys) == 2
    assert all(len(key) <= KEY_LENGTH + 20 for key in keys)


def known(status: Status, name: str) -> Known:
    (signal,) = read(name)
    return Known(status, signal.severity, signal.started_at, datetime(2026, 11, 22, 0, 2, tzinfo=UTC), None)


@pytest.mark.parametrize("kind", sorted(set(tools()) - {"alertmanager", "grafana"}))
def test_what_is_resolved_ends_and_is_not_taken_for_something_late(kind: str) -> None:
    now = datetime(2026, 11, 22, 6, tzinfo=UTC)
    (over,) = read(f"{kind}/resolved")
    assert decide(over, known(Status.OPEN, f"{kind}/firing"), now) is Decision.RESOLVE


@pytest.mark.parametrize("kind", sorted(set(tools()) - {"alertmanager", "grafana"}))
def test_the_same_payload_again_does_not_open_what_was_closed_by_hand(kind: str) -> None:
    (again,) = read(f"{kind}/firing")
    closed = known(Status.RESOLVED, f"{kind}/firing")
    assert decide(again, closed, datetime(2026, 11, 22, 6, tzinfo=UTC)) is Decision.IGNORE_CLOSED


@pytest.mark.parametrize("name", ["datadog/firing_again", "uptime_kuma/firing_again"])
def test_a_reminder_shortly_after_closing_opens_nothing(name: str) -> None:
    (reminder,) = read(name)
    closed = known(Status.RESOLVED, name.replace("_again", ""))
    assert decide(reminder, closed, datetime(2026, 11, 22, 0, 4, tzinfo=UTC)) is Decision.IGNORE_CLOSED


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        ("datadog/firing", {"transition": "$ALERT_TRANSITION"}, "transition: is missing"),
        ("datadog/firing", {"cycle": "", "monitor": "$ALERT_ID"}, "monitor, cycle: is missing"),
        ("sentry/firing", {"action": None}, "action: is missing"),
        ("sentry/firing_metric", {"action": "open"}, "action: must be critical, warning or resolved"),
        ("cloudwatch/firing", {"Type": "Other"}, "Type: must be Notification"),
        ("cloudwatch/firing", {"Message": '{"AlarmName": "x"}'}, "Message.NewStateValue: is missing"),
        ("cloudwatch/firing_raw", {"NewStateValue": "MAYBE"}, "NewStateValue: must be OK, ALARM or INSUFF"),
        ("uptime_kuma/firing", {"monitor": None}, "monitor: must be an object"),
        ("uptime_kuma/firing", {"heartbeat": {"status": True}}, "heartbeat.status: must be 0 (down)"),
        ("zabbix/firing", {"value": "{EVENT.VALUE}"}, "value: is missing"),
        ("zabbix/firing", {"value": "2"}, "value: must be 1 (problem) or 0 (recovery)"),
        ("healthchecks/firing", {"status": "grace"}, "status: must be up or down"),
        ("github/firing", {"workflow_run": "x"}, "workflow_run: must be an object"),
    ],
)
def test_mistakes_are_named(name: str, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read(name, **changed)
    assert said in str(raised.value)


def configuration(kind: str) -> str:
    return tools()[kind].configuration("https://heed.example/alerts/x/y")


def test_the_payloads_that_we_define_are_the_ones_that_the_configurations_make() -> None:
    template = configuration("datadog")
    assert set(json.loads(template[template.index("{") :])) == set(payload("datadog/firing"))
    template = configuration("healthchecks").replace("$NAME_JSON", '"x"')
    assert set(json.loads(template[template.index("{") :])) == set(payload("healthchecks/firing"))
    (media_type,) = yaml.safe_load(configuration("zabbix"))["zabbix_export"]["media_types"]
    parameters = {each["name"]: each["value"] for each in media_type["parameters"]}
    assert parameters.pop("address") == "https://heed.example/alerts/x/y"
    assert set(parameters) == set(payload("zabbix/firing"))


def test_configurations_in_yaml_and_json_can_be_read() -> None:
    address = "https://heed.example/alerts/x/y"
    (receiver,) = yaml.safe_load(configuration("alertmanager"))["receivers"]
    assert receiver["webhook_configs"] == [{"url": address, "send_resolved": True}]
    (point,) = yaml.safe_load(configuration("grafana"))["contactPoints"]
    assert point["receivers"][0]["settings"]["url"] == address
    hook = configuration("github").partition("\n")[2].partition("END")[0]
    assert json.loads(hook)["config"] == {"url": address, "content_type": "json"}


def test_the_example_of_the_generic_source_opens_and_ends_one_alert() -> None:
    bodies = [json.loads(line.split("'")[1]) for line in configuration("generic").splitlines()]
    opened, ended = (sources()["generic"](body)[0] for body in bodies)
    assert (opened.key, opened.firing, ended.key, ended.firing) == (ended.key, True, opened.key, False)


@pytest.mark.parametrize("kind", ["alertmanager", "grafana"])
def test_what_a_group_left_out_is_told_as_a_signal_of_its_own(kind: str) -> None:
    whole = read(f"{kind}/firing")
    *others, told = read(f"{kind}/firing", truncatedAlerts=12)
    assert others == whole
    assert (told.firing, told.title, told.severity) == (True, "12 alerts were left out by the sender", HIGH)
    assert told.key.startswith("truncated:{}")
    assert told.labels == payload(f"{kind}/firing")["commonLabels"]
    for nothing in (0, -1, None, "12", True):
        assert read(f"{kind}/firing", truncatedAlerts=nothing) == whole
