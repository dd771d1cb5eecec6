"""Cards for the tests of views, one of each kind, all from the same night; and what is checked of every view."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.views.home import HomeData
from bot.views.parts import Block, Rendered
from models.card import (
    Card,
    Details,
    Filter,
    Listing,
    OnCallLevel,
    PageCard,
    ReceiptLine,
    Stats,
    TimelineEntry,
)
from models.words import Origin, PageKind, Severity, Status
from simulator.blocks import problems, view_problems

NIGHT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
NOW = NIGHT + timedelta(minutes=12)

MACHINE = Card(
    id=12,
    origin=Origin.SIGNAL,
    status=Status.OPEN,
    severity=Severity.CRITICAL,
    epoch=1,
    revision=3,
    title="HighLatency on 10.0.0.1:8080",
    opened_at=NIGHT,
    last_seen_at=NIGHT + timedelta(minutes=4),
    details="p99 is 2.3 s",
    link="http://prometheus.example:9090/graph?g0=a&g1=b",
    labels={"service": "checkout", "team": "payments"},
    source="alertmanager prod",
    count=3,
    paged=("U0ALICE", "U0BOB"),
    policy="Nights",
    lap=1,
    laps=3,
    level=1,
    levels=2,
    next_step_at=NIGHT + timedelta(minutes=5),
)
CLIENT = replace(
    MACHINE,
    id=13,
    origin=Origin.CLIENT,
    title="Acme announces to cancel",
    client="Acme",
    client_tier="gold",
    client_owner="U0BOB",
    client_renews=date(2027, 3, 1),
    channel="C0ACME",
    author="U0DORA",
    disagreement="llm says low; the words of the messages (legal) make it high at least.",
    excerpt="We are terminating the contract, our lawyers will call you.",
    indicators=("cancellation", "legal"),
    suggested_action="Call them today.",
    link="https://northwind.slack.com/archives/C0ACME/p1763780000000100",
    details="",
    labels={"channel": "C0ACME"},
    source="",
    count=1,
)
RAISED = replace(
    MACHINE, id=14, origin=Origin.PERSON, severity=Severity.HIGH, title="Door is open", raised_by="U0CHARLIE",
    source="", labels={}, link="", count=1,
)  # fmt: skip
TEST = replace(
    RAISED, id=15, origin=Origin.TEST, severity=Severity.LOW, title="Test page", round_trip=0.42, details=""
)  # fmt: skip
ACKNOWLEDGED = replace(
    MACHINE, status=Status.ACKNOWLEDGED, acknowledged_at=NOW, acknowledged_by="U0ALICE", next_step_at=None
)
RESOLVED = replace(
    ACKNOWLEDGED, status=Status.RESOLVED, epoch=2, closed_at=NOW, closed_by="U0BOB", notes="Restarted it.",
    reopenable=True,
)  # fmt: skip
RESOLVED_BY_SOURCE = replace(RESOLVED, closed_by=None, notes="", reopenable=False)
FALSE_POSITIVE = replace(RESOLVED, status=Status.FALSE_POSITIVE, reopenable=False)
EXHAUSTED = replace(MACHINE, next_step_at=None, exhausted_at=NOW, lap=3, level=2)
SNOOZED = replace(ACKNOWLEDGED, snoozed_until=NOW + timedelta(hours=2), next_step_at=NOW + timedelta(hours=2))
TIMED = replace(ACKNOWLEDGED, opens_again_at=NOW + timedelta(hours=1), next_step_at=NOW + timedelta(minutes=48))
SILENCED = replace(
    MACHINE, level=0, paged=(), silenced_until=NOW + timedelta(hours=2), next_step_at=NOW + timedelta(hours=2)
)
NOTED = replace(ACKNOWLEDGED, newest_note="The *disk* is full again.", notes_by="U0CHARLIE")
OPENED_AGAIN = replace(MACHINE, epoch=2, opened_again="the snooze is over")
FOR_DIGEST = replace(
    CLIENT, severity=Severity.MEDIUM, level=0, paged=(), next_step_at=None, exhausted_at=NIGHT, disagreement=""
)
IN_CHANNEL = replace(MACHINE, paged=("U0ALICE", "C0OPS", "G0SECRET"))

CARDS = {
    "machine": MACHINE,
    "client": CLIENT,
    "raised": RAISED,
    "test": TEST,
    "acknowledged": ACKNOWLEDGED,
    "resolved": RESOLVED,
    "resolved_by_source": RESOLVED_BY_SOURCE,
    "false_positive": FALSE_POSITIVE,
    "exhausted": EXHAUSTED,
    "snoozed": SNOOZED,
    "acknowledged_for_a_time": TIMED,
    "silenced": SILENCED,
    "noted": NOTED,
    "in_channel": IN_CHANNEL,
    "for_digest": FOR_DIGEST,
}
STATS = Stats(3, 1, 12, 4)
ON_CALL = (OnCallLevel(1, ("U0ALICE",), 5), OnCallLevel(2, ("U0ALICE", "U0BOB"), 7.5), OnCallLevel(3, (), 5))


def paged(card: Card, kind: PageKind = PageKind.NEW) -> PageCard:
    return PageCard(card, kind)


def dashboard(cards: tuple[Card, ...], stats: Stats | None = STATS, **more: Any) -> HomeData:
    listing = Listing(cards, has_more=more.pop("has_more", False))
    return HomeData(listing, more.pop("wanted", Filter()), ON_CALL, NOW, stats)


def details_of(card: Card, entries: int = 4, receipts: int = 3, words: str = "Restarted it.") -> Details:
    """The card with a history of so many lines."""
    kinds = ("opened", "escalated", "acknowledged", "resolved", "something_new")
    lines = tuple(
        TimelineEntry(
            NIGHT + timedelta(minutes=number),
            kinds[number % len(kinds)],
            "U0ALICE" if number % 2 else None,
            {"level": 1, "lap": 1, "people": [1, 2], "notes": words if number % 5 == 3 else ""},
        )
        for number in range(entries)
    )
    receipt = ReceiptLine("U0BOB", "Slack", "sent", NIGHT, 1, "delivered", 1, 1)
    return Details(card, lines, tuple(replace(receipt, level=number + 1) for number in range(receipts)))


EVERY_ENTRY: tuple[tuple[str, str | None, dict[str, Any]], ...] = (
    ("note", "U0CHARLIE", {"notes": "The disk is full again."}),
    ("snoozed", "U0ALICE", {"until": NOW.isoformat(), "notes": "Waiting for the vendor"}),
    ("reassigned", "U0ALICE", {"to": "U0BOB"}),
    ("given_back", "U0BOB", {}),
    ("silenced", None, {"silence": 3, "until": NOW.isoformat()}),
    ("open_again", None, {"why": "the snooze is over"}),
    ("reminded", None, {"reopens_at": NOW.isoformat()}),
    ("left_for_digest", None, {}),
    ("answered", "U0ALICE", {}),
    ("held", "U0ALICE", {}),
    ("held_again", "U0ALICE", {}),
    ("runaway", None, {"retry_at": NOW.isoformat()}),
    ("passed_over", None, {"lap": 1, "level": 2, "why": "the level is for critical only, the alert is high"}),
    ("silence_made", None, {"silence": 3, "matchers": 'team="search"', "until": NOW.isoformat()}),
    ("silence_ended", "U0ALICE", {"silence": 3, "matchers": 'team="search"', "until": NOW.isoformat()}),
    ("override", "U0ALICE", {"schedule": "Payments", "start": NIGHT.isoformat(), "end": NOW.isoformat()}),
    ("applied", "U0ALICE", {}),
    ("snoozed", "U0ALICE", {}),
)


def every_entry() -> Details:
    """A history with every kind of Entry that has words of its own besides those of `details_of`."""
    lines = [
        TimelineEntry(NIGHT + timedelta(minutes=number), kind, who, detail)
        for number, (kind, who, detail) in enumerate(EVERY_ENTRY)
    ]
    return Details(OPENED_AGAIN, tuple(lines), ())


def plain(made: Rendered | Block | list[Block] | str) -> Any:
    """A view as JSON."""
    return {"text": made.text, "blocks": made.blocks} if isinstance(made, Rendered) else made


def check_message(made: Rendered) -> None:
    """Within Slack's limits for messages and for updates, and never without top-level text."""
    assert problems(made.blocks, "message") == []
    assert made.text.strip()
    assert len(made.text) <= 4000


