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
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.test import Client
from django.utils import timezone

from checkpoints.models import Shift
from checkpoints.services.passages import new_id
from portal.accounts.models import User
from residents.models import Membership, Role
from tests import factories
from tests.bench.servers import WORKERS, Server, serving
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


@dataclass
class Taken:
    """What the POSTs of one way took: seconds each, by the clock and of processor, a pair for each round."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def run(rounds: int = 9) -> list[Line]:
    """Measure; wants an empty migrated database."""
    gates = [gate() for _ in range(GATES)]
    with serving("portal.settings") as ours, serving("tests.bench.bare_settings") as theirs:
        crowds = {
            "bare": Crowd(theirs, [bare(theirs.port, one) for one in gates[:SENDERS]]),
            "single": Crowd(ours, [sender(ours.port, one, 1) for one in gates[:SENDERS]]),
            "batch": Crowd(ours, [sender(ours.port, one, BATCH) for one in gates[:SENDERS]]),
        }
        taken = in_turns(crowds, rounds)
        late = rush([sender(ours.port, one, LOGGED) for one in gates])
    return [
        *compared("gate: a passage in a batch of 50", taken["batch"], taken["bare"], share=BATCH, aim=15),
        *compared("gate: a passage alone", taken["single"], taken["bare"], share=1, aim=0.5),
        at_most(
            f"gate: 95 of 100 answers to {GATES} gates",
            late * 1000,
            aim=1000,
            unit="ms",
            how=f"each sends {LOGGED} passages a second for {RUSH_SECONDS} s",
        ),
    ]


def compared(what: str, ours: Taken, theirs: Taken, *, share: int, aim: float) -> list[Line]:
    """By the clock, and by the processor time of server and database, which a busy machine changes less."""
    lines = []
    for name, mine, bare_ in (("clock", ours.clock, theirs.clock), ("CPU", ours.cpu, theirs.cpu)):
        if bare_:
            times = statistics.median(mine), statistics.median(bare_)
            how = f"{times[0] * 1000:.2f} ms a POST, a bare ORM insert {times[1] * 1000:.2f} ms"
            how = f"{how}, {WORKERS} workers, {SENDERS} senders"
            lines.append(faster(f"{what}, {name}", (times[0] / share, times[1]), aim=aim, how=how))
    return lines


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


@dataclass(frozen=True)
class Crowd:
    """Several senders, each at a gate of its own, who post at once."""

    server: Server
    ways: list[Sender]
    each: int = 12

    def once(self, taken: Taken) -> None:
        """Let everybody send, and note what a POST took."""
        heaps = [[body() for _ in range(self.each)] for body, _ in self.ways]
        posts = len(self.ways) * self.each
        before = self.server.cpu()
        work = [partial(_empty, heap, line()) for heap, (_, line) in zip(heaps, self.ways, strict=True)]
        taken.clock.append(seconds(lambda: together(work)) / posts)
        if used := self.server.cpu() - before:
            taken.cpu.append(used / posts)


def in_turns(crowds: dict[str, Crowd], rounds: int) -> dict[str, Taken]:
    """A noisy moment hits all of them; the first round warms up."""
    taken = {name: Taken() for name in crowds}
    for turn in range(rounds + 1):
        for name, crowd in crowds.items():
            crowd.once(taken[name] if turn else Taken())
    return taken


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
