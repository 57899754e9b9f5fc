"""Notices that the database has fallen silent: stopped, swallowed by the network, or so slow that it is the same.

A thread that waits for an answer cannot be told from here to stop, and libpq has no limit of its own for it. So a watchman
beside the threads of a web server looks who has been waiting for long, asks the server's door by a connection of its own,
and hangs up for all when nobody answers there. A statement that only takes its time is left alone: the door answers.
Nothing is done for each statement, so a watched connection costs what another does.
"""

import logging
import os
import socket
import struct
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from psycopg2 import OperationalError
from psycopg2.extensions import TRANSACTION_STATUS_ACTIVE

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
# Looks after which a statement is thought to wait in vain; with the door's second it makes less than the 3 s promised.
PATIENCE = 3
DOOR_SECONDS = 1.0
# For so long nobody tries: who has just waited in vain is not made to wait again.
REST_SECONDS = 2.0
# "May I speak TLS?": whatever the answer, somebody is there, even one who has no connection left to give.
KNOCK = struct.pack("!ii", 8, 80877103)


class Watch:
    """The connections of one process, and whether the server at their other end is there."""

    def __init__(self) -> None:
        # How many looks in a row each has been waiting.
        self.looks: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self.listing = threading.Lock()
        self.silent_since: float | None = None
        self.trying = threading.Lock()

    def start(self) -> None:
        """Look as long as the process lives."""
        threading.Thread(target=self._watch, name="database watch", daemon=True).start()

    def connect(self, make: Callable[[], Any]) -> Any:
        """A new connection; while the server is silent one thread alone finds out whether it is back."""
        if self.silent_since is None:
            return self._made(make)
        if time.monotonic() - self.silent_since < REST_SECONDS or not self.trying.acquire(blocking=False):
            raise OperationalError("the database does not answer")
        try:
            return self._made(make)
        finally:
            self.trying.release()

    def look(self) -> None:
        """Hang up for all if one has waited in vain."""
        with self.listing:
            known = list(self.looks)
        waiting = [one for one in known if self._waited(one)]
        if waiting and not _answers(waiting[0]):
            self.silent_since = time.monotonic()
            log.error("The database does not answer: hanging up")
            for one in known:
                _hang_up(one)

    def _made(self, make: Callable[[], Any]) -> Any:
        began = time.monotonic()
        try:
            made = make()
        except OperationalError:
            ended = time.monotonic()
            # A refusal is an answer, and comes at once.
            self.silent_since = ended if ended - began > DOOR_SECONDS else None
            raise
        self.silent_since = None
        with self.listing:
            self.looks[made] = 0
        return made

    def _waited(self, one: Any) -> bool:
        active = not one.closed and one.get_transaction_status() == TRANSACTION_STATUS_ACTIVE
        self.looks[one] = self.looks[one] % PATIENCE + 1 if active else 0
        return self.looks[one] == PATIENCE

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            try:
                self.look()
            except Exception:
                log.exception("the watch over the database stumbled")


def _end(one: Any) -> socket.socket:
    """Our end of its line, under another number: closing it closes nothing."""
    return socket.socket(fileno=os.dup(one.fileno()))


def _answers(one: Any) -> bool:
    """Whether the server answers who comes anew."""
    try:
        with _end(one) as line:
            family, address = line.family, line.getpeername()
        with socket.socket(family) as door:
            door.settimeout(DOOR_SECONDS)
            door.connect(address)
            door.sendall(KNOCK)
            return bool(door.recv(1))
    except OSError:
        return False


def _hang_up(one: Any) -> None:
    """Whoever waits for it hears that the line is dead."""
    try:
        with _end(one) as line:
            line.shutdown(socket.SHUT_RDWR)
    except Exception as error:
        # Its owner has closed it meanwhile.
        log.debug("hanging up: %s", type(error).__name__)


watch = Watch()
