"""One call to an OpenAI-compatible server: `chat.completions` with a ladder of answer formats.

Servers differ (`json_schema` unknown, a parameter refused), so what one has refused is remembered and not sent again.
"""

import json
from typing import Any

import openai
from openai.types.chat import ChatCompletion

from bot.sentiment import prompt
from bot.sentiment.prompt import NoVerdict
from models.assessment import Assessment, Burst

TIMEOUT_SECONDS = 20.0
MAX_TOKENS = 700
_FORMATS: tuple[dict[str, Any] | None, ...] = (
    {"type": "json_schema", "json_schema": {"name": "verdict", "strict": True, "schema": prompt.SCHEMA}},
    {"type": "json_object"},
    None,
)
_OPTIONAL: dict[str, Any] = {"max_completion_tokens": MAX_TOKENS, "temperature": 0, "store": False}


class Llm:
    """A model on a server. Thread-safe; remembers which parameters the server has refused."""

    def __init__(self, api_key: str, base_url: str, model: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._client = openai.OpenAI(
            api_key=api_key or "none", base_url=base_url or None, timeout=timeout, max_retries=1
        )
        self.model = model
        self._refused: set[str] = set()
        self._format = 0

    def assess(self, burst: Burst) -> Assessment:
        """The model's verdict; raises NoVerdict, whatever went wrong."""
        try:
            content = _content(self._ask(burst))
        except (openai.OpenAIError, json.JSONDecodeError) as error:
            raise NoVerdict(f"{type(error).__name__}") from error
        return prompt.read(content, burst, self.model)

    def _ask(self, burst: Burst) -> ChatCompletion:
        """Ask, and on a 400 drop what the server does not know, until it answers or nothing is left to drop."""
        while True:
            try:
                return self._create(burst)
            except openai.BadRequestError as error:
                if not self._drop(error):
                    raise

    def _create(self, burst: Burst) -> ChatCompletion:
        given = {key: value for key, value in _OPTIONAL.items() if key not in self._refused}
        answer_format = _FORMATS[self._format]
        if answer_format is not None:
            given["response_format"] = answer_format
        ask: Any = self._client.chat.completions.create
        made: ChatCompletion = ask(model=self.model, messages=prompt.messages(burst), **given)
        return made

    def _drop(self, error: openai.BadRequestError) -> bool:
        """Remember what the server refused; False when the refusal names nothing that can be left out."""
        said = f"{error.param or ''} {error.message}"
        for name in _OPTIONAL:
            if name in said and name not in self._refused:
                self._refused.add(name)
                return True
        if ("response_format" in said or "json" in said) and self._format < len(_FORMATS) - 1:
            self._format += 1
            return True
        return False


def _content(answer: ChatCompletion) -> str:
    """The text of the answer. The client checks no shapes, so a server may have answered anything at all."""
    try:
        choice = answer.choices[0]
        refused, reason, content = choice.message.refusal, choice.finish_reason, choice.message.content
    except (AttributeError, IndexError, TypeError):
        raise NoVerdict("an answer of another shape") from None
    if refused or reason not in ("stop", None) or not isinstance(content, str):
        raise NoVerdict(f"refused or cut off ({reason})")
    return content
