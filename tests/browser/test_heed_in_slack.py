"""The main job by hand: real processes, the simulator's page in a real Chromium, buttons pressed as a person would.

With HEED_WRITE_PICTURES=1 the pictures of the README are taken anew.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from models.config import Settings
from tests.conftest import Servers
from tests.processes import Processes

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PICTURES = Path(__file__).parent.parent.parent / "docs" / "pictures"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")  # fmt: skip
ANGER = "We are terminating the contract, our lawyers will call you."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def heed(settings: Settings, clean: Servers, tmp_path: Path) -> Iterator[Processes]:
    with Processes(settings, clean.admin, tmp_path) as house:
        house.start()
        house.wait_until_all_beat()
        yield house


class Window:
    """Somebody's window on Slack."""

    def __init__(self, browser: Browser, heed: Processes, who: str) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1180, "height": 800})
        self.page.set_default_timeout(15_000)
        self._heed, self._who = heed, who

    def open(self, where: str) -> Page:
        self.page.goto(f"{self._heed.slack.url}/?as={self._who}&{where}")
        self.page.wait_for_selector("body[data-ready]")
        return self.page

    def type(self, words: str) -> None:
        self.page.locator("#composer [data-composer]").fill(words)
        self.page.keyboard.press("Enter")

    def picture(self, name: str) -> None:
        if os.environ.get("HEED_WRITE_PICTURES"):
            self.page.mouse.move(0, 0)
            self.page.screenshot(path=PICTURES / f"{name}.png")


def test_a_client_leaves_and_two_admins_answer(browser: Browser, heed: Processes) -> None:
    dora, alice, bob = (Window(browser, heed, who) for who in ("dora", "alice", "bob"))
    alice.open("app=messages")
    bob.open("app=messages")
    dora.open("channel=acme")
    dora.type(ANGER)
    message = alice.page.locator("#content .message").last
    expect(message).to_contain_text("Critical · Acme")
    for words in (ANGER, "cancellation", "Suggested:", "Paged: @alice, @bob", "Open the message"):
        expect(message).to_contain_text(words)
    alice.picture("page")
    message.get_by_role("button", name="Acknowledge").click()
    for window in (alice, bob):
        expect(window.page.locator("#content .message").last).to_contain_text("Acknowledged by @alice")
        expect(window.page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    bob.page.locator("#content .message").last.get_by_role("button", name="Resolve…").click()
    modal = bob.page.locator("dialog[data-callback-id=resolve_alert]")
    modal.locator("textarea").fill("Called them; they stay")
    bob.picture("resolve")
    modal.locator("[data-submit]").click()
    expect(alice.page.locator("#content .message").last).to_contain_text("Called them; they stay")
    alice.page.get_by_role("button", name="Reopen").click()
    expect(bob.page.locator("#content .message").last.get_by_role("button", name="Acknowledge")).to_be_visible()


def test_a_machine_raises_and_home_shows_filters_and_answers(browser: Browser, heed: Processes) -> None:
    alice = Window(browser, heed, "alice")
    for number, severity in enumerate(("critical", "high", "medium")):
        labels = {"service": "checkout"}
        assert heed.signal(f"Disk {number} is full", severity=severity, labels=labels).status_code == 202
    heed.wait_for_pages("alice", 3)
    alice.open("app=home")
    expect(alice.page.locator("#content")).to_contain_text("Disk 0 is full")
    first = alice.page.locator("[data-block-id='alert:1']")
    first.get_by_role("button", name="Acknowledge").click()
    expect(alice.page.locator("#content")).to_contain_text("acknowledged by @alice")
    alice.picture("home")
    alice.page.locator("[data-action-id=home_severity]").select_option(label="Medium")
    expect(alice.page.locator("#content")).not_to_contain_text("Disk 1 is full")
    expect(alice.page.locator("#content")).to_contain_text("Disk 2 is full")
    alice.page.get_by_role("button", name="Details").click()
    expect(alice.page.locator("dialog[data-view-id]")).to_contain_text("History")
    expect(alice.page.locator("dialog[data-view-id]")).to_contain_text("delivered")
    alice.picture("details")


def test_the_command_and_the_shortcut(browser: Browser, heed: Processes) -> None:
    charlie = Window(browser, heed, "charlie")
    charlie.open("channel=ops")
    charlie.type("/heed page @bob The payment job hangs")
    expect(charlie.page.locator("#content")).to_contain_text("Raised #1")
    charlie.type("/heed help")
    expect(charlie.page.locator("#content")).to_contain_text("What I understand")
    charlie.picture("command")
    charlie.type("Invoices are missing")
    said = charlie.page.locator("#content .message").filter(has_text="Invoices are missing").last
    said.hover()
    said.get_by_label("More actions").click()
    charlie.page.locator("[data-shortcut=raise_from_message]").first.click()
    modal = charlie.page.locator("dialog[data-callback-id=raise_alert]")
    expect(modal.locator("input[type=text]").first).to_have_value("Invoices are missing")
    modal.locator("[data-submit]").click()
    heed.wait_for_words("alice", "Invoices are missing")
