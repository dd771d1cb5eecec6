"""Amazon SNS: only addresses of its own are given out, and only what its key has signed is genuine."""

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from bot.sources import tools
from bot.sources.sns import certificate_address, is_allowed, is_genuine, needs_confirmation

PAYLOADS = tools()["cloudwatch"].payloads


def message(name: str, **changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    return {**found, **changed}


@pytest.mark.parametrize(
    "address",
    [
        "https://sns.us-east-2.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.cn-north-1.amazonaws.com.cn/x",
        "https://sns.us-gov-west-1.amazonaws.com:443/x",
    ],
)
def test_sns_of_every_region_is_allowed(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://sns.us-east-2.amazonaws.com/",
        "https://sns.us-east-2.amazonaws.com.evil.example/",
        "https://evil.example/sns.us-east-2.amazonaws.com/",
        "https://evil.example#https://sns.us-east-2.amazonaws.com/",
        "https://sns.us-east-2.amazonaws.com@evil.example/",
        "https://x@sns.us-east-2.amazonaws.com/",
        "https://sns.us-east-2.amazonaws.com\\@evil.example/",
        "https://sns.us-east-2.amazonaws.com:8443/",
        "https://sns.us-east-2.evil.example.amazonaws.com/",
        "https://s3.us-east-2.amazonaws.com/",
        "https://sns.us-east-2.amazonaws.com\n.evil.example/",
        "https://sns.us-east-2.amazonaws.com/\n",
        "https://sns.us-east-2.amazonaws.com/\u00e9",
        "https://sns..amazonaws.com/",
        "https://SNS.us-east-2.amazonaws.com/",
        "https://sns.us-east-2.amazonaws.com",
        "https://sns.us-east-2.amazonaws.com/" + "x" * 3000,
        "https://169.254.169.254/latest/meta-data/",
        "",
        None,
        7,
        ["https://sns.us-east-2.amazonaws.com/"],
    ],
)
def test_nothing_else_is(address: Any) -> None:
    assert not is_allowed(address)
    assert needs_confirmation(message("nothing_subscribed", SubscribeURL=address)) is None
    assert certificate_address(message("firing", SigningCertURL=address)) is None


def test_only_a_subscription_of_this_topic_is_to_be_confirmed() -> None:
    asked = message("nothing_subscribed")
    assert needs_confirmation(asked) == asked["SubscribeURL"]
    assert needs_confirmation(message("nothing_unsubscribed")) is None
    assert needs_confirmation(message("firing", SubscribeURL=asked["SubscribeURL"])) is None
    assert needs_confirmation({**asked, "TopicArn": "arn:aws:sns:us-east-2:123456789012:other"}) is None
    other = asked["SubscribeURL"].replace("ConfirmSubscription", "DeleteTopic")
    assert needs_confirmation({**asked, "SubscribeURL": other}) is None
    assert needs_confirmation("x") is None


def test_a_certificate_is_fetched_from_sns_and_is_called_as_sns_calls_it() -> None:
    given_out = message("firing")
    assert certificate_address(given_out) == given_out["SigningCertURL"]
    for path in ("x.pem", "SimpleNotificationService-x.txt", "?x=SimpleNotificationService.pem"):
        address = f"https://sns.us-east-2.amazonaws.com/{path}"
        assert certificate_address({**given_out, "SigningCertURL": address}) is None
    assert certificate_address([]) is None


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(private: Any) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=900))
    )
    return builder.sign(private, SHA256()).public_bytes(Encoding.PEM)


@cache
def own_certificate() -> bytes:
    return certificate(key())


def signed(body: dict[str, Any], text: str, version: str) -> dict[str, Any]:
    """The message with the signature of `text`; which text SNS signs is what the tests say."""
    hashed = {"1": SHA1(), "2": SHA256()}[version]
    signature = key().sign(text.encode(), padding.PKCS1v15(), hashed)
    return {**body, "SignatureVersion": version, "Signature": base64.b64encode(signature).decode()}


def lines(body: dict[str, Any], *names: str) -> str:
    return "".join(f"{name}\n{body[name]}\n" for name in names)


NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize(
    ("name", "names"),
    [("firing", NOTIFICATION), ("nothing_subscribed", CONFIRMATION), ("nothing_unsubscribed", CONFIRMATION)],
)
def test_what_sns_has_signed_is_genuine_and_nothing_that_was_changed(
    version: str, name: str, names: tuple[str, ...]
) -> None:
    genuine = signed(message(name), lines(message(name), *names), version)
    assert is_genuine(genuine, own_certificate())
    for each in names:
        assert not is_genuine({**genuine, each: genuine[each] + "x"}, own_certificate())


def test_a_notification_without_a_subject_is_signed_without_it() -> None:
    body = message("firing")
    del body["Subject"]
    names = tuple(name for name in NOTIFICATION if name != "Subject")
    assert is_genuine(signed(body, lines(body, *names), "2"), own_certificate())


def test_another_key_or_no_certificate_is_not_genuine() -> None:
    genuine = signed(message("firing"), lines(message("firing"), *NOTIFICATION), "2")
    assert not is_genuine(genuine, certificate(rsa.generate_private_key(public_exponent=65537, key_size=2048)))
    assert not is_genuine(genuine, certificate(ec.generate_private_key(ec.SECP256R1())))
    assert not is_genuine(genuine, b"no certificate")
    assert not is_genuine(genuine, b"")


@given(
    st.dictionaries(
        st.sampled_from([*NOTIFICATION, *CONFIRMATION, "Signature", "SignatureVersion"]),
        st.none() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=3), max_size=2),
    )
)
def test_odd_messages_are_not_genuine_and_raise_nothing(changed: dict[str, Any]) -> None:
    genuine = signed(message("firing"), lines(message("firing"), *NOTIFICATION), "2")
    if any(genuine.get(name) != value for name, value in changed.items() if name not in ("SubscribeURL", "Token")):
        assert not is_genuine({**genuine, **changed}, own_certificate())
    assert not is_genuine(changed, own_certificate())
    assert not is_genuine(list(changed), own_certificate())
    needs_confirmation({**message("nothing_subscribed"), **changed})
