"""How much the database grows: bytes for a million alerts, by table, and what stays once details are forgotten.

    python bench/growth.py [--alerts 20000]

Alerts come in as Alertmanager sends them, ten to a request, through the same code as in earnest; each pages two people
at its one step, each page has a post of its own, and its source resolves it. Sizes are those of tables with indexes and
long values, and are scaled up to a million.

Prints growth_gb_per_million_alerts, growth_<table>_gb, growth_kept_gb (what stays for good), growth_forget_rows_per_s.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from bench.house import figure
from bot.context import Context, build
from jobs.forget import forget
from models.actions import escalating
from models.actions.receiving import Request, receive_together
from models.config import Settings
from models.db import normal_url
from models.embedded import EmbeddedPostgres
from models.migrate import migrate
from models.signal import Signal
from models.words import Severity
from tests.models.actions.house import House, build_house

MILLION = 1_000_000
GB = 1e9
A_REQUEST, A_BATCH = 10, 20
TABLES = ("alerts", "signals", "requests", "steps", "pages", "posts", "entries")
LABELS = {"service": "checkout", "cluster": "eu-1", "namespace": "shop", "team": "payments", "severity": "critical"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=20_000)
    wanted = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(prefix="heed-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            migrate(postgres.url)
            context = build(
                Settings(
                    _env_file=None,
                    database_url=postgres.url,
                    redis_url="redis://127.0.0.1:1/0",
                    heed_secret_key=SecretStr("a secret key for the benches"),
                )
            )
            before = sizes(postgres.url)
            live(context, wanted.alerts)
            tell(before, sizes(postgres.url), wanted.alerts)
            tell_kept(context, postgres.url, before, wanted.alerts)
            context.db.dispose()
            context.bell.redis.close()
        finally:
            postgres.stop()


def live(context: Context, many: int) -> None:
    """Every alert from its signal to its end."""
    with context.db.begin() as session:
        house = build_house(session, plan=(("alice", "bob"),))
    for firing in (True, False):
        for first in range(0, many, A_REQUEST * A_BATCH):
            with context.db.begin() as session:
                receive_together(
                    session, house.source, requests(house, first, min(many, first + A_REQUEST * A_BATCH), firing)
                )
        if firing:
            while _step(context):
                continue
            _deliver(context)


def requests(house: House, first: int, end: int, firing: bool) -> list[Request]:
    """Signals `first` to `end`, in requests of ten, each with a body like Alertmanager's."""
    found = []
    for begin in range(first, end, A_REQUEST):
        signals = [_signal(number, firing) for number in range(begin, min(end, begin + A_REQUEST))]
        body = json.dumps([{"labels": dict(each.labels), "annotations": {"summary": each.details}} for each in signals])
        found.append(Request(signals, body))
    return found


def _signal(number: int, firing: bool) -> Signal:
    labels = {**LABELS, "instance": f"10.0.{number // 250}.{number % 250}:9100", "alertname": "HighErrorRate"}
    return Signal(
        key=f"{number:016x}",
        firing=firing,
        title=f"HighErrorRate on 10.0.{number // 250}.{number % 250}:9100",
        severity=Severity.CRITICAL,
        details="5.2 % of the requests of the last five minutes failed; see the runbook for what to look at first.",
        labels=labels,
        link=f"https://prometheus.example.com/graph?g0.expr=errors{number}",
    )


def _step(context: Context) -> bool:
    with context.db.begin() as session:
        return bool(escalating.take_due(session))


def _deliver(context: Context) -> None:
    """As if Slack had taken each page in a post of its own."""
    with context.db.begin() as session:
        session.execute(
            text(
                "WITH made AS (INSERT INTO posts (workspace_id, person_id, mark, channel_id, ts, created_at, drawn) "
                "SELECT workspace_id, person_id, id::text, 'D0123456789', '1700000000.' || id, now(), 1 FROM pages "
                "WHERE way = 'slack' RETURNING id, mark) "
                "UPDATE pages SET state = 'sent', attempt = 1, sent_at = now(), result = 'delivered', "
                "post_id = made.id FROM made WHERE pages.id = made.mark::bigint"
            )
        )


def sizes(url: str, vacuum: str = "VACUUM ANALYZE") -> dict[str, int]:
    """Bytes of each table with its indexes."""
    engine = create_engine(normal_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(vacuum))
        found = {
            table: int(
                connection.scalar(text("SELECT pg_total_relation_size(CAST(:t AS regclass))"), {"t": table}) or 0
            )
            for table in TABLES
        }
    engine.dispose()
    return found


def tell(before: dict[str, int], after: dict[str, int], many: int) -> None:
    grown = {table: (after[table] - before[table]) / many * MILLION / GB for table in TABLES}
    figure("growth_gb_per_million_alerts", sum(grown.values()), "GB")
    for table, size in grown.items():
        figure(f"growth_{table}_gb", size, "GB")


def tell_kept(context: Context, url: str, before: dict[str, int], many: int) -> None:
    """A year later."""
    with context.db.begin() as session:
        for table, columns in {"alerts": ("opened_at", "closed_at"), "signals": ("received_at",), "pages": ("due_at",),
                               "steps": ("due_at",), "posts": ("created_at",), "entries": ("at",)}.items():  # fmt: skip
            changed = ", ".join(f"{each} = {each} - interval '1 year'" for each in columns)
            session.execute(text(f"UPDATE {table} SET {changed}"))
        session.execute(text("UPDATE posts SET redraw_at = NULL"))
        session.execute(text("DELETE FROM requests"))
    began, gone = time.monotonic(), forget(context, pause=0, at_most=timedelta(minutes=5).total_seconds())
    figure("growth_forget_rows_per_s", sum(gone.values()) / (time.monotonic() - began), "1/s")
    left = sizes(url, "VACUUM FULL")
    figure("growth_kept_gb", sum(max(0, left[t] - before[t]) for t in TABLES) / many * MILLION / GB, "GB")


if __name__ == "__main__":
    main()
