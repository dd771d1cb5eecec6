"""Looking for marks everywhere: in rows, in Redis, in what was written out."""

import base64
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from redis import Redis
from sqlalchemy import Engine, text

from models.tables import Base

SHORT = 10
"""Of fewer letters so few stay the same in Base64 that they turn up by chance."""


def spellings(mark: str) -> Iterator[str]:
    """How a mark may stand somewhere: as it is, in hexadecimal, and in Base64 at any offset unless it is very short."""
    yield mark
    yield mark.encode().hex()
    if len(mark) < SHORT:
        return
    for offset in range(3):
        whole = base64.b64encode(b"x" * offset + mark.encode()).decode()
        yield whole[offset + 2 : -4].rstrip("=")


def within(place: str, marks: Iterable[str]) -> list[str]:
    """The marks that stand in a text. One of digits alone is looked for where it is no part of a longer number or word:
    in the moments and traces of a log any six digits turn up sooner or later."""
    return [
        mark
        for mark in marks
        if any(
            re.search(rf"(?<![\w.]){each}(?!\w)", place) if each.isdigit() else each in place
            for each in spellings(mark)
        )
    ]


def columns_with(engine: Engine, marks: Iterable[str]) -> dict[str, set[str]]:
    """`table.column` where marks stand, with the marks."""
    found: dict[str, set[str]] = {}
    with engine.connect() as connection:
        for name in Base.metadata.tables:
            for (row,) in connection.execute(text(f"SELECT to_jsonb(t) FROM {name} t")):
                for column, value in row.items():
                    for mark in within(json.dumps(value, ensure_ascii=False), marks):
                        found.setdefault(f"{name}.{column}", set()).add(mark)
    return found


def everything_in(redis: Redis) -> str:
    """All keys and values; RQ packs what jobs are called with."""
    keys: list[Any] = redis.keys("*")
    return "\n".join(f"{key!r} {each}" for key in keys for each in map(_unpacked, _values(redis, key)))


def _values(redis: Redis, key: bytes) -> list[Any]:
    found: Any
    match redis.type(key):
        case b"string":
            found = [redis.get(key)]
        case b"list":
            found = redis.lrange(key, 0, -1)
        case b"set":
            found = redis.smembers(key)
        case b"zset":
            found = redis.zrange(key, 0, -1)
        case b"hash":
            found = [part for pair in redis.hgetall(key).items() for part in pair]
        case kind:
            raise AssertionError(f"nobody has said how {kind!r} is read")
    return list(found)


def _unpacked(value: Any) -> str:
    raw = value if isinstance(value, bytes) else str(value).encode()
    try:
        return zlib.decompress(raw).decode("utf-8", "replace")
    except zlib.error:
        return raw.decode("utf-8", "replace")
