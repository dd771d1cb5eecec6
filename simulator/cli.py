"""The command line: `python -m simulator.cli --port 3900 --manifest manifest.yml`."""

from pathlib import Path

import click
import yaml

from simulator.seed import AppConfig, app_from_manifest
from simulator.server import Simulator


@click.command("simulator")
@click.option("--port", default=3900, show_default=True, help="Where the page and the APIs listen, on 127.0.0.1.")
@click.option(
    "--manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The app, as YAML or JSON."
)
@click.option("--request-url", help="Where the app listens for signed HTTP; without it, Socket Mode only.")
@click.option("--state-file", type=click.Path(dir_okay=False, path_type=Path), help="Keep conversations in this file.")
@click.option("--bot-token", default="xoxb-simulator", show_default=True)
@click.option("--app-token", default="xapp-simulator", show_default=True)
@click.option("--signing-secret", default="simulator-signing-secret", show_default=True)
@click.option("--rate-limits", is_flag=True, help="Make Slack's rate limits count.")
def main(
    port: int,
    manifest: Path | None,
    request_url: str | None,
    state_file: Path | None,
    bot_token: str,
    app_token: str,
    signing_secret: str,
    rate_limits: bool,
) -> None:
    """A Slack workspace in the browser and a language model, for trying out and testing an app."""
    config = AppConfig() if manifest is None else app_from_manifest(yaml.safe_load(manifest.read_text("utf-8")))
    config.bot_token, config.app_token, config.signing_secret = bot_token, app_token, signing_secret
    simulator = Simulator(port, request_url, state_file=state_file, app=config, rate_limits=rate_limits)
    try:
        simulator.run(announce=_announce)
    except KeyboardInterrupt:
        click.echo("stopped")


def _announce(url: str) -> None:
    click.echo(f"page       {url}/\nSlack API  {url}/api/\nLLM        {url}/v1")


if __name__ == "__main__":
    main()
