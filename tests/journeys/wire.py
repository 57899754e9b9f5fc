"""The wire between a phone and the portal, which a test can cut or disturb."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}
Headers = list[tuple[str, str]]


class Wire(ThreadingHTTPServer):
    """Passes requests on. `cut` drops them; `trouble(path, number)` may answer with a status instead of the portal.

    With `swallow`, the portal gets what is posted and the phone never hears the answer.
    """

    daemon_threads = True

    def __init__(self, portal: str) -> None:
        super().__init__(("localhost", 0), Passing)
        self.portal = urlsplit(portal)
        self.url = f"http://localhost:{self.server_port}"
        self.cut = self.swallow = False
        self.trouble: Callable[[str, int], int | None] = lambda path, number: None
        self.posts = 0

    def passed_on(self, command: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Headers, bytes] | None:
        """What the phone hears of a request, or nothing."""
        if self.cut:
            return None
        self.posts += command == "POST"
        if status := self.trouble(path, self.posts):
            return status, [], b""
        far = http.client.HTTPConnection(self.portal.hostname or "", self.portal.port, timeout=30)
        far.request(command, path, body or None, headers)
        answer = far.getresponse()
        said = answer.read()
        lost = self.cut or (self.swallow and command == "POST")
        return None if lost else (answer.status, answer.getheaders(), said)


class Passing(BaseHTTPRequestHandler):
    """One request."""

    server: Wire

    def handle_one_request(self) -> None:
        """Any method is passed on alike."""
        self.raw_requestline = self.rfile.readline(65537)
        self.close_connection = True
        if not self.raw_requestline or not self.parse_request():
            return
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        heard = self.server.passed_on(self.command, self.path, body, dict(self.headers))
        # A page that was closed meanwhile does not hear it.
        with suppress(OSError):
            if heard:
                self.answer(*heard)

    def answer(self, status: int, headers: Headers, said: bytes) -> None:
        """Write it down the wire."""
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else said)


@contextmanager
def wire_to(portal: str) -> Iterator[Wire]:
    """A wire to the portal, until the end of the block."""
    wire = Wire(portal)
    Thread(target=wire.serve_forever, daemon=True).start()
    yield wire
    wire.shutdown()
    wire.server_close()
