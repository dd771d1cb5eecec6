"""Whether Slack keeps quiet for somebody now: their Do Not Disturb hours, and a pause of notifications."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Rest:
    """What Slack told: the hours that go on now or come next, and the end of a pause. None: there is none."""

    quiet_from: datetime | None = None
    quiet_until: datetime | None = None
    snoozed_until: datetime | None = None

    def ends(self, now: datetime) -> datetime | None:
        """Until when nothing that Slack is given makes a sound; None when it does now."""
        ends = [self.snoozed_until] if self.snoozed_until is not None else []
        if self.quiet_from is not None and self.quiet_until is not None and self.quiet_from <= now:
            ends.append(self.quiet_until)
        return max((each for each in ends if each > now), default=None)


NEVER = Rest()
