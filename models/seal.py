"""Sealing of secrets at rest, and the hashes by which secrets are looked up."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken


class SealBroken(Exception):
    """A sealed value cannot be opened with HEED_SECRET_KEY: the key has changed, or the value was tampered with."""


class Seal:
    """Seals text with HEED_SECRET_KEY; any text of 16 characters or more will do as the key."""

    def __init__(self, key: str) -> None:
        if len(key) < 16:
            raise ValueError("HEED_SECRET_KEY must have at least 16 characters; make one with `openssl rand -hex 32`")
        self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))
        self._key = key.encode()

    def close(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text that was sealed; raises SealBroken."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise SealBroken(
                "a stored secret cannot be opened: HEED_SECRET_KEY is not the one it was sealed with"
            ) from None

    def derive(self, purpose: str) -> str:
        """A secret of its own for `purpose`, the same each time, from which the key cannot be found."""
        return hmac.new(self._key, purpose.encode(), hashlib.sha256).hexdigest()[:32]


def new_secret() -> str:
    """A random secret for an address: 32 URL-safe characters, 192 bits."""
    return secrets.token_urlsafe(24)


def fingerprint(secret: str) -> str:
    """What is stored of a random secret: enough to find it by, too little to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()
