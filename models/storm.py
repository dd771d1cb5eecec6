"""When so many alerts open that people get one post about all of them instead of one about each."""

from dataclasses import dataclass
from datetime import timedelta

from models.words import Severity

WINDOW = timedelta(minutes=1)
OF_SOURCE = 30
OF_WORKSPACE = 90
"""More new alerts than this within the window are a storm. Critical ones join it only if those that go the same way
are so many by themselves: a critical alert of another route is paged by itself, and first."""
OVER_AFTER = timedelta(minutes=3)
"""How long nothing joins before a storm is over."""
POST_LASTS = timedelta(minutes=4)
"""How long a person's post about the storm takes in more; later ones (another level, another lap) are a new post."""
REDRAWN_EVERY = timedelta(seconds=5)


@dataclass(frozen=True)
class Kind:
    """Alerts that are counted together. `source` is None for all of a workspace, `policy` None for any."""

    workspace: int
    source: int | None
    policy: str | None = None

    @property
    def enough(self) -> int:
        return OF_WORKSPACE if self.source is None else OF_SOURCE

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stands when several are gone through, always in the same order."""
        return (self.workspace, self.source or 0, self.policy or "")


def kinds(workspace: int, source: int, severity: Severity, policy: str) -> tuple[Kind, ...]:
    """Which counts decide whether an alert belongs to a storm, the narrowest first."""
    if severity is Severity.CRITICAL:
        return (Kind(workspace, source, policy),)
    return (Kind(workspace, source), Kind(workspace, None))
