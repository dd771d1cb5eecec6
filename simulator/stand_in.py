"""The language model's stand-in: answers by a few rules, and wrong answers on demand."""

import json
import re
from typing import Any

from simulator.state import Json

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

# What the text to be judged may order an obedient model to do.
ORDERS = tuple(
    re.compile(pattern + ".*", re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"\b(?:ignore|disregard|forget)\b[^.!:\n]{0,80}(?:instructions?|rules?|prompts?|above)\b",
        r"\b(?:you must|your task is now|from now on)\b",
        r"\b(?:answer|respond|reply|output|say|write|return|rate|classify|mark|set|suggest)\b",
    )
)
QUOTED = re.compile(r"\\?[\"'“‘](?P<words>[^\"'”’\\]{2,400})\\?[\"'”’]")
OBJECT = re.compile(r"\{[^{}]*\}")


def misbehave(kind: str, body: Json, content: str) -> tuple[str | None, str]:
    """The content that a fault makes of an answer (None is a refusal), and the finish_reason."""
    if kind == "refusal":
        return None, "stop"
    if kind == "truncated":
        return content[: max(1, len(content) // 2)], "length"
    if kind == "malformed":
        return '{"risk": "hi', "stop"
    if kind == "wrong_schema":
        return json.dumps({"verdict": "very bad", "risk": "apocalyptic", "score": "eleven"}), "stop"
    if kind == "ignores_schema":
        return f"Sure! Here is my verdict:\n\n```json\n{content}\n```\n\nLet me know if you need anything else.", "stop"
    return (obey(body) if kind == "obedient" else content), "stop"


def obey(body: Json) -> str:
    """What a model says that takes the text it shall judge for its orders; without an order the usual answer."""
    spoken = [content_of(message) for message in body["messages"] if message.get("role") == "user"]
    text = spoken[-1] if spoken else ""
    found = next((match for order in ORDERS if (match := order.search(text))), None)
    if found is None:
        return answer(body)
    order = found.group().replace('\\"', '"')
    if dictated := OBJECT.search(order):
        return dictated.group()
    usual = answer(body)
    try:
        verdict = json.loads(usual)
    except ValueError:
        return _words(order)
    schema = (body.get("response_format") or {}).get("json_schema", {}).get("schema", {})
    return json.dumps({name: _obeyed(order, schema.get("properties", {}).get(name, {}), value)
                       for name, value in verdict.items()})  # fmt: skip


def _words(order: str) -> str:
    quoted = QUOTED.search(order)
    return quoted["words"] if quoted else order.strip()[:400]


def _obeyed(order: str, schema: Json, usual: Any) -> Any:
    """One field of an obedient verdict: an enum's value that the order names, or the words that it dictates."""
    if choices := schema.get("enum"):
        named = [choice for choice in choices if re.search(rf"\b{re.escape(str(choice))}\b", order, re.IGNORECASE)]
        return named[0] if named else usual
    return _words(order) if isinstance(usual, str) else usual


def answer(body: Json) -> str:
    """The stand-in's answer: an object that satisfies the schema asked for, else a sentence."""
    spoken = [content_of(message) for message in body["messages"] if message.get("role") == "user"]
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


def content_of(message: Json) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content if isinstance(part, dict))
