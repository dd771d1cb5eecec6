"""The poison rule (12 of the design): a row that fails is due again later and later, and then people are told."""

from datetime import timedelta

TOLD_AFTER = 5
"""How often in a row something has failed when people are told."""


def pushed_out(failures: int) -> timedelta:
    """How long a row that has failed so many times in a row is left alone: 20 s, then twice as long each time."""
    return timedelta(seconds=min(10 * 2**failures, 3600))
