"""Tokens of programs: what `/heed token` answers about them, to admins only."""

from collections.abc import Sequence

from bot.views.parts import SECTION_LENGTH, code, escape, first_lines, on, person
from models.card import TokenLine

ONLY = "Only admins may see, make and revoke tokens. Nothing has changed."
USAGE = "Make one with `/heed token new grafana-dashboard`."
HELP = "`/heed token` lists the tokens; `/heed token new NAME` makes one, `/heed token revoke NAME` ends it."
WHICH = "Which one? `/heed token revoke NAME`. `/heed token` lists them."


def made(name: str, secret: str, address: str) -> str:
    """The new token, shown this once; `address` is where Heed is reached."""
    example = f"curl -H 'Authorization: Bearer {secret}' {escape(address)}/api/alerts"
    return "\n".join(
        [
            f"This is the token {code(name)}. It is shown only now, and stored nowhere: keep it like a password.",
            f"```{secret}```",
            f"It reads and answers the alerts of this workspace in your name. Try it:\n```{example}```",
            f"Revoke it with `/heed token revoke {name}`.",
        ]
    )


def not_made(problem: str) -> str:
    """Why there is no new token; `problem` may hold what somebody typed."""
    return f"No token was made: {escape(problem)}."


def revoked(name: str) -> str:
    return f"The token {code(name)} is revoked: it is refused from now on."


def no_such(name: str) -> str:
    return f"There is no token {code(name, 80)}. `/heed token` lists them."


def tokens(found: Sequence[TokenLine]) -> str:
    """The tokens that are taken, by name."""
    if not found:
        return f"There is no token. {USAGE}"
    lines = first_lines([_line(each) for each in found], SECTION_LENGTH - 100)
    return "\n".join(["*Tokens*", lines, "Revoke one with `/heed token revoke NAME`."])


def _line(token: TokenLine) -> str:
    used = f"last used {on(token.last_used_at)}" if token.last_used_at else "never used"
    broken = "" if token.works else " · *refused*: who made it may not answer alerts any more"
    return f"• {code(token.name)} made by {person(token.made_by)} {on(token.made_at)} · {used}{broken}"
