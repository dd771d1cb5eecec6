"""Sources in Slack: the list, one with what came to it, the form that adds one, and a new address to paste."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.views.parts import (
    SECTION_LENGTH,
    Block,
    Rendered,
    actions,
    ago,
    button,
    clean,
    code,
    context,
    cut,
    first_lines,
    on,
    option,
    plain,
    quoted,
    section,
    text_input,
)
from models.intake import NAME_LENGTH, RequestLine, SignalLine, SourceDetails, SourceLine

ADD, TEST, ROTATE, FORM = "source_add", "source_test", "source_rotate", "add_source"
KIND, NAME = "source_kind", "source_name"
ONLY_ADMINS = "Only admins may do that. `/heed admins` says who they are. Nothing has changed."
ONLY_RESPONDERS = "Sources are for admins and responders. `/heed admins` says who can make you one."
GONE = "This source is gone. `/heed source` lists what is there."
JOINED = "The test signal came in, but a group or a storm of alerts has taken it in, so nobody was paged for it."
PASTED_LENGTH = 2900
BODY_LENGTH = 1500
_OUTCOMES = {
    "open": "opened",
    "repeat": "repeated",
    "raise": "raised",
    "resolve": "resolved",
    "note_resolved": "resolved before",
    "ignore_closed": "closed before, so nothing opened",
    "ignore_unknown": "resolved, but nothing was open",
    "ignore_late": "late, about an earlier problem",
}


@dataclass(frozen=True)
class Address:
    """A new address and all that is pasted into the tool; `until` is when the previous address ends, if it does."""

    source_id: int
    tool: str
    name: str
    address: str
    snippet: str
    key: str = ""
    until: datetime | None = None


def listing(lines: Sequence[SourceLine], tools: Mapping[str, str], now: datetime) -> str:
    """A line for each source; `tools` are what people call the kinds."""
    if not lines:
        return "There is no source yet. An admin adds one in the Home tab: *Add a source*."
    told = first_lines([_line(each, tools, now) for each in lines], SECTION_LENGTH - 200)
    return f"{told}\n`/heed source NAME` shows what came to one."


def _line(line: SourceLine, tools: Mapping[str, str], now: datetime) -> str:
    seen = f"last signal {_ago(line.last_signal_at, now)}" if line.last_signal_at else "no signal yet"
    counts = [f"{line.unreadable} unreadable" * bool(line.unreadable), f"{line.refused} refused" * bool(line.refused)]
    wrong = ", ".join(each for each in counts if each)
    tool = quoted(tools.get(line.kind, line.kind), 60)
    return f"• *{quoted(line.name, 80)}* ({tool}): {seen}" + (f" · :warning: {wrong} in 7 days" if wrong else "")


def _ago(moment: datetime, now: datetime) -> str:
    age = ago(moment, now)
    return age if age == "just now" else f"{age} ago"


def details(
    found: SourceDetails, tool: str, address: str, now: datetime, is_admin: bool, has_test: bool = True
) -> Rendered:
    """A source, its address without the secret (empty if it has none), and what came to it last."""
    line = found.line
    head = f"*{quoted(line.name, 80)}* ({quoted(tool, 60)})"
    facts = [*([code(address, 300)] if address else []), *_facts(line, now)]
    blocks = [section("\n".join([head, *facts]))]
    for title, lines in (
        ("Last signals", [_signal(each) for each in found.signals]),
        ("Not understood", [_request(each) for each in found.unreadable]),
        ("Refused", [_request(each) for each in found.refused]),
    ):
        if lines:
            blocks.append(section(f"*{title}*\n" + first_lines(lines, SECTION_LENGTH - 100)))
    if found.newest is not None:
        blocks += [context(f"The newest body that is kept, {on(found.newest.at)}"), _pre(found.newest.body)]
    offered = [button("Send a test signal", TEST, str(line.id))] if has_test else []
    offered += [_rotate_button(line)] if is_admin and address else []
    return Rendered("\n".join([head, *facts]), [*blocks, *([actions(f"source:{line.id}", *offered)] * bool(offered))])


def _facts(line: SourceLine, now: datetime) -> list[str]:
    facts = [f"Last signal {_ago(line.last_signal_at, now)}." if line.last_signal_at else "No signal came yet."]
    if line.unreadable or line.refused:
        facts.append(f":warning: In 7 days {_not_taken(line)}.")
    if line.previous_until is not None and line.previous_until > now:
        facts.append(f"The previous address works until {on(line.previous_until)}.")
    if line.is_signed:
        facts.append("Signatures are checked.")
    if line.allowed_from:
        facts.append("Only from " + first_lines([code(each, 60) for each in line.allowed_from[:5]], 400))
    return facts


def _not_taken(line: SourceLine) -> str:
    requests = "request was" if line.unreadable == 1 else "requests were"
    refused = f"{line.refused} refused" if line.refused else ""
    unreadable = f"{line.unreadable} {requests} not understood" if line.unreadable else ""
    return ", ".join(filter(None, (unreadable, refused)))


def _signal(line: SignalLine) -> str:
    state = "firing" if line.firing else "resolved"
    alert = f" #{line.alert_id}" if line.alert_id else ""
    became = _OUTCOMES.get(line.decision, quoted(line.decision.replace("_", " "), 40))
    return f"• {on(line.at)} {state}: {quoted(line.title, 120)} → {became}{alert}"


def _request(line: RequestLine) -> str:
    many = f" ({line.count} times)" if line.count > 1 else ""
    return f"• {on(line.at)} {quoted(line.reason, 200)}{many}"


def _rotate_button(line: SourceLine) -> Block:
    asked = {
        "title": plain("A new secret?"),
        "text": plain("The address changes. The present one works for 24 more hours: change the tool by then."),
        "confirm": plain("New secret"),
        "deny": plain("Cancel"),
    }
    return {**button("New secret", ROTATE, str(line.id)), "confirm": asked}


def which(lines: Sequence[tuple[str, str]], wanted: str) -> str:
    """Asks for one of several sources of the same name, or says that there is none."""
    if not lines:
        return f"There is no source “{quoted(wanted, 80)}”. `/heed source` lists them."
    named = ", ".join(f"`/heed source {kind} {quoted(name, 80)}`" for kind, name in lines[:10])
    return f"Which one? {named}"


def form(tools: Mapping[str, str], kind: str = "") -> Block:
    """The form that adds a source; `tools` are what people call the kinds."""
    options = [option(cut(name, 75), each) for each, name in sorted(tools.items(), key=lambda item: item[1].lower())]
    chosen = next((each for each in options if each["value"] == kind), options[0])
    menu = {"type": "static_select", "action_id": KIND, "options": options, "initial_option": chosen}
    return {
        **_modal("Add a source"),
        "callback_id": FORM,
        "submit": plain("Add"),
        "blocks": [
            {"type": "input", "block_id": KIND, "label": plain("Which tool?"), "element": menu},
            text_input(NAME, "What is it called here?", NAME_LENGTH, hint=plain("Such as prod: alerts show it.")),
        ],
    }


def made(new: Address) -> Block:
    """The address and the configuration, which are shown only now."""
    until = f" The previous address works until {on(new.until)}." if new.until else ""
    blocks = [
        section(f"*{quoted(new.name, 80)}* ({quoted(new.tool, 60)})\nThe address is a secret, shown only now.{until}"),
        _pre(new.address),
        *([context("The key, a secret too"), _pre(new.key)] if new.key else []),
        context("To be pasted into the tool"),
        _pre(new.snippet),
        actions(f"source:{new.source_id}", button("Send a test signal", TEST, str(new.source_id), "primary")),
    ]
    return {**_modal("Point your tool here"), "blocks": blocks}


def told(words: str) -> Block:
    """A modal that only says something."""
    return {**_modal("Sources"), "blocks": [section(words)]}


def tested(alert_id: int, policy: str, routes: Sequence[str]) -> str:
    """What a test signal did, and what a real one would do."""
    by = f" by the route {', '.join(quoted(each, 60) for each in routes[:5])}" if routes else ""
    follows = f" A real one would follow the policy *{quoted(policy, 80)}*{by}." if policy else ""
    return f"The tool's own sample came in as #{alert_id}. It pages you and nobody else.{follows}"


def _modal(title: str) -> Block:
    return {"type": "modal", "title": plain(title), "close": plain("Close")}


def _pre(text: str) -> Block:
    """Text to be copied, literally."""
    shown = cut(clean(text), PASTED_LENGTH) or " "
    part = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": shown}]}
    return {"type": "rich_text", "elements": [part]}
