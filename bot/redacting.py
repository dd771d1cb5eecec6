"""Secrets of addresses are kept out of logs, whoever writes them: framework and server log the paths of requests."""

import logging
import re

_SECRET = re.compile(r"/(alerts/[^/\s]+|heartbeats|calendars|a)/[^\s/?\"'\]]+")
_FORMAT = logging.Formatter()


def redact(text: str) -> str:
    """The text without the secret of any of our addresses in it."""
    return _SECRET.sub(r"/\1/…", text)


class Redacting(logging.Filter):
    """Redacts what a logger says, with the traceback; for `Logger.addFilter`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(_FORMAT.formatException(record.exc_info))
        return True


REDACTING = Redacting()
"""One for all loggers, which take the same filter only once."""
