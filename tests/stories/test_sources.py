"""Sources in Slack: added in Home, tried, looked at, given a new secret; and what cannot be read is not lost."""

import json
import re
from typing import Any

import requests

from models.actions import sources
from simulator.state import View
from tests.world import World, buttons


def modal(world: World, who: str, until: str) -> View:
    """The window that somebody sees, once it shows `until`."""

    def shows() -> bool:
        found = world.slack.modal(who)
        return found is not None and until in json.dumps(found.blocks, ensure_ascii=False)

    world.slack.wait_for(shows)
    found = world.slack.modal(who)
    assert found is not None
    return found


def pasted(view: View) -> list[str]:
    """The texts of a window that are there to be copied."""
    parts = [part for block in view.blocks for part in block.get("elements", ()) if block["type"] == "rich_text"]
    return ["".join(each["text"] for each in part["elements"]) for part in parts]


def press(world: World, who: str, where: Any, label: str) -> None:
    found = next(each for each in buttons(where.blocks) if each["text"]["text"] == label)
    world.slack.act(who, where, found["action_id"], found["value"])


def add(world: World, who: str, kind: str, name: str) -> View:
    """Somebody adds a source in Home; returns the window with its address."""
    world.home(who)
    home = world.slack.home(who)
    assert home is not None
    press(world, who, home, "Add a source")
    modal(world, who, "Which tool?")
    assert world.submit(who, source_kind=kind, source_name=name) is None
    return modal(world, who, "shown only now")


def test_an_admin_adds_a_source_in_home_and_tries_it(world: World) -> None:
    shown = add(world, "alice", "datadog", "prod")
    address, snippet = pasted(shown)
    assert re.fullmatch(r"http://127.0.0.1:3000/alerts/datadog/[\w-]{32}", address)
    assert f"URL:      {address}" in snippet
    assert '"transition": "$ALERT_TRANSITION"' in snippet
    press(world, "alice", shown, "Send a test signal")
    told = modal(world, "alice", "came in as #1")
    assert "It pages you and nobody else. A real one would follow the policy" in json.dumps(told.blocks)
    world.settle()
    world.expect_page("alice", "Test signal from prod: CPU is high on web-1")
    world.expect_no_page("bob")
    world.forward(hours=2)
    world.expect_no_page("bob")
    again = world.heed("bob", "source prod")
    assert "Test signal from prod: CPU is high on web-1" in again
    assert "/alerts/datadog/••••••••" in again
    assert address.rpartition("/")[2] not in again


def test_only_admins_add_sources_and_members_do_not_see_them(world: World) -> None:
    assert "Add a source" not in world.home("charlie")
    world.source("generic")
    assert "Sources are for admins and responders" in world.heed("charlie", "source")
    assert "Sources are for admins and responders" in world.heed("charlie", "source prod")
    world.heed("alice", "role <@U0CHARLIE> responder")
    assert "*prod* (Generic): no signal yet" in world.heed("charlie", "source")
    seen = world.heed("charlie", "source prod")
    assert "Send a test signal" in seen
    assert "New secret" not in seen


def test_what_nobody_can_read_is_stored_and_one_low_alert_says_so(world: World) -> None:
    url = world.source("alertmanager")
    first = requests.post(url, json={"alerts": "hush"}, timeout=10)
    assert (first.status_code, first.json()["status"]) == (202, "unreadable")
    assert first.json()["error"] == "alerts: must be a list"
    requests.post(url, data=b"\x00no json\xff", timeout=10)
    world.settle()
    assert len(world.pages("alice")) == 1
    world.expect_page("alice", "Low: Unreadable signal from prod", "alerts: must be a list")
    seen = world.heed("alice", "source prod")
    assert "In 7 days 2 requests were not understood." in seen
    assert "body: is not readable JSON" in seen
    assert "no json" in seen
    world.heed("alice", "role <@U0CHARLIE> responder")
    assert "no json" not in world.heed("charlie", "source prod")


def test_a_new_secret_leaves_the_old_address_a_day(world: World) -> None:
    old = world.source("generic")
    world.heed("alice", "source prod")
    message = world.slack.messages("ops", user="alice")[-1]
    press(world, "alice", message, "New secret")
    new = pasted(modal(world, "alice", "The previous address works until"))[0].replace(
        "http://127.0.0.1:3000", world.url
    )
    world.post(old, {"title": "by the old one"})
    world.post(new, {"title": "by the new one"})
    world.forward(hours=25)
    assert requests.post(old, json={"title": "too late"}, timeout=10).status_code == 404
    world.post(new, {"title": "still"})


def test_a_name_that_is_taken_is_said_at_its_field(world: World) -> None:
    world.source("generic")
    world.home("alice")
    home = world.slack.home("alice")
    press(world, "alice", home, "Add a source")
    modal(world, "alice", "Which tool?")
    errors = world.submit("alice", source_kind="generic", source_name=" Prod ")
    assert errors == {"source_name": "There is one of this name already; choose another."}
    with world.context.db.begin() as session:
        assert len(sources.present(session, 1)) == 1
