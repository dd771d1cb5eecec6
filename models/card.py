"""What is shown of alerts: frozen pictures that the views turn into Block Kit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from models.answer import Answer, answers_for, further_answers_for
from models.words import Origin, PageKind, Severity, Status

LIST_SHOWN = 12
"""So many alerts of a list are shown, each with what stands about it; the others are counted."""


@dataclass(frozen=True)
class Card:
    """One alert as it is shown. People, author and channel are Slack ids; moments have time zones."""

    id: int
    origin: Origin
    status: Status
    severity: Severity
    epoch: int
    revision: int
    title: str
    opened_at: datetime
    last_seen_at: datetime
    details: str = ""
    client: str = ""
    client_tier: str = ""
    client_owner: str | None = None
    client_renews: date | None = None
    channel: str = ""
    author: str = ""
    excerpt: str = ""
    indicators: tuple[str, ...] = ()
    suggested_action: str = ""
    disagreement: str = ""
    """Where the newest verdict is worse than its engine said: what made it so, in our own words."""
    link: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    raised_by: str | None = None
    count: int = 1
    parts: int = 0
    parts_open: int = 0
    parts_new: int = 0
    """Of a grouped alert: how many problems it holds, how many still fire, how many came since it was acknowledged."""
    part_titles: tuple[str, ...] = ()
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_from: str = ""
    """The name that its source gave of who acknowledged there; then `acknowledged_by` is None."""
    closed_at: datetime | None = None
    closed_by: str | None = None
    notes: str = ""
    paged: tuple[str, ...] = ()
    policy: str = ""
    lap: int = 1
    laps: int = 1
    level: int = 0
    levels: int = 1
    next_step_at: datetime | None = None
    exhausted_at: datetime | None = None
    snoozed_until: datetime | None = None
    silenced_until: datetime | None = None
    opens_again_at: datetime | None = None
    """When an acknowledged alert is open again if it is not resolved; None for never, and while it is snoozed."""
    opened_again: str = ""
    """Why it was last open again by itself."""
    newest_note: str = ""
    notes_by: str | None = None
    notes_from: str = ""
    """Whose words a source passed on: the name that it gave, else its own; then `notes_by` is None."""
    reopenable: bool = False
    round_trip: float | None = None
    """Seconds from raising a test page to Slack's receipt for it."""
    trace: str = ""
    """The id of what opened it, as the logs have it."""

    @property
    def answers(self) -> tuple[Answer, ...]:
        return answers_for(self.status, self.origin, self.reopenable)

    @property
    def waits_for_digest(self) -> bool:
        """Open, and left to be looked at once a day: its escalation ended before its first level."""
        return (
            self.status is Status.OPEN and self.origin is Origin.CLIENT and not self.level and bool(self.exhausted_at)
        )

    @property
    def further_answers(self) -> tuple[Answer, ...]:
        return further_answers_for(self.status, self.origin)


@dataclass(frozen=True)
class PageCard:
    """A card with the reason why it is posted to somebody.

    `superseded`: they have a newer post about it, so that this one only says so.
    """

    card: Card
    kind: PageKind
    superseded: bool = False


@dataclass(frozen=True)
class Stats:
    """The four figures of the dashboard; the rate is a share of what was closed in 30 days, None without any."""

    open: int = 0
    acknowledged: int = 0
    resolved: int = 0
    false_positive: int = 0

    @property
    def false_positive_rate(self) -> float | None:
        closed = self.resolved + self.false_positive
        return self.false_positive / closed if closed else None


@dataclass(frozen=True)
class Quality:
    """How good the verdicts of the last 30 days were, as far as people's marks tell.

    `detect_s` is the median from a client's message to the alert about it, in seconds. Shares are None without any.
    """

    alerts: int
    confirmed: int
    false_positives: int
    missed: int
    verdicts: int
    provisional: int
    tokens: int
    cost: float
    detect_s: float | None
    unread: tuple[datetime, ...] = ()
    """The minutes in which Slack held messages back and that could not be read afterwards, or not yet."""

    @property
    def precision(self) -> float | None:
        closed = self.confirmed + self.false_positives
        return self.confirmed / closed if closed else None

    @property
    def provisional_share(self) -> float | None:
        return self.provisional / self.verdicts if self.verdicts else None


