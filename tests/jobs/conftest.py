"""What the tests of jobs share."""

from pathlib import Path

import pytest

from tests.jobs.files import Files
from tests.world import World


@pytest.fixture
def files(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Files:
    monkeypatch.chdir(tmp_path)
    for name in ("database_url", "redis_url", "slack_api_url", "heed_var"):
        monkeypatch.setenv(name.upper(), str(getattr(world.settings, name)))
    monkeypatch.setenv("HEED_SECRET_KEY", world.settings.heed_secret_key.get_secret_value())
    monkeypatch.setenv("HEED_BASE_URL", world.url)
    return Files(world, tmp_path)
