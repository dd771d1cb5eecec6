"""The OpenAPI document: it is one, it describes exactly the routes, and every answer it describes is given."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from bot.context import Context
from bot.rest.asked import ANSWERS, FIELDS, LIMIT, LIMIT_AT_MOST, PARAMETERS
from bot.web import create_app
from models.actions import people, tokens
from models.actions.answering import NOTE_LENGTH
from models.config import Settings
from models.embedded import free_port
from models.words import Origin, PageState, Role, Severity, Status
from tests.bot.programs import Program, document
from tests.models.actions.house import build_house, open_alerts

DOCUMENT = document()
METHODS = ("get", "put", "post", "delete", "patch")
OPERATIONS = {(method, path) for path, item in DOCUMENT["paths"].items() for method in METHODS if method in item}
SCHEMAS = DOCUMENT["components"]["schemas"]


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    yield made
    made.extensions["heed"].db.dispose()
    made.extensions["heed"].bell.redis.close()


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def test_every_route_is_described_and_nothing_else(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    routes = {
        (method.lower(), re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == OPERATIONS


def test_the_document_is_whole() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    for reference in [node["$ref"] for node in walk(DOCUMENT) if "$ref" in node]:
        found: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)
    operations = [DOCUMENT["paths"][path][method] for method, path in OPERATIONS]
    assert len({each["operationId"] for each in operations}) == len(operations)
    for each in operations:
        assert each["summary"]
        assert each["responses"]
    used = {node["$ref"].rsplit("/", 1)[1] for node in walk(DOCUMENT) if "$ref" in node}
    assert used == SCHEMAS.keys() | DOCUMENT["components"]["responses"].keys()


def test_every_object_that_is_answered_names_all_its_fields_as_required() -> None:
    for name, schema in SCHEMAS.items():
        if schema.get("type") == "object" and name != "Answer":
            assert list(schema["properties"]) == schema["required"], name


def test_the_words_and_bounds_of_the_document_are_those_of_the_code() -> None:
    parameters = {each["name"]: each["schema"] for each in DOCUMENT["paths"]["/api/alerts"]["get"]["parameters"]}
    answer = SCHEMAS["Answer"]["properties"]
    assert tuple(parameters) == PARAMETERS
    assert (parameters["limit"]["default"], parameters["limit"]["maximum"]) == (LIMIT, LIMIT_AT_MOST)
    assert tuple(answer) == FIELDS
    assert answer["status"]["enum"] == list(ANSWERS)
    assert answer["notes"]["maxLength"] == answer["reason"]["maxLength"] == NOTE_LENGTH
    assert SCHEMAS["Status"]["enum"] == [each.value for each in Status]
    assert SCHEMAS["Severity"]["enum"] == [each.label for each in Severity]
    assert SCHEMAS["Alert"]["properties"]["origin"]["enum"] == [each.value for each in Origin]
    assert SCHEMAS["Receipt"]["properties"]["state"]["enum"] == [each.value for each in PageState]


def test_the_document_is_served_to_everybody(app: Flask) -> None:
    assert Program(app.test_client(), None).get("/api/openapi.json").get_json() == DOCUMENT


def test_every_answer_that_is_described_is_given(app: Flask, context: Context, settings: Settings) -> None:
    with context.db.begin() as session:
        house = build_house(session)
        made = tokens.make(session, house.id, house.people["alice"], "made by alice")
        lost = tokens.make(session, house.id, house.people["bob"], "made by bob")
        open_alerts(session, house)
        people.set_role(session, house.id, house.people["bob"], Role.MEMBER, by=house.people["alice"])
    away = create_app(
        settings.model_copy(update={"database_url": f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"})
    )
    mine, theirs, nobodys = (Program(app.test_client(), secret) for secret in (made, lost, None))
    unserved = Program(away.test_client(), made)
    for program in (theirs, nobodys, unserved, mine):
        program.get("/api/openapi.json")
        program.get("/api/alerts")
        program.get("/api/alerts/1")
        program.answer(1, "resolved")
    mine.get("/api/alerts", {"limit": "no"})
    mine.get("/api/alerts/2")
    mine.answer(2, "resolved")
    mine.answer(1, "resolved")
    mine.answer(1, "nonsense")
    mine.patch(1, b" " * (app.config["MAX_CONTENT_LENGTH"] + 1))
    away.extensions["heed"].db.dispose()
    away.extensions["heed"].bell.redis.close()
    described = {
        (method, path, int(status))
        for method, path in OPERATIONS
        for status in DOCUMENT["paths"][path][method]["responses"]
    }
    assert mine.seen | theirs.seen | nobodys.seen | unserved.seen == described