@dataclass(frozen=True)
class Filter:
    """What a list of alerts is narrowed to; None means all."""

    status: Status | None = None
    severity: Severity | None = None
    page: int = 0


@dataclass(frozen=True)
class Listing:
    """One page of alerts, worst and newest first, and whether more follow."""

    cards: tuple[Card, ...]
    has_more: bool = False


@dataclass(frozen=True)
class TimelineEntry:
    """One line of an alert's history."""

    at: datetime
    kind: str
    person: str | None
    detail: Mapping[str, object]


@dataclass(frozen=True)
class ReceiptLine:
    """One page's receipt: for whom, by which way, how it stands after how many attempts; `at`: sent, or tried next."""

    person: str
    way: str
    state: str
    at: datetime
    attempt: int
    result: str
    level: int
    lap: int


@dataclass(frozen=True)
class Details:
    """Everything that `/heed show` tells about one alert."""

    card: Card
    entries: tuple[TimelineEntry, ...]
    receipts: tuple[ReceiptLine, ...]


@dataclass(frozen=True)
class OnCallLevel:
    """One level of the default policy as it stands now: its people (Slack ids), and how many minutes it waits."""

    level: int
    people: tuple[str, ...]
    minutes: float


@dataclass(frozen=True)
class OnDuty:
    """Who is on call by one schedule now (a Slack id; None: nobody), until when (None: for good), and who is next.

    `by_override` tells that an override puts them there; `reachable`, that Heed may page them at all.
    """

    schedule: str
    person: str | None
    until: datetime | None
    following: str | None
    by_override: bool = False
    reachable: bool = True


@dataclass(frozen=True)
class DutyLine:
    """A time of a schedule with one person on call (a Slack id; None: nobody).

    `by_override` and `instead_of` tell of an override, and whom it covers.
    """

    start: datetime
    end: datetime
    person: str | None
    by_override: bool = False
    instead_of: str | None = None


@dataclass(frozen=True)
class Roster:
    """What is to come in one schedule; `calendar` is its calendar's address, empty for those who may not see it."""

    schedule: str
    lines: tuple[DutyLine, ...]
    days: int
    calendar: str = ""


@dataclass(frozen=True)
class SilenceLine:
    """A silence as it is listed; `by` is a Slack id, or a file's name where `applied`; `held` counts the alerts."""

    id: int
    matchers: str
    starts_at: datetime
    ends_at: datetime
    by: str
    why: str
    applied: bool
    held: int


@dataclass(frozen=True)
class ClientLine:
    """A client as it is listed; `owner` and `channels` are Slack ids, empty where there are none.

    `waiting_since` is the longest wait for a reply.
    """

    name: str
    tier: str
    owner: str
    renews_on: date | None
    channels: tuple[str, ...]
    waiting_since: datetime | None
    shadow_until: datetime | None


@dataclass(frozen=True)
class TokenLine:
    """A program's token as it is listed; `made_by` is a Slack id, `works` tells whether its maker may still answer."""

    name: str
    made_by: str
    made_at: datetime
    last_used_at: datetime | None
    works: bool


@dataclass(frozen=True)
class StormLine:
    """One service (empty: nobody says which) and how many alerts of each severity it has in the storm."""

    service: str
    counts: Mapping[Severity, int]


@dataclass(frozen=True)
class StormCard:
    """A storm as one person is told of it. `lines` are the worst services, `more` counts the others.

    `open_ids` are numbers of alerts that nobody has answered, the worst first; at most twenty.
    """

    id: int
    source: str
    began_at: datetime
    last_at: datetime
    ended_at: datetime | None
    counts: Mapping[Status, int]
    lines: tuple[StormLine, ...]
    more: int = 0
    open_ids: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.counts.values())
