"""A verdict on a conversation, what it is made from, and what it cost; the words of the rating."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.words import Risk


@dataclass(frozen=True)
class Line:
    """One message of a conversation: who spoke by role (`client` or `us`), never by name.

    `author` is a Slack id where it is known: it tells several people of a side apart and never leaves the building.
    """

    ts: str
    role: str
    text: str
    author: str = ""


@dataclass(frozen=True)
class Burst:
    """What is rated in one call: the client's unrated lines, and the last lines of both sides before them."""

    conversation_id: int
    workspace_id: int
    lines: tuple[Line, ...]
    context: tuple[Line, ...] = ()
    hard_cues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """The verdict. `probability` is that of high or worse; `evidence` quotes the rated lines verbatim.

    `provisional` marks a verdict of the embedded classifier that an LLM is expected to confirm. `disagreement` tells
    in our own words that the engine said less than this verdict, and what made it more; empty where nothing did.
    """

    risk: Risk
    probability: float
    indicators: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    summary: str = ""
    suggested_action: str = ""
    suggested_reply: str = ""
    engine: str = "embedded"
    provisional: bool = False
    disagreement: str = ""


@dataclass(frozen=True)
class Usage:
    """What rating has used: requests to the LLM, tokens in and out, and their cost in the currency of the prices.

    Tokens are the server's own count, or an estimate where it gave none.
    """

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.cost + other.cost,
        )


NOTHING_USED = Usage()


@dataclass(frozen=True)
class Sent:
    """Exactly what left the building for one verdict: to which server and model, and the chat messages as sent."""

    server: str
    model: str
    messages: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Rated:
    """A verdict with what it took: `sent` is None where nothing left the building.

    `problem` says in our own words why no LLM gave the verdict although one is configured; empty where one did.
    """

    verdict: Assessment
    usage: Usage = NOTHING_USED
    sent: Sent | None = None
    problem: str = ""
