"""A gate's phone, for tests that take away what it talks to."""

import http.client
import json
import time

from django.conf import settings

from tests.bench import gate as bench
from tests.people import session_of
from tests.processes import until


class Phone:
    """A gate's phone: sends a batch again until it hears what became of it."""

    def __init__(self, port: int, known: bench.Gate) -> None:
        session = session_of(known.user)
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={'a' * 32}",
            "X-CSRFToken": "a" * 32,
            "Content-Type": "application/json",
        }
        self.port, self.address, self.heard = port, f"/checkpoints/gate/{known.shift.pk}/passages/", []

    def send_all(self, batches: int, rows: int) -> None:
        for _ in range(batches):
            body = json.dumps([bench.passage(place) for place in range(rows)])
            until(lambda body=body: self.sent(body), seconds=60, why="a batch was never answered")

    def sent(self, body: str, patience: float = 30) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            line.request("POST", self.address, body.encode(), self.headers)
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
        self.heard.append(answer.status)
        self.retry_after = answer.headers.get("Retry-After")
        assert b"refused" not in said
        return answer.status == 200

    def refused_at_once(self, body: str) -> None:
        """Hear 503 in less than 3 s; the quickest of three, for the machine may be busy with others."""
        taken = []
        for _ in range(3):
            began = time.monotonic()
            self.sent(body)
            taken.append(time.monotonic() - began)
            assert (self.heard[-1], self.retry_after) == (503, "10")
        assert min(taken) < 3
