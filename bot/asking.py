"""How Heed asks Slack: nothing is repeated by the library, and the certificates that are trusted are read once."""

import ssl
from functools import cache

from slack_sdk import WebClient


@cache
def trusted() -> ssl.SSLContext:
    """The certificates of this machine. Without it every request reads them anew: 30 ms of processor time each."""
    return ssl.create_default_context()


def client_for(api_url: str, token: str | None = None, timeout: int = 10) -> WebClient:
    """A client of Slack's Web API; `timeout` is in seconds. What failed is for its caller to try again, or not."""
    return WebClient(token=token, base_url=api_url, timeout=timeout, ssl=trusted(), retry_handlers=[])
