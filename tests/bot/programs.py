"""A program that uses the REST API; every answer is held against docs/openapi.yml."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.test import TestResponse

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "openapi.yml"
Json = dict[str, Any]


def document() -> Json:
    found: Json = yaml.safe_load(DOCUMENT.read_text())
    return found


def strict(node: Any) -> Any:
    """The same schemas, but what they do not name is not allowed."""
    if isinstance(node, list):
        return [strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: strict(value) for key, value in node.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


STRICT = strict(copy.deepcopy(document()))


class Program:
    """Speaks to the API with a token (None: without one). `seen` are the operations and status codes so far."""

    def __init__(self, client: FlaskClient, secret: str | None) -> None:
        self.client, self.secret = client, secret
        self.seen: set[tuple[str, str, int]] = set()

    def list(self, **parameters: Any) -> Json:
        """One page of alerts; the answer has to be 200."""
        return self._ok(self.get("/api/alerts", parameters))

    def show(self, number: int) -> Json:
        return self._ok(self.get(f"/api/alerts/{number}"))

    def answer(self, number: int, status: str, **fields: Any) -> TestResponse:
        return self.patch(number, {"status": status, **fields})

    def get(self, address: str, parameters: Mapping[str, Any] | str = "") -> TestResponse:
        query = parameters if isinstance(parameters, str) else dict(parameters)
        return self._checked("get", address, query_string=query)

    def patch(self, number: int, body: Any) -> TestResponse:
        given = {"data": body} if isinstance(body, bytes) else {"json": body}
        return self._checked("patch", f"/api/alerts/{number}", **given)

    def _checked(self, method: str, address: str, **request: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.secret}"} if self.secret is not None else {}
        answer = self.client.open(address, method=method.upper(), headers=headers, **request)
        path = "/api/alerts/{alert_id}" if address.startswith("/api/alerts/") else address
        self.seen.add((method, path, answer.status_code))
        holds(method, path, answer.status_code, answer.get_json())
        return answer

    def _ok(self, answer: TestResponse) -> Json:
        assert answer.status_code == 200, answer.text
        found: Json = answer.get_json()
        return found


def holds(method: str, path: str, status: int, body: Any) -> None:
    """The answer is one that the document describes."""
    described = STRICT["paths"][path][method]["responses"]
    assert str(status) in described, f"{method} {path} answers {status}, which is not described: {body}"
    response = described[str(status)]
    if "$ref" in response:
        response = STRICT["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    schema = {**response["content"]["application/json"]["schema"], "components": STRICT["components"]}
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(body)
