"""The id of a flow: taken over where a sender gave a good one, else made; never what could spoil a log."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import logs, trace_id

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("request_id", "traceparent", "taken"),
    [
        ("deploy-42.checkout_7", "", "deploy-42.checkout_7"),
        ("deploy-42.checkout_7", f"00-{TRACE}-00f067aa0ba902b7-01", "deploy-42.checkout_7"),
        ("", f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        ("", f"cc-{TRACE}-00f067aa0ba902b7-01-what-the-future-adds", TRACE),
        ("short", "", ""),
        ("x" * 65, "", ""),
        ("-begins-with-a-line", "", ""),
        ("two words here", "", ""),
        ("a line\nlevel=error", "", ""),
        ("", f"ff-{TRACE}-00f067aa0ba902b7-01", ""),
        ("", f"00-{'0' * 32}-00f067aa0ba902b7-01", ""),
        ("", f"00-{TRACE}-{'0' * 16}-01", ""),
        ("", f"00-{TRACE.upper()}-00f067aa0ba902b7-01", ""),
        ("", TRACE, ""),
        ("", "", ""),
    ],
)
def test_a_well_formed_id_is_taken_over(request_id: str, traceparent: str, taken: str) -> None:
    assert trace_id.inbound(request_id, traceparent) == taken


@given(st.text(), st.text())
def test_whatever_is_taken_over_is_short_and_plain(request_id: str, traceparent: str) -> None:
    taken = trace_id.inbound(request_id, traceparent)
    assert len(taken) <= 64
    assert all(char.isascii() and (char.isalnum() or char in "._-") for char in taken)


def test_without_one_each_flow_gets_another_and_ends_with_none() -> None:
    first, second = trace_id.begin(), trace_id.begin()
    assert first != second
    assert trace_id.current() == second
    trace_id.end()
    assert trace_id.current() == ""


def test_another_thread_knows_nothing_of_it() -> None:
    trace_id.begin("mine-mine")
    seen = []
    thread = threading.Thread(target=lambda: seen.append(trace_id.current()))
    thread.start()
    thread.join()
    trace_id.end()
    assert seen == [""]


def test_a_log_line_has_the_id_of_the_flow_or_that_of_its_alert() -> None:
    trace_id.begin("of-the-flow")
    assert logs.with_trace(None, "info", {"event": "x"}) == {"event": "x", "trace": "of-the-flow"}
    assert logs.with_trace(None, "info", {"trace": "of-the-alert"}) == {"trace": "of-the-alert"}
    trace_id.end()
    assert logs.with_trace(None, "info", {"event": "x"}) == {"event": "x"}
