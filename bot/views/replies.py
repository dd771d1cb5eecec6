"""What `/heed` answers, only to the person who asked."""

from collections.abc import Sequence
from datetime import datetime

from bot.views.parts import (
    BADGES,
    CONTEXT_LENGTH,
    SECTION_LENGTH,
    Block,
    Rendered,
    ago,
    at,
    context,
    cut_marked,
    escape,
    newest_lines,
    on,
    people,
    person,
    quoted,
    section,
)
from models.card import Card, Details, Listing, ReceiptLine

HELP = {
    "page @person what is wrong": "page somebody; without a person the policy decides",
    "alerts": "what is open",
    "show 12": "one alert with its history and receipts",
    "ack 12": "acknowledge: stops the escalation",
    "resolve 12 what was done": "resolve, with notes if you like",
    "false-positive 12 why": "close as a false alarm",
    "reopen 12": "undo a resolve, within an hour",
    "pass 12": "page the next level now",
    "oncall": "who is paged now",
    "test": "page only yourself, to see that it works",
    "admins": "who is in charge; `admins add @person` and `admins remove @person` change it",
    "role @person responder": "make somebody admin, responder or member",
    "help": "this list",
}


def help_text(unknown: str = "") -> str:
    lines = [f"• `/heed {usage}`  {what}" for usage, what in HELP.items()]
    head = f"I don't know “{quoted(unknown, 60)}”. This is what I understand:" if unknown else "What I understand:"
    return "\n".join([head, *lines])


def alerts(listing: Listing, now: datetime, mine: bool) -> Rendered:
    """What is open or acknowledged, worst first."""
    live = [card for card in listing.cards if card.status.is_live]
    if not live:
        return Rendered("Nothing is open." if not mine else "Nothing is open that concerns you.")
    lines = [_line(card, now) for card in live]
    head = "Open alerts, worst first" if not mine else "Open alerts that concern you"
    more = "\nMore are in the Home tab." if listing.has_more else ""
    text = cut_marked("\n".join([f"*{head}*", *lines]) + more, SECTION_LENGTH)
    return Rendered(text, [section(text)])


def _line(card: Card, now: datetime) -> str:
    state = f"acknowledged by {person(card.acknowledged_by)}" if card.acknowledged_by else card.status.label
    return f"{BADGES[card.severity]} *#{card.id}* {quoted(card.title, 120)} · {state} · {ago(card.opened_at, now)}"


def admins(slack_ids: Sequence[str]) -> str:
    return f"Admins: {people(slack_ids, at_most=50)}. Admins are paged by the default policy and may do everything."


_ENTRY_WORDS = {
    "opened": "opened",
    "raised": "raised",
    "raise": "worse now, paged again from level 1",
    "reopen": "critical again, paged again from level 1",
    "resolved": "resolved",
    "acknowledged": "acknowledged",
    "false_positive": "marked as a false positive",
    "reopened": "reopened",
    "passed_on": "passed on to the next level",
    "escalation_exhausted": "nobody answered; escalation exhausted",
    "nobody_reachable": "nobody could be reached; tried again every 5 minutes",
    "policy_without_levels": "the policy has no levels; admins were told",
    "page_failed": "could not be paged",
    "step_failed": "a step failed and is tried again",
    "rescued": "had lost its next step; taken up again",
    "passed_over": "level passed over: nobody to page",
}


def timeline(details: Details) -> list[Block]:
    """The history of an alert and the receipt of every page, for `/heed show` and the Details modal."""
    lines = [_entry(entry.at, entry.kind, entry.person, entry.detail) for entry in details.entries]
    history = newest_lines(lines, SECTION_LENGTH - 20)
    blocks = [section(f"*History*\n{history}")] if history else []
    receipts = newest_lines([_receipt(each) for each in details.receipts], CONTEXT_LENGTH - 20)
    return [*blocks, context(f"*Receipts*\n{receipts}")] if receipts else blocks


def _receipt(line: ReceiptLine) -> str:
    where = f"level {line.level}, lap {line.lap}" if line.level else f"end of lap {line.lap}"
    result = escape(line.result or line.state)
    return f"{at(line.at, '{time_secs}')} {person(line.person)} by {escape(line.way.capitalize())}, {where}: {result}"


def _entry(moment: datetime, kind: str, who: str | None, detail: object) -> str:
    values = detail if isinstance(detail, dict) else {}
    if kind == "escalated":
        what = f"level {values.get('level')}, lap {values.get('lap')} paged {len(values.get('people', ()))}"
    else:
        what = _ENTRY_WORDS.get(kind, kind.replace("_", " "))
    said = f": {quoted(str(values['notes']), 200)}" if values.get("notes") else ""
    by = f" by {person(who)}" if who else ""
    return f"{on(moment)} {what}{by}{said}"
