"""A house with a Slack that says yes, in which listeners run in the thread of their request."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bot.context import build
from bot.web import create_app
from models.config import Settings
from tests.security.scene import House
from tests.security.slack import SIGNING_SECRET, Inline, Slack


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Heed without a workspace yet; `furnish` brings one."""
    slack = Slack()
    slack.stand_in(monkeypatch)
    chosen = settings.model_copy(
        update={
            "slack_signing_secret": SecretStr(SIGNING_SECRET),
            "slack_client_id": "1.2",
            "slack_client_secret": SecretStr("mark-client-secret"),
            "heed_operations_token": SecretStr("mark-operations-token"),
            "heed_base_url": "https://heed.example",
            "intake_limit_per_s": 1_000_000,
        }
    )
    context, app = build(chosen), create_app(chosen)
    bolt = app.extensions["bolt"].app
    bolt.listener_runner.listener_executor = Inline()
    for listener in bolt._listeners:
        listener.ack_timeout = 0  # where one fails after its answer Bolt forgets it, and would wait for another
    yield House(context, app, slack)
    for each in (context, app.extensions["heed"]):
        each.db.dispose()
        each.bell.redis.close()
