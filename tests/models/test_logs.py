"""A line of the log as operators read it."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from models import logs, trace_id


@pytest.fixture
def configured() -> Iterator[None]:
    logs.set_up(logging.INFO)
    yield
    structlog.reset_defaults()
    trace_id.end()


@pytest.mark.usefixtures("configured")
def test_a_line_is_keys_and_values_with_time_level_event_and_id_first(capsys: pytest.CaptureFixture[str]) -> None:
    trace_id.begin("deploy-42-checkout")
    structlog.get_logger().info("request stored", source=3, opened=[12])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("timestamp=20")
    assert line.endswith('level=info event="request stored" trace=deploy-42-checkout source=3 opened=[12]')


@pytest.mark.usefixtures("configured")
def test_outside_of_any_flow_a_line_has_no_id(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().warning("the database is away")
    assert "trace" not in capsys.readouterr().out
