"""Several people at once: real threads, real connections."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import IntegrityError, connections

from portal.lib.errors import Refused


def at_once(tasks) -> list[str]:
    """Run the tasks in threads that start together; each answers "done" or why not."""
    barrier = threading.Barrier(len(tasks))

    def run(task) -> str:
        barrier.wait()
        try:
            task()
        except (Refused, IntegrityError) as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(tasks)) as pool:
        return sorted(pool.map(run, tasks))
