"""What Prometheus reads: figures taken from the database at the moment of the scrape, so any web process tells all.

A scrape costs a small number of statements that never grows, each over an index or a short window of time.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import workspaces
from models.db import DatabaseAway, now_of

BUCKETS = (0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 300.0)
"""Seconds; 15 is the bound that any single fault leaves (rule 3)."""
NAMES = {
    "heed_alerts": "Alerts that are open or acknowledged",
    "heed_beat_age_seconds": "Seconds since a process last proved that it works",
    "heed_database_up": "1 while the database answers",
    "heed_due": "Rows that are due and not done",
    "heed_due_age_seconds": "For how long the oldest of them has been due",
    "heed_intake_requests_5m": "Requests of monitoring tools in the last five minutes",
    "heed_llm_budget_tokens": "Tokens that rating may use on one day",
    "heed_llm_calls_today": "Calls of the LLM since midnight, UTC",
    "heed_llm_cost_today": "What they cost, in the currency of LLM_PRICE_IN",
    "heed_llm_fallback_share_today": "The share of verdicts that the embedded classifier gave in the LLM's place",
    "heed_llm_tokens_today": "Tokens of these calls, both ways",
    "heed_llm_verdicts_today": "Verdicts since midnight, UTC",
    "heed_page_lateness_seconds": "How long after they were due the pages of the last hour were sent",
    "heed_pages_1h": "Pages that fell due in the last hour",
    "heed_queue_depth": "Rings that wait for a worker, wait for their second (timed), or failed",
    "heed_redis_up": "1 while Redis answers",
    "heed_source_last_signal_timestamp_seconds": "When a source last sent a signal",
    "heed_workspace_held_back": "1 while nothing is sent because Slack limits or refuses us",
}
"""Every figure, and what it tells. Rules and dashboards in docs/operating/ name no other."""


class Figures(Collector):
    """Open alerts, what is due and not done, pages and their lateness, the queue, rating, sources, beats."""

    def __init__(self, house: Context) -> None:
        self._house = house

    def collect(self) -> Iterator[Metric]:
        """What can be told is told: without the database it is that it is away, and Redis's side."""
        found: list[Metric] = []
        try:
            with self._house.db.begin() as session:
                now = now_of(session)
                found = [each for look in _LOOKS for each in look(session, now)]
        except (*DatabaseAway, DBAPIError):
            found = []
        yield from found
        yield _single("heed_database_up", float(bool(found)))
        yield from self._queue()

    def _queue(self) -> Iterator[Metric]:
        depths = self._house.bell.depths()
        yield _single("heed_redis_up", float(depths is not None))
        if depths is not None:
            yield _family(
                "heed_queue_depth", ["queue", "state"], [(queue, state, n) for (queue, state), n in depths.items()]
            )


def _family(name: str, labels: Sequence[str], rows: Sequence[Sequence[Any]]) -> GaugeMetricFamily:
    """A gauge; each row is its labels' values and at the end the figure. None is left out."""
    family = GaugeMetricFamily(name, NAMES[name], labels=labels)
    for *values, figure in rows:
        if figure is not None:
            family.add_metric([str(value) for value in values], float(figure))
    return family


def _single(name: str, figure: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, NAMES[name], value=figure)


def _alerts(session: Session, now: datetime) -> Iterator[Metric]:
    counts = dict.fromkeys(("open", "acknowledged"), 0) | dict(session.execute(_LIVE).all())
    yield _family("heed_alerts", ["status"], list(counts.items()))


def _due(session: Session, now: datetime) -> Iterator[Metric]:
    rows = session.execute(_DUE, {"now": now}).all()
    yield _family("heed_due", ["kind"], [(row.kind, row.count) for row in rows])
    yield _family("heed_due_age_seconds", ["kind"], [(row.kind, max(0, row.age or 0)) for row in rows])


def _pages(session: Session, now: datetime) -> Iterator[Metric]:
    """One look at the pages of the last hour: by way and result, and how late they were."""
    rows = session.execute(_PAGES, {"now": now}).all()
    yield _family("heed_pages_1h", ["way", "result"], [(row.way, row.state, row.count) for row in rows])
    sums = [sum(counts) for counts in zip(*(row.buckets for row in rows), strict=True)] or [0] * len(BUCKETS)
    total = sum(row.sent for row in rows)
    bounds = [(str(bound), count) for bound, count in zip(BUCKETS, sums, strict=True)]
    name = "heed_page_lateness_seconds"
    late = float(sum(row.late for row in rows))
    yield GaugeHistogramMetricFamily(name, NAMES[name], buckets=[*bounds, ("+Inf", total)], gsum_value=late)


