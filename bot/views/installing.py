"""What Heed says to whoever has just installed it, and to admins about scopes that it was not given."""

from collections.abc import Mapping
from typing import Any

from bot.views.parts import Rendered, code, quoted, section

STEPS = (
    "*1.* `/heed test` pages only you, so that you see how an alert looks.",
    "*2.* Invite me into the channels that you share with clients, then type, for example, "
    '`/heed watch #acme client:"Acme"` there.',
    "*3.* `/heed source` shows how monitoring tools send here.",
)


def welcome(detail: Mapping[str, Any]) -> Rendered:
    """The first steps after an installation; shorter for somebody who has installed Heed again."""
    where = f"*{quoted(detail['workspace'], 80)}*" + (", the whole organisation" if detail["org"] else "")
    if not detail["first"]:
        return _told(f"I am installed in {where} again. {_left(detail['open'])}`/heed help` lists what I understand.")
    lines = [f"I am installed in {where}, and you are an admin of mine. What to do now:", *STEPS]
    if detail["org"]:
        lines.append("I work in those workspaces of the organisation that I was added to in Slack's administration.")
    lines.append(
        "Slack's admins and owners are admins here too, and by default all of them are paged; `/heed admins` changes "
        "who they are. `/heed help` lists what I understand."
    )
    return _told("\n".join(lines))


def scopes_missing(detail: Mapping[str, Any]) -> Rendered:
    """Which scopes are missing, and what to do about it."""
    listed = ", ".join(code(scope) for scope in detail["missing"])
    return _told(
        f"I was not given everything that I work with here: {listed} "
        f"{'is' if len(detail['missing']) == 1 else 'are'} missing, and what needs "
        f"{'it' if len(detail['missing']) == 1 else 'them'} does not work. Add what is missing to the Slack app "
        "(its manifest, or OAuth & Permissions → Bot Token Scopes) and install the app again."
    )


def _left(waiting: int) -> str:
    if not waiting:
        return ""
    are = "alert is" if waiting == 1 else "alerts are"
    return f"{waiting} {are} still open from before, and nobody is paged about them any more: `/heed alerts`. "


def _told(text: str) -> Rendered:
    return Rendered(text, [section(text)])
