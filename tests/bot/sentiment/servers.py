"""Servers that speak OpenAI's protocol badly: refuse parameters by name, or answer with something else."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, str, str]
"""Status, content type, body."""


@contextmanager
def serving(reply: Callable[[dict[str, Any]], Reply]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(base address, the requests' bodies so far) of a server that answers each body with `reply`."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body)
            status, kind, content = reply(body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content.encode())))
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def completion(content: str, **choice: Any) -> Reply:
    """A proper answer with this content."""
    made = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop", **choice}
    return 200, "application/json", json.dumps({"id": "x", "object": "chat.completion", "choices": [made]})


def refusing(*names: str, content: str) -> Callable[[dict[str, Any]], Reply]:
    """Refuses each of these parameters, one a request, by the name of the field; then answers."""

    def reply(body: dict[str, Any]) -> Reply:
        for name in names:
            field, _, kind = name.partition("=")
            if field in body and (not kind or body[field]["type"] == kind):
                error = {
                    "message": f"Unsupported parameter: '{field}'.",
                    "param": field,
                    "type": "invalid_request_error",
                }
                return 400, "application/json", json.dumps({"error": error})
        return completion(content)

    return reply
