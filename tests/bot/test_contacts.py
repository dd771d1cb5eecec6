"""The sender against a gateway on this machine: what happened is told honestly, in time, and without the address."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot import contacts
from bot.contacts import Contacts, Outcome
from bot.slack import PERSON, NotSent, Refused, Sent, Unclear
from models.embedded import free_port
from tests.gateway import Gateway, gateway
from tests.mailbox import mailbox


@pytest.fixture
def own() -> Iterator[Gateway]:
    with gateway() as made:
        yield made


def send(address: str, allow_private: bool = True, critical: bool = False) -> Outcome:
    return Contacts(allow_private).send(
        address, "High #12: <b>Disk</b> is full", "Look: https://heed.example/a/x", critical
    )


def test_what_a_service_takes_is_sent_as_it_is(own: Gateway) -> None:
    assert send(own.address()) == Sent("", "")
    (taken,) = own.taken
    assert taken["title"] == "High #12: <b>Disk</b> is full"
    assert taken["message"] == "Look: https://heed.example/a/x"
    assert taken["type"] == "warning"
    assert "attachments" in taken


def test_a_critical_one_rings_louder_where_the_service_can(own: Gateway) -> None:
    assert send(own.address(), critical=True) == Sent("", "")
    ntfy = own.address().replace("json://", "ntfy://") + "topic"
    assert send(ntfy, critical=True) == Sent("", "")
    assert send(f"{ntfy}?priority=low", critical=True) == Sent("", "")
    assert send(ntfy) == Sent("", "")
    assert own.taken[0]["type"] == "failure"
    assert [each.get("X-Priority") for each in own.heads[1:]] == ["max", "low", None]


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410])
def test_an_address_that_the_service_refuses_is_the_persons_to_mend(own: Gateway, code: int) -> None:
    assert send(own.address(str(code))) == Refused(PERSON, f"the service refused the address or its keys (HTTP {code})")


def test_a_service_in_trouble_is_asked_again(own: Gateway) -> None:
    assert send(own.address("503")) == Unclear("the service gave no clear answer (HTTP 503)")
    own.headers = {"Retry-After": "90"}
    assert send(own.address("429")) == NotSent(
        timedelta(seconds=90), "the service did not take it (HTTP 429)", outage=False
    )
    assert send(f"json://127.0.0.1:{free_port()}/") == NotSent(
        contacts.LATER, "the service cannot be reached", outage=False
    )
    assert send("json://nobody.invalid/") == NotSent(contacts.LATER, "the service cannot be reached", outage=False)


def test_redirects_are_not_followed(own: Gateway) -> None:
    with gateway() as other:
        own.headers = {"Location": f"http://127.0.0.1:{other.port}/"}
        assert isinstance(send(own.address("307")), NotSent)
        assert other.taken == []


@pytest.mark.parametrize(
    "address",
    ["json://127.0.0.1:{port}/", "json://localhost:{port}/", "json://[::ffff:127.0.0.1]:{port}/",
     "ntfy://localhost:{port}/topic", "gotify://localhost:{port}/abcdefghijklmno", "json://0.0.0.0:{port}/",
     "jsons://169.254.169.254/latest/meta-data", "json://2130706433:{port}/", "json://0x7f.1:{port}/",
     "mailto://user:pass@example.com:{port}?smtp=localhost&to=a@example.com"],
)  # fmt: skip
def test_no_address_leads_into_a_private_network(own: Gateway, address: str) -> None:
    outcome = send(address.format(port=own.port), allow_private=False)
    assert outcome in (
        Refused(PERSON, "the address leads into a private network"),
        Refused(PERSON, "the address cannot be read"),
    )
    assert own.taken == []


@pytest.mark.parametrize("address", ["", "nonsense", "https://example.org/", "tgram://1/2", "file:///etc/passwd"])
def test_what_is_no_address_is_the_persons_to_mend(address: str) -> None:
    assert send(address) == Refused(PERSON, "the address cannot be read")


def test_a_service_without_an_answer_holds_nobody_up(own: Gateway) -> None:
    own.silent = threading.Event()
    assert Contacts(True, timeout=2).send(own.address(), "t", "b", critical=False) == Unclear(
        "no answer within 2 seconds"
    )


def test_an_endless_answer_is_cut_off(own: Gateway) -> None:
    own.body = b"x" * (40 << 20)
    assert send(own.address()) == Sent("", "")


def test_no_more_than_four_are_on_their_way_at_once(own: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "_ROOM", threading.BoundedSemaphore(1))
    monkeypatch.setattr(contacts, "WAIT_SECONDS", 0.05)
    own.silent = threading.Event()
    first = threading.Thread(target=send, args=(own.address(),))
    first.start()
    while not own.taken:
        first.join(0.02)
    assert send(own.address()) == NotSent(contacts.BUSY, "many messages are on their way", outage=False)
    own.silent.set()
    first.join()


def test_no_outcome_and_no_log_tells_the_address(own: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    told = [
        str(send(f"json://user:S3cret@127.0.0.1:{own.port}/{path}", allow_private=allow))
        for path in ("", "404", "500")
        for allow in (True, False)
    ]
    assert "S3cret" not in "".join(told)
    assert "S3cret" not in caplog.text
    assert str(own.port) not in "".join(told)


def test_an_email_arrives_with_its_words_as_they_are() -> None:
    with mailbox() as box:
        assert send(box.address("you@example.org")) == Sent("", "")
        (taken,) = box.taken
    assert taken["Subject"] == "High #12: <b>Disk</b> is full"
    assert "you@example.org" in taken["To"]
    assert "heed@example.org" in taken["From"]
    shown = taken.get_body(("plain",))
    assert shown is not None
    assert "Look: https://heed.example/a/x" in shown.get_content()
    html = taken.get_body(("html",))
    assert html is None or "<b>Disk" not in html.get_content()


def test_what_a_mail_server_refuses_is_asked_again() -> None:
    with mailbox() as box:
        box.refuses = True
        assert send(box.address("you@example.org")) == NotSent(
            contacts.LATER, "the service did not take it", outage=False
        )
        assert box.taken == []
