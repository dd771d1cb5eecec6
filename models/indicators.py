"""The fixed lists a rating may use: risks in order, and indicators of why."""

from __future__ import annotations

from typing import Final

NONE: Final = "none"
LOW: Final = "low"
MEDIUM: Final = "medium"
HIGH: Final = "high"
CRITICAL: Final = "critical"

RISKS: Final[tuple[str, ...]] = (NONE, LOW, MEDIUM, HIGH, CRITICAL)

CANCELLATION: Final = "cancellation"
LEGAL: Final = "legal"
DATA_BREACH: Final = "data_breach"
SAFETY: Final = "safety"

HARD_INDICATORS: Final[tuple[str, ...]] = (CANCELLATION, LEGAL, DATA_BREACH, SAFETY)

EXECUTIVE_ESCALATION: Final = "executive_escalation"
ULTIMATUM: Final = "ultimatum"
CHURN_RISK: Final = "churn_risk"
COMPETITOR: Final = "competitor"
REPEATED_FAILURE: Final = "repeated_failure"
OUTAGE: Final = "outage"
DATA_LOSS: Final = "data_loss"
UNANSWERED: Final = "unanswered"
BILLING_DISPUTE: Final = "billing_dispute"
MISSED_COMMITMENT: Final = "missed_commitment"
ANGER: Final = "anger"
DISAPPOINTMENT: Final = "disappointment"
URGENCY: Final = "urgency"
THANKS: Final = "thanks"

INDICATORS: Final[tuple[str, ...]] = (
    *HARD_INDICATORS,
    EXECUTIVE_ESCALATION,
    ULTIMATUM,
    CHURN_RISK,
    COMPETITOR,
    REPEATED_FAILURE,
    OUTAGE,
    DATA_LOSS,
    UNANSWERED,
    BILLING_DISPUTE,
    MISSED_COMMITMENT,
    ANGER,
    DISAPPOINTMENT,
    URGENCY,
    THANKS,
)
"""Every indicator a rating may carry, gravest first. `thanks` is the only one that speaks of a good mood."""


def is_at_least(risk: str, floor: str) -> bool:
    """Whether `risk` is `floor` or worse; raises ValueError for a word outside RISKS."""
    return RISKS.index(risk) >= RISKS.index(floor)


def worse(first: str, second: str) -> str:
    """The graver of two risks; raises ValueError for a word outside RISKS."""
    return max(first, second, key=RISKS.index)
