"""Amazon SNS over HTTPS: which of its messages ask for a confirmation, and whether a message is really from SNS.

Nothing is fetched here. Only addresses of SNS itself are given out, so that nobody makes us ask a server of theirs;
see "Verifying the signatures of Amazon SNS messages" in its documentation.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate

LONGEST_ADDRESS = 2000
_ADDRESS = re.compile(r"https://sns\.[a-z0-9-]{1,40}\.amazonaws\.com(\.cn)?(:443)?/[\x21-\x7e]*")
_CERTIFICATE = re.compile(r"/SimpleNotificationService(-[0-9a-f]+)?\.pem")
_SIGNED = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_ONLY_IN_NOTIFICATIONS = {"Subject"}
_ONLY_IN_CONFIRMATIONS = {"SubscribeURL", "Token"}
_HASHES = {"1": SHA1, "2": SHA256}


def is_allowed(address: Any) -> bool:
    """Whether `address` is one of SNS itself: https, sns.<region>.amazonaws.com or the same with .cn."""
    return isinstance(address, str) and len(address) <= LONGEST_ADDRESS and bool(_ADDRESS.fullmatch(address))


def needs_confirmation(payload: Any) -> str | None:
    """The address that confirms this subscription when it is asked; None when there is none to be asked.

    It is SNS's own, and confirms the topic that the message is about.
    """
    if not isinstance(payload, Mapping) or payload.get("Type") != "SubscriptionConfirmation":
        return None
    address = payload.get("SubscribeURL")
    if not isinstance(address, str) or not is_allowed(address):
        return None
    asked = parse_qs(urlsplit(address).query)
    confirms = asked.get("Action") == ["ConfirmSubscription"] and asked.get("TopicArn") == [payload.get("TopicArn")]
    return address if confirms else None


def certificate_address(payload: Any) -> str | None:
    """Where the certificate lies that this message is signed with; None when that is not at SNS."""
    address = payload.get("SigningCertURL") if isinstance(payload, Mapping) else None
    if not isinstance(address, str) or not is_allowed(address):
        return None
    return address if _CERTIFICATE.fullmatch(urlsplit(address).path) else None


def is_genuine(payload: Any, certificate: bytes) -> bool:
    """Whether the message is signed by the key of this certificate (PEM, from `certificate_address`)."""
    signed = _signed_text(payload)
    if signed is None:
        return False
    try:
        key = load_pem_x509_certificate(certificate).public_key()
        signature = base64.b64decode(payload["Signature"], validate=True)
    except (ValueError, TypeError, KeyError, binascii.Error):
        return False
    return isinstance(key, RSAPublicKey) and _is_signed(key, signature, signed, payload["SignatureVersion"])


def _is_signed(key: RSAPublicKey, signature: bytes, signed: bytes, version: str) -> bool:
    try:
        key.verify(signature, signed, PKCS1v15(), _HASHES[version]())
    except InvalidSignature:
        return False
    return True


def _signed_text(payload: Any) -> bytes | None:
    """Name and value of each signed field, a line each, in the order of the names; None when it cannot be signed."""
    if not isinstance(payload, Mapping) or payload.get("SignatureVersion") not in ("1", "2"):
        return None
    left_out = _ONLY_IN_CONFIRMATIONS if payload.get("Type") == "Notification" else _ONLY_IN_NOTIFICATIONS
    fields = [(name, payload.get(name)) for name in _SIGNED if name not in left_out]
    present = [(name, value) for name, value in fields if value is not None or name != "Subject"]
    if not all(isinstance(value, str) for _, value in present):
        return None
    return "".join(f"{name}\n{value}\n" for name, value in present).encode("utf-8", "replace")
