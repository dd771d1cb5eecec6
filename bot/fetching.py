"""The one place from which the web process asks another server for something; callers care for what may be asked."""

import time
from collections.abc import Callable

import httpx2

Fetch = Callable[[str], bytes]
TIMEOUT_SECONDS = 3.0
AT_MOST_SECONDS = 6.0
BYTES_AT_MOST = 65_536


class NotFetched(Exception):
    """The server did not answer with 200, in time, and in no more than 64 kB."""


def fetch(address: str) -> bytes:
    """What stands at an address, to which nothing of ours is sent; redirects are not followed. Raises NotFetched."""
    until = time.monotonic() + AT_MOST_SECONDS
    found = b""
    try:
        with (
            httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream("GET", address) as answer,
        ):
            if answer.status_code != 200:
                raise NotFetched(f"it answered {answer.status_code}")
            for chunk in answer.iter_bytes():
                found += chunk
                if len(found) > BYTES_AT_MOST or time.monotonic() > until:
                    raise NotFetched("it answered too much, or too slowly")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NotFetched(type(error).__name__) from None
    return found
