"""What people's marks look like: the form for a missed message, the figures, and what left the building."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bot.views.parts import (
    Block,
    Rendered,
    clean,
    context,
    cut,
    escape,
    option,
    passage,
    plain,
    quoted,
    section,
    text_input,
)
from models.card import Quality
from models.words import Risk

MISSED = "missed_message"
RISK, WHY = "risk", "why"
WHY_LENGTH = 500
OFFERED = (Risk.CRITICAL, Risk.HIGH, Risk.MEDIUM)

MESSAGES_SHOWN = 12
DAYS_SHOWN = 7
MESSAGE_LENGTH = 1500

NO_CLIENTS = "This message is no client's, or Heed has not stored it, so there is nothing to mark. Nothing has changed."
NOT_ALLOWED = "Only admins and responders may mark messages as missed. Nothing has changed."
MARKED_BEFORE = "This message was marked as missed before. Nothing has changed."


def missed(metadata: Mapping[str, str]) -> Block:
    """How bad is the message that no verdict has caught, and why? `metadata` says where it stands."""
    risks = [option(risk.value.capitalize(), risk.value) for risk in OFFERED]
    choice = {"type": "static_select", "action_id": RISK, "options": risks, "initial_option": risks[1]}
    return {
        "type": "modal",
        "callback_id": MISSED,
        "private_metadata": json.dumps(metadata),
        "title": plain("Missed this"),
        "submit": plain("Mark"),
        "close": plain("Cancel"),
        "blocks": [
            {"type": "input", "block_id": RISK, "label": plain("How bad is it?"), "element": choice},
            text_input(WHY, "Why?", WHY_LENGTH, multiline=True, optional=True),
            context("It opens no alert. Its redacted text is an example for the verdicts to come, kept for 90 days."),
        ],
    }


def marked(risk: str) -> str:
    """What follows from a mark, for whoever has made it."""
    return (
        f"Marked as missed: it was {risk}. Messages like it are rated with this one as an example, and `/heed quality` "
        "counts it. Nobody was paged; if somebody has to answer now, use `/heed page` or *Raise an alert*."
    )


def quality(found: Quality) -> str:
    """The figures of the last 30 days in a few lines."""
    if not (found.alerts or found.verdicts or found.missed or found.unread):
        return "There is nothing to tell yet: no client's message was rated in the last 30 days."
    return "\n".join(["*Verdicts of the last 30 days*", *_alerts(found), *_verdicts(found), *_unread(found)])


def _alerts(found: Quality) -> list[str]:
    closed = found.confirmed + found.false_positives
    right = "Precision: not known, nobody has closed one yet"
    if found.precision is not None:
        right = (
            f"Precision: {found.precision:.0%} of {closed} closed were real, "
            f"{1 - found.precision:.0%} false positives ({found.false_positives})"
        )
    detect = "Median time to detect: not known"
    if found.detect_s is not None:
        detect = f"Median time to detect: {_span(found.detect_s)} from the message to its alert"
    return [
        f"• Client alerts: {found.alerts}",
        f"• {right}",
        f"• Missed, as far as marked: {found.missed}",
        f"• {detect}",
    ]


def _verdicts(found: Quality) -> list[str]:
    if not found.verdicts:
        return ["• Verdicts: none"]
    share = (
        f", {found.provisional_share:.0%} of them provisional" if found.provisional else ", none of them provisional"
    )
    cost = f"{found.cost:.2f} by the prices that are set" if found.cost else "none counted"
    return [f"• Verdicts: {found.verdicts}{share}", f"• Tokens: {found.tokens:,}; cost: {cost}"]


def _unread(found: Quality) -> list[str]:
    """The days on which something was not read, the last ones first."""
    days = Counter(minute.date() for minute in found.unread)
    return [
        f"• {number} minute{'' if number == 1 else 's'} on {day:%b} {day.day} could not be read: "
        "Slack held messages back then"
        for day, number in sorted(days.items(), reverse=True)[:DAYS_SHOWN]
    ]


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def sent(alert_id: int, sendings: Sequence[Mapping[str, Any]]) -> Rendered:
    """Exactly what left the building for a verdict, message by message, and how much of it is not shown here."""
    shown = list[Block]()
    messages = [(each, message) for each in sendings for message in each["messages"]]
    for sending in sendings:
        head = f"*For the newest verdict on #{alert_id}* this went to {_literally(sending['server'])}, "
        shown.append(section(f"{head}model {_literally(sending['model'])}:"))
        shown += [block for _, message in messages[:MESSAGES_SHOWN] if _ is sending for block in _message(message)]
    more = len(messages) - MESSAGES_SHOWN
    if more > 0:
        shown.append(context(f"{more} more messages are not shown."))
    servers = ", ".join(dict.fromkeys(_literally(each["server"]) for each in sendings))
    text = f"For the newest verdict on #{alert_id}, {len(messages)} messages went to {servers}."
    return Rendered(text, shown)


def _message(message: Mapping[str, Any]) -> list[Block]:
    text = clean(str(message.get("content") or ""))
    left_out = len(text) - MESSAGE_LENGTH
    blocks = [context(f"*{quoted(str(message.get('role') or ''), 40)}*"), passage(cut(text, MESSAGE_LENGTH))]
    return [*blocks, context(f"{left_out:,} more characters are not shown.")] if left_out > 0 else blocks


def _literally(text: str) -> str:
    return escape(cut(" ".join(text.split()), 200))
