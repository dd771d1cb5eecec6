"""How many events an app gets in an hour, and how many of them it may fail to take."""

from collections import deque
from dataclasses import dataclass, field

from simulator.clock import Clock
from simulator.maxima import MOST

HOUR_SECONDS = 3600
LEAST_ATTEMPTS = 1000  # apps that get fewer events an hour are never switched off


@dataclass
class Tally:
    """Counts of the last hour by minute: [minute since the epoch, all, failed]."""

    minutes: deque[list[int]] = field(default_factory=deque)
    announced: int = 0  # the last minute for which app_rate_limited was sent

    def count(self, now: float, failed: bool = False) -> None:
        minute = int(now // 60)
        if not self.minutes or self.minutes[-1][0] != minute:
            self.minutes.append([minute, 0, 0])
        self.minutes[-1][1] += 1
        self.minutes[-1][2] += failed

    def sums(self, now: float) -> tuple[int, int]:
        """All and failed ones of the last sixty minutes."""
        while self.minutes and self.minutes[0][0] <= (now - HOUR_SECONDS) // 60:
            self.minutes.popleft()
        return sum(one[1] for one in self.minutes), sum(one[2] for one in self.minutes)


class Quotas:
    """Per workspace and app. `most` events an hour; `least_attempts` before failures count. Both may be set."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.most = MOST["events an hour"]
        self.least_attempts = LEAST_ATTEMPTS
        self._events: dict[tuple[str, str], Tally] = {}
        self._attempts: dict[tuple[str, str], Tally] = {}

    def allow(self, team_id: str, app_id: str) -> tuple[bool, int | None]:
        """Whether one more event may be sent; if not, the minute to announce (epoch seconds) or None."""
        now = self.clock.now()
        tally = self._events.setdefault((team_id, app_id), Tally())
        if tally.sums(now)[0] < self.most:
            tally.count(now)
            return True, None
        minute = int(now // 60) * 60
        announce = None if tally.announced == minute else minute
        tally.announced = minute
        return False, announce

    def attempted(self, team_id: str, app_id: str, failed: bool) -> bool:
        """Count an attempt; True when so many failed that Slack switches the subscription off."""
        now = self.clock.now()
        tally = self._attempts.setdefault((team_id, app_id), Tally())
        tally.count(now, failed)
        every, lost = tally.sums(now)
        return failed and every >= self.least_attempts and 100 * lost > MOST["percent of failures"] * every

    def forget(self, team_id: str, app_id: str) -> None:
        """Begin to count again."""
        self._events.pop((team_id, app_id), None)
        self._attempts.pop((team_id, app_id), None)
