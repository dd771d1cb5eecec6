"""The intake at its edges: who may send, what is too much, and that nothing is answered 2xx and dropped."""

import gzip
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.bodies import MEMBERS_AT_MOST
from bot.limits import Limits
from bot.signatures import signature
from bot.sources import tools
from bot.web import create_app
from models.actions.sources import SourceRef, put_source, rotate
from models.config import Settings
from models.tables import Alert, RequestRow
from models.words import Severity
from tests.models.actions.house import House, build_house, forward

SECRET = "a-secret-of-a-source"
TITLE = {"title": "Disk full"}
CUT_SHORT = gzip.compress(b'{"title": "x"}', mtime=0)[:-9]


class Door:
    """A web process and a workspace; posts to a source of it."""

    def __init__(self, app: Flask, house: House) -> None:
        self.app, self.house = app, house
        self.client: FlaskClient = app.test_client()
        self.context = app.extensions["heed"]

    def source(self, kind: str = "generic", **more: Any) -> SourceRef:
        signing = more.pop("signing", None)
        if signing is not None:
            more["signing_secret"] = self.context.seal.close(signing)
        with self.context.db.begin() as session:
            return put_source(session, self.house.id, kind, "door", SECRET, **more)

    def post(self, body: Any = TITLE, kind: str = "generic", **more: Any) -> TestResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(f"/alerts/{kind}/{SECRET}", data=data, **more)

    def requests(self) -> list[tuple[str, str, str, int]]:
        """(outcome, reason, body, count) of what is kept, the oldest first."""
        with self.context.db.begin() as session:
            rows = session.scalars(select(RequestRow).order_by(RequestRow.id)).all()
        return [(row.outcome, row.reason, row.body, row.result.get("count", 1)) for row in rows]

    def refusals(self) -> list[str]:
        return [reason for outcome, reason, _, _ in self.requests() if outcome == "refused"]

    def titles(self) -> list[str]:
        with self.context.db.begin() as session:
            return list(session.scalars(select(Alert.title).order_by(Alert.id)))


@pytest.fixture
def door(settings: Settings) -> Iterator[Door]:
    app = create_app(settings.model_copy(update={"heed_proxies": 1, "intake_body_bytes": 65_536}))
    with app.extensions["heed"].db.begin() as session:
        house = build_house(session)
    yield Door(app, house)
    app.extensions["heed"].db.dispose()
    app.extensions["heed"].bell.redis.close()


def test_a_signal_is_accepted(door: Door) -> None:
    door.source()
    answer = door.post()
    assert (answer.status_code, answer.get_json()["opened"]) == (202, 1)
    assert door.titles() == ["Disk full"]
    assert door.requests() == [("accepted", "", json.dumps(TITLE), 1)]


@pytest.mark.parametrize(
    ("body", "headers", "why"),
    [
        (b"[" * 65 + b"]" * 65, {}, "body: is nested more than 64 levels deep"),
        (b"{", {}, "body: is not readable JSON, line 1 column 2"),
        (b"", {}, "body: is not readable JSON"),
        (b"plain", {"Content-Encoding": "gzip"}, "body: is not gzip, which its Content-Encoding says it is"),
        (
            gzip.compress(b'{"title": "x"}', mtime=0)[:-9],
            {"Content-Encoding": "gzip"},
            "body: ends in the middle of its gzip",
        ),
        (b"{}", {"Content-Encoding": "br"}, "Content-Encoding: must be gzip or none, not br"),
        (b'{"title": 7, "colour": "red"}', {}, "colour: is not a field"),
    ],
)
def test_what_nobody_can_read_is_kept_and_one_alert_says_why(
    door: Door, body: bytes, headers: dict[str, str], why: str
) -> None:
    door.source()
    answer = door.post(body, headers=headers)
    assert (answer.status_code, answer.get_json()["status"]) == (202, "unreadable")
    assert answer.get_json()["error"].startswith(why)
    door.post(body, headers=headers)
    ((outcome, reason, kept, _), _) = door.requests()
    assert (outcome, reason) == ("unreadable", answer.get_json()["error"])
    assert kept == body.decode("utf-8", "replace").replace("\x00", "\ufffd")
    assert door.titles() == ["Unreadable signal from door"]


