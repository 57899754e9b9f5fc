"""A PostgreSQL of a test's own, so that nobody else's is stopped."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


class Server:
    """A PostgreSQL of our own in a folder of our own."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        control = found[-1] if found else shutil.which("pg_ctl")
        assert control, "pg_ctl is missing: install PostgreSQL's server"
        self.programs, self.folder = Path(control).parent, folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def run(self, program: str, *words: str) -> None:
        """Run one of PostgreSQL's programs; it refuses to be root."""
        command = [str(self.programs / program), *words]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def make(self) -> None:
        """Create and start it."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", self._options, "start")

    def restart(self) -> None:
        """As after a power cut: no connection is closed in peace."""
        self.run(
            "pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "-o", self._options, "-m", "immediate",
            "restart",
        )  # fmt: skip

    def stop(self) -> None:
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")

    @property
    def _options(self) -> str:
        return f"-p {self.port} -c max_connections=20 -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"

    @property
    def address(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def filled_from(self, known: dict[str, str]) -> None:
        """Copy a database into this one."""
        dump = [
            self.programs / "pg_dump",
            "-h",
            known["HOST"],
            "-p",
            str(known["PORT"] or 5432),
            "-U",
            known["USER"],
            known["NAME"],
        ]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
            load = [self.programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", self.address]
            subprocess.run(load, stdin=source.stdout, stdout=subprocess.DEVNULL, check=True)

    def freeze(self) -> None:
        """Stop every one of its processes where it is: connections stay, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        for pid in [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]:
            os.kill(pid, which)


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """One that is made, runs, and is gone afterwards."""
    # Not in pytest's folders: each run that starts closes those of all others to anybody but its user.
    with tempfile.TemporaryDirectory(prefix="portal-postgresql-") as folder:
        made = Server(Path(folder))
        made.make()
        yield made
        made.stop()
