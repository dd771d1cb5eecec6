"""The outward heartbeat: called while everything is well, and only then; and it holds up nothing."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.context import Context
from jobs import clock
from jobs.beat import PAGE_BEAT, RATE_BEAT
from jobs.outward import BEAT, Outward, troubles
from models.actions import workspaces
from models.heartbeat import MARK

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
WELL = dict.fromkeys((MARK, PAGE_BEAT, RATE_BEAT), NOW - timedelta(seconds=3))
CLEAR: dict[str, datetime | None] = {"escalate": None, "deliver": NOW + timedelta(seconds=9), "redraw": NOW}


class Outside:
    """Somebody who waits for the heartbeat, and answers with `status`."""

    def __init__(self) -> None:
        self.calls = list[str]()
        self.status = 200
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outside.calls.append(self.path)
                self.send_response(outside.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/very-secret"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def outside() -> Iterator[Outside]:
    made = Outside()
    yield made
    made.close()


def beat(context: Context, address: str, beats: Mapping[str, datetime] = WELL, **due: datetime) -> list[Any]:
    """One heartbeat, to its end; the log's lines."""
    with capture_logs() as lines:
        outward = Outward(address, context.db, timeout=0.3)
        outward.beat(beats, {**CLEAR, **due}, NOW)
        outward.settle()
    return lines


def sent(context: Context) -> bool:
    with context.db.begin() as session:
        return BEAT in workspaces.beats(session)


def test_is_called_while_all_is_well(context: Context, outside: Outside) -> None:
    beat(context, outside.url)
    assert outside.calls == ["/ping/very-secret"]
    assert sent(context)


@pytest.mark.parametrize("name", [MARK, PAGE_BEAT, RATE_BEAT])
@pytest.mark.parametrize("age", [None, timedelta(seconds=16)])
def test_is_not_called_while_a_process_is_silent(
    context: Context, outside: Outside, name: str, age: timedelta | None
) -> None:
    beats = {each: at for each, at in WELL.items() if each != name} | ({name: NOW - age} if age else {})
    (line,) = beat(context, outside.url, beats)
    assert outside.calls == []
    assert line["why"] == f"{name} is silent"


@pytest.mark.parametrize("job", ["escalate", "deliver", "redraw"])
def test_is_not_called_while_something_is_due_and_not_done(context: Context, outside: Outside, job: str) -> None:
    (line,) = beat(context, outside.url, WELL, **{job: NOW - timedelta(seconds=16)})
    assert outside.calls == []
    assert line["why"] == f"{job} is due for 16 s"


def test_what_is_due_for_less_is_no_trouble() -> None:
    assert list(troubles(WELL, {"deliver": NOW - timedelta(seconds=15)}, NOW)) == []


def test_everything_that_is_wrong_is_told() -> None:
    assert len(list(troubles({}, {"deliver": NOW - timedelta(minutes=1)}, NOW))) == 4


@pytest.mark.parametrize("status", [302, 404, 500])
def test_another_answer_is_logged_and_not_followed(context: Context, outside: Outside, status: int) -> None:
    outside.status = status
    (line,) = beat(context, outside.url)
    assert (line["event"], line["status"]) == ("the heartbeat was not taken", status)
    assert outside.calls == ["/ping/very-secret"]
    assert not sent(context)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/very-secret", "file:///etc/hostname", "very-secret", "http://["]
)
def test_an_address_that_cannot_be_called_is_logged_without_telling_it(context: Context, address: str) -> None:
    (line,) = beat(context, address)
    assert line["event"] == "the heartbeat was not taken"
    assert "secret" not in str(line)


def test_one_that_never_answers_holds_up_nothing_and_is_called_once_at_a_time(context: Context) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, capture_logs() as lines:
        outward = Outward(f"http://127.0.0.1:{listening.getsockname()[1]}/", context.db, timeout=0.5)
        began = time.monotonic()
        outward.beat(WELL, CLEAR, NOW)
        outward.beat(WELL, CLEAR, NOW)
        assert time.monotonic() - began < 0.4
        outward.settle()
    assert [line.get("why") or line.get("error") for line in lines] == [
        "the last call is still waiting for its answer",
        "TimeoutError",
    ]


def test_the_clock_calls_once_a_minute(context: Context, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = context.settings.model_copy(update={"heartbeat_url": SecretStr(outside.url)})
    ticking = clock.Clock(Context(settings, context.db, context.bell, context.seal, context.slack))
    monkeypatch.setattr(ticking, "_each_minute", lambda *_: None)
    monkeypatch.setattr(ticking, "_stand_in", lambda *_: None)
    for _ in range(121):
        if ticking.ticks % 10 == 0:
            with context.db.begin() as session:
                for name in WELL:
                    workspaces.beat(session, name)
        ticking.tick()
        ticking.outward.settle()
    assert len(outside.calls) == 2


def test_without_an_address_nothing_is_said(context: Context) -> None:
    assert beat(context, "", {}) == []
