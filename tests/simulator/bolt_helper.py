"""A small Bolt app that uses every way of talking to Slack, over signed HTTP or over Socket Mode."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from simulator import Simulator

MODAL = {
    "type": "modal",
    "callback_id": "note",
    "title": {"type": "plain_text", "text": "A note"},
    "submit": {"type": "plain_text", "text": "Save"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input", "block_id": "words", "label": {"type": "plain_text", "text": "Words"},
            "element": {"type": "plain_text_input", "action_id": "typed"},
        }
    ],
}  # fmt: skip
EVENTS = (
    "app_uninstalled", "channel_archive", "channel_created", "channel_id_changed", "channel_left", "channel_rename",
    "channel_shared", "channel_unarchive", "channel_unshared", "member_joined_channel", "member_left_channel",
    "reaction_added", "reaction_removed", "subteam_created", "subteam_members_changed", "subteam_updated", "team_join",
    "tokens_revoked", "user_change",
)  # fmt: skip
BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Done"}, "action_id": "done", "value": "7"}


class Helper:
    """The app; `seen` collects the bodies of what reached it, by type."""

    def __init__(self, sim: Simulator) -> None:
        client = WebClient("xoxb-simulator", base_url=sim.api_url, retry_handlers=[])
        self.app = App(client=client, signing_secret="simulator-signing-secret", process_before_response=True)
        self.seen: list[dict[str, Any]] = []
        self._register()

    def _register(self) -> None:
        app = self.app
        app.use(self.remember)
        app.event("message")(lambda: None)
        app.event("app_mention")(self.mentioned)
        app.event("app_home_opened")(self.home)
        app.event("file_shared")(self.file_shared)
        for kind in EVENTS:
            app.event(kind)(lambda: None)
        app.command("/helper")(self.command)
        app.action("done")(self.done)
        app.shortcut("start")(self.shortcut)
        app.shortcut("take_note")(self.shortcut)
        app.view("note")(self.submitted)
        app.view("everything")(lambda ack: ack())
        for callback_id in ("note", "second"):
            app.view_closed(callback_id)(lambda ack: ack())

    def remember(self, body: dict[str, Any], next: Any) -> None:
        self.seen.append(body)
        next()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Bodies whose type, event type, event subtype or command is `kind`."""
        found = []
        for body in self.seen:
            event = body.get("event", {})
            if kind in (body.get("type"), event.get("subtype") or event.get("type"), body.get("command")):
                found.append(body)
        return found

    def mentioned(self, event: dict[str, Any], say: Any) -> None:
        blocks = [{"type": "section", "text": {"type": "plain_text", "text": "Yes?"}, "accessory": BUTTON}]
        say(text="Yes?", blocks=blocks, thread_ts=event["ts"])

    def home(self, event: dict[str, Any], client: WebClient) -> None:
        text = {"type": "mrkdwn", "text": f"Hello <@{event['user']}>"}
        client.views_publish(
            user_id=event["user"], view={"type": "home", "blocks": [{"type": "section", "text": text}]}
        )

    def file_shared(self, event: dict[str, Any], client: WebClient) -> None:
        file = client.files_info(file=event["file_id"])["file"]
        if file["user"] != "U0APPBOT":
            client.reactions_add(
                channel=event["channel_id"],
                timestamp=file["shares"]["public"][event["channel_id"]][0]["ts"],
                name="eyes",
            )

    def command(self, ack: Any, command: dict[str, Any], client: WebClient) -> None:
        if command["text"] == "report":
            ack()
            client.files_upload_v2(channel=command["channel_id"], filename="report.txt", content="All is well.")
        elif command["text"] == "group":
            group = client.usergroups_create(name="On call", handle="oncall")["usergroup"]
            client.usergroups_users_update(usergroup=group["id"], users=[command["user_id"]])
            ack(f"<!subteam^{group['id']}> is {client.usergroups_users_list(usergroup=group['id'])['users']}")
        elif command["text"] == "modal":
            ack()
            client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        else:
            ack(f"You said: {command['text']}")

    def done(self, ack: Any, body: dict[str, Any], respond: Any) -> None:
        ack()
        respond(text=f"Done by <@{body['user']['id']}>", replace_original=True)

    def shortcut(self, ack: Any, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    def submitted(self, ack: Any, view: dict[str, Any]) -> None:
        words = view["state"]["values"]["words"]["typed"]["value"]
        if words == "bad":
            ack(response_action="errors", errors={"words": "Not that word"})
        elif words == "more":
            ack(response_action="push", view={**MODAL, "callback_id": "second"})
        elif words == "change":
            ack(response_action="update", view={**MODAL, "title": {"type": "plain_text", "text": "Changed"}})
        else:
            ack()


@contextmanager
def connected(helper: Helper, sim: Simulator) -> Iterator[Helper]:
    """The app on a socket."""
    handler = SocketModeHandler(helper.app, "xapp-simulator", web_client=WebClient(base_url=sim.api_url))
    handler.client.connect()
    sim.wait_for(lambda: sim.core.sockets.connected("A0APP"))
    try:
        yield helper
    finally:
        # The simulator breaks the connection and the queue gets a message: the client would wait seconds for both.
        handler.client.auto_reconnect_enabled = False
        handler.client.closed = True
        sim.cut_sockets()
        handler.client.message_queue.put("")
        handler.client.close()


@contextmanager
def served(helper: Helper, sim: Simulator) -> Iterator[Helper]:
    """The app behind a real HTTP server, which the simulator knows as its request URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers: dict[str, str | Sequence[str]] = {name: [value] for name, value in self.headers.items()}
            response = helper.app.dispatch(BoltRequest(body=body, headers=headers))
            self.send_response(response.status)
            for name, values in response.headers.items():
                for value in values:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(response.body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test's output quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64  # a burst of events must not wait for the kernel to try again

    server, installed = Server(("127.0.0.1", 0), Handler), sim.app()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    installed.request_url = f"http://127.0.0.1:{server.server_port}/slack/events"
    try:
        yield helper
    finally:
        installed.request_url = None
        server.shutdown()
        server.server_close()