def check_view(view: Block) -> None:
    assert view_problems(view, view["type"]) == []
    assert len(json.dumps(view)) <= 250_000
    assert len(view["private_metadata"]) <= 3000


def texts(part: Any, kind: str) -> Iterator[str]:
    """The text of every text object of this kind, however deep."""
    if isinstance(part, dict):
        if part.get("type") == kind and isinstance(part.get("text"), str):
            yield part["text"]
        for each in part.values():
            yield from texts(each, kind)
    elif isinstance(part, list):
        for each in part:
            yield from texts(each, kind)


def marked_up(made: Rendered | Block | list[Block] | str) -> list[str]:
    """Everything that Slack reads as markup."""
    if isinstance(made, str):
        return [made]
    blocks = made.blocks if isinstance(made, Rendered) else made
    return [*texts(blocks, "mrkdwn"), *([made.text] if isinstance(made, Rendered) else [])]


OURS = re.compile(
    r"<@U0[A-Z]+>|<#[CG]0[A-Z]+>|<!date\^\d+\^[^|<>]+\|[^<>]+ UTC>"
    r"|<https?://[^\s<>|]+\|Open(?: the (?:message|source|link))?>"
)


def check_markup(made: Rendered | Block | list[Block] | str) -> None:
    """Every angle bracket belongs to a mention, a moment or a link of ours, whole; nothing is cut in the middle."""
    for text in marked_up(made):
        rest = OURS.sub("", text)
        assert "<" not in rest, rest
        assert ">" not in rest, rest
        assert re.sub(r"&(amp|lt|gt);", "", rest).count("&") == 0, rest
