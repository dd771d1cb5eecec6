"""docs/api.md: its examples are run as they stand, and answered as they stand."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import requests

from models.actions import tokens, workspaces
from tests.world import World

PAGE = Path(__file__).parent.parent.parent.parent / "docs" / "api.md"


def examples() -> list[tuple[str, Any]]:
    """Each curl line with the JSON that stands below it."""
    found = re.findall(r"```sh\n(curl [^\n]+)\n```\n+```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return [(line, json.loads(answer)) for line, answer in found]


def run(line: str, url: str, secret: str) -> Any:
    """What curl would be answered."""
    words = shlex.split(line.replace("$HEED", url).replace("$TOKEN", secret))[1:]
    method, headers, body, address = "GET", {}, None, ""
    while words:
        match words.pop(0):
            case "-s":
                pass
            case "-X":
                method = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                body = words.pop(0)
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            case other:
                assert not address, other
                address = other
    return requests.request(method, address, headers=headers, data=body, timeout=10).json()


def stands(shown: Any, answered: Any) -> None:
    """Everything that the page shows is in the answer; the page may leave things out."""
    if isinstance(shown, dict):
        for key, value in shown.items():
            stands(value, answered[key])
    elif isinstance(shown, list):
        assert len(answered) == len(shown)
        for each, other in zip(shown, answered, strict=True):
            stands(each, other)
    else:
        assert answered == shown


def test_the_page_has_an_example_for_each_line_of_curl() -> None:
    assert len(examples()) == PAGE.read_text().count("curl ") == 7


def test_the_examples_of_the_page_are_answered_as_they_stand(world: World) -> None:
    world.policy("alice", "bob")
    with world.context.db.begin() as session:
        (workspace,) = workspaces.active(session)
        secret = tokens.make(session, workspace.id, world.person("alice").id, "page")
    world.signal("Disk full", key="disk")
    world.signal("Checkout is down", key="checkout", severity="critical")
    for line, shown in examples():
        try:
            stands(shown, run(line, world.url, secret))
        except AssertionError as error:
            pytest.fail(f"{line}\n{error}")
