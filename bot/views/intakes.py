"""What `/heed intake` and `/heed emoji` answer, and whoever reacts with the emoji."""

from collections.abc import Sequence

from bot.views.parts import SECTION_LENGTH, code, first_lines, quoted
from models.channel_intake import Rules

ONLY = "Only admins say which channels are read. `/heed intake` lists them."
EXAMPLE = '`/heed intake #alerts title:"^\\[FIRING\\] (.*)" key:"alertname=(\\S+)" resolved:"^\\[RESOLVED\\]"`'
USAGE = f"{EXAMPLE} reads what other apps post in a channel; `/heed intake #alerts stop` ends it."


def listing(rules: Sequence[Rules]) -> str:
    if not rules:
        return f"No channel is read for alerts of other apps. {USAGE}"
    return first_lines(["*Channels that are read for alerts of other apps*", *map(_line, rules), USAGE], SECTION_LENGTH)


def _line(rules: Rules) -> str:
    patterns = {"title": rules.title, "key": rules.key, "resolved": rules.resolved}
    told = " · ".join(f"{name} {code(text, 400)}" for name, text in patterns.items() if text)
    sender = f" · from {quoted(rules.sender, 80)}" if rules.sender else ""
    return f"• <#{rules.channel}> · {told} · {rules.severity.label}{sender}"


def read(rules: Rules) -> str:
    key = "the key tells which problem it is" if rules.key else "the title tells which problem it is"
    over = "" if rules.resolved else " Nothing there resolves an alert: `resolved:` would."
    return (
        f"<#{rules.channel}> is read now: what an app posts there with the title pattern in it opens an alert "
        f"({rules.severity.label}), and {key}.{over}\nHeed has to be in the channel: `/invite` it there."
    )


def stopped(channel_id: str) -> str:
    return f"<#{channel_id}> is not read any more. Open alerts stay as they are."


def not_read(channel_id: str) -> str:
    return f"<#{channel_id}> is not read. `/heed intake` lists what is."


def not_understood(why: str) -> str:
    return f"Nothing has changed: {why}.\n{USAGE}"


ONLY_EMOJI = "Only admins choose the emoji that raises alerts."
EMOJI_USAGE = "`/heed emoji :rotating_light:` sets it, `/heed emoji off` ends it."


def emoji(name: str) -> str:
    """`name` is without its colons, and empty when none is set."""
    if not name:
        return f"No emoji raises alerts. {EMOJI_USAGE}"
    return (
        f":{name}: on a message raises an alert about it, in the name of whoever reacts, in every channel that Heed "
        f"is in. {EMOJI_USAGE}"
    )


def raised(alert_id: int) -> str:
    return f"Raised #{alert_id} in your name about this message; the policy's first level is paged now."


def raised_before(alert_id: int) -> str:
    return f"This message has raised #{alert_id} already, so nobody was paged again. `/heed show {alert_id}` shows it."


def emoji_not_understood(why: str) -> str:
    return f"Nothing has changed: {why}. {EMOJI_USAGE}"
