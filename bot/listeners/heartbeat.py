"""`/heed heartbeat`: who is expected to beat, and who does."""

from bot.listeners.asking import Asked
from bot.listeners.options import options
from bot.views import heartbeats as view
from bot.views.parts import escape
from models.actions import heartbeats, sources
from models.heartbeat import make_rhythm


def heartbeat(asked: Asked) -> str:
    """`/heed heartbeat`, `/heed heartbeat add NAME every:5m grace:2m`, `/heed heartbeat remove NAME`"""
    verb, _, words = asked.words.partition(" ")
    try:
        if verb == "add":
            return _add(asked, words)
        if verb == "remove":
            return _remove(asked, words.strip())
    except sources.NotAllowed:
        return view.ONLY
    if verb not in ("", "list"):
        return view.not_understood("`add` and `remove` are all that I know here")
    with asked.house.db.begin() as session:
        return view.listing(heartbeats.listing(session, asked.who.workspace_id))


def _add(asked: Asked, words: str) -> str:
    try:
        name, said = options(words, ("every", "grace", "severity"))
        if not name or "every" not in said:
            raise ValueError("say what it is called, and how often it comes")
        rhythm = make_rhythm(said["every"], said.get("grace", ""), said.get("severity", ""))
        with asked.house.db.begin() as session:
            made, secret = heartbeats.add(session, asked.who.workspace_id, name, rhythm, asked.who.person_id)
    except sources.AlreadyThere:
        return view.there_already(name)
    except ValueError as error:
        return view.not_understood(escape(str(error)))
    return view.added(made.name, rhythm, f"{asked.house.settings.base_url}/heartbeats/{secret}")


def _remove(asked: Asked, name: str) -> str:
    with asked.house.db.begin() as session:
        resolved = heartbeats.remove(session, asked.who.workspace_id, name, asked.who.person_id)
    if resolved is None:
        return view.no_such(name)
    if resolved:
        asked.house.bell.wake("redraw")
    return view.removed(name, resolved)