def test_gzip_is_unpacked_and_may_come_in_several_members(door: Door) -> None:
    door.source()
    body = gzip.compress(b'{"title": ', mtime=0) + gzip.compress(b'"Packed"}')
    assert door.post(body, headers={"Content-Encoding": "gzip"}).status_code == 202
    assert door.titles() == ["Packed"]


@pytest.mark.parametrize("more", [0, 1])
def test_gzip_has_only_so_many_members(door: Door, more: int) -> None:
    door.source()
    body = gzip.compress(b"", mtime=0) * (MEMBERS_AT_MOST - 1 + more) + gzip.compress(b'{"title": "Packed"}')
    answer = door.post(body, headers={"Content-Encoding": "gzip"})
    assert answer.get_json().get("error", "") == (f"body: has more than {MEMBERS_AT_MOST} gzip members" if more else "")
    assert door.titles() == ["Unreadable signal from door" if more else "Packed"]


def test_a_secret_that_was_changed_is_not_taken_once_its_overlap_is_over(door: Door) -> None:
    source = door.source()
    with door.context.db.begin() as session:
        rotate(session, source.workspace_id, source.id, timedelta(minutes=10))
    assert [door.post().status_code for _ in range(3)] == [202] * 3
    forward(minutes=11)
    assert door.post({"title": "Too late"}).status_code == 404
    assert door.titles() == ["Disk full"]


@pytest.mark.parametrize("is_packed", [False, True], ids=["as it is", "packed"])
def test_what_is_too_large_is_not_taken_and_somebody_is_told(door: Door, is_packed: bool) -> None:
    door.source()
    body = b'{"title": "' + b"x" * 65_536 + b'"}'
    headers = {"Content-Encoding": "gzip"} if is_packed else {}
    answer = door.post(gzip.compress(body, mtime=0) if is_packed else body, headers=headers)
    assert (answer.status_code, answer.get_json()["error"]) == (413, "body: is larger than 65536 bytes")
    assert door.requests() == [("refused", "body: is larger than 65536 bytes", "", 1)]
    assert door.titles() == ["A signal from door is too large"]
    with door.context.db.begin() as session:
        (alert,) = session.scalars(select(Alert))
        assert (alert.severity, alert.next_step_at is not None) == (Severity.HIGH, True)
        assert "Alertmanager: a finer group_by" in alert.details


def test_what_is_too_large_to_be_checked_raises_no_alert(door: Door) -> None:
    door.source(signing="hush")
    assert door.post(b"x" * 70_000).status_code == 413
    assert (door.titles(), len(door.refusals())) == ([], 1)


def test_what_holds_no_problem_is_kept_too(door: Door) -> None:
    door.source("github")
    answer = door.post({"zen": "Keep it logically awesome."}, kind="github")
    assert (answer.status_code, answer.get_json()["alerts"]) == (202, [])
    assert door.requests() == [("accepted", "holds no problem", '{"zen": "Keep it logically awesome."}', 1)]


@pytest.mark.parametrize("kind", sorted(tools()))
def test_each_tool_is_checked_by_the_header_it_signs_in(door: Door, kind: str) -> None:
    if tools()[kind].over_sns:
        return
    door.source(kind, signing="hush")
    header, body = tools()[kind].signed_by, (tools()[kind].payloads / "firing.json").read_bytes()
    assert door.post(body, kind=kind).status_code == 403
    assert door.post(body, kind=kind, headers={header: signature("another", body)}).status_code == 403
    assert door.post(body + b" ", kind=kind, headers={header: signature("hush", body)}).status_code == 403
    assert door.titles() == []
    bare = signature("hush", body).removeprefix("sha256=").upper()
    assert door.post(body, kind=kind, headers={header: signature("hush", body)}).status_code == 202
    assert door.post(body, kind=kind, headers={header: bare}).status_code == 202
    assert door.titles()
    assert len(door.refusals()) == 3
    assert all(header in each for each in door.refusals())


