"""One request to an OpenAI-compatible server and what it answers, within a set time and size; nothing is believed."""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import openai

from bot.sentiment.dialect import parameter_of

LARGEST = 1_000_000
MOST_TOKENS = 10_000_000
NOT_UNDERSTOOD = (400, 422)
AGAIN = (408, 409, 429)
NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)


class Failure(Exception):
    """A request that brought no answer; the message says why in our own words.

    `server` tells a failing server from a request that it did not like; `again` that another try makes sense, after
    `wait` seconds where it named them.
    """

    def __init__(self, why: str, *, server: bool = True, again: bool = False, wait: float | None = None) -> None:
        super().__init__(why)
        self.server, self.again, self.wait = server, again, wait


class TimedOut(Failure):
    """No answer in time. The model may have worked, and be paid, all the same."""


class NotReached(Failure):
    """No connection came about: nothing has left the building."""


class NotUnderstood(Failure):
    """The server refused the request itself, perhaps for a parameter, which is named then."""

    def __init__(self, why: str, parameter: str, message: str) -> None:
        super().__init__(why, server=False)
        self.parameter, self.message = parameter, message


@dataclass(frozen=True)
class Reply:
    """A model's answer: None without usable content, and why; tokens are None where the server did not count them."""

    content: str | None
    problem: str = ""
    cut_off: bool = False
    tokens_in: int | None = None
    tokens_out: int | None = None


def ask(client: openai.OpenAI, body: Mapping[str, Any], timeout: float) -> Reply:
    """Send one request; raises Failure. `timeout` is in seconds: for each step, and from the first byte on for all."""
    try:
        return _reply(json.loads(_fetch(client, body, timeout)))
    except (openai.APITimeoutError, httpx2.TimeoutException, TimeoutError) as error:
        if isinstance(error.__cause__, NEVER_SENT):
            raise NotReached(f"Timeout: no connection in {timeout:.1f} s") from None
        raise TimedOut(f"Timeout: no answer in {timeout:.1f} s") from None
    except openai.APIStatusError as error:
        raise _failure(error) from None
    except (openai.OpenAIError, httpx2.HTTPError) as error:
        cause = error.__cause__ or error
        kind = NotReached if isinstance(cause, NEVER_SENT) else Failure
        raise kind(f"no connection ({type(cause).__name__})", again=True) from None
    except (ValueError, RecursionError):
        raise Failure("an answer that is no JSON") from None


def _fetch(client: openai.OpenAI, body: Mapping[str, Any], timeout: float) -> bytes:
    """The body of the answer. Servers that send blanks while they think never run into a read timeout."""
    until = time.monotonic() + timeout
    create: Any = client.chat.completions.with_streaming_response.create
    content = bytearray()
    with create(**body, timeout=timeout) as answer:
        for part in answer.iter_bytes():
            content += part
            if time.monotonic() > until:
                raise TimeoutError
            if len(content) > LARGEST:
                raise ValueError("too large")
    return bytes(content)


def _reply(answer: Any) -> Reply:
    """The model's answer; raises Failure for JSON that is no chat completion."""
    try:
        choice = answer["choices"][0]
        message, reason = choice["message"], str(choice.get("finish_reason") or "")
        content, refusal = message.get("content"), message.get("refusal")
    except (AttributeError, IndexError, KeyError, TypeError):
        raise Failure("an answer of another shape") from None
    usage = answer.get("usage")
    problem = _problem(content, refusal, reason)
    return Reply(
        content=None if problem else content,
        problem=problem,
        cut_off=reason == "length",
        tokens_in=_count(usage, "prompt_tokens"),
        tokens_out=_count(usage, "completion_tokens"),
    )


def _problem(content: object, refusal: object, reason: str) -> str:
    if refusal or reason == "content_filter":
        return "the model refused"
    if reason == "length":
        return "the answer was cut off"
    return "" if isinstance(content, str) else "an answer without text"


def _count(usage: object, name: str) -> int | None:
    count = usage.get(name) if isinstance(usage, Mapping) else None
    return count if isinstance(count, int) and 0 < count <= MOST_TOKENS else None


def _failure(error: openai.APIStatusError) -> Failure:
    status = error.status_code
    if status in NOT_UNDERSTOOD:
        return NotUnderstood(f"HTTP {status}", parameter_of(error.body, error.param), error.message)
    again = (status in AGAIN or status >= 500) and error.code != "insufficient_quota"
    return Failure(f"HTTP {status}", again=again, wait=retry_after(error.response.headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server wants to be left alone: a number or an HTTP date; None where it says nothing."""
    said = headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        seconds = _until(said)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(date: str) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
