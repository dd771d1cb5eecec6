"""Faults on demand: what the Web API or the language model shall do wrong next."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from simulator.clock import Clock
from simulator.state import new_id

EVERY = "*"
LANGUAGE_MODEL = "llm"
API_KINDS = ("rate_limited", "status", "slow", "cut_before", "cut_after", "error", "away")
LLM_KINDS = ("rate_limited", "status", "timeout", "malformed", "refusal")


@dataclass
class Fault:
    """One thing that goes wrong.

    `method` is a Web API method, "*" for all of them, or "llm". `kind`:
      rate_limited  429 with Retry-After `seconds`
      status        the HTTP status `status` (500 if not given)
      slow          the answer comes `seconds` later
      cut_before    the connection is cut and nothing was done; cut_after: the same after it was done
      error         ok: false with the code `error`
      away          like cut_before for every call, for `seconds` from now
      timeout, malformed, refusal   (llm) hang for `seconds`; no JSON; the model declines
    `times` is how often it happens (None: until removed), `until` the epoch second at which it ends.
    """

    method: str
    kind: str
    times: int | None = 1
    seconds: float = 30.0
    status: int = 500
    error: str = "internal_error"
    until: float | None = None
    id: str = ""


class Faults:
    """The faults that are set. Safe to call from any thread."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._faults: list[Fault] = []

    def add(self, method: str, kind: str, times: int | None = 1, **details: Any) -> Fault:
        """Set a fault; details are fields of Fault. Raises ValueError for an unknown kind."""
        if kind not in (LLM_KINDS if method == LANGUAGE_MODEL else API_KINDS):
            raise ValueError(f"no such kind of fault: {kind}")
        fault = Fault(method, kind, None if kind == "away" else times, id=new_id("Fa"), **details)
        if kind == "away":
            fault.until = self.clock.now() + fault.seconds
        self._faults = [*self._faults, fault]
        return fault

    def take(self, method: str) -> Fault | None:
        """The fault that befalls this call, counted down; None lets the call through."""
        wanted = {method} if method == LANGUAGE_MODEL else {method, EVERY}
        for fault in self._faults:
            if fault.method not in wanted or (fault.until is not None and self.clock.now() >= fault.until):
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.remove(fault.id)
            return fault
        return None

    def remove(self, fault_id: str) -> None:
        self._faults = [fault for fault in self._faults if fault.id != fault_id]

    def clear(self) -> None:
        """Everything works again."""
        self._faults = []

    def listing(self) -> list[Mapping[str, Any]]:
        """The faults that are still set, as JSON."""
        now = self.clock.now()
        return [asdict(fault) for fault in self._faults if fault.until is None or fault.until > now]
