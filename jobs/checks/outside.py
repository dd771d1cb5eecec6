"""What Heed talks to besides Slack: the LLM, and whoever waits for Heed's own heartbeat."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import openai

from jobs.checks.finding import Finding, mend, ok
from models.config import Settings

PATIENCE_SECONDS = 10
FALLBACK = "until then the embedded classifier rates"


def examine(settings: Settings) -> Iterator[Finding]:
    """Ask the LLM's server for its models; see whether the heartbeat's address takes connections."""
    yield _llm(settings)
    yield from _heartbeat(settings)


def _llm(settings: Settings) -> Finding:
    if not settings.has_llm:
        return ok("llm", "none set; the embedded classifier rates")
    client = openai.OpenAI(
        api_key=settings.openai_api_key.get_secret_value() or "none",
        base_url=settings.openai_base_url or None,
        timeout=PATIENCE_SECONDS,
        max_retries=0,
    )
    try:
        names = {model.id for model in client.models.list()}
    except (openai.AuthenticationError, openai.PermissionDeniedError):
        return mend("llm", "llm-key-refused", f"the server refuses OPENAI_API_KEY: set a valid one; {FALLBACK}")
    except openai.NotFoundError:
        say = f"{settings.openai_base_url} has no list of models: OPENAI_BASE_URL usually ends with /v1"
        return mend("llm", "llm-address-wrong", f"{say}; {FALLBACK}")
    except openai.OpenAIError as error:
        say = f"the server does not answer ({type(error).__name__}): check OPENAI_BASE_URL; {FALLBACK}"
        return mend("llm", "llm-away", say)
    if settings.openai_model not in names:
        say = f"OPENAI_MODEL {settings.openai_model!r} is not among the server's models: {', '.join(sorted(names)[:5])}"
        return mend("llm", "llm-model-missing", say)
    return ok("llm", f"{settings.openai_model} answers")


def _heartbeat(settings: Settings) -> Iterator[Finding]:
    """Only a connection: a call would say that all is well."""
    address = settings.heartbeat_url.get_secret_value()
    if not address:
        return
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield mend("heartbeat", "heartbeat-address", "HEARTBEAT_URL must be an address that begins with https://")
        return
    place = (parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    try:
        socket.create_connection(place, timeout=PATIENCE_SECONDS).close()
    except OSError as error:
        say = (
            f"{parts.hostname} of HEARTBEAT_URL does not answer ({type(error).__name__}): check it, and what may go out"
        )
        yield mend("heartbeat", "heartbeat-away", say)
    else:
        yield ok("heartbeat", f"{parts.hostname} answers; the clock calls it each minute while all is well")
