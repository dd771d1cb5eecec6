"""What leaves the building: each pattern with what it must catch and what it must leave."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sentiment.redact import CONTEXT_LENGTH, LINE_LENGTH, redact, redact_lines, shown
from models.assessment import Burst, Line

CAUGHT = [
    ("write to dora.vance+work@acme.example now", "write to [EMAIL] now"),
    ("<mailto:dora@acme.example|dora@acme.example>", "<mailto:[EMAIL]|[EMAIL]>"),
    ("call +49 30 1234567 or 0049301234567", "call [PHONE] or [PHONE]"),
    ("call +1 (555) 010-9999.", "call [PHONE]."),
    ("call +1.555.010.9999 today", "call [PHONE] today"),
    ("card 4111 1111 1111 1111, thanks", "card [CARD], thanks"),
    ("card 4111-1111-1111-1111", "card [CARD]"),
    ("card 378282246310005", "card [CARD]"),
    ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN [IBAN] please"),
    ("IBAN GB82WEST12345698765432.", "IBAN [IBAN]."),
    ("from 192.168.17.4 again", "from [IP] again"),
    ("<@U0ALICE> and <@W012AB|dora>", "[PERSON] and [PERSON]"),
    ("in <#C0ACME|acme> and <#G0PRIVATE>", "in [CHANNEL] and [CHANNEL]"),
    ("token xoxb-1234567890-abcdef", "token [TOKEN]"),
    ("token xapp-1-A012-3456-abc", "token [TOKEN]"),
    ("key sk-proj-abcdefghijklmnop1234", "key [TOKEN]"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[TOKEN]"),
    ("github_pat_11ABCDEFG0abcdefghij_klmnopqrstuvwxyz", "[TOKEN]"),
    ("AKIAIOSFODNN7EXAMPLE", "[TOKEN]"),
    ("ASIAIOSFODNN7EXAMPLE", "[TOKEN]"),
    ("<!subteam^S0OPS|@ops> and <!here>", "[GROUP] and [EVERYBODY]"),
    ("hook https://hooks.slack.com/services/T0/B0/abc now", "hook [SLACK_LINK] now"),
    ("<https://acme.slack.com/archives/C0ACME/p1700|look>", "<[SLACK_LINK]|look>"),
    ("sk_live_abcdefghijklmnop1234", "[TOKEN]"),
    ("AIzaSyA-abcdefghijklmnopqrstuvwxyz12345", "[TOKEN]"),
    ("glpat-abcdefghij1234567890", "[TOKEN]"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "[TOKEN]"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "[KEY]"),
    ("-----BEGIN PRIVATE KEY-----", "[KEY]"),
    ("https://acme.example/x?a=1&token=abcdef now", "https://acme.example/x?a=1&[SECRET] now"),
    ("postgres://heed:hunter2@db/heed", "postgres://[SECRET]@db/heed"),
    ("the password: hunter2!", "the password: [SECRET]"),
    ("Passwort = geheim123", "Passwort = [SECRET]"),
    ("Authorization: Bearer abcdef123456", "Authorization: Bearer [SECRET]"),
    ("from 2001:db8:85a3:8d3:1319:8a2e:370:7348", "from [IP]"),
    ("from fe80::1ff:fe23:4567:890a", "from [IP]"),
    ("call (555) 010-9999 or 555-010-9999", "call [PHONE] or [PHONE]"),
    ("call 030 1234567 or 0171/2345678", "call [PHONE] or [PHONE]"),
    ("do\u200bra@acme.example", "[EMAIL]"),
    ("dora\ufe0f@acme\U000e0101.example", "[EMAIL]"),
    ("a\x00b\x1b[31mc\ud800", "ab[31mc?"),
    ("4111\u200b1111\u20601111\u061c1111", "[CARD]"),
]
LEFT = [
    "the card ends in 1111",
    "order 4111 1111 1111 1112 is late",
    "order 12345678901234567890 is late",
    "the meeting is on 2026-11-22 at 10:04",
    "version 1.2.3 is broken",
    "it costs 1,000.00 euros, 30 % more than 2025",
    "we waited 0049 times",
    "@dora is not here, see heed@ and @acme.example",
    "the task sk-12 and ticket AKIA are open",
    "<https://acme.example/a?b=1|our page>",
    "ratio 10/20 +5",
    "the password is wrong, reset my password please",
    "a bearer of bad news",
    "at 10:04:33 and 23:59:59.123",
    "std::vector<int> is slow",
    "2026-11-22 0900",
    "order 555-0199",
    "the key to success; token economy",
    "line one\n\tline two",
    "DE is our market",
]


@pytest.mark.parametrize(("text", "shown"), CAUGHT, ids=[text for text, _ in CAUGHT])
def test_what_must_not_leave_is_replaced(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize("text", LEFT)
def test_near_misses_are_left_alone(text: str) -> None:
    assert redact(text) == text


@given(st.integers(0, 10**15 - 1))
def test_a_number_of_sixteen_digits_is_a_card_only_with_the_right_check_digit(start: int) -> None:
    digits = f"{start:015}"
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    total = sum(value - 9 if value > 9 else value for value in doubled)
    right = (10 - total % 10) % 10
    redacted = {last: redact(f"no {digits}{last} x") for last in range(10)}
    assert [last for last, shown in redacted.items() if shown == "no [CARD] x"] == [right]


@given(st.text())
def test_redacting_never_fails_and_what_is_redacted_stays_so(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a.",
        "0",
        "00 ",
        "+1",
        "4 ",
        "x@",
        "AB12",
        "<@",
        "xoxb-",
        "1.",
        "\u200b",
        "1:",
        "::",
        "password: ",
        "-----BEGIN ",
        "://a:",
    ],
)
def test_the_longest_message_of_slack_takes_no_time(piece: str) -> None:
    text = (piece * 40_000)[:40_000]
    started = time.process_time()
    redact(text)
    assert time.process_time() - started < 0.5


def test_people_have_the_same_role_wherever_they_speak_or_are_mentioned() -> None:
    burst = Burst(
        1,
        1,
        lines=(
            Line("3.0", "client", "<@U0ALICE> <@U0EVE|eve> told me", "U0DORA"),
            Line("4.0", "client", "yes", "U0CARL"),
        ),
        context=(
            Line("1.0", "client", "hello <@U0ALICE>", "U0CARL"),
            Line("2.0", "us", "hello <@U0CARL>", "U0ALICE"),
        ),
    )
    seen = shown(burst)
    assert seen.earlier == [
        {"role": "CLIENT_1", "text": "hello [US_1]"},
        {"role": "US_1", "text": "hello [CLIENT_1]"},
    ]
    assert seen.rated == [
        {"role": "CLIENT_2", "text": "[US_1] [PERSON_1] told me"},
        {"role": "CLIENT_1", "text": "yes"},
    ]
    assert not re.search("U0[A-Z]", str(seen))


def test_a_long_message_loses_its_middle_and_no_secret_by_halves() -> None:
    text = "We leave. " + "bla " * 2000 + "dora@acme.example " * 300 + "Good bye."
    (rated,) = shown(Burst(1, 1, (Line("1.0", "client", text),))).rated
    assert len(rated["text"]) == LINE_LENGTH
    assert rated["text"].startswith("We leave.")
    assert rated["text"].endswith("Good bye.")
    assert "[…]" in rated["text"]
    assert "dora" not in rated["text"]


def test_earlier_messages_are_shown_shorter() -> None:
    burst = Burst(1, 1, (Line("2.0", "client", "x"),), (Line("1.0", "us", "y" * 5000),))
    assert len(shown(burst).earlier[0]["text"]) == CONTEXT_LENGTH < LINE_LENGTH


def test_lines_have_a_role_and_no_name() -> None:
    lines = (Line("1.0", "client", "I am dora@acme.example"), Line("2.0", "us", "hi"), Line("3.0", "alice", "hi"))
    assert redact_lines(lines) == [
        {"role": "client", "text": "I am [EMAIL]"},
        {"role": "us", "text": "hi"},
        {"role": "us", "text": "hi"},
    ]
