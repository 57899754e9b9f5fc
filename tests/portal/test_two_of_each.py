"""Two workers and two beats at once, and the broker emptied under them: everything is done, and once."""

import contextlib
import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from portal.accounts import outbox
from portal.accounts.models import Delivery, Event
from portal.reports.models import DailyReport
from tests import careless, factories, redis_server
from tests.bots import bots
from tests.people import make_cast
from tests.portal import clock
from tests.processes import Worker, celery, kill_9, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="several workers need PostgreSQL"),
]
KEYS = [f"k{n}" for n in range(6)]
DONE = "Task portal.tasks.due["


@pytest.fixture
def work(transactional_db):
    """Two days to roll up, somebody to be told of everything, and messages: for a bot, and for the control run's."""
    cast, server = make_cast(), contextlib.ExitStack()
    clock.strike(cast)
    with server:
        bot = server.enter_context(bots())
        factories.ChannelFactory(user=cast.worker, address=bot.address("/ours"), language="en")
        control = factories.UserFactory(username=careless.READER)
        outbox.send([outbox.draft(cast.worker, "round_late", key=key, name=f"<{key}>") for key in KEYS])
        outbox.send([outbox.draft(control, "round_late", key="twice", link=bot.address("/control"), name="")])
        yield cast, bot


@pytest.fixture
def two_of_each(work, tmp_path):
    _cast, bot = work
    with redis_server.running() as broker:
        env = {
            "CELERY_BROKER_URL": broker.address(),
            "CACHE_URL": broker.address(1),
            "DJANGO_SETTINGS_MODULE": "tests.quick_beat",
            "OUTGOING_HOSTS": bot.host,
        }
        workers = [Worker(tmp_path, name, **env) for name in ("first", "second")]
        beats = []
        try:
            for each in workers:
                each.start()
            beats = [
                celery(tmp_path / f"beat{n}.log", "beat", "-S", "celery.beat:Scheduler", "--pidfile=", **env) for n in "12"
            ]
            yield broker, workers
        finally:
            for beat in beats:
                kill_9(beat)
            for each in workers:
                each.kill_9()


def test_everything_is_done_once_and_goes_on_when_the_broker_is_emptied(work, two_of_each):
    """Control run: a task that takes no care sends its message more than once."""
    (cast, bot), (broker, workers) = work, two_of_each

    def done() -> list[int]:
        return [each.written().count(DONE) for each in workers]

    def arrived(*keys: str) -> list[int]:
        texts = "".join(bot.texts("/ours"))
        return [texts.count(f"<{key}>") for key in keys]

    until(lambda: DailyReport.objects.count() == 2 and all(arrived(*KEYS)), seconds=60, why="never done")
    until(lambda: len(bot.texts("/control")) > 1 and min(done()) > 3, seconds=60, why="not both worked")
    broker.empty()
    outbox.send([outbox.draft(cast.worker, "round_late", key="after", name="<after>")])
    until(lambda: any(arrived("after")), why="nothing is sent any more")

    reports = DailyReport.objects.order_by("day").values_list("day", "version")
    today = timezone.localdate()
    assert list(reports) == [(today - dt.timedelta(days=1), 1), (today, 1)]
    assert Event.objects.filter(kind="report.rolled_up").count() == 2
    assert arrived(*KEYS, "after") == [1] * 7
    # The bot has a message a moment before the worker writes that it is sent.
    until(lambda: set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}, why="not all sent at the first try")
    ours = [(cast.worker.username, "round_late")] * 7 + [(careless.READER, "round_late")]
    assert clock.told() == sorted(clock.TOLD + ours)
    assert [line for each in workers for line in each.written().splitlines() if " failed" in line] == []
