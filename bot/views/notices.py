"""What people are told without being asked for an answer: hand-offs, findings, replies that are due."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.views.alert import ACTION_IDS
from bot.views.installing import scopes_missing, welcome
from bot.views.parts import (
    BADGES,
    SECTION_LENGTH,
    TEXT_LENGTH,
    Block,
    Rendered,
    actions,
    button,
    context,
    cut_marked,
    on,
    person,
    quoted,
    safe_link,
    section,
)
from models.answer import Answer
from models.words import Severity

FINDINGS_SHOWN = 15
STILL_TRUE = "still_true"


def notice(kind: str, detail: Mapping[str, Any]) -> Rendered:
    """The message of one notice; raises KeyError for a kind that nobody has written words for."""
    return _NOTICES[kind](detail)


def _on_call(detail: Mapping[str, Any]) -> Rendered:
    until = f" until {on(_moment(detail['until']))}" if detail["until"] else ""
    instead = " by an override" if detail["is_override"] else ""
    head = f"You are on call for *{quoted(detail['schedule'], 80)}*{until}{instead}."
    if detail["leaving"]:
        head += f" You take over from {person(detail['leaving'])}."
    lines = [_alert(each) for each in detail["alerts"]]
    more = detail["open"] - len(lines)
    if more > 0:
        lines.append(f"and {more} more: `/heed alerts` lists all.")
    what = "Nothing is open." if not detail["open"] else f"{_count(detail['open'], 'alert')} of this schedule wait:"
    return _told("\n".join([f"{head} {what}", *lines]))


def _off_call(detail: Mapping[str, Any]) -> Rendered:
    who = f"{person(detail['arriving'])} has taken over." if detail["arriving"] else "*Nobody has taken over.*"
    return _told(f"You are no longer on call for *{quoted(detail['schedule'], 80)}*. {who}")


def _reply_due(detail: Mapping[str, Any]) -> Rendered:
    who = quoted(detail["client"], 80) or "A client"
    link = safe_link(detail["link"])
    where = f" in <#{detail['channel']}>" + (f" (<{link}|open the message>)" if link else "")
    since, due = on(_moment(detail["since"])), on(_moment(detail["due"]))
    return _told(f"*{who}* waits for a reply{where} since {since}. It is promised until {due}; then it is an alert.")


def _clock_failed(detail: Mapping[str, Any]) -> Rendered:
    who = quoted(detail["client"], 80) or "A client"
    return _told(
        f":warning: *{who}* waits for a reply in <#{detail['channel']}>, but looking at the clock failed five times "
        f"({quoted(detail['error'], 80)}): nobody is warned, and a late reply is no alert. Please reply, and look at "
        "the client's business hours, time zone and tier. It is tried again every hour; the worker's log says more."
    )


def _heartbeat_failed(detail: Mapping[str, Any]) -> Rendered:
    name, error = quoted(detail["name"], 80), quoted(detail["error"], 80)
    return _told(
        f":warning: Looking at the heartbeat *{name}* failed five times ({error}): nobody is paged if it goes silent. "
        "Remove it with `/heed heartbeat remove` and add it again. Until then it is tried again every hour; the "
        "worker's log says more."
    )


def _handoff_failed(detail: Mapping[str, Any]) -> Rendered:
    name, error = quoted(detail["schedule"], 80), quoted(detail["error"], 80)
    return _told(
        f":warning: Looking at the hand-offs of the schedule *{name}* failed five times ({error}): nobody is told that "
        f"their shift begins. `/heed oncall` shows who is on call; please look at its layers. It is tried again every "
        "hour; the worker's log says more."
    )


def _suggest_client(detail: Mapping[str, Any]) -> Rendered:
    name, client = quoted(detail["name"], 80), quoted(detail["client"], 80).replace('"', "'")
    line = f'/heed watch #{name} client:"{client or name}"'
    return _told(
        f"<#{detail['channel']}> is shared with {f'*{client}*' if client else 'somebody outside'}, and Heed is in it. "
        f"To make it a client's channel, with a tier and an owner, type:\n`{line}`\n"
        "Add `tier:gold owner:@person renews:2027-03-01` as you like. `/heed clients` lists all clients."
    )


def _channel_ended(detail: Mapping[str, Any]) -> Rendered:
    numbers = " ".join(f"*#{each}*" for each in detail["alerts"])
    more = detail["open"] - len(detail["alerts"])
    return _told(
        f"<#{detail['channel']}> is not watched any more, and {_count(detail['open'], 'alert')} of it "
        f"{'is' if detail['open'] == 1 else 'are'} not closed: {numbers}{f' and {more} more' if more > 0 else ''}. "
        "They can still be answered, but nobody is paged about them any more, and no reply is waited for. "
        "`/heed watch` takes them up again."
    )


def _digest(detail: Mapping[str, Any]) -> Rendered:
    head = f"Daily digest: {_count(detail['open'], 'alert')} of clients, medium or less, open and waiting."
    lines = [f"*{head}*", *map(_waiting, detail["alerts"])]
    more = detail["open"] - len(detail["alerts"])
    foot = f"and {more} more. " if more > 0 else ""
    lines.append(f"{foot}`/heed alerts` lists all; a route that names a policy pages somebody for them.")
    text = cut_marked("\n".join(lines), SECTION_LENGTH)
    return Rendered(text, [section(text)])


def _waiting(each: Mapping[str, Any]) -> str:
    link = safe_link(each["link"])
    where = f" in <#{each['channel']}>" if each["channel"] else ""
    shown = f"  <{link}|Open>" if link else ""
    who = f"{quoted(each['client'], 60)}: " if each["client"] else ""
    return f"• *#{each['id']}* {who}{quoted(each['title'], 120)}{where}, {on(_moment(each['opened']))}{shown}"


def _findings(detail: Mapping[str, Any]) -> Rendered:
    found = detail["findings"]
    head = f"Somebody might not be reached: {_count(len(found), 'thing')} to look at."
    foot = context("Checked when the rules change, nightly, and at each hand-off. Home shows what is still open.")
    text = "\n".join([head, *finding_lines(found)])
    return Rendered(cut_marked(text, TEXT_LENGTH), [section(f"*{head}*"), *findings_blocks(found), foot])


def findings_blocks(found: Sequence[Any]) -> list[Block]:
    """The findings of the last check, for the notice and for Home."""
    return [section("\n".join(finding_lines(found)))] if found else []


def finding_lines(found: Sequence[Any]) -> list[str]:
    lines = [_finding(each) for each in found[:FINDINGS_SHOWN]]
    more = len(found) - FINDINGS_SHOWN
    return [*lines, f"and {more} more."] if more > 0 else lines


def _finding(each: Mapping[str, Any]) -> str:
    who = f" {person(each['person'])}:" if each["person"] else ""
    when = f" The first time is {on(_moment(each['moment']))}." if each["moment"] else ""
    return f"• {quoted(each['where'], 120)}:{who} {quoted(each['text'], 300)}{when}"


def _stale(detail: Mapping[str, Any]) -> Rendered:
    number, since = detail["alert"], on(_moment(detail["since"]))
    text = (
        f"*{quoted(detail['source'], 80)}* has said nothing about *#{number}* {quoted(detail['title'], 120)} since "
        f"{since}; it came {detail['times']} times before. Is it still true?"
    )
    value = json.dumps({"alert": number, "epoch": detail["epoch"]})
    buttons = actions(
        f"stale:{number}",
        button("Resolve", ACTION_IDS[Answer.RESOLVE], value),
        button("Still true", STILL_TRUE, value),
    )
    return Rendered(f"{text} `/heed resolve {number}` closes it.", [section(text), buttons])


def _way(detail: Mapping[str, Any]) -> Rendered:
    """What came of a code or a test that somebody asked for."""
    label, why = quoted(detail["label"], 80), quoted(detail["why"], 200)
    if not why:
        return _told(f"Your test to *{label}* was taken there. If it has not arrived, look at the address once more.")
    what = "test" if detail["task"] == "test" else "code"
    was = "is unclear: " if why.startswith("it may have arrived") else "was not sent: "
    return _told(f"Your {what} to *{label}* {was}{why}. `/heed ways` sends another, or removes the way.")


def still_true(alert_id: int, title: str, who: str) -> Rendered:
    """What stands in the question's place once somebody has answered so."""
    return _told(
        f"{person(who)} says that *#{alert_id}* {quoted(title, 120)} is still true. If its source stays silent, I ask "
        "again after the same time."
    )


def _alert(each: Mapping[str, Any]) -> str:
    badge = BADGES[Severity.parse(each["severity"])]
    return f"{badge} *#{each['id']}* {quoted(each['title'], 120)} · {each['severity']}, {each['status']}"


def _told(text: str) -> Rendered:
    return Rendered(cut_marked(text, TEXT_LENGTH), [section(text)])


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored)


_NOTICES: dict[str, Callable[[Mapping[str, Any]], Rendered]] = {
    "on_call": _on_call,
    "off_call": _off_call,
    "findings": _findings,
    "reply_due": _reply_due,
    "clock_failed": _clock_failed,
    "heartbeat_failed": _heartbeat_failed,
    "handoff_failed": _handoff_failed,
    "digest": _digest,
    "channel_ended": _channel_ended,
    "suggest_client": _suggest_client,
    "stale": _stale,
    "installed": welcome,
    "scopes_missing": scopes_missing,
    "way": _way,
}
