"""What the compatible APIs share: who is let in, what came, and the bell afterwards."""

from dataclasses import dataclass, replace

from flask import Response, request
from sqlalchemy.orm import Session

from bot import gathering
from bot.answers import house_of
from bot.bodies import Body
from bot.limits import too_many
from bot.senders import not_from, not_signed
from bot.sources import SIGNED_BY
from models.actions.incoming import keep
from models.actions.receiving import Received
from models.actions.sources import SourceRef, source_by_secret
from models.intake import REFUSED, UNREADABLE

THROTTLED_STATUS = 429
"""Clients of these APIs try again after it; after 503 too, but this one they understand."""


@dataclass(frozen=True)
class Outsider:
    """Somebody who may not send; `why` is empty when no source has the secret that was shown."""

    why: str = ""


def retry_after(kind: str, secret: str) -> str:
    """After how many seconds an address over its hard limit may send again; empty for one that is not."""
    refused: Response | None = too_many(kind, secret, THROTTLED_STATUS)
    return refused.headers["Retry-After"] if refused is not None else ""


def enter(session: Session, kind: str, secret: str, body: Body) -> SourceRef | Outsider:
    """The source whose secret this is. Who may not send is remembered by the source. Raises SealBroken."""
    source, house = source_by_secret(session, kind, secret) if secret else None, house_of()
    if source is None:
        return Outsider()
    why = not_from(source, request, house.settings.heed_proxies)
    why = why or not_signed(source, request, body.raw, SIGNED_BY, house.seal)
    if not why:
        return replace(source, version="")  # found in this transaction: there is nothing that it could be compared with
    keep(session, source, REFUSED, why)
    return Outsider(why)


def keep_unreadable(kind: str, secret: str, why: str, body: Body) -> None:
    """Remember what was refused for what it says, if it came to a source, so that people can look for the mistake."""
    with house_of().db.begin() as session:
        source = enter(session, kind, secret, body)
        if isinstance(source, SourceRef):
            keep(session, source, UNREADABLE, why, body.text)


def ring(received: Received) -> None:
    """What was stored is committed: say so, and wake those who go on with it."""
    gathering.tell(received)
    gathering.ring(house_of().bell, [received])


def ring_after_answer() -> None:
    """An alert was acknowledged or noted: its posts are drawn anew, and what it waits for now is armed."""
    house_of().bell.wake("redraw")
    house_of().bell.wake("escalate")
