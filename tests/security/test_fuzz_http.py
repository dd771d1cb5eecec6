"""Any request at any address: never a 5xx, never a traceback, and whoever is refused learns why."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot import sources
from bot.notifications import Notifications
from bot.sources.kinds import kinds
from models.actions.sources import put_source
from tests.security.fuzzing import LONG, Count, as_text, edited, edits, tries, values
from tests.security.scene import House

pytestmark = pytest.mark.timeout(0 if LONG else 300)
PAYLOADS = Path(sources.__file__).parent / "payloads"
TYPES = ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "")
HEADERS = (
    "Authorization", "Content-Encoding", "Content-Type", "Cookie", "X-Request-Id", "traceparent", "X-Forwarded-For",
    "X-Slack-Signature", "X-Slack-Request-Timestamp", "Accept", "If-None-Match", "Range", "X-Hub-Signature-256",
    "x-amz-sns-message-type", "Sentry-Hook-Signature", "Grafana-Alerting-Signature",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND")
latin = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)


def _recorded() -> list[tuple[str, Any]]:
    """(kind of source, payload) of everything that tools are known to send."""
    return [(path.parent.name, json.loads(path.read_text())) for path in sorted(PAYLOADS.glob("*/*.json"))]


RECORDED = _recorded()
EVENTS = {"routing_key": "KEY", "event_action": "trigger", "dedup_key": "d",
          "payload": {"summary": "Disk", "source": "s", "severity": "info", "custom_details": {"a": 1}}}  # fmt: skip
GENIE = {"message": "Disk", "alias": "a", "tags": ["x"], "details": {"k": "v"}, "priority": "P1", "responders": [{}]}
CHANGE = {"status": "acknowledged", "epoch": 1, "notes": "done"}


class Addresses:
    """Every route with what may stand in it: what is right there, or anything."""

    def __init__(self, house: House) -> None:
        self.house, self.scene = house, house.furnish("T0ONE", "ALPHA")
        house.app.extensions["notifications"] = Notifications(lambda address: b"no certificate")  # nothing goes out
        with house.context.db.begin() as session:
            for kind in kinds():
                put_source(session, self.scene.workspace, kind, "fuzz", f"secret-of-{kind}-0123456789abcdef")
        self.rules = ["/", "/nothing", "/alerts//", *sorted({rule.rule for rule in house.app.url_map.iter_rules()})]
        self.known = [
            *self.scene.secrets.values(), *map(str, self.scene.alerts.values()), "generic", "nightly", "1", "0",
            *(f"secret-of-{kind}-0123456789abcdef" for kind in kinds()),
        ]  # fmt: skip

    def fill(self, rule: str, parts: list[str | int]) -> str:
        """The rule with these in place of what is in its brackets; numbers choose from what is known."""
        found, rest = "", rule
        for part in [*parts, 0, 0]:
            head, bracket, tail = rest.partition("<")
            found += head
            if not bracket:
                return found
            value = self.known[part % len(self.known)] if isinstance(part, int) else part
            found, rest = found + quote(value.removeprefix("/a/"), safe=""), tail.partition(">")[2]
        return found + rest

    def authorization(self, choice: int) -> str:
        secrets = self.scene.secrets
        offered = (
            "",
            f"Bearer {secrets['U0ADMIN']}",
            f"GenieKey {secrets['genie']}",
            "Bearer",
            "bearer x y",
            "GenieKey ",
        )
        return offered[choice % len(offered)]


def test_any_request_is_answered(house: House) -> None:
    addresses, count = Addresses(house), Count("http_any")

    @tries(short=150, long=120_000)
    @given(
        rule=st.sampled_from(addresses.rules),
        parts=st.lists(st.integers(0, 99) | st.text(max_size=30), max_size=2),
        method=st.sampled_from(METHODS),
        query=st.dictionaries(st.sampled_from(["status", "limit", "cursor", "since", "query", "offset", "sort",
                                               "identifierType", "severity", "code", "state", "error"])
                              | st.text(max_size=8), st.text(max_size=30), max_size=3),
        headers=st.dictionaries(st.sampled_from(HEADERS), latin, max_size=3),
        who=st.integers(0, 5),
        body=st.binary(max_size=80) | values.map(lambda value: as_text(value).encode()),
        content_type=st.sampled_from(TYPES),
    )  # fmt: skip
    def one(
        rule: str, parts: list[str | int], method: str, query: dict[str, str], headers: dict[str, str], who: int,
        body: bytes, content_type: str,
    ) -> None:  # fmt: skip
        address = addresses.fill(rule, parts)
        given = {"Content-Type": content_type, "Authorization": addresses.authorization(who), **headers}
        encoded = "&".join(
            f"{quote(name, errors='replace')}={quote(text, errors='replace')}" for name, text in query.items()
        )
        answer = house.client.open(address, method=method, query_string=encoded, headers=given, data=body)
        count.check(answer, f"{method} {address}?{encoded} {given} {body!r}", method)

    one()
    count.tell()


def test_what_tools_send_may_be_anything(house: House) -> None:
    addresses, count = Addresses(house), Count("http_sources")

    @tries(short=150, long=30_000)
    @given(recorded=st.sampled_from(RECORDED), changes=edits, kind=st.none() | st.sampled_from(sorted(kinds())))
    def one(recorded: tuple[str, Any], changes: list[Any], kind: str | None) -> None:
        name = kind or recorded[0]
        body = as_text(edited(recorded[1], changes))
        answer = house.client.post(
            f"/alerts/{name}/secret-of-{name}-0123456789abcdef", data=body, content_type="application/json"
        )
        count.check(answer, f"{name} {body}")

    with capture_logs():
        one()
    count.tell()
    assert addresses.rules


def test_what_programs_send_may_be_anything(house: House) -> None:
    addresses, count = Addresses(house), Count("http_apis")
    scene = addresses.scene
    genie = {"Authorization": f"GenieKey {scene.secrets['genie']}"}
    bearer = {"Authorization": f"Bearer {scene.secrets['U0ADMIN']}"}
    number = scene.alerts["open"]
    asked = [
        ("POST", "/v2/enqueue", {**EVENTS, "routing_key": scene.secrets["events"]}, {}),
        ("POST", "/v2/alerts", GENIE, genie),
        *(("POST", f"/v2/alerts/a/{what}?identifierType=alias", {"note": "n", "user": "u"}, genie)
          for what in ("close", "acknowledge", "notes")),
        ("PATCH", f"/api/alerts/{number}", CHANGE, bearer),
        ("POST", f"/heartbeats/{scene.secrets['heartbeat']}", {"a": 1}, {}),
        ("POST", "/v2/heartbeats/nightly/ping", {}, genie),
    ]  # fmt: skip

    @tries(short=100, long=20_000)
    @given(request=st.sampled_from(asked), changes=edits)
    def one(request: tuple[str, str, Any, dict[str, str]], changes: list[Any]) -> None:
        method, address, payload, headers = request
        body = as_text(edited(payload, changes))
        answer = house.client.open(
            address, method=method, data=body, headers={**headers, "Content-Type": "application/json"}
        )
        count.check(answer, f"{method} {address} {body}")

    with capture_logs():
        one()
    count.tell()
