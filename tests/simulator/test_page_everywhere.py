"""The rest of the page in a real browser: every kind of field, files, groups, workspaces, installing, stories."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from simulator import Simulator
from tests.simulator.bolt_helper import BUTTON, Helper
from tests.simulator.browser import Stage, message, stage, write

pytestmark = pytest.mark.browser

WORDS = [{"text": {"type": "plain_text", "text": word}, "value": word.lower()} for word in ("Red", "Green", "Blue")]


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    with stage() as made:
        yield made


@pytest.fixture
def window(shared: Stage) -> Iterator[Stage]:
    shared.reset()
    yield shared
    assert shared.errors == []


@pytest.fixture
def sim(window: Stage) -> Simulator:
    return window.sim


@pytest.fixture
def helper(window: Stage) -> Helper:
    return window.helper


def picture(width: int = 8, height: int = 6) -> bytes:
    """A small red PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xe0\x1e\x5a" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def field(name: str, **element: Any) -> dict[str, Any]:
    label = {"type": "plain_text", "text": name.title()}
    return {"type": "input", "block_id": name, "label": label, "element": {"action_id": name, **element}}


FORM = {
    "type": "modal",
    "callback_id": "everything",
    "title": {"type": "plain_text", "text": "Everything"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        field("text", type="plain_text_input", multiline=True),
        field("number", type="number_input", is_decimal_allowed=False, max_value="10"),
        field("email", type="email_text_input"),
        field("address", type="url_text_input"),
        field("rich", type="rich_text_input"),
        field("one", type="static_select", options=WORDS),
        field("some", type="checkboxes", options=WORDS),
        field("radio", type="radio_buttons", options=WORDS),
        field("person", type="users_select"),
        field("place", type="conversations_select"),
        field("channels", type="multi_channels_select"),
        field("day", type="datepicker"),
        field("hour", type="timepicker"),
        field("moment", type="datetimepicker"),
    ],
}


def fill(page: Page) -> None:
    def control(name: str) -> Any:
        return page.locator(f'[data-action-id="{name}"]')

    for name, text in (("text", "a\nb"), ("email", "a@b.example"), ("address", "https://a.example"), ("rich", "*r*")):
        control(name).fill(text)
    control("number").fill("11")
    control("one").select_option("green")
    control("person").select_option("U0BOB")
    control("place").select_option("C0ACME")
    control("some").get_by_label("Red").check()
    control("some").get_by_label("Blue").check()
    control("radio").get_by_label("Green").check()
    control("channels").locator("summary").click()
    control("channels").get_by_label("#ops").check()
    control("day").fill("2026-03-10")
    control("hour").fill("09:30")
    control("moment").fill("2026-03-10T09:30")


def test_every_field_of_a_form(sim: Simulator, client: WebClient, helper: Helper, window: Stage) -> None:
    client.views_open(trigger_id=sim.core.triggers.issue(sim.app(), sim.user("alice")), view=FORM)
    page = window.open("as=alice&channel=acme")
    fill(page)
    page.locator("[data-submit]").click()
    expect(page.locator(".field-error")).to_have_text("Please enter a number that is at most 10.")
    assert helper.of("view_submission") == []
    page.locator('[data-action-id="number"]').fill("7")
    page.locator("[data-submit]").click()
    expect(page.locator("dialog[data-view-id]")).to_have_count(0)
    values = helper.of("view_submission")[0]["view"]["state"]["values"]
    states = {name: next(iter(one.values())) for name, one in values.items()}
    assert states["text"]["value"] == "a\nb"
    assert states["number"]["value"] == "7"
    assert states["rich"]["rich_text_value"]["elements"][0]["elements"] == [{"type": "text", "text": "*r*"}]
    assert states["one"]["selected_option"]["value"] == "green"
    assert [option["value"] for option in states["some"]["selected_options"]] == ["red", "blue"]
    assert states["radio"]["selected_option"]["value"] == "green"
    assert states["person"]["selected_user"] == "U0BOB"
    assert states["place"]["selected_conversation"] == "C0ACME"
    assert states["channels"]["selected_channels"] == ["C0OPS"]
    assert (states["day"]["selected_date"], states["hour"]["selected_time"]) == ("2026-03-10", "09:30")
    assert states["moment"]["selected_date_time"] == 1773131400


