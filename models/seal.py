"""Sealing of secrets at rest, and the hashes by which secrets are looked up."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SealBroken(Exception):
    """A sealed value cannot be opened with HEED_SECRET_KEY: the key has changed, or the value was tampered with."""


class Seal:
    """Seals text with HEED_SECRET_KEY; any text of 16 characters or more will do as the key.

    While keys are changed there are `old` ones too: each of them opens what it closed, and closes nothing any more.
    """

    def __init__(self, key: str, old: Sequence[str] = ()) -> None:
        if any(len(each) < 16 for each in (key, *old)):
            raise ValueError(
                "HEED_SECRET_KEY, and each of HEED_OLD_SECRET_KEYS, must have at least 16 characters; "
                "make one with `openssl rand -hex 32`"
            )
        self._fernets = [_fernet(each) for each in (key, *old)]
        self._keys = [each.encode() for each in (key, *old)]

    def close(self, text: str) -> bytes:
        return self._fernets[0].encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text that was sealed; raises SealBroken."""
        try:
            return MultiFernet(self._fernets).decrypt(sealed).decode()
        except InvalidToken:
            raise SealBroken(
                "a stored secret cannot be opened: HEED_SECRET_KEY is not the one it was sealed with"
            ) from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key alone opens it."""
        try:
            self._fernets[0].decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def derive(self, purpose: str) -> str:
        """A secret of its own for `purpose`, the same each time, from which the key cannot be found."""
        return _derived(self._keys[0], purpose)

    def derived(self, purpose: str) -> tuple[str, ...]:
        """What `derive` gives with each of the keys, the newest first: all of them are to be taken."""
        return tuple(_derived(key, purpose) for key in self._keys)


def _fernet(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))


def _derived(key: bytes, purpose: str) -> str:
    return hmac.new(key, purpose.encode(), hashlib.sha256).hexdigest()[:32]


def new_secret() -> str:
    """A random secret for an address: 32 URL-safe characters, 192 bits."""
    return secrets.token_urlsafe(24)


def fingerprint(secret: str) -> str:
    """What is stored of a random secret: enough to find it by, too little to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()
