"""A verdict on a conversation, and what it is made from; the words of the rating."""

from dataclasses import dataclass

from models.words import Risk


@dataclass(frozen=True)
class Line:
    """One message of a conversation: who spoke by role (`client` or `us`), never by name."""

    ts: str
    role: str
    text: str


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

    `provisional` marks a verdict of the embedded classifier that an LLM is expected to confirm.
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
