"""What is said outside Slack, in plain text: short enough for a text message, and without anybody else's links.

A title has at most 100 characters, a body 400 with its link. Times are absolute, with the zone's abbreviation: a text
message cannot follow its reader's clock.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.views.parts import clean, cut
from models.card import Card, PageCard
from models.words import Origin, PageKind, Status

TITLE_LENGTH, BODY_LENGTH = 100, 400
NAMED_LENGTH = 60
READ_LENGTH = 1000
"""No more of a text is looked at: there is no room for it, and looking for links takes long in long ones."""
LEAST_WORDS = 40
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://\S*|\bwww\.\S+|\b(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?/\S*|\b(?:javascript|data|mailto):\S+", re.I
)
_REASONS = {
    PageKind.ESCALATION: "Nobody before you has answered.",
    PageKind.EXHAUSTED: "Nobody has answered, the escalation has ended.",
    PageKind.UNREACHABLE: "Nobody could be reached.",
    PageKind.MISCONFIGURED: "Its policy pages nobody.",
    PageKind.OPEN_AGAIN: "It is open again.",
    PageKind.REMINDER: "You have it, and it is not resolved yet.",
    PageKind.RUNAWAY: "Its levels follow each other too fast.",
}


def message(cards: Sequence[PageCard], links: Mapping[int, str], zone: str) -> tuple[str, str]:
    """(title, body) of a page: what happened, how bad it is, since when, and the link to look and to acknowledge.

    `links` are by alert id, `zone` is the reader's IANA name. Several alerts are counted, the worst is told first.
    Raises ValueError without any.
    """
    if not cards:
        raise ValueError("a message is about at least one alert")
    shown = sorted(cards, key=lambda each: (each.card.status is not Status.OPEN, each.card.severity, each.card.id))
    return _one(shown[0], links, zone) if len(shown) == 1 else _several(shown, links, zone)


def code(digits: str) -> tuple[str, str]:
    """The code that proves that a way reaches its person."""
    body = (
        f"Your code is {digits}. Enter it in Slack: /heed ways. It works for 15 minutes. "
        "If you have not asked for it, ignore this message: without the code nothing more comes."
    )
    return f"Heed: code {digits}", body


def test() -> tuple[str, str]:
    """What a test sends."""
    return "Heed: test", "This is a test that you have asked for in Slack. Pages come this way."


def _one(page: PageCard, links: Mapping[int, str], zone: str) -> tuple[str, str]:
    card = page.card
    link = links.get(card.id, "")
    head = f"{_word(card)} #{card.id}: "
    ends = [*_reason(page), f"{_standing(card)} since {moment(card.opened_at, zone)}.", _what_to_do(link)]
    room = BODY_LENGTH - sum(len(each) + 1 for each in ends)
    told = _told(card, max(room, 0))
    return head + cut(_title(card), TITLE_LENGTH - len(head)), fitted("\n".join([*told, *ends]), link)


def _several(shown: Sequence[PageCard], links: Mapping[int, str], zone: str) -> tuple[str, str]:
    waiting = [each.card for each in shown if each.card.status is Status.OPEN]
    many = f"{len(shown)} alerts, {len(waiting)} open" if len(waiting) != len(shown) else f"{len(shown)} alerts"
    worst = shown[0].card
    link = links.get(worst.id, "")
    head = f"{many}, worst {_word(worst)} #{worst.id}: "
    end = f"The worst: {_what_to_do(link)}" if link else "Answer in Slack."
    lines, room = [f"{_counts([each.card for each in shown])}."], BODY_LENGTH - len(end) - 40
    for each in shown:
        since = f" ({moment(each.card.opened_at, zone)})" if each is shown[0] else ""
        line = f"{_word(each.card)} #{each.card.id} {cut(_title(each.card), NAMED_LENGTH)}{since}"
        if sum(len(one) + 1 for one in lines) + len(line) > room:
            break
        lines.append(line)
    more = len(shown) - len(lines) + 1
    if more:
        lines.append(f"and {more} more in Slack.")
    return head + cut(_title(worst), TITLE_LENGTH - len(head)), fitted("\n".join([*lines, end]), link)


def fitted(text: str, link: str) -> str:
    """At most 400 characters that still end in the whole link (or in nothing)."""
    if len(text) <= BODY_LENGTH:
        return text
    return f"{cut(text.removesuffix(link), max(BODY_LENGTH - len(link) - 1, 0))} {link}".strip()


def _counts(cards: Sequence[Card]) -> str:
    found: dict[str, int] = {}
    for card in sorted(cards, key=lambda each: each.severity):
        found[card.severity.label] = found.get(card.severity.label, 0) + 1
    return f"{len(cards)} alerts: " + ", ".join(f"{count} {label}" for label, count in found.items())


def _word(card: Card) -> str:
    return "Test" if card.origin is Origin.TEST else card.severity.label.capitalize()


def _title(card: Card) -> str:
    named = f"{card.client}: {card.title}" if card.client else card.title
    return line(named) or "an alert"


def _told(card: Card, room: int) -> list[str]:
    """What a title has no room for, as far as there is room."""
    words = line(card.excerpt or card.details)
    where = f"From {line(card.source)}." if card.source else ""
    found = [where] if where and len(where) < room else []
    room -= sum(len(each) + 1 for each in found)
    return [*found, cut(words, room - 1)] if words and room > LEAST_WORDS else found


def _reason(page: PageCard) -> list[str]:
    reason = _REASONS.get(page.kind)
    return [reason] if reason else []


def _standing(card: Card) -> str:
    return card.status.label.capitalize()


def _what_to_do(link: str) -> str:
    return f"Look and acknowledge: {link}" if link else "Answer in Slack."


def line(text: str) -> str:
    """Outside text on one line, without what cannot be seen, and with its links taken out."""
    seen = "".join(char if char.isprintable() else " " for char in clean(text[:READ_LENGTH]))
    return _LINK.sub("(link)", " ".join(seen.split()))


def moment(at: datetime, zone: str) -> str:
    """A moment by the reader's clock: "2026-11-22 14:05 CET"; UTC where the zone is none."""
    try:
        local = at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"{at:%Y-%m-%d %H:%M} UTC"
    return f"{local:%Y-%m-%d %H:%M} {local.tzname() or 'UTC'}"