def test_a_button_inside_an_attachment(client: WebClient, helper: Helper, window: Stage) -> None:
    inside = [{"type": "actions", "block_id": "row", "elements": [BUTTON]}]
    client.chat_postMessage(channel="C0ACME", text="Look", attachments=[{"color": "#e01e5a", "blocks": inside}])
    page = window.open("as=bob&channel=acme")
    page.locator('.attachment [data-action-id="done"]').click()
    expect(message(page, "Done by @bob")).to_be_visible()
    assert helper.of("block_actions")[0]["actions"][0]["block_id"] == "row"


def test_typing_into_a_message_is_sent_on_enter(sim: Simulator, client: WebClient, window: Stage) -> None:
    chosen: list[dict[str, Any]] = []

    def take(ack: Any, action: dict[str, Any]) -> None:
        chosen.append(action)
        ack()

    window.helper.app.action("typed_here")(take)
    element = {"type": "plain_text_input", "action_id": "typed_here"}
    label = {"type": "plain_text", "text": "Name"}
    block = {"type": "input", "dispatch_action": True, "label": label, "element": element}
    client.chat_postMessage(channel="C0ACME", text="Type", blocks=[block])
    page = window.open("as=bob&channel=acme")
    page.locator('[data-action-id="typed_here"]').fill("Bob")
    page.locator('[data-action-id="typed_here"]').press("Enter")
    sim.wait_for(lambda: chosen)
    assert chosen[0]["value"] == "Bob"


def test_pictures_are_shown(sim: Simulator, client: WebClient, window: Stage) -> None:
    sim.share_file("dora", "acme", "screen.png", picture(), "What we see")
    upload = client.files_upload_v2(channel="C0ACME", filename="plan.png", file=picture(), title="The plan")
    client.files_upload_v2(channel="C0ACME", filename="notes.txt", content="words")
    block = {"type": "image", "alt_text": "again", "slack_file": {"id": upload["files"][0]["id"]}}
    client.chat_postMessage(channel="C0ACME", text="again", blocks=[block])
    page = window.open("as=alice&channel=acme")
    images = page.locator("#content img")
    expect(images).to_have_count(3)
    page.wait_for_function("[...document.querySelectorAll('#content img')].every((image) => image.naturalWidth === 8)")
    expect(message(page, "What we see").locator("figcaption")).to_have_text("screen.png")
    link = message(page, "notes.txt").locator(".file a")
    expect(link).to_have_attribute("href", f"/sim/files/T0NORTHWIND/{_id(sim, 'notes.txt')}")


def _id(sim: Simulator, name: str) -> str:
    return next(key for key, file in sim.workspace.files.items() if file["name"] == name)


def test_a_conversation_of_several(sim: Simulator, client: WebClient, window: Stage) -> None:
    group = client.conversations_open(users=["U0ALICE", "U0BOB"])["channel"]["id"]
    client.chat_postMessage(channel=group, text="For both of you")
    page = window.open("as=alice&channel=general")
    page.locator(f"#row-{group}").click()
    expect(page.locator("h1")).to_have_text("bob, Helper")
    expect(page.locator("#composer [data-composer]")).to_have_attribute("placeholder", "Message bob, Helper")
    expect(message(page, "For both of you")).to_be_visible()
    write(page, "Thanks")
    sim.wait_for(lambda: [one for one in sim.channel(group).messages if one.text == "Thanks"])
    assert window.open("as=charlie&channel=general").locator(f"#row-{group}").count() == 0


