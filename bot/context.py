"""What everything that talks works with: settings, database, bell, seal, and the sender to Slack."""

from dataclasses import dataclass

from bot.slack import Slack
from models.bell import Bell
from models.config import Settings
from models.db import Database
from models.seal import Seal


@dataclass(frozen=True)
class Context:
    settings: Settings
    db: Database
    bell: Bell
    seal: Seal
    slack: Slack


AT_WORK = 3
"""Connections of a process whose many threads mostly wait for somebody else. Python runs one thread at a time: whoever
waits for a connection slows nobody down, and more of them come through than if all of them worked at once."""
HURRIED = 24


def build(settings: Settings, hurried: bool = False) -> Context:
    """The context that `settings` describe; nothing connects yet.

    `hurried` is for processes that somebody waits for: statements and the pool give up after 1.5 s (flow 1).
    """
    url = settings.database_url
    return Context(
        settings=settings,
        db=Database(url, HURRIED, 1.5, 1.5) if hurried else Database(url, AT_WORK, pool_timeout=10.0),
        bell=Bell(settings.redis_url),
        seal=Seal(settings.heed_secret_key.get_secret_value(), settings.old_secret_keys),
        slack=Slack(settings.slack_api_url),
    )
