"""A gateway of somebody's own: it takes JSON over HTTP, remembers what came, and answers as it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Gateway:
    """`port` on this machine; `code`, `headers` and `body` are its answers; a path `/404` is answered with 404."""

    port: int = 0
    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    silent: threading.Event | None = None
    taken: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)

    def address(self, path: str = "") -> str:
        return f"json://127.0.0.1:{self.port}/{path}"

    def texts(self) -> list[str]:
        """What came, titles and messages."""
        return [f"{each.get('title', '')}\n{each.get('message', '')}" for each in self.taken]


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway that answers until the block ends."""
    made = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.heads.append(dict(self.headers))
            made.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if made.silent is not None:
                made.silent.wait(20)
            named = self.path.strip("/")
            self.send_response(int(named) if named.isdecimal() else made.code)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, *given: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.port = server.server_port
    serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    serving.start()
    try:
        yield made
    finally:
        if made.silent is not None:
            made.silent.set()
        server.shutdown()
        server.server_close()
        serving.join()
