"""Slack's rate limits, on the simulator's clock. Off unless asked for."""

from dataclasses import dataclass

from simulator.clock import Clock
from simulator.maxima import MOST

PER_MINUTE = {tier: MOST[f"calls a minute, tier {tier}"] for tier in "1234"} | {"special": MOST["messages a minute"]}
CHANNEL_SECONDS = 1.0  # chat.postMessage: one message per second and channel
HISTORY = ("conversations.history", "conversations.replies")


@dataclass
class Bucket:
    tokens: float
    at: float


class RateLimits:
    """Token buckets per method, workspace and app, and one per channel for posting.

    `enabled` makes them count; `history_limited` treats the apps as sold outside the Marketplace: one call of
    history and of replies a minute, with 15 messages at most, whether or not the others count.
    """

    def __init__(self, clock: Clock, enabled: bool = False, history_limited: bool = False) -> None:
        self.clock = clock
        self.enabled = enabled
        self.history_limited = history_limited
        self._buckets: dict[tuple[str, ...], Bucket] = {}

    def wait_for(self, method: str, tier: str, team_id: str, app_id: str, channel_id: str = "") -> int:
        """Whole seconds to wait before this call would be allowed; 0 lets it through and counts it."""
        if self.history_limited and method in HISTORY:
            per_minute = MOST["history calls a minute when limited"]
            return self._take(("limited", method, team_id, app_id), per_minute / 60, per_minute)
        if not self.enabled:
            return 0
        if channel_id and method == "chat.postMessage":
            wait = self._take(
                ("channel", app_id, channel_id), 1 / CHANNEL_SECONDS, MOST["messages at once in a channel"]
            )
            if wait:
                return wait
        per_minute = PER_MINUTE[tier]
        return self._take((method, team_id, app_id), per_minute / 60, per_minute)

    def _take(self, key: tuple[str, ...], per_second: float, burst: float) -> int:
        now = self.clock.now()
        bucket = self._buckets.setdefault(key, Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return max(1, round((1 - bucket.tokens) / per_second))
