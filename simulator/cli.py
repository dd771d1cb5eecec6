"""The command line: `python -m simulator.cli --port 3900 --manifest manifest.yml`."""

from pathlib import Path

import click
import yaml

from simulator.seed import AppConfig, add_workspace, app_from_manifest
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
@click.option("--history-limits", is_flag=True, help="One call of history a minute, 15 messages a page.")
@click.option("--workspace", "workspaces", multiple=True, help="One more workspace, with the app in it, too.")
@click.option(
    "--app",
    "more_apps",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="One more app in the first workspace, by its manifest; its tokens end in -2, -3 …",
)
@click.option(
    "--stories", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A folder with more stories."
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="What a story is filled in with.")
def main(
    port: int,
    manifest: Path | None,
    request_url: str | None,
    state_file: Path | None,
    bot_token: str,
    app_token: str,
    signing_secret: str,
    rate_limits: bool,
    history_limits: bool,
    workspaces: tuple[str, ...],
    more_apps: tuple[Path, ...],
    stories: Path | None,
    settings: tuple[str, ...],
) -> None:
    """A Slack workspace in the browser and a language model, for trying out and testing an app."""
    config = AppConfig() if manifest is None else _config(manifest)
    config.bot_token, config.app_token, config.signing_secret = bot_token, app_token, signing_secret
    variables = dict(setting.split("=", 1) for setting in settings if "=" in setting)
    simulator = Simulator(
        port, request_url, state_file=state_file, app=config, rate_limits=rate_limits, stories=stories,
        variables=variables,
    )  # fmt: skip
    simulator.core.limits.history_limited = history_limits
    for path in more_apps:
        simulator.core.installing.add(simulator.world.workspace, _config(path))
    for name in workspaces:
        if all(name != known.team.name for known in simulator.world.workspaces.values()):
            add_workspace(simulator.world, name)
        simulator.core.installing.install(simulator.world.find_workspace(name), simulator.people.app())
    try:
        simulator.run(announce=lambda url: _announce(url, simulator))
    except KeyboardInterrupt:
        click.echo("stopped")


def _config(manifest: Path) -> AppConfig:
    return app_from_manifest(yaml.safe_load(manifest.read_text("utf-8")))


def _announce(url: str, simulator: Simulator) -> None:
    click.echo(f"page       {url}/\nSlack API  {url}/api/\nLLM        {url}/v1")
    installed = [(one.team.name, app) for one in simulator.world.workspaces.values() for app in one.apps.values()]
    for name, app in installed if len(installed) > 1 else []:
        click.echo(f"token      {app.bot_token} ({app.name} in {name})")


if __name__ == "__main__":
    main()
