"""The parts of the intake by themselves: the sliding limit, what is fetched, bodies, and what logs show."""

import gzip
import http.server
import logging
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import fetching
from bot.bodies import TooLarge, is_deeper, unpacked
from bot.fetching import NotFetched, fetch
from bot.limits import ADDRESSES_AT_MOST, Limits
from bot.redacting import REDACTING, redact
from bot.signatures import is_signed
from bot.sources.kinds import addable, kinds


@settings(max_examples=50)
@given(st.lists(st.floats(0, 0.5), max_size=60), st.integers(1, 5))
def test_never_twice_as_many_as_the_limit_come_in_within_a_second(gaps: list[float], limit: int) -> None:
    now, admitted = [100.0], list[float]()
    limits = Limits(limit, lambda: now[0])
    for gap in gaps:
        now[0] += gap
        if limits.admits("x"):
            admitted.append(now[0])
    for start in admitted:
        assert sum(start <= each < start + 1 for each in admitted) <= 2 * limit


def test_each_address_has_a_limit_of_its_own_and_few_are_remembered() -> None:
    limits = Limits(1, lambda: 7.0)
    assert [limits.admits("a"), limits.admits("a"), limits.admits("b")] == [True, False, True]
    for number in range(ADDRESSES_AT_MOST + 10):
        limits.admits(str(number))
    assert len(limits._counts) == ADDRESSES_AT_MOST


def test_refusals_are_told_at_most_once_a_second_and_none_is_forgotten() -> None:
    now = [0.0]
    limits = Limits(1, lambda: now[0])
    told = 0
    for step in range(40):
        now[0] = step / 10
        limits.admits("a")
        found = limits.untold("a")
        told += found
    now[0] = 60.0
    told += limits.untold("a")
    assert limits.untold("a") == 0
    assert told == 40 - 4


def test_a_bomb_is_refused_before_it_takes_memory() -> None:
    with pytest.raises(TooLarge):
        unpacked(gzip.compress(b"0" * 10_000_000, mtime=0), "gzip", 1000)


@pytest.mark.parametrize(("value", "levels", "deeper"), [(7, 0, False), ([], 0, True), ({"x": [7]}, 2, False),
                                                          ({"x": [[]]}, 2, True)])  # fmt: skip
def test_depth_counts_lists_and_objects(value: object, levels: int, deeper: bool) -> None:
    assert is_deeper(value, levels) is deeper


def test_signatures_are_githubs_and_without_a_secret_nothing_is_signed() -> None:
    """The example of GitHub's documentation on validating deliveries."""
    header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert is_signed("It's a Secret to Everybody", b"Hello, World!", header)
    assert not is_signed("It's a Secret to Everybody", b"Hello, World?", header)
    assert not is_signed("", b"", "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")


@pytest.mark.parametrize("header", ["", "sha256=", "sha1=757107", "757107ea", "sha256=\u00e9", "\ud800"])
def test_no_signature_is_none(header: str) -> None:
    assert not is_signed("secret", b"Hello, World!", header)


@pytest.mark.parametrize(
    "text",
    [
        "Exception on /alerts/generic/hush-hush [POST]",
        "GET /heartbeats/hush-hush?x=1 HTTP/1.1",
        "'/calendars/hush-hush.ics'",
        "http://x.example/a/hush-hush",
    ],
)
def test_a_secret_of_an_address_is_redacted(text: str) -> None:
    assert "hush" not in redact(text)
    assert "/…" in redact(text)


def test_a_record_is_redacted_with_its_arguments() -> None:
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "Error handling request %s", ("/alerts/x/hush",), None)
    assert REDACTING.filter(record)
    assert record.getMessage() == "Error handling request /alerts/x/…"


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers by the path that is asked for."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/small")
            self.end_headers()
            return
        body = b"x" * (100 if self.path == "/small" else fetching.BYTES_AT_MOST + 1)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as made:
        threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


def test_what_is_fetched_is_small_and_comes_from_where_it_was_asked_for(server: str) -> None:
    assert fetch(f"{server}/small") == b"x" * 100
    for path in ("moved", "large"):
        with pytest.raises(NotFetched):
            fetch(f"{server}/{path}")
    with pytest.raises(NotFetched, match="ConnectError"):
        fetch("http://127.0.0.1:1/")


def test_every_kind_says_where_to_send_and_what_to_paste() -> None:
    for kind, each in addable().items():
        address = each.address("https://heed.example", "k" * 32)
        snippet = each.configuration("https://heed.example", "k" * 32)
        assert ("k" * 32 in address) is not each.has_key
        assert address in snippet
        assert "k" * 32 in snippet, kind
        assert "{address}" not in snippet + address
        assert "{secret}" not in snippet + address
    assert {"heartbeat", "channel"} == kinds().keys() - addable().keys()
