"""Whatever Slack may send, signed: events, buttons, menus, forms, shortcuts, commands, and what is none of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.listeners.command import SUBCOMMANDS
from tests.security import slack
from tests.security.actions import ACTIONS
from tests.security.fuzzing import LONG, Count, as_text, edited, edits, tries
from tests.security.scene import CHANNEL, House, Scene
from tests.security.slack import Json

pytestmark = pytest.mark.timeout(0 if LONG else 300)
WORDS = (
    "12", "#12", "<@U0SECOND>", "<@U0SECOND|second>", "<#C0ACME|acme>", "2h", "until", "tomorrow", "9:00", "to",
    "every:5m", "grace:", 'client:"Acme', "tier:gold", 'title:"(.*)', 'key:"(?P<x', "severity=critical", "team!~",
    '="', "add", "remove", "new", "revoke", "stop", "off", ":fire:", "Duty", "renews:2027-99-99", "owner:me",
    "“quoted”", "*", "\\", "(a+)+$", "٣",
)  # fmt: skip


def recorded(scene: Scene) -> list[Json]:
    """A payload of every kind that Slack has."""
    who = scene.by("U0ADMIN")
    found = [action.build(scene, who) for action in ACTIONS]
    closed = {**slack.submit(who, "resolve_alert", {"alert": 1}, {}), "type": "view_closed", "is_cleared": False}
    events: list[Json] = [
        {"type": "message", "user": "U0EXTERNAL", "text": "I cancel", "team": "T0CLIENT", "channel_type": "channel"},
        {"type": "message", "subtype": "message_changed", "message": {"user": "U0EXTERNAL", "text": "x", "ts": "1.2",
         "edited": {"ts": "1.3", "user": "U0EXTERNAL"}}, "previous_message": {"text": "y", "ts": "1.2"}},
        {"type": "message", "subtype": "message_deleted", "deleted_ts": "1.2", "previous_message": {"ts": "1.2"}},
        {"type": "message", "subtype": "bot_message", "bot_id": "B0MON", "channel": "C0ALERTS", "text": "FIRING: Disk",
         "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "FIRING: Disk"}}],
         "attachments": [{"title": "t", "fields": [{"title": "a", "value": "b"}]}], "files": [{"title": "f"}]},
        {"type": "channel_id_changed", "old_channel_id": CHANNEL, "new_channel_id": "C0OTHER"},
        {"type": "channel_archive"}, {"type": "member_left_channel", "user": "U0HEED"},
        {"type": "member_joined_channel", "user": "U0HEED"}, {"type": "channel_shared"},
        {"type": "user_change", "user": {"id": "U0NEW", "name": "a", "deleted": False, "team_id": "T0ONE", "tz": "UTC",
         "profile": {"real_name": "A"}, "is_admin": True}},
        {"type": "team_join", "user": {"id": "U0NEW", "name": "n", "team_id": "T0ONE"}},
        {"type": "tokens_revoked", "tokens": {"bot": ["U0NOBODY"]}},
        {"type": "reaction_added", "user": "U0ADMIN", "reaction": "eyes", "item": {"type": "file"}},
    ]  # fmt: skip
    more = {"channel": CHANNEL, "ts": "1700000000.000700", "event_ts": "1700000000.000700"}
    found += [slack.event(scene.team, {**more, **each}, shared=True) for each in events]
    limited = {"type": "app_rate_limited", "team_id": scene.team, "minute_rate_limited": 1_700_000_000, "token": "x"}
    suggested = {**slack.press_in_view(who, "alert_more", "x"), "type": "block_suggestion", "value": "x"}
    return [*found, closed, suggested, limited, {"type": "url_verification", "challenge": "x", "token": "y"}]


def settle(house: House, logs: list[Any], count: Count, answer: Any, what: object) -> None:
    """Besides what every answer is held to: nothing failed on the way to it or after it."""
    count.check(answer, what)
    failed = [each for each in logs if each["log_level"] == "error"]
    assert failed == [], f"{what} made a listener fail: {failed}"
    house.slack.forget()


def test_payloads_may_be_anything(house: House) -> None:
    scene, count = house.furnish("T0ONE", "ALPHA"), Count("slack_payloads")
    known = recorded(scene)

    @tries(short=200, long=15_000)
    @given(which=st.integers(0, len(known) - 1), changes=edits)
    def one(which: int, changes: list[Any]) -> None:
        payload = edited(known[which], changes)
        with capture_logs() as logs:
            answer = slack.post(house.client, payload) if isinstance(payload, dict) else _raw(house, payload)
        settle(house, logs, count, answer, payload)

    one()
    count.tell()


def _raw(house: House, payload: Any) -> Any:
    return slack.post_raw(house.client, as_text(payload), "application/json")


def test_bodies_may_be_anything(house: House) -> None:
    house.furnish("T0ONE", "ALPHA")
    count = Count("slack_bodies")
    begins = st.sampled_from(
        [b"", b"payload=", b"payload=%7B", b"{", b'{"event":', b"command=/heed&text=", b"[", b"\xff"]
    )

    @tries(short=100, long=20_000)
    @given(
        begin=begins, body=st.binary(max_size=60), kind=st.sampled_from(
            ["application/json", "application/x-www-form-urlencoded", "text/plain", ""]), signed=st.booleans(),
    )  # fmt: skip
    def one(begin: bytes, body: bytes, kind: str, signed: bool) -> None:
        key = slack.SIGNING_SECRET if signed else "another"
        with capture_logs() as logs:
            answer = slack.post_raw(house.client, begin + body, kind, signed_by=key)
        settle(house, logs, count, answer, begin + body)
        assert signed or answer.status_code == 401

    one()
    count.tell()


def test_commands_may_say_anything(house: House) -> None:
    scene, count = house.furnish("T0ONE", "ALPHA"), Count("slack_commands")
    people = [scene.by(each) for each in ("U0ADMIN", "U0MEMBER", "U0GUEST")]

    @tries(short=200, long=10_000)
    @given(
        name=st.sampled_from(sorted(SUBCOMMANDS)) | st.text(max_size=10),
        words=st.lists(st.sampled_from(WORDS) | st.text(max_size=15), max_size=6),
        who=st.sampled_from(people),
    )
    def one(name: str, words: list[str], who: slack.Someone) -> None:
        text = " ".join([name, *words]).encode("utf-8", "replace").decode()
        with capture_logs() as logs:
            answer = house.send(slack.command(who, text))
        settle(house, logs, count, answer, text)
        assert len(answer.text) > 2 or house.slack.calls == [], "something was said"

    one()
    count.tell()
