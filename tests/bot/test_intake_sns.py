"""CloudWatch over SNS: only what SNS has signed comes in, and nothing but SNS is ever asked."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from bot.fetching import NotFetched
from bot.notifications import Notifications
from bot.sources import tools
from bot.web import create_app
from models.config import Settings
from tests.bot.test_intake import Door
from tests.models.actions.house import build_house

PAYLOADS = tools()["cloudwatch"].payloads
SIGNED = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
CERTIFICATE = "https://sns.us-east-2.amazonaws.com/SimpleNotificationService-1.pem"


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key().public_key())
    made = made.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=3650))
    return made.sign(key(), SHA256()).public_bytes(Encoding.PEM)


def message(name: str, **changed: Any) -> dict[str, Any]:
    """A message as SNS signs it."""
    found = {**json.loads((PAYLOADS / f"{name}.json").read_text()), **changed}
    found |= {"SignatureVersion": "2", "SigningCertURL": changed.get("SigningCertURL", CERTIFICATE)}
    leaves_out = {"SubscribeURL", "Token"} if found["Type"] == "Notification" else {"Subject"}
    names = [each for each in SIGNED if each in found and each not in leaves_out]
    text = "".join(f"{each}\n{found[each]}\n" for each in names).encode()
    return {**found, "Signature": base64.b64encode(key().sign(text, padding.PKCS1v15(), SHA256())).decode()}


class Sns(Door):
    """The door, and what was asked of SNS; `fetch` is what it answers."""

    asked: list[str]
    fetch: Callable[[str], bytes]

    def send(self, body: Any) -> tuple[int, str]:
        answer = self.post(body, kind="cloudwatch")
        told = answer.get_json()
        return answer.status_code, told.get("error", "")


@pytest.fixture
def sns(settings: Settings) -> Iterator[Sns]:
    app = create_app(settings)
    with app.extensions["heed"].db.begin() as session:
        house = build_house(session)
    made = Sns(app, house)
    made.asked, made.fetch = [], lambda address: certificate()

    def fetch(address: str) -> bytes:
        assert app.extensions["heed"].db.engine.pool.checkedout() == 0, "a transaction is open"
        made.asked.append(address)
        return made.fetch(address)

    app.extensions["notifications"] = Notifications(fetch)
    made.source("cloudwatch")
    yield made
    app.extensions["heed"].db.dispose()
    app.extensions["heed"].bell.redis.close()


def test_a_signed_alarm_comes_in_and_its_certificate_is_asked_for_once(sns: Sns) -> None:
    assert sns.send(message("firing")) == (202, "")
    assert sns.send(message("resolved")) == (202, "")
    assert len(sns.titles()) == 1
    assert sns.asked == [CERTIFICATE]


def test_a_subscription_is_confirmed_and_kept(sns: Sns) -> None:
    asked = message("nothing_subscribed")
    assert sns.send(asked) == (202, "")
    assert sns.asked == [CERTIFICATE, asked["SubscribeURL"]]
    ((outcome, reason, body, _),) = sns.requests()
    assert (outcome, reason) == ("accepted", "subscription confirmed")
    assert json.loads(body)["Token"] == asked["Token"]


def test_a_forged_message_is_refused_and_shown(sns: Sns) -> None:
    forged = {**message("firing"), "Subject": "ALARM: another"}
    assert sns.send(forged) == (403, "Signature: is not that of SNS")
    assert (sns.refusals(), sns.titles()) == (["Signature: is not that of SNS"], [])


@pytest.mark.parametrize(
    "address", ["https://evil.example/SimpleNotificationService-1.pem", "http://169.254.169.254/", None]
)
def test_nobody_but_sns_is_asked_for_a_certificate(sns: Sns, address: str | None) -> None:
    assert sns.send(message("firing", SigningCertURL=address)) == (403, "SigningCertURL: is no address of SNS")
    assert sns.asked == []


def test_nobody_but_sns_is_asked_to_confirm(sns: Sns) -> None:
    code, why = sns.send(message("nothing_subscribed", SubscribeURL="https://evil.example/?Action=ConfirmSubscription"))
    assert (code, why) == (403, "SubscribeURL: is no address of SNS that confirms this topic")
    assert sns.asked == [CERTIFICATE]


def test_while_sns_cannot_be_asked_it_is_told_to_try_again(sns: Sns) -> None:
    def away(address: str) -> bytes:
        raise NotFetched("ConnectError")

    sns.fetch = away
    assert sns.send(message("firing")) == (503, "SNS could not be asked: ConnectError")
    sns.fetch = lambda address: certificate()
    assert sns.send(message("firing")) == (202, "")


def test_nothing_is_asked_for_those_who_may_not_send(sns: Sns) -> None:
    sns.source("cloudwatch", allowed_from=["192.0.2.0/24"])
    assert sns.send(message("firing"))[0] == 403
    assert sns.client.post("/alerts/cloudwatch/wrong", json=message("firing")).status_code == 404
    assert sns.asked == []


def test_raw_delivery_has_no_signature_and_comes_in_by_its_address(sns: Sns) -> None:
    assert sns.send(json.loads((PAYLOADS / "firing_raw.json").read_text())) == (202, "")
    assert (len(sns.titles()), sns.asked) == (1, [])
