"""The sender against the simulator: what happened is returned, never retried, never raised."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from slack_sdk.errors import SlackApiError

from bot.slack import (
    CONTENT,
    EVENT_TYPE,
    GONE,
    PERSON,
    WORKSPACE,
    Channel,
    NotSent,
    Refused,
    Result,
    Sent,
    Slack,
    Unclear,
    UserGroup,
    is_of,
)
from bot.views.parts import Rendered, header, section
from models.embedded import free_port
from simulator import Simulator
from simulator.state import Message
from simulator.state import UserGroup as UserGroupInSlack
from tests.world import MANIFEST

TOKEN = "xoxb-simulator"
HELLO = Rendered("Hello: disk is full", [header("Hello"), section("disk is full")])
NOT_LONG_AGO = datetime.now(UTC) - timedelta(minutes=1)
ERRORS = {
    PERSON: ["user_disabled", "channel_not_found", "is_archived", "cannot_dm_bot"],
    WORKSPACE: ["token_revoked", "invalid_auth", "account_inactive", "missing_scope"],
    GONE: ["message_not_found", "cant_update_message"],
    CONTENT: ["invalid_blocks", "msg_too_long", "no_text", "something_new"],
}


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    with Simulator(manifest=MANIFEST) as simulator:
        yield simulator


@pytest.fixture
def sim(running: Simulator) -> Iterator[Simulator]:
    running.faults.clear()
    yield running
    running.faults.clear()


@pytest.fixture
def slack(sim: Simulator) -> Slack:
    return Slack(sim.api_url)


@pytest.fixture
def dm(slack: Slack) -> str:
    """The direct messages with alice."""
    opened = slack.open_dm(TOKEN, "U0ALICE")
    assert isinstance(opened, Sent)
    return opened.channel_id


def post(slack: Slack, channel: str, mark: str = "mark-1", message: Rendered = HELLO) -> Result:
    return slack.post(TOKEN, channel, message, mark)


def received(sim: Simulator) -> list[Message]:
    return sim.dm("alice")


def test_a_post_arrives_with_its_mark_and_the_answer_tells_where(sim: Simulator, slack: Slack, dm: str) -> None:
    result = post(slack, dm, "mark-arrives")
    message = received(sim)[-1]
    assert result == Sent(dm, message.ts)
    assert message.text == HELLO.text
    assert message.metadata == {"event_type": EVENT_TYPE, "event_payload": {"mark": "mark-arrives"}}


def test_an_update_replaces_text_and_blocks(sim: Simulator, slack: Slack, dm: str) -> None:
    posted = post(slack, dm)
    assert isinstance(posted, Sent)
    assert slack.update(TOKEN, dm, posted.ts, Rendered("Done", [section("done")])) == posted
    assert received(sim)[-1].text == "Done"
    assert "disk" not in str(received(sim)[-1].blocks)


def test_a_rate_limit_is_certainly_not_sent_and_says_how_long_to_wait(sim: Simulator, slack: Slack, dm: str) -> None:
    before = len(received(sim))
    sim.faults.add("chat.postMessage", "rate_limited", seconds=17)
    assert post(slack, dm) == NotSent(timedelta(seconds=17), "rate limited by Slack", outage=False)
    assert len(received(sim)) == before


def test_a_wait_of_nothing_is_a_second(sim: Simulator, slack: Slack, dm: str) -> None:
    sim.faults.add("chat.postMessage", "rate_limited", seconds=0)
    result = post(slack, dm)
    assert isinstance(result, NotSent)
    assert result.wait == timedelta(seconds=1)


@pytest.mark.parametrize(("kind", "arrived"), [("cut_before", 0), ("cut_after", 1)])
def test_a_connection_that_is_cut_is_unclear_and_not_tried_again(
    sim: Simulator, slack: Slack, dm: str, kind: str, arrived: int
) -> None:
    before = len(received(sim))
    sim.faults.add("chat.postMessage", kind)
    assert isinstance(post(slack, dm), Unclear)
    assert len(received(sim)) == before + arrived


@pytest.mark.parametrize("status", [200, 403, 404, 500, 502, 503, 504])
def test_a_page_that_is_no_answer_of_slacks_is_unclear_and_never_a_refusal(
    sim: Simulator, slack: Slack, dm: str, status: int
) -> None:
    sim.faults.add("chat.postMessage", "status", status=status)
    assert post(slack, dm) == Unclear(f"HTTP {status}")


@pytest.mark.parametrize("code", ["internal_error", "fatal_error", "service_unavailable", "request_timeout"])
def test_an_error_after_which_it_may_have_been_done_is_unclear(
    sim: Simulator, slack: Slack, dm: str, code: str
) -> None:
    sim.faults.add("chat.postMessage", "error", error=code)
    assert post(slack, dm) == Unclear(code)


def test_a_slack_that_does_not_answer_in_time_is_unclear(sim: Simulator, dm: str) -> None:
    before = len(received(sim))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = Slack(f"http://127.0.0.1:{silent.getsockname()[1]}/api/", timeout=1)
        assert isinstance(post(hanging, dm), Unclear)
    assert len(received(sim)) == before


def test_a_slack_that_cannot_be_reached_is_certainly_not_sent() -> None:
    away = Slack(f"http://127.0.0.1:{free_port()}/api/")
    result = post(away, "D1")
    assert isinstance(result, NotSent)
    assert result.outage
    assert isinstance(away.update(TOKEN, "D1", "1.0", HELLO), NotSent)
    assert isinstance(away.open_dm(TOKEN, "U1"), NotSent)
    assert isinstance(away.find(TOKEN, "D1", "m", NOT_LONG_AGO), NotSent)
    assert away.team_name(TOKEN, "T1") == ""


@pytest.mark.parametrize(("about", "code"), [(about, code) for about, codes in ERRORS.items() for code in codes])
def test_a_refusal_says_whether_it_is_about_person_workspace_or_content(
    sim: Simulator, slack: Slack, dm: str, about: str, code: str
) -> None:
    sim.faults.add("chat.postMessage", "error", error=code)
    assert post(slack, dm) == Refused(about, code)


def test_what_the_simulator_itself_refuses_is_sorted_the_same_way(slack: Slack, dm: str) -> None:
    too_much = Rendered("x", [section("x")] * 51)
    assert post(slack, dm, message=too_much) == Refused(CONTENT, "invalid_blocks")
    assert slack.post("xoxb-wrong", dm, HELLO, "m") == Refused(WORKSPACE, "invalid_auth")
    assert post(slack, "C0NOWHERE") == Refused(PERSON, "channel_not_found")
    assert slack.open_dm(TOKEN, "U0NOBODY") == Refused(PERSON, "user_not_found")
    assert slack.update(TOKEN, dm, "1.000000", HELLO) == Refused(GONE, "message_not_found")


def test_an_unclear_post_is_found_by_its_mark_or_certainly_not_there(sim: Simulator, slack: Slack, dm: str) -> None:
    sim.faults.add("chat.postMessage", "cut_after")
    assert isinstance(post(slack, dm, "mark-lost"), Unclear)
    arrived = received(sim)[-1]
    assert slack.find(TOKEN, dm, "mark-lost", NOT_LONG_AGO) == Sent(dm, arrived.ts)
    sim.faults.add("chat.postMessage", "cut_before")
    assert isinstance(post(slack, dm, "mark-never"), Unclear)
    assert slack.find(TOKEN, dm, "mark-never", NOT_LONG_AGO) is None


def test_a_post_is_found_among_very_many_later_ones(slack: Slack, sim: Simulator) -> None:
    opened = slack.open_dm(TOKEN, "U0BOB")
    assert isinstance(opened, Sent)
    channel = opened.channel_id
    first = post(slack, channel, "mark-first")
    for number in range(220):
        post(slack, channel, f"mark-{number}")
    assert slack.find(TOKEN, channel, "mark-first", NOT_LONG_AGO) == first
    assert slack.find(TOKEN, channel, "mark-of-nobody", NOT_LONG_AGO) is None


@pytest.mark.parametrize(
    ("kind", "details", "result"),
    [
        ("rate_limited", {"seconds": 9}, NotSent(timedelta(seconds=9), "rate limited by Slack", outage=False)),
        ("status", {"status": 503}, Unclear("HTTP 503")),
        ("error", {"error": "token_revoked"}, Refused(WORKSPACE, "token_revoked")),
    ],
    ids=["a rate limit", "a server error", "a refusal"],
)
def test_when_it_cannot_be_looked_for_that_is_told_and_is_not_taken_for_absence(
    sim: Simulator, slack: Slack, dm: str, kind: str, details: dict[str, int], result: Result
) -> None:
    sim.faults.add("conversations.history", kind, **details)
    assert slack.find(TOKEN, dm, "mark", NOT_LONG_AGO) == result


@pytest.mark.parametrize("wait", ["soon", "1.5", "", "-3", "Sun, 22 Nov 2026 03:00:00 GMT"])
def test_an_odd_wait_from_something_between_us_and_slack_is_a_short_one(wait: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        answering = threading.Thread(target=answer_once, args=(proxy, wait))
        answering.start()
        result = post(Slack(f"http://127.0.0.1:{proxy.getsockname()[1]}/api/"), "D1")
        answering.join()
    assert isinstance(result, NotSent)
    assert timedelta(seconds=1) <= result.wait <= timedelta(seconds=30)


def answer_once(proxy: socket.socket, wait: str) -> None:
    """429 with this Retry-After to whoever comes first."""
    connection, _ = proxy.accept()
    with connection:
        connection.recv(65536)
        head = f"HTTP/1.1 429 Too Many Requests\r\nRetry-After: {wait}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 12\r\nConnection: close\r\n\r\n".encode() + b'{"ok":false}')
        connection.shutdown(socket.SHUT_WR)
        time.sleep(0.05)


def test_people_are_those_of_our_side_with_their_roles(slack: Slack) -> None:
    found = {person.slack_id: person for person in slack.people(TOKEN, {"T0NORTHWIND"})}
    assert set(found) == {"U0ALICE", "U0BOB", "U0CHARLIE", "U0GWEN"}
    assert [person.slack_id for person in found.values() if person.is_admin] == ["U0ALICE", "U0BOB"]
    assert found["U0GWEN"].is_guest
    assert found["U0CHARLIE"].time_zone == "America/New_York"


def test_a_token_says_where_it_belongs_and_what_it_may(slack: Slack) -> None:
    found = slack.whoami(TOKEN)
    assert (found.team_id, found.name) == ("T0NORTHWIND", "Northwind")
    assert found.url.startswith("http")
    assert "chat:write" in slack.granted_scopes(TOKEN)
    with pytest.raises(SlackApiError, match="invalid_auth"):
        slack.whoami("xoxb-wrong")


def test_channels_are_found_by_name_or_id(slack: Slack) -> None:
    assert [each.name for each in slack.channels(TOKEN)] == ["general", "ops", "acme", "globex"]
    ops = slack.channel(TOKEN, "#ops")
    assert ops == slack.channel(TOKEN, "C0OPS") == Channel("C0OPS", "ops", is_member=False, is_archived=False)
    acme = slack.channel(TOKEN, "acme")
    assert acme is not None
    assert acme.is_member
    assert slack.channel(TOKEN, "#nowhere") is None
    assert slack.channel(TOKEN, "C0NOWHERE") is None


def test_a_user_group_has_a_handle_and_members(sim: Simulator, slack: Slack) -> None:
    sim.workspace.usergroups["S0SRE"] = UserGroupInSlack(
        "S0SRE", "T0NORTHWIND", "sre", "SRE", users=["U0ALICE", "U0BOB"]
    )
    assert list(slack.groups(TOKEN)) == [UserGroup("S0SRE", "sre")]
    assert slack.group_members(TOKEN, "S0SRE") == ["U0ALICE", "U0BOB"]
    sim.workspace.usergroups["S0SRE"].disabled = True
    assert list(slack.groups(TOKEN)) == []


@pytest.mark.parametrize(
    ("user", "ours"),
    [
        ({"team_id": "T0NORTHWIND"}, True),
        ({}, True),
        ({"team_id": "T0ACME"}, False),
        ({"team_id": "T0ACME", "is_stranger": False}, False),
        ({"team_id": "T0NORTHWIND", "is_bot": True}, False),
        ({"team_id": "T0ACME", "is_stranger": True}, False),
        ({"is_stranger": True}, False),
        ({"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0NORTH"}}, True),
        ({"team_id": "T0SISTER", "enterprise_user": {"enterprise_id": "E0NORTH"}, "is_stranger": True}, True),
    ],
)
def test_whose_somebody_is_their_team_says(user: dict[str, object], ours: bool) -> None:
    """Slack's `is_stranger` is false for those of another company who share a channel with us, and may be true for a
    colleague from another workspace who shares none."""
    assert is_of(user, {"T0NORTHWIND", "E0NORTH"}) is ours
