"""The words that every room shares: severities, statuses, roles."""

from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How bad an alert is; smaller is worse, so that an ascending index gives the worst first."""

    CRITICAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> "Severity":
        """The severity called `word`; raises ValueError that names the four words."""
        try:
            return cls[word.strip().upper()]
        except KeyError:
            raise ValueError(f"severity must be one of {', '.join(s.label for s in cls)}, not {word!r}") from None


class Status(StrEnum):
    """Where an alert stands: open -> acknowledged -> resolved, or -> false_positive."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    FALSE_POSITIVE = "false_positive"

    @property
    def is_live(self) -> bool:
        """Open or acknowledged: somebody still has to do something about it."""
        return self in (Status.OPEN, Status.ACKNOWLEDGED)

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")


class Role(StrEnum):
    """What a person may do; see the design's "Roles"."""

    ADMIN = "admin"
    RESPONDER = "responder"
    MEMBER = "member"
    GUEST = "guest"


class Origin(StrEnum):
    """Where an alert came from."""

    SIGNAL = "signal"
    CLIENT = "client"
    PERSON = "person"
    TEST = "test"


class PageKind(StrEnum):
    """Why somebody is paged; it decides the words at the head of the message."""

    NEW = "new"
    ESCALATION = "escalation"
    EXHAUSTED = "exhausted"
    UNREACHABLE = "unreachable"
    MISCONFIGURED = "misconfigured"
    OPEN_AGAIN = "open_again"
    REMINDER = "reminder"
    RUNAWAY = "runaway"


class PageState(StrEnum):
    """A page's receipt: due until it was sent, failed for good, or was not needed any more."""

    DUE = "due"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Risk(StrEnum):
    """The verdict on a conversation."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def severity(self) -> Severity | None:
        """The severity of the alert that this risk opens; None when it opens none (low and none)."""
        return _SEVERITY_OF_RISK.get(self)


_SEVERITY_OF_RISK = {Risk.CRITICAL: Severity.CRITICAL, Risk.HIGH: Severity.HIGH, Risk.MEDIUM: Severity.MEDIUM}
