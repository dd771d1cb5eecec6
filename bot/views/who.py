"""What `/heed who` answers: who would be paged, when, and why; only to the person who asked."""

from collections.abc import Iterator

from bot.views.parts import (
    BADGES,
    SECTION_LENGTH,
    Rendered,
    at,
    clean,
    cut,
    cut_marked,
    escape,
    on,
    person,
    quoted,
    section,
)
from models.dry_run import SLACK, DryRun, Happening, Reached, ending_words, trouble
from models.matching import joined
from models.rehearsal import Outcome

USAGE = (
    "Say what the alert is like: `/heed who severity=critical team=payments`, with a time after it if not now, such as "
    "`18:00` or `tomorrow 9:00`."
)
AT_MOST = 8
HEAD_LENGTH = 1500


def who(run: DryRun) -> Rendered:
    """The routes, the silences, a line for each level, and how it ends, which is never cut off."""
    head, end = cut_marked("\n".join(_head(run)), HEAD_LENGTH), "\n".join(_end(run))
    lines = [_happening(each, run.laps) for each in run.happenings]
    body = _first_lines(lines, SECTION_LENGTH - len(head) - len(end) - 2)
    text = "\n".join(part for part in (head, body, end) if part)
    return Rendered(text, [section(text)])


def not_understood(problem: str) -> str:
    """Why the question cannot be answered; `problem` may hold what somebody typed."""
    return f"{escape(_line(problem, 500))}\n{USAGE}"


def _head(run: DryRun) -> Iterator[str]:
    severity = f"{BADGES[run.severity]} *{run.severity.label.capitalize()}*"
    yield f"{severity} alert at {on(run.start)}: policy *{quoted(run.policy, 80)}*. A dry run: nobody is paged now."
    if run.missing_policy:
        yield f"There is no policy {quoted(run.missing_policy, 80)} any more, so the default one is taken."
    taken = [each for each in run.considered if each.taken]
    for each in taken[:AT_MOST]:
        yield f"Route *{quoted(each.route, 80)}*: {_code(each.reason, 160)}"
    if not taken:
        yield "No route takes it, so the default policy does."
    for silence in run.silences[:AT_MOST]:
        why = f" {quoted(silence.why, 100)}" if silence.why else ""
        about = _code(joined(silence.matchers), 100)
        yield f"Silence {quoted(silence.id)} holds it until {on(silence.ends_at)}: {about}{why}"
    if run.channels:
        yield f"Posted in {', '.join(f'<#{each}>' for each in run.channels[:AT_MOST])} too."


def _happening(happening: Happening, laps: int) -> str:
    line = happening.line
    lap = f", lap {line.lap}" if laps > 1 else ""
    where = f"level {line.level}{lap}" if line.level else f"end of lap {line.lap}"
    return f"• {at(line.at)} (minute {round(line.minutes, 2):.9g}) {where}: {_what(happening)}"


def _what(happening: Happening) -> str:
    line = happening.line
    if happening.people:
        more = len(happening.people) - AT_MOST
        return "; ".join(map(_reached, happening.people[:AT_MOST])) + (f" and {more} more" if more > 0 else "")
    if line.until is not None:
        by = f"silence {quoted(line.silence)} holds it" if line.outcome is Outcome.HELD else line.outcome.value
        return f"{by} until {on(line.until)}"
    return quoted(happening.why, 200)


def _reached(reached: Reached) -> str:
    if reached.local is None:
        return f"<#{reached.slack_id}>"
    quiet = ", Do Not Disturb" if reached.quiet else ""
    quiet += " and no way besides Slack" if reached.stays_asleep else ""
    ways = f" by {quoted(reached.way, 200)}" if reached.way != SLACK else ""
    return f"{person(reached.slack_id)} {reached.local:%H:%M} in {quoted(reached.zone, 40)}{quiet}{ways}"


def _end(run: DryRun) -> Iterator[str]:
    if problem := trouble(run):
        yield f":warning: *{problem[0].upper()}{problem[1:]}.*"
    yield f"{at(run.rehearsal.ends_at)}: {ending_words(run)}."


def _code(text: str, length: int) -> str:
    """Outside text with every sign as it is; in `quoted` the underscores of a label's name would be lost."""
    shown = escape(_line(text, length)).replace("`", "'")
    return f"`{shown}`"


def _line(text: str, length: int) -> str:
    return cut(" ".join(clean(text).split()), length)


def _first_lines(lines: list[str], length: int) -> str:
    """As many of the first lines as fit, and how many are left out."""
    kept, room = list[str](), length - 60
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            kept.append(f"… and {len(lines) - len(kept)} more; `app.py paged` lists all.")
            break
        kept.append(line)
    return "\n".join(kept)
