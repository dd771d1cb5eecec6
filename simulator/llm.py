"""An OpenAI-compatible endpoint: answers that are queued, else a small rule-based stand-in."""

import asyncio
import json
import re
from collections import deque
from typing import Any

from aiohttp import web

from simulator.faults import LANGUAGE_MODEL, Fault, Faults
from simulator.state import Json, World, new_id

MODEL = "simulator-small"
REFUSAL = "I'm sorry, but I can't help with that."

# Words by which the stand-in tells how upset a message is, the worst first.
CUES = (
    ("critical", r"terminat\w*|cancel\w*|lawyers?|legal action|sue\b|breach|leaving you|last straw|churn\w*"),
    ("high", r"unacceptable|furious|angry|outraged|escalat\w*|third time|outage|is down|disappoint\w*|refund"),
    ("medium", r"frustrat\w*|still waiting|no answer|confus\w*|not working|broken|delay\w*|problem|issue"),
)
RANKS = {
    "critical": ("critical", "severe", "high"), "high": ("high", "severe", "critical"),
    "medium": ("medium", "moderate", "low"), "none": ("none", "no", "low"),
}  # fmt: skip


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
        fault = self.faults.take(LANGUAGE_MODEL)
        if fault is not None and fault.kind != "refusal":
            return await self._failed(fault, body)
        content = None if fault else (self._scripted.popleft() if self._scripted else answer(body))
        return web.json_response(completion(body, content, self.world.clock.now()))

    async def _failed(self, fault: Fault, body: Json) -> web.StreamResponse:
        if fault.kind == "rate_limited":
            headers = {"Retry-After": str(int(fault.seconds))}
            return _error(429, "Rate limit reached for requests.", kind="requests", headers=headers)
        if fault.kind == "timeout":
            await self.world.clock.sleep(fault.seconds)
            return _error(504, "The request timed out.", kind="server_error")
        if fault.kind == "malformed":
            return web.json_response(completion(body, '{"risk": "hi', self.world.clock.now()))
        return _error(fault.status, "The server had an error while processing your request.", kind="server_error")


def completion(body: Json, content: str | None, now: float) -> Json:
    """A chat.completion; without content it is a refusal. Token counts are a quarter of the characters."""
    asked = sum(len(_content(message)) for message in body["messages"]) // 4 + 1
    said = len(content or REFUSAL) // 4 + 1
    message = {"role": "assistant", "content": content, "refusal": None if content is not None else REFUSAL}
    return {
        "id": "chatcmpl-" + new_id(""), "object": "chat.completion", "created": int(now), "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
        "system_fingerprint": "fp_simulator",
    }  # fmt: skip


def answer(body: Json) -> str:
    """The stand-in's answer: an object that satisfies the schema asked for, else a sentence."""
    spoken = [_content(message) for message in body["messages"] if message.get("role") == "user"]
    text = spoken[-1] if spoken else ""
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        schema = wanted.get("json_schema", {}).get("schema", {})
        return json.dumps(StandIn(schema, text).value("", schema))
    if wanted.get("type") == "json_object":
        return json.dumps({"risk": read_cues(text)[0]})
    return "Understood."


def read_cues(text: str) -> tuple[str, str]:
    """How upset a text sounds (critical, high, medium or none), and the sentence that shows it."""
    for rank, pattern in CUES:
        if found := re.search(rf"\b(?:{pattern})", text, re.IGNORECASE):
            start = max(text.rfind(mark, 0, found.start()) for mark in ('"', "\n", ">", ". ")) + 1
            ends = [place for mark in ('"', "\n", "<", "\\n") if (place := text.find(mark, found.end())) >= 0]
            return rank, text[start : min(ends, default=len(text))].strip()[:200]
    return "none", ""


class StandIn:
    """Builds a value for any JSON schema; properties with telling names get fitting values."""

    def __init__(self, schema: Json, text: str) -> None:
        self.definitions = schema.get("$defs", {}) | schema.get("definitions", {})
        self.rank, self.quote = read_cues(text)

    def value(self, name: str, schema: Json) -> Any:
        if "$ref" in schema:
            return self.value(name, self.definitions[schema["$ref"].rsplit("/", 1)[-1]])
        for union in ("anyOf", "oneOf", "allOf"):
            if union in schema:
                return self.value(name, schema[union][0])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._choice(name, schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        return self._typed(name, kind[0] if isinstance(kind, list) else kind, schema)

    def _typed(self, name: str, kind: str, schema: Json) -> Any:
        if kind == "object":
            return {key: self.value(key, one) for key, one in schema.get("properties", {}).items()}
        if kind == "array":
            count = max(schema.get("minItems", 0), 1 if self.quote else 0)
            return [self.value(name, schema.get("items", {"type": "string"})) for _ in range(count)]
        if kind in ("number", "integer"):
            return self._number(kind, schema)
        if kind == "boolean":
            return self.rank != "none"
        return None if kind == "null" else self._string(name, schema)

    def _choice(self, name: str, values: list[Any]) -> Any:
        if name == "risk":
            return next((value for value in RANKS[self.rank] if value in values), values[0])
        return values[0]

    def _number(self, kind: str, schema: Json) -> float | int:
        low = float(schema.get("minimum", 0))
        high = float(schema.get("maximum", 1 if kind == "number" else 100))
        share = {"critical": 0.95, "high": 0.85, "medium": 0.7, "none": 0.9}[self.rank]
        value = low + (high - low) * share
        return round(value) if kind == "integer" else round(value, 3)

    def _string(self, name: str, schema: Json) -> str:
        texts = {"evidence": self.quote, "quote": self.quote, "excerpt": self.quote}
        text = next((text for word, text in texts.items() if word in name.lower()), None)
        if text is None:
            text = f"The {name.replace('_', ' ') or 'text'}: the message sounds {self.rank} in risk."
        return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength", 2000)]


def _content(message: Json) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content if isinstance(part, dict))


def _error(
    status: int, message: str, parameter: str | None = None, kind: str = "invalid_request_error",
    headers: dict[str, str] | None = None,
) -> web.Response:  # fmt: skip
    error = {"message": message, "type": kind, "param": parameter, "code": None}
    return web.json_response({"error": error}, status=status, headers=headers)
