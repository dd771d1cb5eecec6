"""Heed with everything around it, for a client in another process: `python -m tests.compatible_sdks.server`.

Serves over TLS, which PagerDuty's client insists on. The first line that it writes is its address, the second the file
of its certificate. Each line that it reads is answered by a line of JSON that tells how things stand, once everything
that is due has happened. Ends with its input.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, TextIO

from pydantic import SecretStr

from jobs.sync import sync
from models.actions import heartbeats, reading, sources, workspaces
from models.card import Card, Filter
from models.config import Settings
from models.embedded import EmbeddedPostgres, EmbeddedRedis
from models.heartbeat import Rhythm
from models.migrate import migrate
from tests.compatible_sdks.certified import Secure
from tests.compatible_sdks.keys import GENIE_KEY, HEARTBEAT, ROUTING_KEY
from tests.world import World, everything


def serve(folder: Path, told: TextIO) -> None:
    postgres = EmbeddedPostgres(folder / "postgres")
    try:
        with EmbeddedRedis(folder / "redis") as redis:
            migrate(postgres.url)
            with World(_settings(folder, postgres.url, redis.url)) as world:
                sync(world.context)
                _add_sources(world)
                secure = Secure(world.app, folder)
                _say(told, secure.url)
                _say(told, str(secure.certificate))
                for _ in sys.stdin:
                    _say(told, json.dumps(_standing(world)))
                secure.stop()
    finally:
        postgres.stop()


def _settings(folder: Path, database_url: str, redis_url: str) -> Settings:
    nothing = SecretStr("")
    return Settings(
        _env_file=None,
        database_url=database_url,
        redis_url=redis_url,
        heed_secret_key=SecretStr("a secret key for the tests only"),
        heed_var=folder,
        slack_bot_token=nothing,
        slack_app_token=nothing,
        slack_signing_secret=nothing,
        openai_api_key=nothing,
        openai_base_url="",
    )


def _add_sources(world: World) -> None:
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        for kind, secret in (("pagerduty", ROUTING_KEY), ("opsgenie", GENIE_KEY)):
            sources.put_source(session, workspace.id, kind, "prod", secret)
        heartbeats.add(session, workspace.id, HEARTBEAT, Rhythm())


def _standing(world: World) -> dict[str, Any]:
    """The alerts by their titles, and what the direct messages to alice show."""
    world.settle()
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        found = reading.listing(session, workspace.id, Filter()).cards
    return {
        "alerts": {card.title: _alert(card) for card in found},
        "messages": [everything(page) for page in world.pages("alice")],
    }


def _alert(card: Card) -> dict[str, Any]:
    return {
        "number": card.id,
        "status": card.status.value,
        "severity": card.severity.label,
        "details": card.details,
        "link": card.link,
        "note": card.newest_note,
    }


def _say(told: TextIO, line: str) -> None:
    told.write(f"{line}\n")
    told.flush()


def _own_output() -> TextIO:
    """What standard output was until now; what others write there goes where errors go."""
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return told


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="heed-sdks-") as folder:
        serve(Path(folder), _own_output())