def test_another_workspace(sim: Simulator, window: Stage) -> None:
    south = sim.add_workspace("Southwind")
    south.install_again("Helper")
    page = window.open("as=alice&channel=acme")
    page.locator("[data-workspace=southwind]").click()
    expect(page.locator(".workspace-name")).to_have_text("Southwind")
    page.wait_for_selector("body[data-ready]")
    page.locator("[data-row=ops]").click()
    expect(page.locator("h1")).to_have_text("ops")
    write(page, "hello from the south")
    expect(message(page, "hello from the south")).to_be_visible()
    page.locator("[data-actor=frank]").click()
    expect(page.locator(".actor-name")).to_contain_text("Frank Mbeki")
    page.wait_for_selector("body[data-ready]")
    page.locator("[data-row=ops]").click()
    expect(message(page, "hello from the south")).to_contain_text("Erin Sato")
    assert south.messages("ops")[0].user_id == "U0SOUTHWERIN"
    assert sim.messages("ops") == []
    page.locator("[data-row=Helper]").click()
    page.locator("[data-tab=home]").click()
    sim.settle()


def test_adding_an_app_to_slack(sim: Simulator, window: Stage) -> None:
    sim.add_workspace("Southwind")
    back = f"{sim.url}/sim/static/favicon.svg"
    window.page.goto(
        f"{sim.url}/oauth/v2/authorize?client_id={sim.app().client_id}&scope=chat:write&state=s&redirect_uri={back}"
    )
    expect(window.page.locator("h1")).to_contain_text("Helper is requesting permission")
    window.page.locator("select").select_option(label="Southwind – as Erin Sato")
    window.page.get_by_role("button", name="Allow").click()
    window.page.wait_for_url(f"{back}?code=*")
    assert "state=s" in window.page.url


def test_a_story_is_played(sim: Simulator, window: Stage) -> None:
    page = window.open("as=alice&channel=acme")
    story = sim.player.stories["A day at Northwind"]
    object.__setattr__(story, "pace", 0.05)
    page.get_by_role("button", name="Story").click()
    dialog = page.locator("#stories")
    expect(dialog.get_by_role("heading", name="A day at Northwind")).to_be_visible()
    dialog.get_by_role("button", name="Play").click()
    expect(page.locator("[data-story]")).to_be_visible()
    expect(message(page, "cancel the contract")).to_be_visible()
    page.get_by_role("button", name="End the story").click()
    expect(page.locator("[data-story]")).to_have_count(0)
    assert not sim.player.running


def test_an_app_whose_events_are_off_is_marked(sim: Simulator, window: Stage) -> None:
    sim.app().events_disabled = True
    page = window.open("as=alice&app=messages")
    expect(page.locator("[data-disabled]")).to_contain_text("more than 95 %")
    expect(page.locator(".row-warning")).to_be_visible()


def test_an_archived_channel_takes_no_words(sim: Simulator, window: Stage) -> None:
    page = window.open("as=alice&channel=acme")
    sim.archive("acme")
    expect(page.locator("[data-archived]")).to_be_visible()
    expect(page.locator("#composer [data-composer]")).to_have_count(0)


def test_the_composers_buttons(sim: Simulator, window: Stage) -> None:
    page = window.open("as=alice&channel=acme")
    box = page.locator("#composer [data-composer]")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type("loud")
    expect(box).to_have_value("*loud*")
    box.fill("")
    page.get_by_role("button", name="Mention someone").click()
    page.keyboard.type("bo")
    expect(page.locator(".suggestion").first).to_contain_text("Bob Lindqvist")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(box).to_have_value("@bob ")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(message(page, "@bob")).to_be_visible()


def test_reacting_with_any_emoji(sim: Simulator, window: Stage) -> None:
    sent = sim.say("dora", "acme", "good news")
    page = window.open("as=alice&channel=acme")
    shown = message(page, "good news")
    shown.hover()
    shown.get_by_label("Add reaction").click()
    shown.locator('.emoji-picker [data-emoji="tada"]').click()
    expect(shown.locator(".reaction")).to_contain_text("1")
    shown.locator(".reaction").click()
    expect(shown.locator(".reaction")).to_have_count(0)
    assert sent.reactions == {}
