"""Several people at once: real threads, real connections."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from django.db import IntegrityError, connection, connections

from portal.lib.errors import Refused

# How long somebody who looks waits for the others to look as well. Behind a guard they cannot: only the first waits in vain.
PATIENCE = 0.4


def at_once(tasks, *, look: tuple[str, ...] = ()) -> list[str]:
    """Run the tasks in threads that start together; each answers "done" or why not.

    `look` says by which words a statement is known: whoever asked it waits until the others have asked it, before they
    write. So the race does not hang on luck: with the guard taken out, all of them believe what they saw.
    """
    barrier, meeting = threading.Barrier(len(tasks)), threading.Barrier(len(tasks))

    def run(task) -> str:
        # On a busy machine one is still connecting while the other has written.
        connection.ensure_connection()
        barrier.wait()
        try:
            with _meets(meeting, look):
                task()
        except Refused:
            return "Refused"
        except IntegrityError:
            return "IntegrityError"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(tasks)) as pool:
        return sorted(pool.map(run, tasks))


@contextmanager
def _meets(meeting: threading.Barrier, look: tuple[str, ...]) -> Iterator[None]:
    def read(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if sql.startswith(("SELECT", "EXECUTE")) and any(words in sql for words in look) and not meeting.broken:
            with suppress(threading.BrokenBarrierError):
                meeting.wait(PATIENCE)
        return found

    with connection.execute_wrapper(read):
        yield
