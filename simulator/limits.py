"""Slack's rate limits, on the simulator's clock. Off unless asked for."""

from dataclasses import dataclass

from simulator.clock import Clock

PER_MINUTE = {"1": 1, "2": 20, "3": 50, "4": 100, "special": 300}
CHANNEL_SECONDS = 1.0  # chat.postMessage: one message per second and channel
CHANNEL_BURST = 3


@dataclass
class Bucket:
    tokens: float
    at: float


class RateLimits:
    """Token buckets per method, workspace and app, and one per channel for posting."""

    def __init__(self, clock: Clock, enabled: bool = False) -> None:
        self.clock = clock
        self.enabled = enabled
        self._buckets: dict[tuple[str, ...], Bucket] = {}

    def wait_for(self, method: str, tier: str, team_id: str, app_id: str, channel_id: str = "") -> int:
        """Whole seconds to wait before this call would be allowed; 0 lets it through and counts it."""
        if not self.enabled:
            return 0
        if channel_id and method == "chat.postMessage":
            wait = self._take(("channel", app_id, channel_id), 1 / CHANNEL_SECONDS, CHANNEL_BURST)
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
