"""Stories: reading them, playing them, and the one that comes with the simulator."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from slack_sdk import WebClient

from simulator import Simulator
from simulator.story import FOLDER, StoryError, read_story
from tests.simulator.bolt_helper import BUTTON, Helper, served

DAY = FOLDER / "a_day_at_northwind.yml"


class Hook:
    """An address that a monitoring tool could post to."""

    def __init__(self, client: WebClient) -> None:
        self.client = client
        self.bodies: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                outer.page()
                self.send_response(202)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def page(self) -> None:
        """What an app would do about an alert: tell alice, then bob."""
        button = {**BUTTON, "text": {"type": "plain_text", "text": "Acknowledge"}}
        for person in ("U0ALICE", "U0BOB"):
            self.client.chat_postMessage(
                channel=person, text="Checkout fails", blocks=[{"type": "actions", "elements": [button]}]
            )


@pytest.fixture
def hook(client: WebClient) -> Iterator[Hook]:
    made = Hook(client)
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_day_at_northwind(sim: Simulator, hook: Hook) -> None:
    with served(Helper(sim), sim) as helper:
        before = sim.clock.now()
        sim.play(DAY, webhook=hook.url)
        assert len(hook.bodies) == 2
        assert [body["user"]["username"] for body in helper.of("block_actions")] == ["bob"]
    complaint = next(message for message in sim.messages("acme") if "cancel the contract" in message.text)
    answers = sim.channel("acme").replies(complaint.ts)
    assert [reply.user_id for reply in answers] == ["U0BOB", "U0BOB", "U0DORA"]
    assert sim.clock.now() - before >= 20 * 60


def test_without_an_app_the_day_ends_all_the_same(sim: Simulator, tmp_path: Path) -> None:
    short = tmp_path / "day.yml"
    short.write_text(DAY.read_text().replace("seconds: 10", "seconds: 0.01").replace("seconds: 15", "seconds: 0.01"))
    sim.play(short)
    assert sim.player.story is not None
    assert sim.player.done == len(sim.player.story.steps)


def test_a_failing_step_ends_the_story(sim: Simulator, tmp_path: Path) -> None:
    story = tmp_path / "story.yml"
    story.write_text("name: Short\nsteps:\n  - wait: {dm: bob, seconds: 0.01}\n  - note: never\n")
    with pytest.raises(StoryError, match="nothing came to bob"):
        sim.play(story)
    assert sim.player.done == 0


def test_every_verb(sim: Simulator, client: WebClient, tmp_path: Path) -> None:
    story = tmp_path / "story.yml"
    story.write_text(
        "name: Verbs\nvariables: {what: Something}\nsteps:\n"
        "  - say: {who: alice, where: acme, text: 'About {what}'}\n    name: first\n"
        "  - react: {who: bob, to: first, emoji: eyes}\n"
        "  - forward: {minutes: 1}\n"
        "  - command: {who: bob, where: ops, text: /helper hello}\n    optional: true\n"
        "  - wait: {where: acme, text: 'posted'}\n    name: posted\n"
        "  - press: {who: bob, message: posted, button: nothing}\n    optional: true\n"
    )
    client.chat_postMessage(channel="C0ACME", text="posted by an app")
    sim.play(story, what="orders")
    said = next(message for message in sim.messages("acme") if message.user_id == "U0ALICE")
    assert (said.text, said.reactions) == ("About orders", {"eyes": ["U0BOB"]})


@pytest.mark.parametrize(
    "text", ["", "name: x", "name: x\nsteps: [{fly: {}}]", "name: x\nsteps: [{note: a, say: {}}]", "- 1", "{"]
)
def test_what_is_no_story(tmp_path: Path, text: str) -> None:
    path = tmp_path / "story.yml"
    path.write_text(text)
    with pytest.raises(StoryError):
        read_story(path)
