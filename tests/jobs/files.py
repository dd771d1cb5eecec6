"""A world where `apply` and `export` run as on the command line, and the files that tests give them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.orm import Session

from jobs.applying import apply, export
from simulator.state import UserGroup
from tests.world import World

EXAMPLE = Path(__file__).parent.parent.parent / "docs" / "heed.example.yml"
TABLES = ("workspaces", "policies", "schedules", "overrides", "routes", "silences", "groups", "clients", "tiers",
          "channels", "sources",
          "people", "entries", "turns")  # fmt: skip
POLICY = """\
policies:
  - name: Everybody in charge
    default: true
    laps: 3
    levels:
      - targets: [admins]
"""
CHARLIE = """\
  - name: Payments
    levels:
      - targets:
          - {target}
        timeout: 10m
"""
SCHEDULE = """\
schedules:
  - name: Nights
    layers:
      - name: Week
        people: [alice, bob]
        every: 1
        unit: weeks
        weekday: monday
        handoff: 09:00
        zone: Europe/Berlin
        start: 2026-11-23
"""
SILENCE = """\
silences:
  - name: Move
    matchers: team="search"
    starts_at: 2026-01-01T00:00Z
    ends_at: 2199-01-01T00:00Z
"""


def payments(target: str) -> str:
    """The default policy, and another one whose only level pages this target."""
    return POLICY + CHARLIE.replace("{target}", target)


@dataclass
class Files:
    """Runs the commands against a world, in a folder of their own."""

    world: World
    folder: Path

    def apply(self, text: str, *options: str, name: str = "heed.yml") -> Result:
        """Apply a file with this text below `version: 1`."""
        path = self.folder / name
        path.write_text(f"version: 1\n{text}")
        return self.run(str(path), *options)

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(apply, list(arguments), catch_exceptions=False)

    def applied(self, text: str, *options: str) -> list[str]:
        """What `apply` prints, without the last line, which says that it was applied."""
        done = self.apply(text, *options)
        assert done.exit_code == 0, done.output
        *lines, last = done.stdout.splitlines()
        assert last in ("applied", "nothing to change"), done.output
        return lines

    def refused(self, text: str) -> list[str]:
        """What is told of a file that is wrong, without the file's name; nothing has changed."""
        before = self.everything()
        done = self.apply(text)
        assert done.exit_code == 2, done.output
        assert done.stdout == ""
        assert self.everything() == before
        return [line.removeprefix(f"{self.folder}/heed.yml:") for line in done.stderr.splitlines()]

    def export(self, *options: str) -> str:
        done = CliRunner().invoke(export, list(options), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    def everything(self) -> dict[str, list[Any]]:
        """Every row of the tables that a file is about, with the row's version: another if it was written to."""
        with self.session() as session:
            return {
                table: [tuple(row) for row in session.execute(text(f"SELECT xmin::text, * FROM {table} ORDER BY 2, 3"))]
                for table in TABLES
            }

    def rows(self, query: str) -> list[Any]:
        with self.session() as session:
            return [tuple(row) for row in session.execute(text(query))]

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self.world.context.db.begin() as session:
            yield session

    def user_group(self, handle: str, *members: str) -> None:
        """A user group in Slack."""
        users = [self.world.slack.user(member).id for member in members]
        self.world.slack.workspace.usergroups["S0SRE00"] = UserGroup(
            "S0SRE00", "T0NORTHWIND", handle, handle, users=users
        )
