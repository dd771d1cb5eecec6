"""What Prometheus reads: figures taken from the database at the moment of the scrape, so any web process tells all."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.context import Context
from models.actions import workspaces
from models.db import now_of


class Figures(Collector):
    """Open alerts, what is due and not done, pages by state, and the age of each process's last beat."""

    def __init__(self, house: Context) -> None:
        self._house = house

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with self._house.db.begin() as session:
            yield from _alerts(session)
            yield from _due(session)
            yield from _beats(session)
        up = GaugeMetricFamily("heed_redis_up", "1 while Redis answers")
        up.add_metric([], float(self._house.bell.is_up()))
        yield up


def _alerts(session: Session) -> Iterator[GaugeMetricFamily]:
    live = GaugeMetricFamily("heed_alerts", "Alerts that are open or acknowledged", labels=["status"])
    for status, count in session.execute(text(_LIVE)):
        live.add_metric([status], count)
    yield live
    pages = GaugeMetricFamily("heed_pages_24h", "Pages that fell due in the last 24 hours", labels=["state"])
    for state, count in session.execute(text(_PAGES), {"now": now_of(session)}):
        pages.add_metric([state], count)
    yield pages


def _due(session: Session) -> Iterator[GaugeMetricFamily]:
    waiting = GaugeMetricFamily("heed_due", "Rows that are due and not done", labels=["kind"])
    age = GaugeMetricFamily("heed_due_age_seconds", "For how long the oldest of them has been due", labels=["kind"])
    for kind, count, seconds in session.execute(text(_DUE), {"now": now_of(session)}):
        waiting.add_metric([kind], count)
        age.add_metric([kind], seconds or 0)
    yield waiting
    yield age


def _beats(session: Session) -> Iterator[GaugeMetricFamily]:
    beats = GaugeMetricFamily(
        "heed_beat_age_seconds", "Seconds since a process last proved that it works", labels=["name"]
    )
    now = now_of(session)
    for name, at in workspaces.beats(session).items():
        beats.add_metric([name], (now - at).total_seconds())
    yield beats


_LIVE = "SELECT status, count(*) FROM alerts WHERE status IN ('open', 'acknowledged') GROUP BY status"
_PAGES = "SELECT state, count(*) FROM pages WHERE due_at > :now - interval '24 hours' GROUP BY state"
_DUE = """
    SELECT 'step', count(*), extract(epoch FROM :now - min(next_step_at)) FROM alerts
    WHERE status = 'open' AND next_step_at <= :now
    UNION ALL
    SELECT 'page', count(*), extract(epoch FROM :now - min(due_at)) FROM pages WHERE state = 'due' AND try_at <= :now
    UNION ALL
    SELECT 'redraw', count(*), extract(epoch FROM :now - min(redraw_at)) FROM posts WHERE redraw_at <= :now
    UNION ALL
    SELECT 'rating', count(*), extract(epoch FROM :now - min(analyze_at)) FROM conversations WHERE analyze_at <= :now
"""
