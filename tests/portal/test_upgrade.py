"""New code comes while gates are sending: nobody is turned away."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.bench import gate as bench
from tests.bench.servers import serving
from tests.phone import Phone
from tests.processes import until

GATES = 3


def workers(pid: int) -> set[int]:
    """The processes that answer."""
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


@contextmanager
def sending(phones: list[Phone]) -> Iterator[list[bool]]:
    """Each sends one passage after the other; what is yielded tells of each whether it was answered well, at the first try."""
    told, over = [], threading.Event()

    def send(phone: Phone) -> None:
        while not over.is_set():
            told.append(phone.sent(json.dumps([bench.passage()]), patience=60))

    threads = [threading.Thread(target=send, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        over.set()
        for thread in threads:
            thread.join()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gracefully", [True, False])
def test_no_request_fails_while_the_web_server_takes_new_code(gracefully):
    """Control run: workers that are killed break off what they were doing."""
    phones = [Phone(0, bench.gate()) for _ in range(GATES)]
    with serving("tests.settings") as web:
        for phone in phones:
            phone.port = web.port
        until(lambda: phones[0].sent(json.dumps([bench.passage()])), why="nobody was answered before")
        with sending(phones) as told:
            until(lambda: len(told) > GATES * 3, why="nobody was answered before")
            old = workers(web.pid)
            if gracefully:
                os.kill(web.pid, signal.SIGHUP)
            else:
                until(lambda: break_off(web.pid) or False in told, seconds=60, why="nobody noticed")
            until(lambda: not old & workers(web.pid), seconds=60, why="the old workers stay")
            before = len(told)
            until(lambda: len(told) > before + GATES * 3, seconds=60, why="the new workers do not answer")

    assert all(told) is gracefully


def break_off(pid: int) -> None:
    """Kill whoever answers at this moment."""
    for worker in workers(pid):
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
