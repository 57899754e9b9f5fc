"""What a container is asked: `python -m portal.lib.alive web|worker|beat`; exit 0 means alive."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path


def web() -> bool:
    """The web answers its health page; https is what the proxy in front would have said."""
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz"
    asked = urllib.request.Request(url, headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
    try:
        with urllib.request.urlopen(asked, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        # The database is away: starting the web anew would not bring it back.
        return error.code == 503
    except OSError:
        return False


def worker() -> bool:
    """This container's worker answers a ping through the broker."""
    name = f"celery@{socket.gethostname()}"
    command = [sys.executable, "-m", "celery", "-A", "portal", "inspect", "ping", "--timeout", "10", "-d", name]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - fixed words


def beat() -> bool:
    """Celery's beat runs beside the container's init process."""
    return any(b"beat" in path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _other(path))


def _other(path: Path) -> bool:
    return path.parent.name not in {"1", str(os.getpid())}


if __name__ == "__main__":
    sys.exit(not {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]())
