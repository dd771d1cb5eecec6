"""Settings: the environment, or a `.env` file in the working directory."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SLACK_API_URL = "https://slack.com/api/"
RUNNING = "run.env"
"""What `run` leaves in `var/` while it runs: the settings of the parts that it brought itself."""


class MissingSettings(Exception):
    """Settings that a command cannot do without; the message names each and says how to mend it."""


class Settings(BaseSettings):
    """Every setting of Heed; `docs/configuration.md` is held against this class by a test."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    database_url: str = ""
    redis_url: str = ""
    port: int = 3000
    heed_host: str = "127.0.0.1"
    web_processes: int = 1
    web_threads: int = 16
    heed_proxies: int = Field(default=0, ge=0, le=9)
    intake_limit_per_s: int = Field(default=1000, ge=1)
    intake_body_bytes: int = Field(default=1_048_576, ge=65_536, le=16_777_216)

    slack_bot_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_client_id: str = ""
    slack_client_secret: SecretStr = SecretStr("")
    slack_api_url: str = SLACK_API_URL

    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: str = ""
    openai_model: str = "gpt-5.4-nano"
    llm_price_in: float = Field(default=0.0, ge=0)
    llm_price_out: float = Field(default=0.0, ge=0)
    llm_timeout_s: float = Field(default=20.0, gt=0, le=60)

    contacts_allow_private: bool = False

    heed_secret_key: SecretStr = SecretStr("")
    heed_old_secret_keys: SecretStr = SecretStr("")
    heed_base_url: str = ""
    heed_var: Path = Path("var")
    heed_operations_token: SecretStr = SecretStr("")
    heartbeat_url: SecretStr = SecretStr("")
    keep_alerts_days: int = Field(default=180, ge=35, le=36_500)
    keep_signals_days: int = Field(default=90, ge=7, le=36_500)

    @classmethod
    def of_running(cls) -> "Settings":
        """The settings of the Heed that `run` keeps running here, or simply the settings."""
        return cls(_env_file=(cls().heed_var / RUNNING, ".env"))

    @property
    def base_url(self) -> str:
        """The address under which the outside reaches Heed, without a slash at the end."""
        return (self.heed_base_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def old_secret_keys(self) -> tuple[str, ...]:
        """The keys besides HEED_SECRET_KEY that open what is sealed."""
        listed = self.heed_old_secret_keys.get_secret_value().split(",")
        return tuple(key.strip() for key in listed if key.strip())

    @property
    def has_llm(self) -> bool:
        return bool(self.openai_api_key.get_secret_value() or self.openai_base_url)

    def require(self, *names: str) -> "Settings":
        """These settings are set; otherwise MissingSettings that lists what is not. `a|b` asks for one of the two."""
        missing = [name for name in names if not any(self._is_set(choice) for choice in name.split("|"))]
        if missing:
            listed = ", ".join(name.upper().replace("|", " or ") for name in missing)
            raise MissingSettings(
                f"missing settings: {listed}. Put them into .env or the environment (docs/configuration.md), "
                "or use `python app.py run`, which starts what is missing itself."
            )
        return self

    def _is_set(self, name: str) -> bool:
        value = getattr(self, name)
        return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def why_unreadable(error: ValueError) -> str:
    """Which settings cannot be read, and what is wrong with them; never what they hold."""
    told = error.errors(include_input=False, include_url=False) if isinstance(error, ValidationError) else []
    named = "; ".join(f"{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in told)
    return f"{named or 'the settings cannot be read'} (docs/configuration.md says what each may be)"
