"""The zone of the server changes nothing: a shift over midnight, the ends of months, 29 February."""

import datetime as dt
import time
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from checkpoints.models import Passage, Shift
from checkpoints.services import passages, totals
from portal.lib.dates import day_bounds, moment, period
from residents.services.household_export import age
from tests.factories import PostFactory, ShiftFactory, UserFactory

LIMIT = Decimal("37.3")
ZONES = ["UTC", "America/New_York", "Pacific/Kiritimati"]
# The last evening of a month, of a leap February and of a year.
EVENINGS = [dt.date(2022, 4, 30), dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2022, 12, 31)]


@pytest.fixture(params=ZONES)
def zone(request, monkeypatch):
    """The server believes to be elsewhere."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("evening", EVENINGS)
def test_a_night_shift_its_passages_and_totals_lie_on_the_same_days_everywhere(db, zone, evening):
    starts_at, ends_at = period(evening, dt.time(22), dt.time(6))
    shift = ShiftFactory(post=PostFactory(), day=evening, starts_at=starts_at, ends_at=ends_at)
    user, morning = UserFactory(), evening + dt.timedelta(days=1)

    for day, at in ((evening, dt.time(23, 59)), (morning, dt.time(0, 1)), (morning, dt.time(5, 59))):
        with time_machine.travel(moment(day, at), tick=False):
            row = {"id": str(passages.new_id()), "happened_at": timezone.now().isoformat(), "direction": "in", "name": "王建国"}
            answers, numbers = passages.store_many(shift=shift, rows=[row], fever_limit=LIMIT, by=user)
            assert (answers[0].status, timezone.localdate()) == ("stored", day)
    assert numbers["in"] == 2

    kept = Passage.objects.order_by("happened_at").values_list("day", "hour")
    assert list(kept) == [(evening, 23), (morning, 0), (morning, 5)]
    assert totals.of_shift(shift, fever_limit=LIMIT)["by_hour"] == [[23, 1, 0], [0, 1, 0], [5, 1, 0]]
    assert (ends_at - starts_at, list(Shift.objects.filter(day=evening))) == (dt.timedelta(hours=8), [shift])
    assert day_bounds(evening)[1] == day_bounds(morning)[0]


def test_somebody_born_on_29_february_ages_on_the_same_day_everywhere(zone):
    with time_machine.travel(moment(dt.date(2023, 2, 28), dt.time(23, 59)), tick=False):
        assert age(dt.date(2020, 2, 29), timezone.localdate()) == 2
    with time_machine.travel(moment(dt.date(2023, 3, 1), dt.time(0, 1)), tick=False):
        assert age(dt.date(2020, 2, 29), timezone.localdate()) == 3


def test_the_clock_of_the_server_alone_would_tell_another_day():
    """The control: what the portal must not ask."""
    told = set()
    with pytest.MonkeyPatch.context() as patch:
        for zone in ZONES:
            patch.setenv("TZ", zone)
            time.tzset()
            told.add(time.strftime("%d", time.localtime(1_651_320_000)))
    time.tzset()
    assert len(told) > 1
