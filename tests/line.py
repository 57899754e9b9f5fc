"""A line between two programs that a test can cut: nothing arrives any more, and nobody is told."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Line:
    """Listens on a port of its own and passes on what it hears, both ways, while it is whole."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.whole = threading.Event()
        self.whole.set()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.door.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """Swallow everything, as a network that is down does."""
        self.whole.clear()

    def mend(self) -> None:
        """Pass on again, and what waited as well."""
        self.whole.set()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.door.accept()
                threading.Thread(target=self._pass_on, args=(near,), daemon=True).start()

    def _pass_on(self, near: socket.socket) -> None:
        self.whole.wait()
        far = socket.create_connection(("127.0.0.1", self.to))
        threading.Thread(target=self._pump, args=(far, near), daemon=True).start()
        self._pump(near, far)

    def _pump(self, source: socket.socket, goal: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := source.recv(65536):
                self.whole.wait()
                goal.sendall(said)
            goal.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def to(port: int) -> Iterator[Line]:
    """A line to this port of this machine."""
    line = Line(port)
    try:
        yield line
    finally:
        line.mend()
        line.door.close()
