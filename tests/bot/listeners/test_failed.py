"""Where a listener's failure ends: nobody waits for a Slack that cannot be told of it."""

import pytest
from slack_bolt import BoltResponse
from sqlalchemy.exc import TimeoutError

from bot.listeners import failed
from models.embedded import free_port


@pytest.mark.parametrize("error", [RuntimeError("broken"), TimeoutError("no connection")])
def test_a_failure_that_cannot_be_told_is_only_logged(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    address = f"http://127.0.0.1:{free_port()}/commands/secret"
    body = {
        "command": "/heed", "text": "", "user_id": "U0ALICE", "team_id": "T0NORTHWIND", "channel_id": "C0OPS",
        "trigger_id": "1.2.3", "response_url": address,
    }  # fmt: skip
    assert failed(error, body, BoltResponse(status=500)) is None
    told = capsys.readouterr().out
    assert "listener failed" in told
    assert "nobody could be told" in told
    assert "commands/secret" not in told
