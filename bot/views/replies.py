"""What `/heed` answers, only to the person who asked."""

import difflib
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.views.alert import held
from bot.views.parts import (
    BADGES,
    CONTEXT_LENGTH,
    SECTION_LENGTH,
    Block,
    Rendered,
    ago,
    at,
    code,
    context,
    cut_marked,
    newest_lines,
    on,
    people,
    person,
    quoted,
    section,
)
from models.card import Card, Details, Listing, ReceiptLine

HELP = {
    "Raise and look": {
        "page @person what is wrong": "page somebody; without a person the policy decides",
        "alerts": "what is open",
        "show 12": "one alert with its history and receipts",
        "test": "page only yourself, to see that it works",
        "ways": "how you are reached besides Slack",
    },
    "Answer": {
        "ack 12": "acknowledge: stops the escalation",
        "resolve 12 what was done": "resolve, with notes if you like",
        "false-positive 12 why": "close as a false alarm",
        "reopen 12": "undo a resolve, within an hour",
        "note 12 what you found": "write a note into its history",
    },
    "Let it wait, or let others": {
        "snooze 12 2h": "or `until tomorrow 9:00`; then it is open again",
        "pass 12": "page the next level now",
        "give 12 @person": "page somebody else first",
        "give-back 12": "after an acknowledge: somebody else has to take it",
    },
    "Quiet": {
        'silence team="search" 2h deploy': "hold alerts back, in case of a maintenance",
        "silences": "what is silenced",
        "unsilence 3": "end a silence; what it held goes on",
    },
    "On call": {
        "oncall": "who is paged now, and who is next",
        "schedule": "the schedules; with a name, its next 14 days",
        "who severity=critical team=payments": "who would be paged, with a time after it if not now",
        "override @person 2h": "put somebody on call for a while, with the schedule's name if there are several; "
        "`override end @person` takes it back",
    },
    "Verdicts on clients' messages": {
        "quality": "how good they were in the last 30 days, and what they took",
        "sent 12": "for admins: exactly what left the building for an alert's newest verdict",
    },
    "Clients": {
        'watch #acme client:"Acme" tier:gold owner:@person renews:2027-03-01': "a channel is a client's; all but the "
        "channel may be left out",
        "unwatch #acme": "store nothing from the channel any more",
        "clients": "who they are, and who waits for a reply",
    },
    "Machines": {
        "heartbeat": "who is expected to beat, and who is silent; `heartbeat add nightly every:1d grace:1h` adds one",
        'intake #alerts title:"FIRING: (.*)" resolved:"RESOLVED: (.*)"': "what other apps post there is an alert",
        "emoji :rotating_light:": "on a message it raises an alert about it",
    },
    "Sources of alerts": {
        "source": "the monitoring tools that send here; with a name, what came from one",
    },
    "Heed": {
        "token new grafana-dashboard": "for admins: a token for the REST API; `token` lists them, `token revoke NAME` "
        "ends one",
        "admins": "who is in charge; `admins add @person` and `admins remove @person` change it",
        "role @person responder": "make somebody admin, responder or member",
        "help": "this list",
    },
}
"""What `/heed` understands, by group: how it is typed, and what it does."""


def help_text(unknown: str = "") -> str:
    """Everything, or only what is most like an `unknown` word."""
    names = list(dict.fromkeys(usage.split()[0] for usages in HELP.values() for usage in usages))
    close = difflib.get_close_matches(unknown.lower(), names, n=1)
    if close:
        return f"I don't know “{quoted(unknown, 30)}”. Did you mean `/heed {close[0]}`? `/heed help` lists everything."
    head = f"I don't know “{quoted(unknown, 30)}”. This is what I understand:" if unknown else "What I understand:"
    return "\n\n".join([head, *(_help_group(name, usages) for name, usages in HELP.items())])


