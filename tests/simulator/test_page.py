"""The page in a real browser, against a small Bolt app: every kind of interaction once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from simulator import Simulator
from tests.simulator.bolt_helper import BUTTON, Helper
from tests.simulator.browser import Stage, message, stage, write

pytestmark = pytest.mark.browser

OPTIONS = [{"text": {"type": "plain_text", "text": word}, "value": word.lower()} for word in ("Red", "Green", "Blue")]


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


def with_buttons(client: WebClient, *elements: dict[str, Any], text: str = "Please choose") -> str:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    actions = {"type": "actions", "block_id": "row", "elements": list(elements)}
    answer = client.chat_postMessage(channel="C0ACME", text=text, blocks=[section, actions])
    return str(answer["ts"])


def test_what_one_writes_others_see_at_once(sim: Simulator, window: Stage) -> None:
    alice = window.open("as=alice&channel=acme")
    bob = window.context.new_page()
    bob.goto(f"{sim.url}/?as=bob&channel=general")
    bob.wait_for_selector("body[data-ready]")
    write(alice, "Hello *all* <b>& co</b> @bob")
    expect(message(alice, "Hello all <b>& co</b> @bob")).to_be_visible()
    expect(bob.locator("[data-row=acme] .count")).to_have_text("1")
    bob.locator("[data-row=acme]").click()
    expect(message(bob, "Hello all").locator(".mention.mine")).to_have_text("@bob")
    expect(bob.locator("[data-row=acme] .count")).to_have_count(0)
    assert "channel=C0ACME" in bob.url
    bob.close()


def test_typed_text_and_new_lines_survive_live_updates(sim: Simulator, window: Stage) -> None:
    page = window.open("as=alice&channel=acme")
    box = page.locator("#composer [data-composer]")
    box.press_sequentially("first")
    box.press("Shift+Enter")
    box.press_sequentially("second")
    sim.say("dora", "acme", "meanwhile")
    expect(message(page, "meanwhile")).to_be_visible()
    expect(box).to_have_value("first\nsecond")
    expect(box).to_be_focused()
    page.locator("[data-row=general]").click()
    expect(page.locator("#composer [data-composer]")).to_have_value("")
    page.locator("[data-row=acme]").click()
    expect(page.locator("#composer [data-composer]")).to_have_value("first\nsecond")


def test_a_command_is_completed_and_answered_privately(sim: Simulator, helper: Helper, window: Stage) -> None:
    page = window.open("as=alice&channel=acme")
    box = page.locator("#composer [data-composer]")
    box.press_sequentially("/he")
    expect(page.locator(".suggestion")).to_contain_text("/helper [what]")
    box.press("Tab")
    expect(box).to_have_value("/helper ")
    box.press_sequentially("hi @bob")
    box.press("Enter")
    answer = message(page, "You said: hi @bob")
    expect(answer).to_contain_text("Only visible to you")
    expect(answer).to_contain_text("APP")
    assert helper.of("/helper")[0]["text"] == "hi <@U0BOB|bob>"
    write(page, "/nonsense now")
    expect(page.locator(".toast.warning")).to_contain_text("/nonsense is not a valid command")
    expect(box).to_have_value("/nonsense now")
    assert not [one for one in sim.messages("acme") if "nonsense" in one.text]


def test_a_button_changes_its_message(client: WebClient, helper: Helper, window: Stage) -> None:
    page = window.open("as=bob&channel=acme")
    ts = with_buttons(client, BUTTON)
    shown = page.locator(f'#content [data-message-ts="{ts}"]')
    shown.locator('[data-action-id="done"]').click()
    expect(shown).to_contain_text("Done by @bob")
    action = helper.of("block_actions")[0]["actions"][0]
    assert action["value"] == "7"
    assert action["block_id"] == "row"


def test_a_confirm_dialog_asks_first(client: WebClient, helper: Helper, window: Stage) -> None:
    page = window.open("as=bob&channel=acme")
    words = {name: {"type": "plain_text", "text": name.title()} for name in ("title", "text", "confirm", "deny")}
    with_buttons(client, {**BUTTON, "confirm": words})
    page.locator('[data-action-id="done"]').click()
    page.get_by_role("button", name="Deny").click()
    expect(page.locator("#confirm")).to_be_hidden()
    assert helper.of("block_actions") == []
    page.locator('[data-action-id="done"]').click()
    page.get_by_role("button", name="Confirm").click()
    expect(message(page, "Done by @bob")).to_be_visible()


def test_menus_report_what_was_chosen(sim: Simulator, client: WebClient, helper: Helper, window: Stage) -> None:
    chosen: list[dict[str, Any]] = []

    def take(ack: Any, action: dict[str, Any]) -> None:
        chosen.append(action)
        ack()

    helper.app.action(re.compile("pick.*"))(take)
    page = window.open("as=alice&channel=acme")
    placeholder = {"type": "plain_text", "text": "Colour"}
    with_buttons(
        client,
        {"type": "static_select", "action_id": "pick_one", "placeholder": placeholder, "options": OPTIONS},
        {"type": "multi_users_select", "action_id": "pick_many", "placeholder": placeholder},
        {"type": "overflow", "action_id": "pick_over", "options": OPTIONS},
        {"type": "datepicker", "action_id": "pick_date"},
    )
    page.locator('[data-action-id="pick_one"]').select_option("green")
    sim.wait_for(lambda: len(chosen) == 1)
    many = page.locator('[data-action-id="pick_many"]')
    many.locator("summary").click()
    many.get_by_label("Bob Lindqvist").check()
    many.locator("summary").click()
    sim.wait_for(lambda: len(chosen) == 2)
    over = page.locator('[data-action-id="pick_over"]')
    over.locator("summary").click()
    over.locator('[data-option="blue"]').click()
    sim.wait_for(lambda: len(chosen) == 3)
    page.locator('[data-action-id="pick_date"]').fill("2026-03-10")
    sim.wait_for(lambda: len(chosen) == 4)
    assert chosen[0]["selected_option"]["value"] == "green"
    assert chosen[1]["selected_users"] == ["U0BOB"]
    assert chosen[2]["selected_option"]["value"] == "blue"
    assert chosen[3]["selected_date"] == "2026-03-10"
    page.reload()
    expect(page.locator('[data-action-id="pick_one"]')).to_have_value("green")


def test_a_modal_keeps_what_was_typed_until_it_is_right(helper: Helper, window: Stage) -> None:
    page = window.open("as=alice&channel=acme")
    write(page, "/helper modal")
    modal = page.get_by_role("dialog", name="A note")
    expect(modal).to_be_visible()
    field = modal.locator('[data-block-id="words"] input')
    expect(field).to_be_focused()
    modal.locator("[data-submit]").click()
    expect(modal.locator(".field-error")).to_have_text("Please complete this required field.")
    assert helper.of("view_submission") == []
    field.fill("bad")
    modal.locator("[data-submit]").click()
    expect(modal.locator(".field-error")).to_have_text("Not that word")
    expect(field).to_have_value("bad")
    field.fill("good")
    field.press("Enter")
    expect(modal).to_have_count(0)


def test_modals_stack_and_close(sim: Simulator, helper: Helper, window: Stage) -> None:
    page = window.open("as=alice&channel=acme")
    write(page, "/helper modal")
    field = page.locator('dialog[data-callback-id="note"] [data-action-id="typed"]')
    field.fill("more")
    page.locator("[data-submit]").click()
    second = page.locator('dialog[data-callback-id="second"]')
    expect(second).to_be_visible()
    second.get_by_role("button", name="Back").click()
    expect(field).to_have_value("more")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[data-view-id]")).to_have_count(0)
    sim.wait_for(lambda: len(helper.of("view_closed")) == 2)


def test_an_app_that_is_away_is_said_to_be(sim: Simulator, helper: Helper, client: WebClient, window: Stage) -> None:
    page = window.open("as=alice&channel=acme")
    with_buttons(client, BUTTON)
    write(page, "/helper modal")
    page.locator('[data-action-id="typed"]').fill("anything")
    sim.app().request_url = None
    page.locator("[data-submit]").click()
    expect(page.locator("[data-banner]")).to_have_text("We had some trouble connecting. Try again?")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[data-view-id]")).to_have_count(0)
    page.locator('[data-action-id="done"]').click()
    expect(page.locator(".toast.warning")).to_contain_text("Helper did not respond")
    write(page, "/helper again")
    expect(message(page, "/helper failed with the error")).to_contain_text("Slackbot")


def test_threads_open_beside_the_channel(sim: Simulator, window: Stage) -> None:
    root = sim.say("dora", "acme", "A question")
    page = window.open("as=alice&channel=acme")
    shown = page.locator(f'#content [data-message-ts="{root.ts}"]')
    shown.hover()
    shown.get_by_role("link", name="Reply in thread").click()
    box = page.locator("[data-thread] [data-composer]")
    box.fill("An answer")
    box.press("Enter")
    expect(page.locator("[data-thread] .message")).to_have_count(2)
    expect(shown.locator(".thread-link")).to_contain_text("1 reply")
    expect(message(page, "An answer")).to_have_count(0)
    assert sim.messages("acme")[-1].thread_ts == root.ts
    page.keyboard.press("Escape")
    page.locator("[data-close-thread]").click()
    expect(page.locator("[data-thread]")).to_have_count(0)


def test_opening_the_home_tab_tells_the_app(helper: Helper, window: Stage) -> None:
    page = window.open("as=bob&channel=general")
    page.locator("[data-row=Helper]").click()
    page.locator("[data-tab=home]").click()
    expect(page.locator("[data-app-tab=home]")).to_contain_text("Hello @bob")
    assert helper.of("app_home_opened")[-1]["event"]["user"] == "U0BOB"
    page.locator("[data-tab=messages]").click()
    expect(page.locator("#composer [data-composer]")).to_have_attribute("placeholder", "Message Helper")
    write(page, "hello app")
    expect(message(page, "hello app")).to_be_visible()


def test_acting_as_a_client(sim: Simulator, window: Stage) -> None:
    sim.say("dora", "acme", "We are outside")
    page = window.open("as=alice&channel=acme")
    expect(message(page, "We are outside").locator(".badge.team")).to_have_text("Acme")
    page.locator("[data-actor=dora]").click()
    expect(page.locator(".actor-name")).to_have_text("Dora Vance · Acme")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator(".row[data-channel]")).to_have_count(1)
    expect(page.locator(".shared-note")).to_contain_text("Northwind")
    write(page, "written as Dora")
    expect(message(page, "written as Dora")).to_be_visible()
    assert sim.messages("acme")[-1].user_id == "U0DORA"


def test_own_messages_are_edited_reacted_to_and_deleted(sim: Simulator, window: Stage) -> None:
    sent = sim.say("alice", "acme", "speling")
    sim.say("dora", "acme", "not mine")
    page = window.open("as=alice&channel=acme")
    shown = page.locator(f'#content [data-message-ts="{sent.ts}"]')
    shown.hover()
    shown.locator('.hover-menu > [data-emoji="eyes"]').click()
    expect(shown.locator(".reaction")).to_have_attribute("aria-pressed", "true")
    shown.get_by_label("More actions").click()
    shown.get_by_role("menuitem", name="Edit message").click()
    shown.get_by_label("Edit message").fill("spelling")
    shown.get_by_label("Edit message").press("Enter")
    expect(shown.locator(".body")).to_have_text("spelling (edited)")
    shown.hover()
    shown.get_by_label("More actions").click()
    shown.get_by_role("menuitem", name="Delete message").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(shown).to_have_count(0)
    other = message(page, "not mine")
    other.hover()
    other.get_by_label("More actions").click()
    expect(other.get_by_role("menuitem", name="Copy link")).to_be_visible()
    expect(other.get_by_role("menuitem", name="Edit message")).to_have_count(0)


def test_shortcuts_of_messages_and_of_the_composer(sim: Simulator, helper: Helper, window: Stage) -> None:
    sent = sim.say("dora", "acme", "note this")
    page = window.open("as=alice&channel=acme")
    shown = page.locator(f'#content [data-message-ts="{sent.ts}"]')
    shown.hover()
    shown.get_by_label("More actions").click()
    shown.locator('[data-shortcut="take_note"]').click()
    expect(page.locator("dialog[data-view-id]")).to_be_visible()
    assert helper.of("message_action")[0]["message"]["text"] == "note this"
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("dialog[data-view-id]")).to_have_count(0)
    page.locator("#composer summary[aria-label=Shortcuts]").click()
    page.locator('#composer [data-shortcut="start"]').click()
    expect(page.locator("dialog[data-view-id]")).to_be_visible()
    assert len(helper.of("shortcut")) == 1


def test_a_phone_shows_the_top_level_text_only(sim: Simulator, client: WebClient, window: Stage) -> None:
    page = window.open("as=alice&channel=general")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "only in the blocks"}}]
    client.chat_postMessage(channel="U0ALICE", text="*Critical*: call <@U0BOB>", blocks=blocks)
    toast = page.locator(".toast.phone")
    expect(toast).to_have_text("HelperCritical: call @bob")
    expect(page.locator("[data-row=Helper] .count")).to_have_text("1")
    toast.click()
    expect(message(page, "only in the blocks")).to_be_visible()
    sim.snooze("alice", 3600)
    client.chat_postMessage(channel="U0ALICE", text="at night", blocks=blocks)
    expect(message(page, "only in the blocks")).to_have_count(2)
    expect(page.locator(".toast.phone", has_text="at night")).to_have_count(0)


def test_dark_mode_follows_the_system_and_the_switch(window: Stage) -> None:
    colour = "getComputedStyle(document.querySelector('.main')).backgroundColor"
    page = window.open("as=alice&channel=acme")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.evaluate(colour) == "rgb(26, 29, 33)"
    assert "theme=dark" in page.url
    page.reload()
    assert page.evaluate(colour) == "rgb(26, 29, 33)"
    page.emulate_media(color_scheme="dark")
    page = window.open("as=alice&channel=acme")
    assert page.evaluate(colour) == "rgb(26, 29, 33)"


def test_a_narrow_window_hides_the_sidebar(window: Stage) -> None:
    window.page.set_viewport_size({"width": 420, "height": 800})
    page = window.open("as=alice&channel=acme")
    expect(page.locator("#sidebar")).to_be_hidden()
    page.get_by_role("button", name="Show the sidebar").click()
    page.locator("[data-row=ops]").click()
    expect(page.locator("h1")).to_have_text("ops")
    expect(page.locator("#sidebar")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


def test_permalinks_lead_to_the_message(sim: Simulator, client: WebClient, window: Stage) -> None:
    sent = sim.say("dora", "acme", "the message meant")
    link = client.chat_getPermalink(channel="C0ACME", message_ts=sent.ts)["permalink"]
    sim.say("alice", "general", f"see {link}")
    page = window.open("as=alice&channel=general")
    message(page, "see").locator(".body a").click()
    expect(page.locator(".message.highlighted")).to_contain_text("the message meant")


def test_hostile_people_cannot_run_anything(sim: Simulator, client: WebClient, window: Stage) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    sim.say("dora", "acme", attack)
    page = window.open("as=alice&channel=acme")
    expect(message(page, "onerror")).to_be_visible()
    client.chat_postMessage(channel="U0ALICE", text=attack)
    expect(page.locator(".toast.phone")).to_contain_text("onerror")
    assert page.locator("#content img").count() == 0
    assert page.title() != "owned"
