"""Logs: one line of key and value a thing that happened; never a text, a name or a secret."""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

from models import trace_id


def set_up(level: int = logging.INFO) -> None:
    """Log to standard output; the libraries' own chatter only from warnings up.

    A line has the id of what goes on as `trace`; one about an alert has the id of what opened it.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            with_trace,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event", "trace"], drop_missing=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )


def with_trace(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog's processor that adds the id, unless the line names another one."""
    trace = trace_id.current()
    if trace and "trace" not in line:
        line["trace"] = trace
    return line
