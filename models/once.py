"""What may happen only once, for as long as Redis remembers it; of many processes only one is the first."""

from redis import Redis
from redis.exceptions import RedisError


class NobodyRemembers(Exception):
    """Redis is away, so that nobody knows whether it has happened."""


def is_first(redis: Redis, name: str, seconds: int) -> bool:
    """True the first time that `name` is asked for within these seconds; raises NobodyRemembers."""
    try:
        return bool(redis.set(f"heed:once:{name}", "1", nx=True, ex=seconds))
    except RedisError:
        raise NobodyRemembers from None
