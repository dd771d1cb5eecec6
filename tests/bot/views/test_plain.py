"""What is said outside Slack: short, in plain text, with times in words, and without links of others."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import plain
from bot.views.plain import BODY_LENGTH, TITLE_LENGTH, code, line, message, moment
from models.card import PageCard
from models.words import PageKind, Severity, Status
from tests.bot.views.cards import ACKNOWLEDGED, CARDS, CLIENT, MACHINE, NIGHT, RAISED, TEST, paged

LINK = "https://heed.example.org/a/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-AbCdEf"
PIECES = [
    "<!channel>",
    "https://",
    "evil.example",
    "/",
    "a.b/",
    "\n",
    "\x00",
    "\u202e",
    "\u2028",
    "\ue000",
    " ",
    "word",
    "ß",
]
OUTSIDE = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
LINKS = {card.id: f"{LINK}{card.id}" for card in CARDS.values()}


def test_one_alert_says_what_how_bad_since_when_and_what_to_do() -> None:
    assert message([paged(MACHINE)], LINKS, "Europe/Berlin") == (
        "Critical #12: HighLatency on 10.0.0.1:8080",
        f"From alertmanager prod.\np99 is 2.3 s\nOpen since 2026-11-22 04:00 CET.\nLook and acknowledge: {LINK}12",
    )


def test_a_client_is_named_and_quoted() -> None:
    title, body = message([paged(CLIENT)], LINKS, "America/New_York")
    assert title == "Critical #13: Acme: Acme announces to cancel"
    assert body.startswith("We are terminating the contract")
    assert "Open since 2026-11-21 22:00 EST." in body


def test_the_reason_is_told_where_it_is_not_a_new_alert() -> None:
    told = {kind: message([PageCard(RAISED, kind)], LINKS, "UTC")[1] for kind in PageKind}
    assert "Nobody before you has answered." in told[PageKind.ESCALATION]
    assert "Nobody has answered, the escalation has ended." in told[PageKind.EXHAUSTED]
    assert "It is open again." in told[PageKind.OPEN_AGAIN]
    assert len(set(told.values())) == len(PageKind)


def test_a_test_page_is_called_one() -> None:
    assert message([paged(TEST)], LINKS, "UTC")[0] == "Test #15: Test page"


def test_several_are_counted_with_the_worst_first() -> None:
    low = replace(RAISED, id=30, severity=Severity.LOW, title="Cron is late")
    cards = [low, RAISED, replace(MACHINE, id=12), replace(ACKNOWLEDGED, id=31)]
    title, body = message([paged(each) for each in cards], LINKS, "UTC")
    assert title == "4 alerts, 3 open, worst Critical #12: HighLatency on 10.0.0.1:8080"
    first, second, *rest = body.split("\n")
    assert first == "4 alerts: 2 critical, 1 high, 1 low."
    assert second == "Critical #12 HighLatency on 10.0.0.1:8080 (2026-11-22 03:00 UTC)"
    assert rest[0] == "High #14 Door is open"
    assert rest[-1] == f"The worst: Look and acknowledge: {LINK}12"


def test_too_many_to_name_are_counted() -> None:
    cards = [paged(replace(MACHINE, id=100 + number, title="x" * 100)) for number in range(40)]
    title, body = message(cards, {card.card.id: LINK for card in cards}, "UTC")
    assert len(title) <= TITLE_LENGTH
    assert len(body) <= BODY_LENGTH
    found = re.search(r"and (\d+) more in Slack\.", body)
    assert found is not None
    assert int(found[1]) + body.count("Critical #") == 40


def test_without_a_link_slack_is_named() -> None:
    assert message([paged(MACHINE)], {}, "UTC")[1].endswith("Answer in Slack.")
    assert message([paged(MACHINE), paged(RAISED)], {}, "UTC")[1].endswith("Answer in Slack.")


def test_no_message_is_about_nothing() -> None:
    with pytest.raises(ValueError, match="at least one alert"):
        message([], {}, "UTC")


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/x", "HTTP://evil.example", "ftp://evil.example", "www.evil.example", "evil.example/login",
     "evil.co.uk:8080/a?b", "javascript:alert(1)", "tg://resolve?domain=x", "mailto:x@evil.example"],
)  # fmt: skip
def test_links_of_others_are_taken_out(link: str) -> None:
    assert line(f"Click {link} now") == "Click (link) now"


def test_names_of_hosts_and_times_stay() -> None:
    kept = "db1.prod.example.com 10.0.0.1:8080 failed at 12:30, 3/4 pods, a/b test, Error: no disk"
    assert line(kept) == kept


@settings(max_examples=60)
@given(st.lists(OUTSIDE, min_size=4, max_size=4), st.sampled_from(PageKind), st.integers(1, 30))
def test_whatever_alerts_say_a_message_stays_short_and_holds_no_link_but_ours(
    said: list[str], kind: PageKind, count: int
) -> None:
    title, details, client, source = said
    card = replace(MACHINE, title=title, details=details, client=client, source=source)
    cards = [PageCard(replace(card, id=number), kind) for number in range(1, count + 1)]
    head, body = message(cards, {each.card.id: LINK for each in cards}, "Asia/Kathmandu")
    assert 0 < len(head) <= TITLE_LENGTH
    assert 0 < len(body) <= BODY_LENGTH
    assert body.endswith(LINK)
    assert "://" not in head + body.removesuffix(LINK)
    assert head.isprintable()
    assert body.replace("\n", "").isprintable()


def test_moments_are_by_the_readers_clock() -> None:
    assert moment(NIGHT, "Europe/London") == "2026-11-22 03:00 GMT"
    assert moment(NIGHT, "Asia/Kathmandu") == "2026-11-22 08:45 +0545"
    assert moment(NIGHT, "Nowhere/Land") == moment(NIGHT, "../etc/passwd") == "2026-11-22 03:00 UTC"


def test_codes_and_tests_fit_into_a_text_message() -> None:
    title, body = code("012345")
    assert title == "Heed: code 012345"
    assert "Your code is 012345." in body
    assert all(len(each) <= BODY_LENGTH for each in (*code("012345"), *plain.test()))


def test_a_long_address_of_ours_is_never_cut() -> None:
    link = "https://heed.example.org/" + "x" * 300
    body = message([paged(replace(MACHINE, details="y" * 500), PageKind.EXHAUSTED)], {12: link}, "UTC")[1]
    assert body.endswith(link)
    assert len(body) <= BODY_LENGTH
    assert Status.OPEN.label.capitalize() in body or "…" in body
