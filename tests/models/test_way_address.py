"""Addresses of ways: what is on the list, what may stand in them, and that a label never tells a secret."""

import importlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.carrier import PLUGINS
from models.way_address import KINDS, OF_SCHEME, BadAddress, read_address

LABELS = {
    "mailtos://bob:S3cretS3cret@smtp.example.org?from=heed@a.example&to=bob@b.example": "E-mail b…@b.example",
    "mailto://bob:S3cretS3cret@gmail.com": "E-mail b…@gmail.com",
    "twilio://ACS3cret:S3cret@15551234567/15557654711": "SMS or a call by Twilio …4711",
    "TGRAM://123456789:AAS3cretS3cret/987654711": "Telegram …4711",
    "ntfy://S3cret-topic": "ntfy",
    "ntfys://ntfy.sh/S3cret-topic": "ntfy",
    "gotifys://gotify.example.org/S3cretS3cret1": "Gotify at gotify.example.org",
    "gotify://S3cretS3cret": "Gotify",
    "jsons://user:S3cret@gw.example.org/S3cret?+Authorization=S3cret": "Own webhook or voice gateway at gw.example.org",
    "clicksend://user:S3cret@15557654711": "SMS by ClickSend …4711",
    "sns://AKS3cret/S3cret/eu-west-1/+15557654711": "SMS by Amazon SNS …4711",
    "voipms://S3cret:me@a.example/15551234567/15557654711": "SMS by VoIP.ms …4711",
    "matrix://S3cretS3cret": "Matrix",
    "matrixs://user:S3cret@matrix.example.org/#room": "Matrix",
    "discord://123456789/S3cret": "Discord",
    "pover://S3cret@S3cret": "Pushover",
}
WRONG = {
    "": "an address begins with its service",
    "bob@example.org": "an address begins with its service",
    "https://example.org": "https:// is not on the list; possible are mailtos://",
    "file:///etc/passwd": "file:// is not on the list",
    "syslog://": "syslog:// is not on the list",
    "tgram://": "the address is not complete: tgram://BotToken/ChatID",
    "ntfy://a b": "no spaces",
    "ntfy://a\nb": "no spaces or new lines",
    "discord://1/2?template=/etc/passwd": "?template= is not taken here",
    "workflows://h/1/2?template=file:///etc/passwd": "?template= is not taken here",
    "mailtos://u:p@h?pgpprv=/etc/key": "?pgpprv= is not taken here",
    "ntfy://topic?attach=http://169.254.169.254/": "?attach= is not taken here",
    "tgram://1/2?rto=600": "?rto= is not taken here",
    "tgram://1/2?cto=600": "?cto= is not taken here",
    "tgram://1/2?retry=9": "?retry= is not taken here",
    "tgram://1/2?redirect=yes": "?redirect= is not taken here",
    "tgram://1/2?TEMPLATE=x": "?TEMPLATE= is not taken here",
    "jsons://h/?method=DELETE": "?method= is not taken here",
    "ntfy://" + "x" * 1000: "1000 characters at most",
}


@pytest.mark.parametrize(("address", "label"), LABELS.items())
def test_a_label_names_the_service_and_tells_no_secret(address: str, label: str) -> None:
    found = read_address(address)
    assert found.label == label
    assert "S3cret" not in found.label
    assert found.url.partition("://")[2] == address.partition("://")[2]


@pytest.mark.parametrize(("address", "why"), WRONG.items())
def test_what_is_not_taken_is_refused_with_what_to_do(address: str, why: str) -> None:
    with pytest.raises(BadAddress) as refused:
        read_address(address)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    "address", ["tgram://123:S3cret/1?to2=S3cret&x=S3cret", "tgram://1/2?S3cret", "S3cret://x", "ntfy://S3cret topic"]
)
def test_a_refusal_never_repeats_the_secret(address: str) -> None:
    with pytest.raises(BadAddress) as refused:
        read_address(address)
    assert "S3cret" not in str(refused.value)


def test_the_address_is_of_the_service_that_was_chosen() -> None:
    assert read_address("ntfy://topic", "ntfys").scheme == "ntfy"
    with pytest.raises(BadAddress, match="this address is one of ntfy; choose that above"):
        read_address("ntfy://topic", "tgram")
    with pytest.raises(BadAddress, match="for Telegram write tgram://BotToken/ChatID"):
        read_address("123:token", "tgram")


@given(st.sampled_from(sorted(OF_SCHEME)), st.text(max_size=60), st.text(max_size=40))
def test_whatever_is_entered_is_taken_or_refused(scheme: str, rest: str, options: str) -> None:
    try:
        found = read_address(f"{scheme}://{rest}?{options}")
    except BadAddress:
        return
    assert found.label.startswith(OF_SCHEME[scheme].name)
    assert len(found.label) <= 60


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
def test_every_service_has_an_example_and_a_plugin_of_apprise() -> None:
    for kind in KINDS:
        assert re.match(r"[a-z0-9]+://", kind.example)
        assert kind.example.partition("://")[0] == kind.schemes[0]
        for scheme in kind.schemes:
            place, name = PLUGINS.get(scheme) or PLUGINS[scheme.removesuffix("s")]
            plugin = getattr(importlib.import_module(f"apprise.plugins.{place}"), name)
            assert scheme in plugin.schemas(plugin), scheme
