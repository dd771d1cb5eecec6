"""What the alarm clock's Redis is like."""

from collections.abc import Iterator
from typing import Any

from redis import Redis
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from jobs.checks.finding import Finding, first_line, mend, ok
from jobs.checks.settings import is_local
from models.bell import connect
from models.config import Settings

KEEPS = "noeviction"
PATIENCE_SECONDS = 3
REFUSALS = ("WRONGPASS", "NOAUTH", "invalid username-password", "invalid password", "Authentication required")


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at the server; what a managed one does not tell of itself is left out."""
    if not settings.redis_url:
        yield mend("redis", "redis-missing", "set REDIS_URL, or use `run`, which brings its own")
        return
    try:
        with connect(settings.redis_url, timeout=PATIENCE_SECONDS) as client:
            yield ok("redis", f"version {client.info('server')['redis_version']}")
            yield from _memory(client)
            yield from _openness(client)
    except (RedisError, ValueError) as error:
        yield _away(error)


def _away(error: RedisError | ValueError) -> Finding:
    why = first_line(error)
    if isinstance(error, AuthenticationError) or any(each in why for each in REFUSALS):
        return mend("redis", "redis-password", f"the password in REDIS_URL is wrong or missing: {why}")
    return mend("redis", "redis-away", f"REDIS_URL cannot be used, check host and port: {why}")


def _memory(client: "Redis") -> Iterator[Finding]:
    told: dict[str, Any] = client.info("memory")
    policy = told.get("maxmemory_policy", KEEPS)
    if policy != KEEPS:
        say = f"maxmemory-policy is {policy}, so rings may be thrown away: set it to {KEEPS}"
        yield mend("redis memory", "redis-evicts", say)


def _openness(client: "Redis") -> Iterator[Finding]:
    """Whoever may write to it makes our workers call functions of ours; so not everybody may."""
    try:
        told = {**client.config_get("bind"), **client.config_get("protected-mode"), **client.config_get("requirepass")}
    except ResponseError:
        return
    addresses = str(told.get("bind", "")).split() or ["*"]
    is_public = told.get("protected-mode") == "no" and not all(is_local(each.lstrip("-")) for each in addresses)
    if is_public and not told.get("requirepass"):
        say = "it listens beyond this machine without a password: set requirepass, and put it into REDIS_URL"
        yield mend("redis openness", "redis-open", say)
