"""A whole Heed for the benches: embedded servers, real processes, a simulated Slack; and how figures are printed."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import create_engine

from models.config import Settings
from models.db import normal_url
from models.embedded import EmbeddedPostgres, EmbeddedRedis
from models.migrate import migrate
from tests.processes import Processes


@contextmanager
def house(*names: str, **settings: str) -> Iterator[Processes]:
    """Everything started (or only the processes `names`), on servers of its own, with PostgreSQL's fsync on.

    `settings` are set in the environment of the processes, such as WEB_PROCESSES="2".
    """
    with tempfile.TemporaryDirectory(prefix="heed-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            with EmbeddedRedis(Path(folder) / "redis") as redis:
                migrate(postgres.url)
                admin = create_engine(normal_url(postgres.url), isolation_level="AUTOCOMMIT")
                chosen = Settings(
                    _env_file=None,
                    database_url=postgres.url,
                    redis_url=redis.url,
                    heed_secret_key=SecretStr("a secret key for the benches"),
                )
                with Processes(chosen, admin, Path(folder)) as made:
                    made.environment |= settings
                    made.start(*names)
                    yield made
                admin.dispose()
        finally:
            postgres.stop()


def figure(name: str, value: float, unit: str) -> None:
    """One figure, as a line of JSON."""
    sys.stdout.write(json.dumps({"figure": name, "value": round(value, 3), "unit": unit}) + "\n")
    sys.stdout.flush()


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by the nearest rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]