def test_a_signing_secret_that_cannot_be_opened_asks_for_another_try(door: Door) -> None:
    door.source(signing_secret=b"sealed with another key")
    answer = door.post()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


@pytest.mark.parametrize(
    ("forwarded", "code"),
    [
        ("192.0.2.7", 202),
        ("203.0.113.9, 192.0.2.7", 202),
        ("::ffff:192.0.2.7", 202),
        ("192.0.2.7, 203.0.113.9", 403),
        ("2001:db8::9", 403),
        ("<script>", 403),
        ("", 403),
    ],
)
def test_only_the_networks_of_the_list_may_send(door: Door, forwarded: str, code: int) -> None:
    door.source(allowed_from=["192.0.2.0/24"])
    answer = door.post(headers={"X-Forwarded-For": forwarded})
    assert answer.status_code == code
    assert len(door.refusals()) == (code == 403)
    assert len(door.titles()) == (code == 202)


def test_without_proxies_of_ours_nobody_is_believed_to_be_somebody_else(door: Door) -> None:
    door.context.settings.heed_proxies = 0
    door.source(allowed_from=["192.0.2.0/24"])
    answer = door.post(headers={"X-Forwarded-For": "192.0.2.7"})
    assert answer.status_code == 403
    assert answer.get_json()["error"] == (
        "127.0.0.1 is not in the networks that may send to this source; behind a proxy, set HEED_PROXIES"
    )


def test_json_of_somebody_else_is_read_by_expressions(door: Door) -> None:
    expressions = {"each": "problems", "title": "what", "key": "id", "status": "state", "severity": "bad"}
    door.source(settings={"expressions": expressions})
    body = {"problems": [{"what": "Fan stopped", "id": 7, "state": "on", "bad": "critical"}, {"what": "Hot", "id": 8}]}
    assert door.post(body).get_json()["opened"] == 2
    body["problems"][0]["state"] = "ok"
    assert door.post(body).get_json()["resolved"] == 1
    assert door.titles() == ["Fan stopped", "Hot"]
    assert door.post({"problems": 3}).get_json()["error"] == "each: must be a list"


def test_over_its_limit_a_sender_is_told_to_try_again_and_the_refusals_are_counted(door: Door) -> None:
    door.source()
    clock = [0.0]
    door.app.extensions["limits"] = Limits(3, lambda: clock[0])
    answers = [door.post({"title": f"{number}"}) for number in range(8)]
    assert [each.status_code for each in answers] == [202] * 3 + [503] * 5
    assert answers[-1].headers["Retry-After"] == "2"
    assert door.refusals() == ["more than 3 requests a second"]
    clock[0] = 5.0
    assert door.post({"title": "later"}).status_code == 202
    assert sum(row[3] for row in door.requests() if row[0] == "refused") == 5
    assert len(door.titles()) == 4


def test_one_source_never_touches_another_workspace(door: Door) -> None:
    door.source()
    with door.context.db.begin() as session:
        other = build_house(session, "Southwind")
        put_source(session, other.id, "generic", "door", "another secret")
    door.post({"title": "x", "key": "same"})
    answer = door.client.post(
        "/alerts/generic/another secret", json={"title": "x", "key": "same", "status": "resolved"}
    )
    assert answer.get_json()["resolved"] == 0
    with door.context.db.begin() as session:
        assert session.execute(select(Alert.workspace_id, Alert.status)).all() == [(door.house.id, "open")]


def test_an_address_never_stands_in_a_log(
    door: Door, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(f"/alerts/generic/{SECRET}")

    door.source()
    monkeypatch.setattr("bot.gathering.receive_together", fail)
    with caplog.at_level(logging.DEBUG):
        assert door.post().status_code == 500
    assert "ZeroDivisionError" in caplog.text
    assert SECRET not in caplog.text