def _rating(session: Session, now: datetime) -> Iterator[Metric]:
    rows = session.execute(_USAGE, {"day": now.date()}).all()
    for name in ("calls", "tokens", "cost", "verdicts"):
        yield _family(f"heed_llm_{name}_today", ["workspace"], [(row.name, getattr(row, name)) for row in rows])
    yield _family("heed_llm_budget_tokens", ["workspace"], [(row.name, row.daily_tokens) for row in rows])
    shares = [(row.name, row.provisional / row.verdicts if row.verdicts else None) for row in rows]
    yield _family("heed_llm_fallback_share_today", ["workspace"], shares)
    yield _family(
        "heed_workspace_held_back",
        ["workspace"],
        [(row.name, bool(row.retry_at and row.retry_at > now)) for row in rows],
    )


def _sources(session: Session, now: datetime) -> Iterator[Metric]:
    last = [(row.workspace, row.kind, row.name, row.at) for row in session.execute(_SOURCES)]
    yield _family("heed_source_last_signal_timestamp_seconds", ["workspace", "kind", "source"], last)
    came = dict.fromkeys(("accepted", "unreadable", "refused"), 0)
    came |= dict(session.execute(_REQUESTS, {"now": now}).all())
    yield _family("heed_intake_requests_5m", ["outcome"], list(came.items()))


def _beats(session: Session, now: datetime) -> Iterator[Metric]:
    ages = [(name, (now - at).total_seconds()) for name, at in workspaces.beats(session).items()]
    yield _family("heed_beat_age_seconds", ["name"], ages)


_LOOKS: tuple[Callable[[Session, datetime], Iterator[Metric]], ...] = (
    _alerts, _due, _pages, _rating, _sources, _beats,
)  # fmt: skip

_LIVE = text("SELECT status, count(*) FROM alerts WHERE status IN ('open', 'acknowledged') GROUP BY status")
_DUE = text("""
    SELECT 'step' AS kind, count(*) AS count, extract(epoch FROM :now - min(next_step_at)) AS age FROM alerts
    WHERE next_step_at IS NOT NULL AND next_step_at <= :now
    UNION ALL
    SELECT 'page', count(*), extract(epoch FROM :now - min(due_at)) FROM pages WHERE state = 'due' AND try_at <= :now
    UNION ALL
    SELECT 'redraw', count(*), extract(epoch FROM :now - min(redraw_at)) FROM posts WHERE redraw_at <= :now
    UNION ALL
    SELECT 'rating', count(*), extract(epoch FROM :now - min(analyze_at)) FROM conversations WHERE analyze_at <= :now
    UNION ALL
    SELECT 'promise', count(*), extract(epoch FROM :now - min(deadline_at)) FROM conversations
    WHERE deadline_at <= :now
    UNION ALL
    SELECT 'notice', count(*), extract(epoch FROM :now - min(try_at)) FROM notices WHERE try_at <= :now
    UNION ALL
    SELECT 'heartbeat', count(*), extract(epoch FROM :now - min(expected_at)) FROM sources WHERE expected_at <= :now
""")
_WITHIN = ", ".join(
    f"count(*) FILTER (WHERE state = 'sent' AND sent_at - due_at <= interval '{bound} seconds')" for bound in BUCKETS
)
_PAGES = text(f"""
    SELECT coalesce(substring(way FROM '^[a-z_]+'), 'other') AS way, state, count(*) AS count,
           count(*) FILTER (WHERE state = 'sent') AS sent,
           coalesce(sum(greatest(0, extract(epoch FROM sent_at - due_at))) FILTER (WHERE state = 'sent'), 0) AS late,
           ARRAY[{_WITHIN}] AS buckets
    FROM pages WHERE due_at > :now - interval '1 hour' AND due_at <= :now GROUP BY 1, 2 ORDER BY 1, 2
""")
_USAGE = text("""
    SELECT w.name, w.daily_tokens, w.retry_at, coalesce(u.calls, 0) AS calls, coalesce(u.tokens, 0) AS tokens,
           coalesce(u.cost, 0) AS cost, coalesce(u.verdicts, 0) AS verdicts, coalesce(u.provisional, 0) AS provisional
    FROM workspaces w LEFT JOIN usage u ON u.workspace_id = w.id AND u.day = :day
    WHERE w.uninstalled_at IS NULL ORDER BY w.id
""")
_SOURCES = text("""
    SELECT w.name AS workspace, s.kind, s.name, extract(epoch FROM s.last_signal_at) AS at
    FROM sources s JOIN workspaces w ON w.id = s.workspace_id
    WHERE w.uninstalled_at IS NULL AND s.last_signal_at IS NOT NULL ORDER BY s.id
""")
_REQUESTS = text("""
    SELECT outcome, count(*) FROM requests WHERE at > :now - interval '5 minutes' GROUP BY outcome
""")
