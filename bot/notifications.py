"""Amazon SNS at our door: is a message really its own, and may its subscription be confirmed.

Only here the network is asked, only at addresses of SNS itself (`bot.sources.sns`), and never inside a transaction.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from bot.fetching import Fetch
from bot.sources.sns import certificate_address, is_genuine, needs_confirmation

CERTIFICATES_KEPT = 32


class NotGenuine(Exception):
    """The message is not SNS's own, or asks for something that is not; says which field."""


def is_enveloped(payload: Any) -> bool:
    """Whether SNS has put its envelope, which is signed, around the message; "raw message delivery" has none."""
    return isinstance(payload, Mapping) and "Type" in payload


class Notifications:
    """Checks messages of SNS. A certificate is fetched once; its address changes with it."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch, self._lock = fetch, threading.Lock()
        self._certificates: OrderedDict[str, bytes] = OrderedDict()

    def welcome(self, payload: Any) -> str:
        """What was done about this message besides believing it; raises NotGenuine, and NotFetched."""
        address = certificate_address(payload)
        if address is None:
            raise NotGenuine("SigningCertURL: is no address of SNS")
        if not is_genuine(payload, self._certificate(address)):
            raise NotGenuine("Signature: is not that of SNS")
        if payload["Type"] != "SubscriptionConfirmation":
            return ""
        confirms = needs_confirmation(payload)
        if confirms is None:
            raise NotGenuine("SubscribeURL: is no address of SNS that confirms this topic")
        self._fetch(confirms)
        return "subscription confirmed"

    def _certificate(self, address: str) -> bytes:
        with self._lock:
            known = self._certificates.get(address)
        if known is not None:
            return known
        found = self._fetch(address)
        with self._lock:
            self._certificates[address] = found
            if len(self._certificates) > CERTIFICATES_KEPT:
                self._certificates.popitem(last=False)
        return found
