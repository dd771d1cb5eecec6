"""Settings: what is read, what is asked for, and what the message says when it is missing."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.config import SLACK_API_URL, MissingSettings, Settings
from tests.processes import APP


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting in the environment, and a working directory without `.env`."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_let_run_start_without_any_setting() -> None:
    settings = Settings()
    assert (settings.port, settings.slack_api_url, settings.database_url) == (3000, SLACK_API_URL, "")


def test_the_environment_wins_over_env_file_and_empty_values_count_as_unset(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=4000\nREDIS_URL=redis://file\nUNKNOWN=ignored\n")
    monkeypatch.setenv("REDIS_URL", "redis://environment")
    monkeypatch.setenv("PORT", "")
    settings = Settings()
    assert (settings.port, settings.redis_url) == (4000, "redis://environment")


def test_a_port_that_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "three thousand")
    with pytest.raises(ValidationError, match="port"):
        Settings()


def test_require_names_everything_that_is_missing_and_how_to_mend_it() -> None:
    settings = Settings(database_url="postgresql://here")
    with pytest.raises(MissingSettings) as raised:
        settings.require("database_url", "redis_url", "slack_bot_token|slack_client_id", "heed_secret_key")
    said = str(raised.value)
    assert "missing settings: REDIS_URL, SLACK_BOT_TOKEN or SLACK_CLIENT_ID, HEED_SECRET_KEY." in said
    assert "DATABASE_URL" not in said
    assert ".env" in said
    assert "python app.py run" in said


@pytest.mark.parametrize("given", ["slack_bot_token", "slack_client_id"])
def test_one_of_two_is_enough_where_one_of_two_is_asked_for(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(given.upper(), "something")
    settings = Settings()
    assert settings.require("slack_bot_token|slack_client_id") is settings


def test_a_setting_that_does_not_exist_cannot_be_required() -> None:
    with pytest.raises(AttributeError):
        Settings().require("no_such_setting")


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "OPENAI_API_KEY", "HEED_SECRET_KEY"):
        monkeypatch.setenv(name, "do-not-show-this-one")
    assert "do-not-show" not in f"{Settings()!r} {Settings()}"


@pytest.mark.parametrize(
    ("given", "address"),
    [("", "http://127.0.0.1:3000"), ("https://heed.example/", "https://heed.example"), ("http://x:1", "http://x:1")],
)
def test_the_base_address_ends_without_a_slash(given: str, address: str) -> None:
    assert Settings(heed_base_url=given).base_url == address


def test_an_llm_is_there_with_a_key_or_with_an_address_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Settings().has_llm
    assert Settings(openai_base_url="http://localhost:11434/v1").has_llm
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    assert Settings().has_llm


@pytest.mark.parametrize("command", ["web", "worker", "clock", "run", "migrate", "paged", "export"])
def test_a_setting_that_cannot_be_read_is_named_in_one_line(command: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KEEP_ALERTS_DAYS=30\nLLM_TIMEOUT_S=not-to-be-shown\n")
    done = subprocess.run(
        [sys.executable, str(APP), command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert "KEEP_ALERTS_DAYS: Input should be greater than or equal to 35" in line
    assert "LLM_TIMEOUT_S" in line
    assert "docs/configuration.md" in line
    assert "not-to-be-shown" not in line
