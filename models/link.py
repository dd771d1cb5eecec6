"""The signed link by which one person sees and acknowledges one alert outside Slack (the contract "outside Slack").

A token is short, for it travels in text messages: the numbers, then the first 16 bytes of their HMAC-SHA256 under a key
of its own. Whoever holds it may do what its person may, with this alert, until it expires.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.seal import Seal

LIFE = timedelta(hours=24)
PATH = "/a/"
TOKEN_LENGTH = 120
_PURPOSE = "links outside Slack"
_MAC_BYTES = 16
_NUMBERS = 5
_BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Link:
    """Whom a link lets see which alert (row ids), as it stood in which epoch, until when."""

    workspace_id: int
    person_id: int
    alert_id: int
    epoch: int
    until: datetime


class Forged(Exception):
    """A token that we have not signed, or that was cut or changed on its way."""


def make(seal: Seal, base_url: str, workspace_id: int, person_id: int, alert_id: int, epoch: int, now: datetime) -> str:
    """The whole address of the page; `base_url` without a slash at its end."""
    until = int((now + LIFE).timestamp())
    numbers = b"".join(map(_packed, (workspace_id, person_id, alert_id, epoch, until)))
    return f"{base_url}{PATH}{_text(numbers + _mac(seal.derive(_PURPOSE), numbers))}"


def read(seal: Seal, token: str) -> Link:
    """What a token says; whether it has expired is for the caller to see. Raises Forged."""
    raw = _bytes(token)
    numbers, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not any(hmac.compare_digest(mac, _mac(key, numbers)) for key in seal.derived(_PURPOSE)):
        raise Forged
    workspace_id, person_id, alert_id, epoch, until = _unpacked(numbers)
    return Link(workspace_id, person_id, alert_id, epoch, datetime.fromtimestamp(until, UTC))


def _mac(key: str, numbers: bytes) -> bytes:
    return hmac.new(key.encode(), numbers, hashlib.sha256).digest()[:_MAC_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(token: str) -> bytes:
    """Each token has one spelling only, so that a changed one is never taken."""
    if not token.isascii() or len(token) > TOKEN_LENGTH:
        raise Forged
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Forged from None
    if len(raw) <= _MAC_BYTES or _text(raw) != token:
        raise Forged
    return raw


def _packed(number: int) -> bytes:
    """Seven bits a byte, the smallest first; the last byte has its high bit clear."""
    if not 0 <= number <= _BIGGEST:
        raise ValueError(f"a link holds numbers from 0 to {_BIGGEST}")
    packed = bytearray()
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)
    return bytes(packed)


def _unpacked(raw: bytes) -> list[int]:
    """The numbers of a text that we have signed ourselves."""
    found, number, shift = list[int](), 0, 0
    for byte in raw:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            found.append(number)
            number, shift = 0, 0
    if len(found) != _NUMBERS:
        raise Forged
    return found