def _help_group(name: str, usages: Mapping[str, str]) -> str:
    return "\n".join([f"*{name}*", *(f"• `/heed {usage}`  {what}" for usage, what in usages.items())])


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
    if card.silenced_until or card.snoozed_until:
        state += f", {held(card)}"
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
    "left_for_digest": "pages nobody: medium alerts of clients wait for the daily digest",
    "answered": "answered in the conversation",
    "held": "asked the client for patience",
    "held_again": "asked the client for patience once more, which buys no more time",
    "passed_on": "passed on to the next level",
    "escalation_exhausted": "nobody answered; escalation exhausted",
    "nobody_reachable": "nobody could be reached; tried again every 5 minutes",
    "policy_without_levels": "the policy has no levels; admins were told",
    "page_failed": "could not be paged",
    "step_failed": "a step failed and is tried again",
    "rescued": "had lost its next step; taken up again",
    "passed_over": "level {level} passed over: {why}",
    "note": "note",
    "snoozed": "snoozed until {until}",
    "reassigned": "given to {to}",
    "given_back": "given back",
    "silenced": "held back by silence {silence} until {until}",
    "open_again": "open again: {why}",
    "reminded": "whoever acknowledged was reminded; open again {reopens_at} without an answer",
    "runaway": "too many levels within a minute; goes on {retry_at}",
    "silence_made": "silence {silence} made: {matchers}, until {until}",
    "silence_changed": "silence {silence} changed: {matchers}, until {until}",
    "silence_ended": "silence {silence} ended: {matchers}",
    "override": "override in {schedule}, from {start} until {end}",
    "override_ended": "overrides in {schedule} ended",
    "applied": "rules applied from a file",
    "watched": "channel {channel} watched for {client}",
    "unwatched": "channel {channel} not watched any more: {why}",
    "left": "Heed was taken away from the workspace: nobody is paged any more",
    "channel_ended": "its channel is not watched any more: nobody is paged any more",
    "channel_back": "its channel is watched again: it goes on",
    "channel_renamed": "channel {old} is {new} now",
    "asked_if_true": "its source is silent since {since}; asked whether it is still true",
    "still_true": "said to be still true",
    "emoji_set": "the emoji that raises alerts is {emoji}",
    "events_lost": "Slack held events back for a minute",
    "uninstalled": "Heed was taken away from the workspace",
    "token_made": "token {name} made",
    "token_revoked": "token {name} revoked",
    "way_added": "added another way: {way}",
    "way_confirmed": "confirmed another way: {way}",
    "way_changed": "changed when pages go by {way}",
    "way_removed": "removed another way: {way}",
}
_MOMENTS = ("until", "since", "reopens_at", "retry_at", "start", "end")


class _Told(dict[str, str]):
    """The details of an Entry as words; what is missing is left open."""

    def __missing__(self, key: str) -> str:
        return "…"

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "_Told":
        return cls({key: cls._word(key, value) for key, value in values.items()})

    @staticmethod
    def _word(key: str, value: object) -> str:
        if key in _MOMENTS and isinstance(value, str):
            return on(datetime.fromisoformat(value))
        return person(str(value)) if key == "to" else quoted(str(value), 120)


def timeline(details: Details) -> list[Block]:
    """The history of an alert and the receipt of every page, for `/heed show` and the Details modal."""
    lines = [_entry(entry.at, entry.kind, entry.person, entry.detail) for entry in details.entries]
    history = newest_lines(lines, SECTION_LENGTH - 20)
    blocks = [section(f"*History*\n{history}")] if history else []
    receipts = newest_lines([_receipt(each) for each in details.receipts], CONTEXT_LENGTH - 20)
    return [*blocks, context(f"*Receipts*\n{receipts}")] if receipts else blocks


def _receipt(line: ReceiptLine) -> str:
    where = f"level {line.level}, lap {line.lap}" if line.level else f"end of lap {line.lap}"
    result = quoted(line.result or line.state, 200) + (f", attempt {line.attempt}" if line.attempt > 1 else "")
    return f"{at(line.at, '{time_secs}')} {person(line.person)} by {quoted(line.way, 80)}, {where}: {result}"


def _entry(moment: datetime, kind: str, who: str | None, detail: object) -> str:
    values = detail if isinstance(detail, dict) else {}
    if kind == "escalated":
        what = f"level {values.get('level')}, lap {values.get('lap')} paged {len(values.get('people', ()))}"
    else:
        words = _ENTRY_WORDS.get(kind)
        what = words.format_map(_Told.of(values)) if words else quoted(kind.replace("_", " "), 60)
    said = f": {quoted(str(values['notes']), 200)}" if values.get("notes") else ""
    by = f" by {person(who)}" if who else ""
    by += f" by {quoted(str(values['user']), 80)}" if values.get("user") else ""
    by += f" with the token {code(str(values['token']), 80)}" if values.get("token") else ""
    by += " with the link of a page" if values.get("by_link") else ""
    return f"{on(moment)} {what}{by}{said}"
