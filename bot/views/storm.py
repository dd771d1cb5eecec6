"""A storm in one message: how many alerts, of which services, how bad, and what is left of it."""

from bot.views.parts import (
    BADGES,
    TEXT_LENGTH,
    Block,
    Rendered,
    actions,
    button,
    context,
    cut_marked,
    escape,
    header,
    on,
    quoted,
    section,
)
from models.card import StormCard, StormLine
from models.words import Status

ACKNOWLEDGE_ALL = "storm_acknowledge"


def post(storm: StormCard) -> Rendered:
    """The message as the storm stands now."""
    blocks = [header(_headline(storm)), context(_when(storm)), section(_standing(storm))]
    if storm.lines:
        services = "1 more service" if storm.more == 1 else f"{storm.more:,} more services"
        lines = [_line(each) for each in storm.lines] + ([f"and {services}"] if storm.more else [])
        blocks.append(section("\n".join(lines)))
    if left := _left(storm):
        blocks.append(context(left))
    return Rendered(cut_marked(_text(storm), TEXT_LENGTH), blocks + _buttons(storm))


def acknowledged(count: int) -> str:
    """What the person who pressed is told."""
    if not count:
        return "Nothing in this storm is open any more."
    return f"You acknowledged {_alerts(count)} of this storm."


def not_yours() -> str:
    return "None of these alerts is yours to answer: admins, responders and whoever was paged may."


def _alerts(count: int) -> str:
    return f"{count:,} alerts" if count != 1 else "1 alert"


def _headline(storm: StormCard) -> str:
    source = f" from {storm.source}" if storm.source else ""
    return f"{'Storm over' if storm.ended_at else 'Storm'}: {_alerts(storm.total)} in {_lasted(storm)}{source}"


def _lasted(storm: StormCard) -> str:
    minutes = round((storm.last_at - storm.began_at).total_seconds() / 60)
    return f"{minutes} minutes" if minutes > 1 else "a minute"


def _when(storm: StormCard) -> str:
    if storm.ended_at:
        return f"began {on(storm.began_at)} · nothing has joined since {on(storm.last_at)}"
    return f"began {on(storm.began_at)} · new alerts join this message and do not ring again"


def _standing(storm: StormCard) -> str:
    counted = [f"{storm.counts[status]:,} {status.label}" for status in Status if storm.counts.get(status)]
    return f"*{' · '.join(counted) or 'nothing open'}*"


def _line(line: StormLine) -> str:
    ranked = sorted(line.counts.items())
    counted = ", ".join(f"{BADGES[severity]} {count:,} {severity.label}" for severity, count in ranked)
    return f"{quoted(line.service, 80) or 'no service named'}: {counted}"


def _left(storm: StormCard) -> str:
    """The numbers of what nobody has answered; once it is over they page by their policies again."""
    number = storm.counts.get(Status.OPEN, 0)
    if not number:
        return "Every alert of it is answered." if storm.ended_at else ""
    named = ", ".join(f"#{each}" for each in storm.open_ids)
    more = number - len(storm.open_ids)
    others = f" and {more:,} more, `/heed alerts` lists all" if more > 0 else ""
    what = "Still open, and paged by their policies" if storm.ended_at else "Open"
    return f"{what}: {named}{others}"


def _buttons(storm: StormCard) -> list[Block]:
    if not storm.counts.get(Status.OPEN):
        return []
    return [actions(f"storm:{storm.id}", button("Acknowledge all", ACKNOWLEDGE_ALL, str(storm.id), "primary"))]


def _text(storm: StormCard) -> str:
    worst = "; ".join(_line(each) for each in storm.lines[:3])
    sentences = [escape(_headline(storm)), _standing(storm).replace("*", ""), worst, _left(storm)]
    return ". ".join(each for each in sentences if each)
