"""The state that goes to Slack and comes back with whoever installs Heed: ours, fresh, and of the same browser.

It is signed, so that nothing is stored for those who only look at the page. That it comes back once only is for the
caller to see to (`models.once`).
"""

import hmac
from datetime import datetime

from models.seal import Seal, new_secret

SECONDS = 600


def make(seal: Seal, now: datetime) -> str:
    """A new state, to be put into a cookie too."""
    nonce, issued = new_secret(), str(int(now.timestamp()))
    return f"{nonce}.{issued}.{seal.derive(_purpose(nonce, issued))}"


def is_ours(seal: Seal, state: str) -> bool:
    """Whether this house has made it; while keys are changed, with any of them."""
    nonce, _, rest = state.partition(".")
    issued, _, given = rest.partition(".")
    known = seal.derived(_purpose(nonce, issued))
    return issued.isdecimal() and any(hmac.compare_digest(given.encode(), each.encode()) for each in known)


def is_fresh(state: str, now: datetime) -> bool:
    """Whether a state of ours is not older than ten minutes."""
    return int(state.split(".")[1]) + SECONDS >= int(now.timestamp())


def _purpose(nonce: str, issued: str) -> str:
    return f"installing {nonce} {issued}"
