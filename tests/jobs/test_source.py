"""`source` on the command line: add, list, show, rotate, change, remove, test."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from bot.signatures import signature
from jobs.source import source
from jobs.sweep import sweep
from models.actions import incoming, people
from models.actions.sources import SourceRef, present
from tests.jobs.files import Files

Run = Callable[..., Result]


@pytest.fixture
def run(files: Files) -> Run:
    def call(*words: str, code: int = 0, **more: Any) -> Result:
        done = CliRunner().invoke(source, list(words), catch_exceptions=False, **more)
        assert done.exit_code == code, done.output
        return done

    return call


def told(run: Run, *words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def test_add_prints_the_address_and_what_to_paste(files: Files, run: Run) -> None:
    done = run("add", "datadog", "prod")
    address = done.stdout.splitlines()[0]
    assert address.startswith(f"{files.world.url}/alerts/datadog/")
    assert f"URL:      {address}" in done.stdout
    assert "shown only now" in done.stderr
    assert requests.post(address, json={"title": "x"}, timeout=10).status_code == 202


@pytest.mark.parametrize(
    ("kind", "path", "key_length"), [("pagerduty", "/v2/enqueue", 32), ("opsgenie", "/v2/alerts", 36)]
)
def test_what_speaks_another_protocol_has_a_key(files: Files, run: Run, kind: str, path: str, key_length: int) -> None:
    made = told(run, "add", kind, "prod")
    assert made["address"] == f"{files.world.url}{path}"
    assert len(made["key"]) == key_length
    assert made["key"] in made["snippet"]
    assert f"key: {made['key']}" not in run("list").stdout


def test_wrong_usage_is_code_2_and_says_what_there_is(run: Run) -> None:
    assert "did you mean datadog?" in run("add", "datadgo", "prod", code=2).output
    assert "there is no source" in run("show", "nothing", code=2).output
    assert "is no network" in run("add", "generic", "prod", "--allow-from", "hooks.example", code=2).output
    assert "only a generic source" in run("add", "github", "x", "--expression", "title=a", code=2).output
    assert "title: the expression is missing" in run("add", "generic", "x", "--expression", "key=a", code=2).output
    assert "a source needs a name" in run("add", "generic", " ", code=2).output
    run("add", "generic", "prod")
    run("add", "github", "prod")
    assert "say which: 'generic prod', 'github prod'" in run("rotate", "prod", code=2).output
    assert "say what is to change" in run("change", "generic prod", code=2).output
    assert "must be a duration" in run("rotate", "generic prod", "--overlap", "soon", code=2).output


def test_adding_what_is_there_already_says_that_the_old_address_has_ended(run: Run) -> None:
    assert "was there already" not in run("add", "generic", "prod").output
    assert "generic prod was there already: its previous address has ended" in run("add", "generic", "prod").output


def test_a_rotated_source_takes_both_addresses(run: Run) -> None:
    old = told(run, "add", "generic", "prod")["address"]
    new = told(run, "rotate", "prod")
    assert "previous_until" in new
    for address in (old, new["address"]):
        assert requests.post(address, json={"title": "x"}, timeout=10).status_code == 202
    last = told(run, "rotate", "prod", "--overlap", "0")
    codes = [
        requests.post(each, json={"title": "x"}, timeout=10).status_code
        for each in (old, new["address"], last["address"])
    ]
    assert codes == [404, 404, 202]


def test_signatures_networks_and_expressions_are_options(run: Run) -> None:
    made = told(run, "add", "generic", "prod", "--sign", "--expression", "title=what", "--expression", "key=id")
    body = b'{"what": "Fan stopped", "id": 7}'
    signed = {"X-Heed-Signature": signature(made["signing_secret"], body)}
    assert requests.post(made["address"], data=body, timeout=10).status_code == 403
    assert requests.post(made["address"], data=body, headers=signed, timeout=10).json()["opened"] == 1
    run("change", "prod", "--signing-secret", "-", input="given by the tool\n")
    assert requests.post(made["address"], data=body, headers=signed, timeout=10).status_code == 403
    run("change", "prod", "--unsigned", "--allow-from", "192.0.2.0/24")
    assert requests.post(made["address"], data=body, timeout=10).status_code == 403
    run("change", "prod", "--allow-all")
    assert requests.post(made["address"], data=body, timeout=10).json()["repeated"] == 1
    shown = told(run, "show", "prod")
    assert shown["line"]["settings"] == {"expressions": {"title": "what", "key": "id"}}
    assert shown["line"]["refused"] == 3


def test_list_and_show_tell_what_came(run: Run) -> None:
    assert run("list").stdout == ""
    address = told(run, "add", "generic", "prod")["address"]
    requests.post(address, json={"title": "Disk full"}, timeout=10)
    requests.post(address, data=b"\x1b[31mno json", timeout=10)
    assert "generic prod: last signal" in run("list").stdout
    assert told(run, "list")[0]["unreadable"] == 1
    shown = run("show", "prod").stdout
    assert address.rpartition("/")[2] not in shown
    for each in ("/alerts/generic/••••••••", "Disk full", "body: is not readable JSON", "no json"):
        assert each in shown
    assert "\x1b" not in shown


def test_a_removed_source_is_gone_and_its_alerts_are_not(files: Files, run: Run) -> None:
    address = told(run, "add", "generic", "prod")["address"]
    requests.post(address, json={"title": "Disk full"}, timeout=10)
    assert "its alerts stay" in run("remove", "prod").stdout
    assert requests.post(address, json={"title": "x"}, timeout=10).status_code == 404
    assert files.rows("SELECT title FROM alerts") == [("Disk full",)]
    assert told(run, "list") == []


def test_a_test_signal_pages_only_who_is_named(files: Files, run: Run) -> None:
    run("add", "zabbix", "prod")
    assert "--to: there is nobody with the Slack id U0NOBODY" in run("test", "prod", "--to", "U0NOBODY", code=2).output
    assert 'nobody called "bop"; did you mean bob' in run("test", "prod", "--to", "bop", code=2).output
    assert told(run, "test", "prod", "--to", "U0BOB")["alert"] == 1
    files.world.settle()
    files.world.expect_page("bob", "Test signal from prod")
    assert told(run, "test", "zabbix", "prod", "--to", "@bob")["alert"] == 2
    files.world.settle()
    files.world.expect_page("bob", "Test signal from prod")
    files.world.expect_no_page("alice")


def test_somebody_who_has_left_cannot_be_paged_for_a_test(files: Files, run: Run) -> None:
    run("add", "zabbix", "prod")
    with files.session() as session:
        found = people.find(session, 1, "U0BOB")
        assert found is not None
        found.active = False
    assert "--to: U0BOB is deactivated in Slack" in run("test", "prod", "--to", "U0BOB", code=2).output


def test_a_heartbeat_s_test_is_its_silence(files: Files, run: Run) -> None:
    run("add", "heartbeat", "nightly backup", "--every", "1d")
    run("test", "heartbeat", "nightly", "backup", "--to", "bob")
    files.world.settle()
    files.world.expect_page("bob", "No heartbeat from nightly backup", "Expected every 1 day")


def test_a_heartbeat_s_rhythm_is_changed_and_what_is_not_said_stays(files: Files, run: Run) -> None:
    run("add", "heartbeat", "backup", "--every", "1d", "--grace", "1h", "--severity", "critical")
    assert "changed heartbeat backup" in run("change", "backup", "--every", "12h").stdout
    with files.session() as session:
        (found,) = present(session, 1)
        assert found.settings == {"every_s": 43_200.0, "grace_s": 3600.0, "severity": "critical"}
    assert "every: must be from 10 seconds to 366 days" in run("change", "backup", "--every", "1s", code=2).output
    run("add", "zabbix", "prod")
    assert "--grace is for heartbeats" in run("change", "prod", "--grace", "1h", code=2).output


def test_a_source_is_named_with_its_kind_where_the_name_alone_is_not_clear(run: Run) -> None:
    run("add", "zabbix", "prod")
    run("add", "grafana", "prod")
    assert "say which: 'grafana prod', 'zabbix prod'" in run("show", "prod", code=2).output
    assert run("show", "zabbix", "prod").stdout == run("show", "zabbix prod").stdout
    run("remove", "zabbix", "prod")
    assert [each["kind"] for each in told(run, "list")] == ["grafana"]


def test_the_sweep_forgets_bodies_after_seven_days(files: Files) -> None:
    files.world.source("generic")
    with files.session() as session:
        (there,) = present(session, 1)
        incoming.keep(session, SourceRef(there.id, 1, "generic", "prod"), "unreadable", "why", "body")
    files.world.forward(hours=24 * 7, minutes=1)
    sweep(files.world.context)
    assert files.rows("SELECT reason, body FROM requests") == [("why", "")]
    files.world.forward(hours=24 * 23)
    sweep(files.world.context)
    assert files.rows("SELECT reason FROM requests") == []


def test_apply_changes_who_may_send_and_leaves_the_secret(files: Files, run: Run) -> None:
    address = told(run, "add", "generic", "prod", "--allow-from", "192.0.2.0/24")["address"]
    assert files.applied("sources:\n  - {kind: generic, name: prod}\n") == []
    assert files.applied("sources:\n  - {kind: generic, name: prod, allowed_from: [], expressions: {title: t}}\n")
    assert requests.post(address, json={"t": "x"}, timeout=10).status_code == 202
    assert "expressions" in files.export()
    done = files.apply("sources:\n  - {kind: pagerduty, name: new}\n").stdout
    assert f"source pagerduty new: {files.world.url}/v2/enqueue with the key " in done


def test_apply_adds_and_changes_a_heartbeat_and_leaves_its_address(files: Files, run: Run) -> None:
    text = "sources:\n  - {kind: heartbeat, name: backup, every: %s, severity: critical}\n"
    done = files.apply(text % "1d").stdout
    (address,) = re.findall(rf"source heartbeat backup: ({files.world.url}/heartbeats/\S+)", done)
    assert requests.get(address, timeout=10).status_code == 200
    assert files.applied(text % "1d") == []
    assert files.applied(text % "12h")
    assert "every: 12h\n    grace: 1m\n    severity: critical\n" in files.export()
    assert requests.get(address, timeout=10).status_code == 200
    files.world.forward(hours=12, minutes=2)
    files.world.expect_page("alice", "No heartbeat from backup", "Expected every 12 hours, with 1 minute of grace")


def test_apply_says_after_how_long_somebody_is_asked(files: Files, run: Run) -> None:
    run("add", "generic", "prod", "--expression", "title=message")
    for word, seconds in (("6h", 21_600), ("never", 0)):
        assert files.applied(f"sources:\n  - {{kind: generic, name: prod, stale_after: {word}}}\n")
        with files.world.context.db.begin() as session:
            (found,) = present(session, 1)
            assert found.settings == {"expressions": {"title": "message"}, "stale_after_s": seconds}
        assert f"stale_after: {word}\n" in files.export()


def test_how_long_it_may_be_silent_is_changed_and_what_else_is_laid_down_stays(files: Files, run: Run) -> None:
    run("add", "generic", "prod", "--expression", "title=message")
    for word, seconds in (("6h", 21_600), ("never", 0)):
        run("change", "prod", "--stale-after", word)
        with files.world.context.db.begin() as session:
            (found,) = present(session, 1)
            assert found.settings == {"expressions": {"title": "message"}, "stale_after_s": seconds}
    refused = run("change", "prod", "--stale-after", "soon", code=2)
    assert '--stale-after must be a duration such as 30s, 5m, 2h or 1d, not "soon", or never' in refused.output
    run("add", "heartbeat", "job", "--every", "5m")
    assert "not for heartbeats" in run("change", "job", "--stale-after", "6h", code=2).output


def test_an_address_in_use_is_not_ended_by_adding_it_again(files: Files, run: Run) -> None:
    address = told(run, "add", "generic", "prod")["address"]
    requests.post(address, json={"title": "Disk full"}, timeout=10).raise_for_status()
    refused = run("add", "generic", "prod", code=2)
    assert "generic prod is there and in use: `source rotate` gives it a new address" in refused.output
    requests.post(address, json={"title": "Disk full"}, timeout=10).raise_for_status()
    assert "its previous address has ended" in run("add", "generic", "prod", "--replace").output
    assert requests.post(address, json={"title": "Disk full"}, timeout=10).status_code == 404
