"""Two workers at once: real threads, real connections. Each message arrives once; without the claim it would not."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from portal.accounts import outbox
from portal.accounts.models import Delivery, Message
from portal.accounts.services import deliveries, posting, routing
from tests.bots import bots
from tests.factories import ChannelFactory

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 3
CHANNELS = 6
KEYS = [f"k{n}" for n in range(8)]


@pytest.fixture
def server(settings):
    with bots() as running:
        settings.OUTGOING_HOSTS = [running.host]
        yield running


@pytest.fixture
def waiting(server):
    """Six people with a bot each, and eight messages to each of them."""
    for n in range(CHANNELS):
        channel = ChannelFactory(address=server.address(f"/{n}"), language="en")
        outbox.send(outbox.draft(channel.user, "round_late", key=key, name=f"<{key}>") for key in KEYS)
    return server


def at_once(work) -> None:
    barrier = threading.Barrier(WORKERS)

    def run(_number: int) -> None:
        try:
            barrier.wait()
            work(barrier)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run, range(WORKERS)))


def arrived(server) -> Counter:
    texts = [text for n in range(CHANNELS) for text in server.texts(f"/{n}")]
    return Counter({key: sum(text.count(f"<{key}>") for text in texts) for key in KEYS})


def test_three_workers_deliver_each_message_once(waiting):
    at_once(lambda _barrier: deliveries.run())
    deliveries.run()

    assert arrived(waiting) == dict.fromkeys(KEYS, CHANNELS)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_three_workers_route_each_message_once(waiting):
    at_once(lambda _barrier: routing.route())
    routing.route()

    assert (Delivery.objects.count(), Message.objects.filter(routed_at=None).count()) == (CHANNELS * len(KEYS), 0)


def test_control_without_the_claim_a_message_arrives_more_than_once(waiting):
    routing.route()

    def careless(barrier) -> None:
        """Look what waits, with everybody looking at the same moment; then send."""
        rows = list(Delivery.objects.filter(state="waiting").select_related("channel", "message"))
        connections.close_all()
        barrier.wait()
        for row in rows[: len(KEYS)]:
            posting.send("webhook", row.channel.address, "", outbox.render(row.message))

    at_once(careless)
    assert max(arrived(waiting).values()) > 1
