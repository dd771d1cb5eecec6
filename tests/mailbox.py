"""A mail server of one's own that takes every message and remembers it; no TLS, no login."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Mailbox:
    """`refuses`: the server takes no recipient."""

    port: int = 0
    refuses: bool = False
    taken: list[EmailMessage] = field(default_factory=list)

    def address(self, to: str) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=heed@example.org&to={to}"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A server that answers until the block ends."""
    made = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 ready")
            while word := self.rfile.readline().decode().strip().upper():
                if word == "DATA":
                    self.say("354 go on")
                    self.take()
                elif word.startswith("RCPT") and made.refuses:
                    self.say("550 nobody here")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

        def take(self) -> None:
            lines = list(iter(self.rfile.readline, b".\r\n"))
            found = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(found, EmailMessage)
            made.taken.append(found)
            self.say("250 taken")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        made.port = server.server_address[1]
        serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        yield made
        server.shutdown()
        serving.join()
