"""Sentences for a verdict that no LLM has worded: what it looks like, and what to do about it."""

from models.words import Risk

_WHAT = {
    "cancellation": "announces a cancellation",
    "legal": "brings in lawyers",
    "data_breach": "reports a data breach",
    "safety": "reports danger to people",
    "executive_escalation": "escalates to executives",
    "ultimatum": "sets an ultimatum",
    "churn_risk": "thinks of leaving",
    "competitor": "looks at a competitor",
    "repeated_failure": "is tired of repeated failures",
    "outage": "suffers from an outage",
    "unanswered": "waits for an answer",
    "billing_dispute": "disputes a bill",
    "anger": "is angry",
    "disappointment": "is disappointed",
    "urgency": "needs help urgently",
}
_ACTIONS = {
    "cancellation": "Call them today; involve the account's owner before answering in writing.",
    "legal": "Do not argue in the channel. Inform management and legal, and offer a call.",
    "data_breach": "Start the security incident process and confirm to the client that it has begun.",
    "safety": "Act on the danger first, then tell the client what has been done.",
    "executive_escalation": "Have somebody senior answer personally, with a time for a call.",
    "ultimatum": "Answer with a date you can keep, before theirs runs out.",
    "billing_dispute": "Have billing check the invoice and come back with a date.",
    "outage": "Say what is known, what is being done, and when the next update comes.",
    "unanswered": "Answer now, even if only with who takes care and until when.",
}
_BY_RISK = {
    Risk.CRITICAL: "Answer in person within the hour and bring in the account's owner.",
    Risk.HIGH: "Answer within the hour with what happens next and when.",
    Risk.MEDIUM: "Answer today and watch the conversation.",
}


def summary(risk: Risk, indicators: tuple[str, ...]) -> str:
    """One sentence on what the client's messages look like; the client is its subject and is named elsewhere."""
    seen = [_WHAT[each] for each in indicators if each in _WHAT][:3]
    if not seen:
        return f"Sounds at {risk.value} risk"
    told = " and ".join([", ".join(seen[:-1]), seen[-1]] if len(seen) > 1 else seen)
    return told[0].upper() + told[1:]


def suggested_action(risk: Risk, indicators: tuple[str, ...]) -> str:
    found = next((_ACTIONS[each] for each in indicators if each in _ACTIONS), None)
    return found or _BY_RISK.get(risk, "")
