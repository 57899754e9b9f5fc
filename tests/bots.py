"""A server of bots on this machine: each path behaves in its own way, and everything that is posted is kept with its time."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Longer than anybody waits.
HANG_SECONDS = 30


class Bots(ThreadingHTTPServer):
    """The server; `posts` by path: (moment, text, headers)."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Bot)
        self.posts: dict[str, list[tuple[float, str, dict[str, str]]]] = defaultdict(list)
        self.lock = threading.Lock()
        # What a path answers instead of "ok": status and body, or a word of Bot.ODD.
        self.moods: dict[str, Any] = {}
        self.stopping = threading.Event()

    @property
    def host(self) -> str:
        """For OUTGOING_HOSTS."""
        return f"127.0.0.1:{self.server_address[1]}"

    def address(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def texts(self, path: str) -> list[str]:
        return [text for _moment, text, _headers in self.posts[path]]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what some tests want."""


class Bot(BaseHTTPRequestHandler):
    """One post."""

    server: Bots

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            said = json.loads(body)
            text = said.get("text", said.get("content", ""))
            text = text if isinstance(text, str) else next(iter(text.values()))
            self.server.posts[self.path].append((time.time(), text, dict(self.headers)))
        mood = self.server.moods.get(self.path, (200, {"errcode": 0, "code": 0}))
        if callable(mood):
            mood = mood(len(self.server.posts[self.path]))
        if mood == "hang":
            self.server.stopping.wait(HANG_SECONDS)
        elif mood == "drip":
            self._drip()
        else:
            self._answer(*mood)

    def _answer(self, status: int, said: Any, **headers: str) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        if isinstance(said, str):
            self.send_header("Location", said)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        """One byte now and then: no single read ever waits long."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _turn in range(HANG_SECONDS * 5):
            if self.server.stopping.wait(0.2):
                return
            self.wfile.write(b" ")

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def bots() -> Iterator[Bots]:
    """Serve until the end of the block."""
    server = Bots()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
