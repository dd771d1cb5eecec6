"""`doctor`: looks at everything that Heed needs, and says what to mend."""

import json
import sys
from collections.abc import Iterator

import click

from jobs.checks import database, outside, redis, slack
from jobs.checks import settings as of_settings
from jobs.checks.finding import Finding, Level, mend
from models.config import Settings, why_unreadable

MARKS = {Level.OK: "ok  ", Level.WARN: "warn", Level.MEND: "MEND"}
PARTS = (of_settings, database, redis, slack, outside)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor(as_json: bool) -> None:
    """Check settings, processes, database, Redis, Slack and the LLM; exit code 1 if something has to be mended.

    What is only marked "warn" could be better, and does not count.
    """
    findings = list(look())
    for finding in findings:
        if as_json:
            click.echo(json.dumps(finding.as_json()))
        else:
            click.echo(f"{MARKS[finding.level]}  {finding.what}: {finding.say}")
    sys.exit(0 if all(finding.well for finding in findings) else 1)


def look() -> Iterator[Finding]:
    """The findings for the settings of the environment, or what is wrong with these themselves."""
    try:
        settings = Settings.of_running()
    except ValueError as error:
        yield mend("settings", "setting-unreadable", why_unreadable(error))
        return
    yield from examine(settings)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at each part; none stops the others."""
    for part in PARTS:
        yield from part.examine(settings)
