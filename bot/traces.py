"""Each request gets an id, or keeps the one that its sender gave; the answer tells it."""

from flask import Flask, Response, request

from models import trace_id

HEADER = "X-Request-Id"


def follow(flask: Flask) -> None:
    """Every request of this app has an id from its beginning to its end."""
    flask.before_request(_begin)
    flask.after_request(_tell)
    flask.teardown_request(_end)


def _begin() -> None:
    trace_id.begin(trace_id.inbound(request.headers.get(HEADER, ""), request.headers.get("traceparent", "")))


def _tell(response: Response) -> Response:
    response.headers[HEADER] = trace_id.current()
    return response


def _end(error: BaseException | None) -> None:
    trace_id.end()
