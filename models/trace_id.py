"""The one id that follows what came in, from the request to the page: the logs' lines and the alert's row have it.

It belongs to the flow of one request or one job: a thread that is not told of it has none.
"""

import re
import secrets
from contextvars import ContextVar

_CURRENT: ContextVar[str] = ContextVar("trace", default="")
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?", re.ASCII)
_NOUGHT = re.compile(r"0+")


def current() -> str:
    """The id of what goes on here; empty when nothing has begun one."""
    return _CURRENT.get()


def begin(given: str = "") -> str:
    """From here on this is the id; without one, a new random one of 32 hexadecimal digits."""
    trace = given or secrets.token_hex(16)
    _CURRENT.set(trace)
    return trace


def end() -> None:
    """What comes next in this thread is something else."""
    _CURRENT.set("")


def inbound(request_id: str, traceparent: str) -> str:
    """The id that a sender gave: `X-Request-Id` of 8 to 64 letters, digits, dots, lines, else W3C's trace id.

    Empty when it gave none, or one that is not well formed and might spoil logs.
    """
    if _REQUEST_ID.fullmatch(request_id):
        return request_id
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None or any(_NOUGHT.fullmatch(part) for part in found.groups()[:2]):
        return ""
    return found[1]
