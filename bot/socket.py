"""Slack's Socket Mode: the same listeners as over HTTP, with no public address needed."""

import signal
import threading
from types import FrameType

import click
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot import listeners
from bot.asking import trusted
from bot.context import build
from models import logs
from models.config import Settings


@click.command()
def socket() -> None:
    """Take Slack's events, commands and buttons over Socket Mode."""
    settings = Settings().require("database_url", "redis_url", "heed_secret_key", "slack_app_token")
    logs.set_up()
    bolt = listeners.build(build(settings, hurried=True))
    handler = SocketModeHandler(
        bolt,
        settings.slack_app_token.get_secret_value(),
        web_client=WebClient(base_url=settings.slack_api_url, ssl=trusted()),
    )
    ending = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        ending.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    handler.connect()  # type: ignore[no-untyped-call]
    ending.wait()
    handler.close()  # type: ignore[no-untyped-call]
    bolt.listener_runner.listener_executor.shutdown(wait=True)
