"""A Redis of a test's own, so that nobody else's is emptied or stopped."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator

import pytest
import redis

from tests.processes import until


class Server:
    """Keeps nothing on the disk: what is emptied is gone."""

    def __init__(self, program: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        command = [program, "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self.answers, why="redis-server does not start")

    def address(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    def answers(self) -> bool:
        with contextlib.suppress(redis.ConnectionError), redis.Redis(port=self.port) as known:
            return bool(known.ping())
        return False

    def empty(self) -> None:
        with redis.Redis(port=self.port) as known:
            known.flushall()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """One that runs, and is gone afterwards."""
    program = shutil.which("redis-server")
    if not program:
        # In CI a missing server is a failure, not a skip.
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs redis-server")
    server = Server(program)
    try:
        yield server
    finally:
        server.thaw()
        server.process.terminate()
        server.process.wait(10)
