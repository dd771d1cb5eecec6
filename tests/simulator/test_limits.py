"""Every limit of the table, at n and at n + 1."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from simulator import Simulator
from simulator.blocks import problems, too_long, view_problems
from simulator.maxima import MOST
from simulator.quota import Quotas
from simulator.state import Shortcut
from simulator.triggers import TriggerError
from tests.simulator.kit import (
    actions,
    address,
    asks,
    bullets,
    button,
    buttons,
    card,
    chosen,
    confirm,
    entry,
    modal,
    option,
    options,
    picture,
    plain,
    rich,
    section,
    select,
    table,
    video,
)

Json = dict[str, Any]
FEEDBACK = {"text": plain(1), "value": "v"}
ICON = {"type": "icon_button", "icon": "trash", "text": plain(1)}


def icons(count: int) -> list[Json]:
    return [{"type": "context_actions", "elements": [{**ICON, "action_id": f"a{n}"} for n in range(count)]}]


def groups(count: int, length: int = 1) -> list[Json]:
    return select(option_groups=[{"label": plain(length), "options": options(1)}] * count)


def long_blocks(length: int) -> list[Json]:
    return section(text=plain(3000)) * 4 + section(text=plain(length - 12_000))


# What a message may hold: blocks that are refused when they hold one more.
BLOCKS: dict[str, Callable[[int], list[Json]]] = {
    "blocks in a message": lambda n: [{"type": "divider"}] * n,
    "section fields": lambda n: section(fields=[plain(1)] * n),
    "select options": lambda n: select(options=options(n)),
    "option groups": groups,
    "overflow options": lambda n: chosen("overflow", n),
    "checkboxes": lambda n: chosen("checkboxes", n),
    "radio buttons": lambda n: chosen("radio_buttons", n),
    "actions elements": lambda n: actions(*buttons(n)),
    "context elements": lambda n: [{"type": "context", "elements": [plain(1)] * n}],
    "context_actions elements": icons,
    "table rows": lambda n: table(n, 2),
    "table columns": lambda n: table(2, n),
    "table column settings": lambda n: table(1, 20, column_settings=[None] * n),
    "tables in a message": lambda n: table(1, 1) * n,
    "card actions": lambda n: [card(actions=buttons(n))],
    "carousel cards": lambda n: [{"type": "carousel", "elements": [card()] * n}],
    "list indent": lambda n: [rich(bullets(indent=n))],
    "text object": lambda n: section(text=plain(n)),
    "field text": lambda n: section(fields=[plain(n)]),
    "header text": lambda n: [{"type": "header", "text": plain(n)}],
    "button text": lambda n: actions(button(text=plain(n))),
    "button value": lambda n: actions(button(value="v" * n)),
    "accessibility label": lambda n: actions(button(accessibility_label="v" * n)),
    "url": lambda n: actions(button(url=address(n))),
    "image url": lambda n: picture(image_url=address(n)),
    "alt text": lambda n: picture(alt_text="x" * n),
    "image title": lambda n: picture(title=plain(n)),
    "action_id": lambda n: actions(button(action_id="a" * n)),
    "block_id": lambda n: [{"type": "divider", "block_id": "b" * n}],
    "option text": lambda n: select(options=option(n, 1)),
    "option value": lambda n: select(options=option(1, n)),
    "option description": lambda n: select(options=option(1, 1, n)),
    "group label": lambda n: groups(1, n),
    "placeholder": lambda n: select(options=options(1), placeholder=plain(n)),
    "input label": lambda n: asks(label=plain(n)),
    "input hint": lambda n: asks(hint=plain(n)),
    "text input": lambda n: entry(max_length=n),
    "confirm title": lambda n: confirm(title=plain(n)),
    "confirm text": lambda n: confirm(text=plain(n)),
    "confirm button": lambda n: confirm(confirm=plain(n)),
    "confirm deny": lambda n: confirm(deny=plain(n)),
    "video title": lambda n: video(title=plain(n)),
    "video description": lambda n: video(description=plain(n)),
    "video author": lambda n: video(author_name="x" * n),
    "card title": lambda n: [card(title=plain(n))],
    "card subtitle": lambda n: [card(subtitle=plain(n))],
    "card body": lambda n: [card(body=plain(n))],
    "markdown together": lambda n: [{"type": "markdown", "text": "x" * (n - 1)}, {"type": "markdown", "text": "x"}],
    "table characters": lambda n: [
        {"type": "table", "rows": [[{"type": "raw_text", "text": "x" * (n - 1)}], [{"type": "raw_text", "text": "x"}]]}
    ],
}

VIEWS: dict[str, Callable[[int], Json]] = {
    "blocks in a modal": lambda n: modal(blocks=[{"type": "divider"}] * n),
    "blocks in a home": lambda n: {"type": "home", "blocks": [{"type": "divider"}] * n},
    "alert text": lambda n: modal(blocks=[{"type": "alert", "text": plain(n)}]),
    "modal title": lambda n: modal(title=plain(n)),
    "modal submit": lambda n: modal(submit=plain(n)),
    "modal close": lambda n: modal(close=plain(n)),
    "private_metadata": lambda n: modal(private_metadata="x" * n),
    "callback_id": lambda n: modal(callback_id="x" * n),
    "external_id": lambda n: modal(external_id="x" * n),
}


def passes(call: Callable[[], Any]) -> bool:
    try:
        call()
    except SlackApiError:
        return False
    return True


def post(client: WebClient, **more: Any) -> Any:
    return client.chat_postMessage(channel="C0ACME", text="x", **more)


def posted_whole(sim: Simulator, client: WebClient, length: int) -> bool:
    client.chat_postMessage(channel="C0ACME", text="x" * length)
    return len(sim.messages("acme")[-1].text) == length


def updated(sim: Simulator, client: WebClient, length: int) -> bool:
    ts = post(client)["ts"]
    return passes(lambda: client.chat_update(channel="C0ACME", ts=ts, text="x" * length))


def with_metadata(sim: Simulator, client: WebClient, length: int) -> bool:
    metadata = {"event_type": "t", "event_payload": {"p": ""}}
    metadata["event_payload"] = {"p": "x" * (length - len(json.dumps(metadata)))}
    return passes(lambda: post(client, metadata=metadata))


def reacted(sim: Simulator, client: WebClient, count: int) -> bool:
    ts = post(client)["ts"]
    return all(
        passes(lambda name=name: client.reactions_add(channel="C0ACME", timestamp=ts, name=name))  # type: ignore[misc]
        for name in (f"e{number}" for number in range(count))
    )


def opened(sim: Simulator, client: WebClient, count: int) -> bool:
    people = [sim.add_person(f"p{number}", f"Person {number}").id for number in range(count)]
    return passes(lambda: client.conversations_open(users=people))


def trigger(sim: Simulator) -> str:
    return sim.core.triggers.issue(sim.app(), sim.user("alice"))


def triggered_after(sim: Simulator, client: WebClient, seconds: int) -> bool:
    name = trigger(sim)
    sim.clock.forward(seconds=seconds - 0.5)
    return passes(lambda: client.views_open(trigger_id=name, view=modal()))


def triggered_times(sim: Simulator, client: WebClient, times: int) -> bool:
    name = trigger(sim)
    return all(passes(lambda: client.views_open(trigger_id=name, view=modal())) for _ in range(times))


def stacked(sim: Simulator, client: WebClient, count: int) -> bool:
    client.views_open(trigger_id=trigger(sim), view=modal())
    return all(passes(lambda: client.views_push(trigger_id=trigger(sim), view=modal())) for _ in range(count - 1))


def view_of_bytes(sim: Simulator, client: WebClient, size: int) -> bool:
    texts: list[Json] = [{"type": "section", "text": plain(3000)} for _ in range(81)]
    view = modal(blocks=[*texts, {"type": "section", "text": plain(1)}])
    left = size - len(json.dumps(view))
    view["blocks"][-1]["text"]["text"] += "x" * left
    return passes(lambda: client.views_open(trigger_id=trigger(sim), view=view))


def hook(sim: Simulator) -> str:
    where = (sim.workspace, sim.app(), sim.channel("acme"), sim.user("alice"))
    return sim.core.triggers.response_url("app", *where).rsplit("/", 1)[1]


def answered_times(sim: Simulator, client: WebClient, times: int) -> bool:
    key = hook(sim)
    return all(_used(sim, key) for _ in range(times))


def answered_after(sim: Simulator, client: WebClient, minutes: int) -> bool:
    key = hook(sim)
    sim.clock.forward(minutes=minutes - 0.5)
    return _used(sim, key)


def _used(sim: Simulator, key: str) -> bool:
    try:
        sim.core.triggers.use(key)
    except TriggerError:
        return False
    return True


def events_an_hour(sim: Simulator, client: WebClient, count: int) -> bool:
    quotas = Quotas(sim.clock)
    return all(quotas.allow("T", "A")[0] for _ in range(count))


def failures(sim: Simulator, client: WebClient, percent: int) -> bool:
    quotas = Quotas(sim.clock)
    quotas.least_attempts = 100
    outcomes = [quotas.attempted("T", "A", failed=number >= 100 - percent) for number in range(100)]
    return not any(outcomes)


def copied(sim: Simulator, client: WebClient, count: int) -> bool:
    try:
        sim.faults.add("events", "new_ids", copies=count)
    except ValueError:
        return False
    return True


def calls(method: str, **arguments: Any) -> Callable[[Simulator, WebClient, int], bool]:
    """So many calls of a method in the same minute."""

    def probe(sim: Simulator, client: WebClient, count: int) -> bool:
        sim.clock.hold()
        sim.core.limits.enabled = True
        token = {"app_token": "xapp-simulator"} if method == "apps_connections_open" else {}
        return all(passes(lambda: getattr(client, method)(**arguments, **token)) for _ in range(count))

    return probe


def messages_a_minute(sim: Simulator, client: WebClient, count: int) -> bool:
    wait = sim.core.limits.wait_for
    sim.clock.hold()
    sim.core.limits.enabled = True
    return not any(wait("chat.postMessage", "special", "T", "A", f"C{number}") for number in range(count))


def burst(sim: Simulator, client: WebClient, count: int) -> bool:
    sim.clock.hold()
    sim.core.limits.enabled = True
    return all(passes(lambda: post(client)) for _ in range(count))


def limited_history(sim: Simulator, client: WebClient, count: int) -> bool:
    sim.core.limits.history_limited = True
    return all(passes(lambda: client.conversations_history(channel="C0ACME")) for _ in range(count))


def limited_page(sim: Simulator, client: WebClient, count: int) -> bool:
    for _ in range(count + 1):
        post(client)
    sim.core.limits.history_limited = True
    return len(client.conversations_history(channel="C0ACME", limit=count)["messages"]) == count


def connections(sim: Simulator, client: WebClient, count: int) -> bool:
    """Played on the wire in test_sockets; here only the number."""
    return count <= MOST["connections"]


def answer_seconds(sim: Simulator, client: WebClient, seconds: int) -> bool:
    """Played in test_events; here only the number."""
    return seconds <= sim.core.delivery.answer_seconds


def shortcut_name(sim: Simulator, client: WebClient, length: int) -> bool:
    try:
        Shortcut("x" * length, "id", "global")
    except ValueError:
        return False
    return True


CALLS: dict[str, Callable[[Simulator, WebClient, int], bool]] = {
    "view bytes": view_of_bytes,
    "stacked modals": stacked,
    "posted text": posted_whole,
    "updated text": updated,
    "markdown_text": lambda sim, client, n: passes(
        lambda: client.chat_postMessage(channel="C0ACME", markdown_text="x" * n)
    ),
    "attachments": lambda sim, client, n: passes(lambda: post(client, attachments=[{"text": "x"}] * n)),
    "metadata characters": with_metadata,
    "different reactions": reacted,
    "characters of all blocks": lambda sim, client, n: not too_long(long_blocks(n)),
    "people to open": opened,
    "page of history": lambda sim, client, n: passes(lambda: client.conversations_history(channel="C0ACME", limit=n)),
    "page of history when limited": limited_page,
    "dnd people": lambda sim, client, n: passes(lambda: client.dnd_teamInfo(users=["U0BOB"] * n)),
    "shortcut name": shortcut_name,
    "trigger seconds": triggered_after,
    "trigger uses": triggered_times,
    "response_url uses": answered_times,
    "response_url minutes": answered_after,
    "answer seconds": answer_seconds,
    "connections": connections,
    "event ids of a message": copied,
    "events an hour": events_an_hour,
    "percent of failures": failures,
    "calls a minute, tier 1": calls("apps_connections_open"),
    "calls a minute, tier 2": calls("users_list"),
    "calls a minute, tier 3": calls("conversations_info", channel="C0ACME"),
    "calls a minute, tier 4": calls("users_info", user="U0BOB"),
    "messages a minute": messages_a_minute,
    "messages at once in a channel": burst,
    "history calls a minute when limited": limited_history,
}


def test_every_limit_is_tested_once() -> None:
    assert sorted([*BLOCKS, *VIEWS, *CALLS]) == sorted(MOST)


@pytest.mark.parametrize("name", BLOCKS)
def test_blocks(name: str) -> None:
    build, limit = BLOCKS[name], MOST[name]
    assert problems(build(limit), "message") == []
    assert problems(build(limit + 1), "message") != []


@pytest.mark.parametrize("name", VIEWS)
def test_views(name: str) -> None:
    build, limit = VIEWS[name], MOST[name]
    surface = build(0)["type"]
    assert view_problems(build(limit), surface) == []
    assert view_problems(build(limit + 1), surface) != []


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("beyond", [0, 1])
def test_calls(sim: Simulator, client: WebClient, name: str, beyond: int) -> None:
    assert CALLS[name](sim, client, MOST[name] + beyond) is not bool(beyond)


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("views.open", "view_too_large"), ("chat.postMessage", "msg_blocks_too_long"),
        ("chat.update", "msg_too_long"), ("conversations.open", "too_many_users"),
    ],
)  # fmt: skip
def test_the_codes_of_what_is_too_long(sim: Simulator, client: WebClient, method: str, error: str) -> None:
    ts = post(client)["ts"]
    people = ",".join(sim.add_person(f"q{number}", f"Person {number}").id for number in range(9))
    given: dict[str, Json] = {
        "views.open": {"trigger_id": trigger(sim), "view": modal(private_metadata="x" * 250_001)},
        "chat.postMessage": {"channel": "C0ACME", "blocks": long_blocks(13_201)},
        "chat.update": {"channel": "C0ACME", "ts": ts, "text": "x" * 4001},
        "conversations.open": {"users": people},
    }
    with pytest.raises(SlackApiError, match=error):
        client.api_call(method, json=given[method])
