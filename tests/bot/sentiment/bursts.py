"""Bursts and answers for the tests of rating."""

import json
from typing import Any

from models.assessment import Burst, Line

ANGRY = "This is the third outage. Write to dora@acme.example, we are looking at competitors."
BURST = Burst(
    conversation_id=1,
    workspace_id=1,
    lines=(Line("2.0", "client", ANGRY), Line("3.0", "client", "Answer today.")),
    context=(Line("1.0", "us", "We are on it."),),
)
VERDICT: dict[str, Any] = {
    "risk": "high",
    "probability": 0.9,
    "indicators": ["outage", "anger"],
    "evidence": ["the third outage", "never said"],
    "summary": "The client is fed up.",
    "suggested_action": "Call them.",
    "suggested_reply": "We are sorry.",
}


def answer(**changed: Any) -> str:
    """The content of a model's answer."""
    return json.dumps({**VERDICT, **changed})
