"""What leaves the building: each pattern with what it must catch and what it must leave."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sentiment.redact import redact, redact_lines
from models.assessment import Line

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
    ("do\u200bra@acme.example", "[EMAIL]"),
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


@pytest.mark.parametrize("piece", ["a", "a.", "0", "00 ", "+1", "4 ", "x@", "AB12", "<@", "xoxb-", "1.", "\u200b"])
def test_the_longest_message_of_slack_takes_no_time(piece: str) -> None:
    text = (piece * 40_000)[:40_000]
    started = time.process_time()
    redact(text)
    assert time.process_time() - started < 0.5


def test_lines_have_a_role_and_no_name() -> None:
    lines = (Line("1.0", "client", "I am dora@acme.example"), Line("2.0", "us", "hi"), Line("3.0", "alice", "hi"))
    assert redact_lines(lines) == [
        {"role": "client", "text": "I am [EMAIL]"},
        {"role": "us", "text": "hi"},
        {"role": "us", "text": "hi"},
    ]
