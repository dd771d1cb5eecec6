"""What Slack holds back is read afterwards as far as it can be, and told; and a workspace that Heed is taken from."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from slack_sdk.signature import SignatureVerifier
from sqlalchemy import select

from models.actions import gaps, learning, workspaces
from models.actions.learning import Marked
from models.tables import Alert, AssessmentRow, Entry, Label, Message, Workspace
from tests.world import World

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)

ANGER = "This is unacceptable. We are cancelling the contract and our lawyers will call you."


def held_back(world: World, minute: int) -> None:
    """Slack says that it held events back in this minute."""
    send(world, {"type": "app_rate_limited", "token": "t", "minute_rate_limited": minute})


def tell(world: World, event: dict[str, Any]) -> None:
    """Slack tells of an event of now."""
    send(world, {"type": "event_callback", "event_id": "Ev0", "event_time": int(time.time()) + 60, "event": event})


def send(world: World, envelope: dict[str, Any]) -> None:
    body, stamp = json.dumps({**envelope, "team_id": team(world)}), str(int(time.time()))
    signature = SignatureVerifier("simulator-signing-secret").generate_signature(timestamp=stamp, body=body)
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature or "",
    }
    assert requests.post(f"{world.url}/slack/events", data=body, headers=headers, timeout=10).status_code == 200


def team(world: World) -> str:
    with world.context.db.begin() as session:
        return session.query(Workspace).one().team_id


def unheard(world: World, words: str) -> int:
    """Dora writes and Slack tells nobody; the minute in which she did, in seconds since the epoch."""
    events, world.slack.app().events = world.slack.app().events, []
    said = world.slack.say("dora", "acme", words)
    world.settle()
    world.slack.app().events = events
    return int(float(said.ts)) // 60 * 60


def texts(world: World) -> list[str]:
    with world.context.db.begin() as session:
        return list(session.scalars(select(Message.text).order_by(Message.ts)))


def test_what_slack_held_back_is_read_by_the_next_scan(world: World) -> None:
    world.says("dora", "acme", "Hello")
    minute = unheard(world, ANGER)
    assert texts(world) == ["Hello"]
    held_back(world, minute)
    held_back(world, minute)
    assert "1 minute on " in world.heed("alice", "quality")
    world.forward(minutes=2)
    world.scan()
    assert texts(world) == ["Hello", ANGER]
    world.expect_page("alice", "Acme")
    assert "could not be read" not in world.heed("alice", "quality")
    world.scan()
    assert texts(world) == ["Hello", ANGER]


def test_what_cannot_be_read_is_told_and_tried_again_as_long_as_slack_only_wants_it_later(world: World) -> None:
    world.says("dora", "acme", "Hello")
    minute = unheard(world, ANGER)
    held_back(world, minute)
    world.forward(minutes=2)
    world.slack.faults.add("conversations.history", "rate_limited", seconds=30)
    world.scan()
    day = datetime.fromtimestamp(minute, UTC)
    assert f"1 minute on {day:%b} {day.day} could not be read" in world.heed("alice", "quality")
    world.forward(minutes=1)
    world.slack.faults.add("conversations.history", "error", error="missing_scope")
    world.scan()
    world.scan()
    assert texts(world) == ["Hello"]
    assert "could not be read" in world.heed("alice", "quality")


def test_who_was_promised_a_reply_is_read_first(world: World) -> None:
    world.says("dora", "acme", "Hello")
    world.heed("alice", "watch <#C0ACME|acme> client:Acme renews:2027-03-01")
    world.heed("alice", "watch <#C0GLOBEX|globex> client:Globex renews:2027-01-01")
    with world.context.db.begin() as session:
        workspace = session.query(Workspace).one()
        gaps.lost(session, workspace.id, 60)
    with world.context.db.begin() as session:
        gap = gaps.next_gap(session, workspace.id)
    assert gap is not None
    assert gap.channels == ("C0GLOBEX", "C0ACME")


def test_a_workspace_that_heed_is_taken_from_keeps_no_texts(world: World) -> None:
    world.says("dora", "acme", ANGER)
    with world.context.db.begin() as session:
        workspace = session.query(Workspace).one()
        marked = Marked("C0ACME", "1.0", ANGER)
        learning.mark(session, workspace.id, learning.MISSED, marked, "high", world.person("alice").id)
        session.query(AssessmentRow).update({"sent": [{"messages": [ANGER]}], "evidence": [ANGER]})
    world.slack.uninstall()
    world.slack.settle()
    assert uninstalled(world)
    world.sweep()
    assert texts(world) == [""]
    with world.context.db.begin() as session:
        assert set(session.scalars(select(Label.text))) == {""}
        assert set(session.scalars(select(Alert.excerpt))) == {""}
        assert [(row.sent, row.evidence) for row in session.scalars(select(AssessmentRow))] == [([], [])]
        assert session.query(Entry).filter_by(kind="uninstalled").count() == 1


def uninstalled(world: World) -> bool:
    with world.context.db.begin() as session:
        return session.query(Workspace).one().uninstalled_at is not None


def test_an_old_event_or_another_token_does_not_end_a_workspace(world: World) -> None:
    with world.context.db.begin() as session:
        workspace = session.query(Workspace).one()
        assert not workspaces.uninstall(session, workspace.id, int(workspace.installed_at.timestamp()) - 1)
    tell(world, {"type": "tokens_revoked", "tokens": {"oauth": ["U0BOB"], "bot": []}})
    assert not uninstalled(world)
    tell(world, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [workspace.bot_user_id]}})
    assert uninstalled(world)
