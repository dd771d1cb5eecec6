"""An OpenAI-compatible endpoint: answers that are queued, else a small rule-based stand-in."""

import asyncio
import json
from collections import deque

from aiohttp import web

from simulator.faults import LANGUAGE_MODEL, Fault, Faults
from simulator.stand_in import answer, content_of, misbehave
from simulator.state import Json, World, new_id

MODEL = "simulator-small"
REFUSAL = "I'm sorry, but I can't help with that."
FORMATS = ("json_schema", "json_object")


class LanguageModel:
    """`requests` records what was asked; `delay` (seconds) slows every answer; `script` queues answers."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self.requests: deque[Json] = deque(maxlen=10_000)
        self.delay = 0.0
        self._scripted: deque[str] = deque()

    def script(self, answer: str | Json) -> None:
        """Queue the exact content of a coming answer; an object is sent as JSON."""
        self._scripted.append(answer if isinstance(answer, str) else json.dumps(answer))

    async def models(self, request: web.Request) -> web.Response:
        model = {"id": MODEL, "object": "model", "created": 0, "owned_by": "simulator"}
        return web.json_response({"object": "list", "data": [model]})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/chat/completions, without streaming."""
        try:
            body = await request.json()
        except ValueError:
            return _error(400, "We could not parse the JSON body of your request.")
        self.requests.append(body)
        self.world.changed("llm", model=body.get("model"))
        if not body.get("model") or not isinstance(body.get("messages"), list) or not body["messages"]:
            missing = "model" if not body.get("model") else "messages"
            return _error(400, f"Missing required parameter: '{missing}'.", missing)
        if body.get("stream"):
            return _error(400, "Streaming is not supported here.", "stream")
        if self.delay:
            await asyncio.sleep(self.delay)
        fault = self.faults.take(LANGUAGE_MODEL, parameters_of(body))
        if fault is not None and (failed := await self._failed(fault)) is not None:
            return failed
        usual = self._scripted.popleft() if self._scripted and fault is None else answer(body)
        content, reason = (usual, "stop") if fault is None else misbehave(fault.kind, body, usual)
        return web.json_response(completion(body, content, self.world.clock.now(), reason))

    async def _failed(self, fault: Fault) -> web.StreamResponse | None:
        """The HTTP error of a fault; None when the model does answer, though wrongly."""
        if fault.kind == "rate_limited":
            headers = {"Retry-After": str(int(fault.seconds))}
            return _error(429, "Rate limit reached for requests.", kind="requests", headers=headers)
        if fault.kind == "timeout":
            await self.world.clock.sleep(fault.seconds)
            return _error(504, "The request timed out.", kind="server_error")
        if fault.kind == "parameter":
            name = "response_format" if fault.parameter in FORMATS else fault.parameter
            said = f"Unsupported parameter: '{name}' is not supported with this model."
            return _error(400, said, name, code="unsupported_parameter")
        if fault.kind == "status":
            return _error(fault.status, "The server had an error while processing your request.", kind="server_error")
        return None


def parameters_of(body: Json) -> set[str]:
    """What a request asks for: its fields, and the type of its response_format."""
    wanted = body.get("response_format")
    return set(body) | ({str(wanted.get("type"))} & set(FORMATS) if isinstance(wanted, dict) else set())


def completion(body: Json, content: str | None, now: float, reason: str = "stop") -> Json:
    """A chat.completion; without content it is a refusal. Token counts are a quarter of the characters."""
    asked = sum(len(content_of(message)) for message in body["messages"]) // 4 + 1
    said = len(content or REFUSAL) // 4 + 1
    message = {"role": "assistant", "content": content, "refusal": None if content is not None else REFUSAL}
    return {
        "id": "chatcmpl-" + new_id(""), "object": "chat.completion", "created": int(now), "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
        "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
        "system_fingerprint": "fp_simulator",
    }  # fmt: skip


def _error(
    status: int, message: str, parameter: str | None = None, kind: str = "invalid_request_error",
    headers: dict[str, str] | None = None, code: str | None = None,
) -> web.Response:  # fmt: skip
    error = {"message": message, "type": kind, "param": parameter, "code": code}
    return web.json_response({"error": error}, status=status, headers=headers)
