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


def build(settings: Settings, hurried: bool = False) -> Context:
    """The context that `settings` describe; nothing connects yet.

    `hurried` is for processes that somebody waits for: statements and the pool give up after 1.5 s (flow 1).
    """
    patience = {"statement_timeout": 1.5, "pool_timeout": 1.5} if hurried else {}
    return Context(
        settings=settings,
        db=Database(settings.database_url, pool_size=24, **patience),
        bell=Bell(settings.redis_url),
        seal=Seal(settings.heed_secret_key.get_secret_value(), settings.old_secret_keys),
        slack=Slack(settings.slack_api_url),
    )
