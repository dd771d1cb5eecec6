"""What every address of the web process answers with: JSON, and an error that says what to do."""

from typing import Any

from flask import Response, current_app, jsonify

from bot.context import Context


def house_of() -> Context:
    """The database, the bell and the settings of the app that serves this request."""
    found: Context = current_app.extensions["heed"]
    return found


def refuse(code: int, reason: str) -> Response:
    """`reason` names the field or the setting, and what it should be."""
    return as_json(code, {"error": reason})


def as_json(code: int, body: Any) -> Response:
    answer = jsonify(body)
    answer.status_code = code
    return answer
