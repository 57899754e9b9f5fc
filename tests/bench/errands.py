"""The queue with five thousand open errands, and the resident's page beside a bare Django form.

Both forms are served by gunicorn with two workers on one database and asked in turns by as many senders; what is in the
baseline stands in tests/bench/bare.py. The portal adds its middleware, the signed link, the limits of link, address and
phone, the search for the home, the list of goods, the promise and the line in the trail: where the bare form stores one
row, it stores six and looks four times. What is compared is the processor's time of workers and database, for the clock of
a busy machine says more about the others; so many a second is what two processors do that have nothing else to do.
"""

import http.client
import re
import statistics
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count, cycle, repeat
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from residents.models import Dwelling, Entrance, Errand, ErrandKind, Role
from residents.services import errand_kinds
from residents.services.ask_sheets import Sheet
from residents.services.asks import sheet_link
from tests import factories
from tests.bench.servers import WORKERS, Server, serving
from tests.bench.timing import Line, at_least, at_most, slower

# As many from one address as are not asked to count.
OPEN, TURNS, ROUNDS, EACH = 5000, 40, 7, 25
SENDERS = 2 * WORKERS
PAGES = ("", "?view=overdue", "?page=90", "?kind=medicine")
Batch = Callable[[], None]
# Every sender a little street of its own: the limits are by address, and all of 127/8 is this machine.
STREETS = count(1)


def run() -> list[Line]:
    """Measure; wants an empty migrated database."""
    errand_kinds.ensure()
    entrances = Entrance.objects.filter(pk__in=[entrance.pk for entrance in _entrances()])
    return [*_queue(entrances[0]), *_asks(list(entrances))]


def _entrances() -> list[Entrance]:
    building = factories.BuildingFactory(has_lift=False)
    return factories.EntranceFactory.create_batch(40, building=building)


def _queue(entrance: Entrance) -> Iterator[Line]:
    community = entrance.building.compound.community
    rooms = [Dwelling(community=community, entrance=entrance, floor=n // 20 + 1, room_no=str(n)) for n in range(1000)]
    homes, kinds, now = Dwelling.objects.bulk_create(rooms), list(ErrandKind.objects.all()), timezone.now()
    Errand.objects.bulk_create(
        Errand(
            community=community, dwelling=homes[n % len(homes)], entrance=entrance, kind=kinds[n % len(kinds)], channel="own",
            urgency=n % 4 + 1, what="大米", written_name="王建国", promised_by=now, escalates_at=now,
        )
        for n in range(OPEN)
    )  # fmt: skip
    client = Client()
    client.force_login(factories.MembershipFactory(community=community, role=Role.WORKER).user)
    page = reverse("residents:errand_list")
    asked, took = [], []
    for address in PAGES:
        client.get(page + address)
        with CaptureQueriesContext(connection) as seen:
            client.get(page + address)
        asked.append(len(seen))
        took += [_processor(lambda address=address: client.get(page + address)) for _turn in range(TURNS // len(PAGES))]
    how = f"{OPEN} open errands of one community, {len(PAGES)} views of the queue, processor time"
    yield at_most("queue: statements", max(asked), aim=12, unit="", how=how)
    yield at_most("queue: 95 of 100 pages", statistics.quantiles(took, n=20)[-1] * 1000, aim=250, unit="ms", how=how)


def _processor(work: Callable[[], object]) -> float:
    """Seconds of processor: the clock of a busy machine says more about the others."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _asks(entrances: list[Entrance]) -> Iterator[Line]:
    tokens = [sheet_link(Sheet(entrance.building.compound, entrance)) for entrance in entrances]
    with serving("tests.bench.page_settings") as ours, serving("tests.bench.bare_settings") as theirs:
        for what, post, aim in (("form read", False, 2), ("request stored", True, 4)):
            # A stairwell of its own each time, or the page would ask the senders to count.
            sheets = cycle(f"/ask/{token}/?kind=groceries" for token in tokens)
            mine = (ours, [_sender(ours.port, sheets, post) for _ in range(SENDERS)])
            bare = (theirs, [_sender(theirs.port, repeat("/form/"), post) for _ in range(SENDERS)])
            clock, used = _in_turns(mine, bare)
            how = f"{1 / clock[0]:.0f} a second beside {1 / clock[1]:.0f} by the clock, {WORKERS} workers, {SENDERS} senders"
            yield slower(f"ask page: {what}", used, aim=aim, how=how)
            yield at_least(f"ask page: {what}", WORKERS / used[0], aim=200, unit="a second", how=how)


def _in_turns(*crowds: tuple[Server, list[Batch]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Median seconds a request of each crowd, by the clock and of the processor."""
    taken: list[list[tuple[float, float]]] = [[], []]
    for turn in range(ROUNDS + 1):
        for which, (server, senders) in enumerate(crowds):
            took = _together(server, senders)
            # The first does not count.
            if turn:
                taken[which].append(took)
    clock, used = ([statistics.median(one[kind] for one in rounds) for rounds in taken] for kind in (0, 1))
    return tuple(clock), tuple(used)


def _together(server: Server, senders: list[Batch]) -> tuple[float, float]:
    """Seconds a request when all send at once: by the clock, and of the processor."""
    begun, used = time.perf_counter(), server.cpu()
    with ThreadPoolExecutor(len(senders)) as pool:
        list(pool.map(lambda batch: batch(), senders))
    requests = EACH * len(senders)
    clock = (time.perf_counter() - begun) / requests
    return clock, (server.cpu() - used) / requests or clock


def _sender(port: int, paths: Iterator[str], post: bool) -> Batch:
    """Whoever reads or sends the form so many times on one connection."""

    def batch() -> None:
        line, path = _line(port), next(paths)
        cookie, page, _status = _ask(line, path)
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page
        for _ in range(EACH):
            status = _ask(line, path, _form(token[1]) if post else None, cookie)[2]
            # A refusal would be measured as an answer.
            assert status == (302 if post else 200), status

    return batch


def _form(token: str) -> dict[str, Any]:
    phone = f"199{uuid.uuid4().int % 10**8:08}"
    return {"csrfmiddlewaretoken": token, "key": uuid.uuid4(), "kind": "groceries", "home": "702", "name": "王建国",
            "phone": phone, "what": "大米 10 斤"}  # fmt: skip


def _line(port: int) -> http.client.HTTPConnection:
    street = next(STREETS)
    return http.client.HTTPConnection("127.0.0.1", port, source_address=(f"127.1.{street // 250}.{street % 250 + 1}", 0))


def _ask(
    line: http.client.HTTPConnection, path: str, form: dict[str, Any] | None = None, cookie: str = ""
) -> tuple[str, str, int]:
    """Read a page, or post a form: the cookie it sets, its text, its status."""
    headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{line.port}", "Content-Type": "application/x-www-form-urlencoded"}
    line.request("POST" if form else "GET", path, urllib.parse.urlencode(form) if form else None, headers)
    answer = line.getresponse()
    text = answer.read().decode()
    return (answer.headers["Set-Cookie"] or "").partition(";")[0], text, answer.status
