"""`/heed silence`, `silences` and `unsilence`: holding alerts back for a while."""

from bot.listeners.asking import Asked, clock_of, number
from bot.views import quiet as view
from bot.views.parts import escape
from models.actions import silencing
from models.card import SilenceLine
from models.db import now_of
from models.matching import joined, leading_matchers
from models.spans import parse_span

LISTED = 30


def silence(asked: Asked) -> str:
    """`/heed silence team="search" 2h deploy`"""
    try:
        return _make(asked)
    except silencing.NotAllowed:
        return view.ONLY
    except ValueError as error:
        return view.not_understood(escape(str(error)))


def _make(asked: Asked) -> str:
    """Raises ValueError with one line for what is not understood, or could not be meant."""
    matchers, words = leading_matchers(asked.words)
    if not matchers:
        raise ValueError("say first which alerts.")
    now, zone = clock_of(asked.house, asked.who)
    span = parse_span(words, now, zone)
    who = asked.who
    with asked.house.db.begin() as session:
        made = silencing.make_by(session, who.workspace_id, who.person_id, matchers, span.start, span.end, span.rest)
        now = now_of(session)
    asked.house.bell.wake("redraw")
    asked.house.bell.wake("escalate")
    line = SilenceLine(
        made.id, joined(matchers), span.start, span.end, who.slack_id, span.rest, applied=False, held=len(made.held)
    )
    return view.made(line, now)


def silences(asked: Asked) -> str:
    """`/heed silences`"""
    workspace_id = asked.who.workspace_id
    with asked.house.db.begin() as session:
        rows = silencing.current(session, workspace_id)
        held = [silencing.held_by(session, workspace_id, row.id) for row in rows[:LISTED]]
        now = now_of(session)
    return view.silences(
        [
            SilenceLine(row.id, row.matchers, row.starts_at, row.ends_at, row.by, row.why, row.applied, waiting)
            for row, waiting in zip(rows, held, strict=False)
        ],
        now,
    )


def unsilence(asked: Asked) -> str:
    """`/heed unsilence 3`"""
    silence_id, _ = number(asked.words)
    if silence_id is None:
        return "Which one? `/heed unsilence 3`. `/heed silences` lists them."
    try:
        with asked.house.db.begin() as session:
            ended = silencing.end(session, asked.who.workspace_id, silence_id, asked.who.person_id)
    except silencing.NotAllowed:
        return view.ONLY
    if ended is None:
        return view.no_such(silence_id)
    asked.house.bell.wake("escalate")
    return view.ended(silence_id, ended.going_on, ended.had_begun, ended.file)
