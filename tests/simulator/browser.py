"""A browser in front of one simulator that a whole module shares; each test finds the world as it was at first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from simulator import AppConfig, Simulator
from simulator.seed import default_world
from simulator.state import Command, Shortcut
from tests.simulator.bolt_helper import Helper, served

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--mute-audio",
    "--blink-settings=imagesEnabled=true",
    "--disable-features=Translate,BackForwardCache,OptimizationHints,MediaRouter",
]


def helper_app() -> AppConfig:
    """What the tests' Bolt app has registered."""
    return AppConfig(
        name="Helper",
        commands=[Command("/helper", "Does things", "[what]", should_escape=True)],
        shortcuts=[
            Shortcut("Start", "start", "global", "Starts"),
            Shortcut("Take note", "take_note", "message", "Takes a note"),
        ],
    )


class Stage:
    """The simulator, its app and one page, for all tests of a module."""

    def __init__(self, sim: Simulator, helper: Helper, browser: Browser) -> None:
        self.sim, self.helper, self.browser = sim, helper, browser
        self.request_url = sim.app().request_url
        self.context = browser.new_context(reduced_motion="reduce", viewport={"width": 1180, "height": 760})
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.page.set_default_timeout(5000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def reset(self) -> None:
        """The world as it was at first, and a page that shows none of it."""
        self.page.goto("about:blank")
        self.page.set_viewport_size({"width": 1180, "height": 760})
        self.page.emulate_media(color_scheme="light")
        self.sim.settle()
        self.sim.world.workspaces = default_world(helper_app(), self.sim.clock).workspaces
        self.sim.app().request_url = self.request_url
        self.sim.faults.clear()
        self.helper.seen.clear()
        self.errors.clear()

    def open(self, query: str) -> Page:
        self.page.goto(f"{self.sim.url}/?{query}", wait_until="commit")
        self.page.wait_for_selector("body[data-ready]")
        return self.page


@contextmanager
def stage() -> Iterator[Stage]:
    """Everything, started once."""
    with Simulator(app=helper_app()) as sim, served(Helper(sim), sim) as helper, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        made = Stage(sim, helper, chromium)
        yield made
        chromium.close()


def write(page: Page, text: str) -> None:
    box = page.locator("#composer [data-composer]")
    box.fill(text)
    box.press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.locator("#content .message", has_text=text)
