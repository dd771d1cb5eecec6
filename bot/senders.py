"""Who sends, and whether they may: the address that a request comes from, the source's networks, its signature."""

from flask import Request

from bot.signatures import is_signed
from bot.sources.reading import one_line
from models.actions.sources import SourceRef
from models.intake import may_send
from models.seal import Seal

HINT = "; behind a proxy, set HEED_PROXIES"


def address_of(request: Request, proxies: int) -> str:
    """The address of the sender. `proxies` of our own stand before us; what comes from further away may be made up."""
    hops = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(hops) >= proxies and hops[-proxies]:
        return hops[-proxies]
    return request.remote_addr or ""


def not_from(source: SourceRef, request: Request, proxies: int) -> str:
    """Why nothing from this sender's address may come in; empty if it may."""
    address = address_of(request, proxies)
    if may_send(address, source.allowed_from):
        return ""
    hint = HINT if not proxies and "X-Forwarded-For" in request.headers else ""
    return f"{one_line(address, 60) or 'the sender'} is not in the networks that may send to this source{hint}"


def not_signed(source: SourceRef, request: Request, raw: bytes, header: str, seal: Seal) -> str:
    """Why the signature in `header` of the body as it was sent will not do; empty if it will, or none is needed.

    Raises SealBroken when the signing secret cannot be opened.
    """
    if source.signing_secret is None:
        return ""
    if is_signed(seal.open(source.signing_secret), raw, request.headers.get(header, "")):
        return ""
    return f"{header}: is missing, or not the HMAC-SHA256 of the body with this source's signing secret"
