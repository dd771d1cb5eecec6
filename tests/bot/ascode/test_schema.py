"""`docs/heed.schema.json` against the reader: what the one takes the other takes, what is malformed both refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.ascode import clients, sources, tiers, watched
from bot.ascode.tree import parse
from models.routing_json import ROUTE_FIELDS
from tests.bot.ascode.known import known, wanted
from tests.bot.ascode.wrong_files import FILES, WrongText

DOCS = Path(__file__).parent.parent.parent.parent / "docs"
SCHEMA: dict[str, Any] = json.loads((DOCS / "heed.schema.json").read_text())
EXAMPLE = (DOCS / "heed.example.yml").read_text()


def is_valid(value: object) -> bool:
    return Draft202012Validator(SCHEMA).is_valid(value)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_example_is_valid_for_every_reader_of_yaml() -> None:
    Draft202012Validator(SCHEMA).validate(yaml.safe_load(EXAMPLE))
    assert parse(EXAMPLE).value == yaml.safe_load(EXAMPLE)
    assert list(wanted(EXAMPLE, known(policies=())).items) == list(SCHEMA["properties"])[1:]


@pytest.mark.parametrize("wrong", FILES.values(), ids=FILES.keys())
def test_what_is_malformed_is_refused_by_the_schema_too(wrong: WrongText) -> None:
    assert is_valid(parse(f"version: 1\n{wrong.text}").value) is not wrong.by_schema


def test_every_field_is_in_the_schema() -> None:
    sections = {name: set(SCHEMA["$defs"][item["items"]["$ref"].rpartition("/")[2]]["properties"])
                for name, item in SCHEMA["properties"].items() if "items" in item}  # fmt: skip
    assert sections["policies"] == {"name", "default", "laps", "acknowledge_timeout", "levels"}
    assert sections["routes"] == set(ROUTE_FIELDS)
    assert sections["silences"] == {"name", "matchers", "starts_at", "ends_at", "why"}
    assert sections["tiers"] == set(tiers.FIELDS)
    assert sections["clients"] == {*clients.FIELDS, "shadow"}
    assert set(SCHEMA["$defs"]["watched"]["properties"]) == set(watched.FIELDS)
    assert sections["sources"] == set(sources.FIELDS)
