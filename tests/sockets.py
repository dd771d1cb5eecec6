"""Socket Mode in stories: connected at once, and closed without the waits that only a long life needs."""

from contextlib import suppress

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient


def connect(bolt: App, api_url: str) -> SocketModeHandler:
    """A handler that is connected to the Slack at `api_url`."""
    web_client = WebClient(base_url=api_url)
    handler = SocketModeHandler(bolt, "xapp-simulator", web_client=web_client, ping_interval=0.2)
    handler.connect()  # type: ignore[no-untyped-call]
    session = handler.client.current_session
    assert session is not None
    assert session.sock is not None
    session.sock.settimeout(0.1)
    return handler


def close(handler: SocketModeHandler) -> None:
    """Its queue would wait a second for one more message; and its threads may close the socket while we do."""
    handler.client.message_processor.event.set()
    handler.client.enqueue_message("")
    with suppress(AttributeError):
        handler.close()  # type: ignore[no-untyped-call]
    handler.close()  # type: ignore[no-untyped-call]
