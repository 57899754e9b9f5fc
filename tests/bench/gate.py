"""What a passage costs at the batch endpoint, beside a bare Django view that inserts one row by the ORM.

Both are served by gunicorn with two workers on one database, and are asked in turns by as many senders. What is in the
baseline stands in tests/bench/bare.py; the gate adds its own middleware, the session, the role, the shift, every check of
a passage, the line in the trail and the totals of the day.
"""

import datetime as dt
import http.client
import json
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.test import Client
from django.utils import timezone

from checkpoints.models import Shift
from checkpoints.services.passages import new_id
from portal.accounts.models import User
from residents.models import Membership, Role
from tests import factories
from tests.bench.servers import WORKERS, serving
from tests.bench.timing import Line, at_most, faster, seconds

BATCH = 50
SENDERS = 2 * WORKERS
# The morning rush: each gate sends what it logged every second.
GATES, RUSH_SECONDS, LOGGED = 40, 8, 3


@dataclass(frozen=True)
class Gate:
    """A shift that runs now, and who logs there."""

    shift: Shift
    user: User


def run(rounds: int = 9) -> list[Line]:
    """Measure; wants an empty migrated database."""
    gates = [gate() for _ in range(GATES)]
    with serving("portal.settings") as ours, serving("tests.bench.bare_settings") as theirs:
        ways = {"bare": bare(theirs, gates[0]), "single": sender(ours, gates[0], 1), "batch": sender(ours, gates[0], BATCH)}
        taken = in_turns({name: crowd(post) for name, post in ways.items()}, rounds)
        late = rush([sender(ours, one, LOGGED) for one in gates])
    bare_, single, batch = (taken[name] for name in ("bare", "single", "batch"))
    how = f"bare ORM insert {bare_ * 1000:.1f} ms a POST, {WORKERS} workers, {SENDERS} senders"
    return [
        faster("gate: a passage in a batch of 50", (batch / BATCH, bare_), aim=15, how=f"{batch * 1000:.1f} ms a batch, {how}"),
        faster("gate: a passage alone", (single, bare_), aim=0.5, how=f"{single * 1000:.1f} ms a POST, {how}"),
        at_most(
            f"gate: 95 of 100 answers to {GATES} gates",
            late * 1000,
            aim=1000,
            unit="ms",
            how=f"each sends {LOGGED} passages a second for {RUSH_SECONDS} s",
        ),
    ]


def gate() -> Gate:
    """A gate where somebody stands."""
    now = timezone.now()
    shift = factories.ShiftFactory(starts_at=now - dt.timedelta(hours=4), ends_at=now + dt.timedelta(hours=4))
    user = factories.UserFactory()
    Membership.objects.create(user=user, role=Role.CADRE, community=shift.post.compound.community)
    factories.AssignmentFactory(shift=shift, cadre=factories.CadreFactory(user=user))
    return Gate(shift, user)


def passage(place: int = 0) -> dict[str, object]:
    """A passage as a phone sends it."""
    at = timezone.now() - dt.timedelta(seconds=place)
    return {
        "id": str(new_id()),
        "happened_at": at.isoformat(),
        "direction": "out" if place % 2 else "in",
        "person": "resident",
        "home": f"{place % 20 + 1}号楼3单元702",
        "name": "王建国",
        "phone": "19900001234",
        "temperature": "36.5",
        "health_code": "green",
        "mask": True,
        "reason": "买菜",
    }


# A sender gives the bodies first, which is not measured, and then posts one after the other on a connection of its own.
Post = Callable[[str], float]
Sender = tuple[Callable[[], str], Callable[[], Post]]


def bare(port: int, known: Gate) -> Sender:
    """The bare view; every key it needs is in the body."""
    post = known.shift.post
    keys = {
        "community_id": post.compound.community_id,
        "post_id": post.pk,
        "shift_id": known.shift.pk,
        "logged_by_id": known.user.pk,
    }

    def body() -> str:
        row = passage()
        row |= {f"written_{name}": row.pop(name) for name in ("home", "name", "phone")}
        return json.dumps(row | keys)

    return body, lambda: _post(port, "/bare/", {})


def sender(port: int, known: Gate, rows: int) -> Sender:
    """The endpoint phones send to, with a session and a CSRF token."""
    client = Client()
    client.force_login(known.user)
    token = "a" * 32
    cookies = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}; csrftoken={token}"
    headers = {"Cookie": cookies, "X-CSRFToken": token}
    address = f"/checkpoints/gate/{known.shift.pk}/passages/"
    return lambda: json.dumps([passage(place) for place in range(rows)]), lambda: _post(port, address, headers)


def _post(port: int, address: str, headers: dict[str, str]) -> Post:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(body: str) -> float:
        begun = time.perf_counter()
        line.request("POST", address, body.encode(), {"Content-Type": "application/json", **headers})
        answer = line.getresponse()
        said = answer.read()
        taken = time.perf_counter() - begun
        assert answer.status == 200, said
        assert b"refused" not in said
        return taken

    return post


def crowd(way: Sender, each: int = 6) -> Callable[[], float]:
    """Seconds a POST when several senders post at once."""
    body, line = way

    def once() -> float:
        heaps = [[body() for _ in range(each)] for _ in range(SENDERS)]
        return seconds(lambda: together([partial(_empty, heap, line()) for heap in heaps])) / each / SENDERS

    return once


def in_turns(ways: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Medians; a noisy moment hits all of them, and the first round warms up."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, once in ways.items():
            taken[name] += [once()] if turn else [once()][:0]
    return {name: statistics.median(times) for name, times in taken.items()}


def rush(ways: list[Sender]) -> float:
    """Every gate sends once a second; how long the slowest twentieth of the answers took, at least."""
    times: list[float] = []

    def stand(way: Sender, after: float) -> None:
        body, line = way
        post = line()
        time.sleep(after)
        for beat in _every_second():
            times.append(post(body()))
            time.sleep(max(beat + 1 - time.monotonic(), 0))

    together([partial(stand, way, place / len(ways)) for place, way in enumerate(ways)])
    assert len(times) == len(ways) * RUSH_SECONDS
    return statistics.quantiles(times, n=20)[-1]


def _every_second() -> Iterator[float]:
    begun = time.monotonic()
    for beat in range(RUSH_SECONDS):
        yield begun + beat


def _empty(heap: list[str], post: Post) -> None:
    for body in heap:
        post(body)


def together(work: list[Callable[[], None]]) -> None:
    """Each in a thread of its own, all at once."""
    with ThreadPoolExecutor(len(work)) as threads:
        for done in [threads.submit(one) for one in work]:
            done.result()
