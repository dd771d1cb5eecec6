"""What the fuzz tests share: values that nobody expects, payloads with a few edits, and how many inputs there were.

The long form (`make fuzz`, HEED_LONG=1) tries at least 200,000 inputs, at random; the short one always the same few.
"""

import copy
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

LONG = "HEED_LONG" in os.environ
SHARE = float(os.environ.get("HEED_FUZZ_SHARE", "1"))
"""A part of the long form, for machines that have no time for all of it."""

NASTY: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, 10**30, 0.5, 1e308, "", " ", "0", "-1", "99999999999999999999", "null", "\x00",
    "a\x00b", "\ud800", "<!channel>", "<@U0ADMIN>", "‮gnp", "😀" * 300, "x" * 5000, "%s{0}%", "';--", "../../etc",
    "2026-13-45T99:99:99Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "NaN", "1e999", [], {}, [[]], [{}],
    {"": ""}, {"type": "message"}, ["a"] * 40, [None], {"id": None},
)  # fmt: skip
values = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
)
edits = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(["put", "drop", "add"]), values), max_size=3)
"""(which place, what is done there, with what); none leaves a payload as it was recorded."""


def tries(short: int, long: int) -> settings:
    """How many examples: in the short form always the same; nothing is shrunk for minutes."""
    return settings(
        max_examples=max(1, int(long * SHARE)) if LONG else short,
        derandomize=not LONG,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def places(value: Any, container: Any = None, key: Any = None) -> Iterator[tuple[Any, Any]]:
    """Every place inside a payload, as (what holds it, key or index)."""
    if container is not None:
        yield container, key
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from places(each, value, name)


def edited(payload: Any, wanted: list[tuple[int, str, Any]]) -> Any:
    """The payload with these edits, one after another; the payload itself stays as it is."""
    found = copy.deepcopy(payload)
    for where, what, given in wanted:
        value = copy.deepcopy(given)
        known = list(places(found))
        if not known:
            return value
        container, key = known[where % len(known)]
        if what == "drop":
            del container[key]
        elif what == "add" and isinstance(container, dict):
            container[str(value)[:20]] = value
        else:
            container[key] = value
    return found


def as_text(payload: Any) -> str:
    """JSON, also of what JSON should not hold."""
    return json.dumps(payload, ensure_ascii=True)


class Count:
    """How many inputs there were, and what was answered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.inputs = 0
        self.refused = 0

    def check(self, answer: TestResponse, what: object, method: str = "POST") -> None:
        """No 5xx, no traceback, and a refusal that names its reason."""
        self.inputs += 1
        assert answer.status_code < 500, f"{what} is answered with {answer.status_code}: {answer.text[:300]}"
        assert "Traceback" not in answer.text
        if answer.status_code >= 400 and method != "HEAD":
            self.refused += 1
            assert len(reason(answer)) > 8, f"{what} is refused without a reason: {answer.text[:300]}"

    def tell(self) -> None:
        """One line of JSON, as benches print theirs."""
        told = {"figure": f"fuzz_{self.name}_inputs", "value": self.inputs, "refused": self.refused}
        sys.stdout.write(f"{json.dumps(told)}\n")


def reason(answer: TestResponse) -> str:
    """Why something was refused: our own error, that of an API that we speak, or a page for people."""
    if not answer.is_json:
        return answer.text if "<h1" in answer.text else ""
    body = answer.get_json()
    return str(body.get("error") or body.get("message") or body.get("errors") or "")
