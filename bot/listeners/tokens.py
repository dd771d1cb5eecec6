"""`/heed token`: admins list, make and revoke the tokens of scripts and dashboards."""

from bot.listeners.asking import Asked
from bot.views import tokens as view
from models.actions import tokens


def token(asked: Asked) -> str:
    """`/heed token`, `/heed token new grafana-dashboard`, `/heed token revoke grafana-dashboard`"""
    verb, _, name = asked.words.partition(" ")
    try:
        match verb.lower():
            case "new":
                return _make(asked, name.strip())
            case "revoke":
                return _revoke(asked, name.strip())
            case "" | "list":
                return _list(asked)
    except tokens.NotAllowed:
        return view.ONLY
    return view.HELP


def _list(asked: Asked) -> str:
    with asked.house.db.begin() as session:
        return view.tokens(tokens.live(session, asked.who.workspace_id, asked.who.person_id))


def _make(asked: Asked, name: str) -> str:
    try:
        with asked.house.db.begin() as session:
            secret = tokens.make(session, asked.who.workspace_id, asked.who.person_id, name)
    except tokens.BadName as error:
        return view.not_made(str(error))
    return view.made(" ".join(name.split()), secret, asked.house.settings.base_url)


def _revoke(asked: Asked, name: str) -> str:
    if not name:
        return view.WHICH
    with asked.house.db.begin() as session:
        revoked = tokens.revoke(session, asked.who.workspace_id, asked.who.person_id, name)
    return view.revoked(revoked) if revoked else view.no_such(name)
