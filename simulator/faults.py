"""Faults on demand: what the Web API, the deliveries to apps or the language model shall do wrong next."""

from collections.abc import Callable, Container, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from simulator.clock import Clock
from simulator.maxima import MOST
from simulator.state import new_id

EVERY = "*"
LANGUAGE_MODEL = "llm"
EVENTS = "events"
API_KINDS = ("rate_limited", "status", "slow", "cut_before", "cut_after", "error", "away")
LLM_KINDS = (
    "rate_limited", "status", "timeout", "malformed", "refusal", "truncated", "wrong_schema", "ignores_schema",
    "parameter", "obedient",
)  # fmt: skip
EVENT_KINDS = ("duplicate", "new_ids", "late", "out_of_order", "lost")


@dataclass
class Fault:
    """One thing that goes wrong.

    `method` is a Web API method, "response_url", "upload", "*" for all of these, "llm", "events", or events of one
    type such as "events.message". `kind`:
      rate_limited  429 with Retry-After `seconds`
      status        the HTTP status `status` (500 if not given)
      slow          the answer comes `seconds` later
      cut_before    the connection is cut and nothing was done; cut_after: the same after it was done
      error         ok: false with the code `error`
      away          for `seconds` from now nobody reaches that method; with "*" all of Slack is away: calls are cut,
                    sockets closed, interactions fail, and events come when it is over
      timeout, malformed, refusal   (llm) hang for `seconds`; no JSON; the model declines
      truncated     (llm) the answer stops in the middle, finish_reason is "length"
      wrong_schema, ignores_schema   (llm) JSON that breaks the schema; prose around the JSON in a code fence
      parameter     (llm) 400 with error.param for each request that has `parameter` ("json_schema" and
                    "json_object" mean that response_format)
      obedient      (llm) the model does what the text that it shall judge tells it to
      duplicate, new_ids   (events) one event comes `copies` times, under one event_id or under as many
      late, out_of_order   (events) it comes `seconds` later; or after `copies` - 1 later events
      lost          (events) it never comes
    `times` is how often it happens (None: until removed), `until` the epoch second at which it ends.
    """

    method: str
    kind: str
    times: int | None = 1
    seconds: float = 30.0
    status: int = 500
    error: str = "internal_error"
    parameter: str = ""
    copies: int = 2
    until: float | None = None
    id: str = ""


class Faults:
    """The faults that are set. Safe to call from any thread; `listeners` hear of each new one in that thread."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.listeners: list[Callable[[Fault], None]] = []
        self._faults: list[Fault] = []

    def add(self, method: str, kind: str, times: int | None = 1, **details: Any) -> Fault:
        """Set a fault; details are fields of Fault. Raises ValueError for what makes no sense."""
        if kind not in _kinds(method):
            raise ValueError(f"no such kind of fault: {kind}")
        fault = Fault(method, kind, None if kind == "away" else times, id=new_id("Fa"), **details)
        if kind == "parameter" and not fault.parameter:
            raise ValueError("which parameter?")
        if not 1 <= fault.copies <= MOST["event ids of a message"]:
            raise ValueError(f"copies are 1 to {MOST['event ids of a message']}")
        if kind == "away":
            fault.until = self.clock.now() + fault.seconds
        self._faults = [*self._faults, fault]
        for listener in self.listeners:
            listener(fault)
        return fault

    def take(self, method: str, parameters: Container[str] = ()) -> Fault | None:
        """The fault that befalls this call, counted down; None lets the call through.

        `parameters` are those that the call has: only they can be refused.
        """
        wanted = _names(method)
        for fault in self._faults:
            if fault.method not in wanted or (fault.until is not None and self.clock.now() >= fault.until):
                continue
            if fault.kind == "parameter" and fault.parameter not in parameters:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.remove(fault.id)
            return fault
        return None

    def away_until(self) -> float | None:
        """When all of Slack is back (epoch seconds), or None when it is there."""
        now = self.clock.now()
        ends = [fault.until for fault in self._faults if fault.method == EVERY and fault.kind == "away"]
        return max((end for end in ends if end is not None and end > now), default=None)

    def remove(self, fault_id: str) -> None:
        self._faults = [fault for fault in self._faults if fault.id != fault_id]

    def clear(self) -> None:
        """Everything works again."""
        self._faults = []

    def listing(self) -> list[Mapping[str, Any]]:
        """The faults that are still set, as JSON."""
        now = self.clock.now()
        return [asdict(fault) for fault in self._faults if fault.until is None or fault.until > now]


def _kinds(method: str) -> tuple[str, ...]:
    if method == LANGUAGE_MODEL:
        return LLM_KINDS
    return EVENT_KINDS if method.split(".")[0] == EVENTS else API_KINDS


def _names(method: str) -> set[str]:
    """The names under which a fault for this call can be set."""
    if method == LANGUAGE_MODEL:
        return {method}
    return {method, EVENTS} if method.startswith(f"{EVENTS}.") else {method, EVERY}
