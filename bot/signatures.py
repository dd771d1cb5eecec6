"""Signatures of what comes in: an HMAC with SHA-256 of the bytes as they were sent, in a header."""

import hashlib
import hmac


def signature(secret: str, body: bytes) -> str:
    """What a sender writes into its header: `sha256=` and the digest, as GitHub does."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def is_signed(secret: str, body: bytes, header: str) -> bool:
    """Whether `header` is the signature of these bytes, with `sha256=` before it or without; never without a secret."""
    given = header.strip().removeprefix("sha256=").lower().encode("utf-8", "replace")
    expected = signature(secret, body).removeprefix("sha256=").encode()
    return bool(secret) and hmac.compare_digest(expected, given)
