"""What the day's report says of quarantine."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from portal.lib.dates import moment
from portal.reports.counting import count
from residents.models import CaseState, Community, Transfer
from tests import factories

DAY = dt.date(2022, 4, 13)
KEYS = (
    "quarantined", "quarantined_new", "released", "released_so_far", "monitored", "at_sites", "transferred", "class_close",
    "class_secondary", "class_positive",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(moment(DAY, dt.time(12)), tick=False):
        yield


def case_in(compound, **facts):
    home = factories.DwellingFactory(entrance__building__compound=compound)
    return factories.QuarantineCaseFactory(resident__dwelling=home, **facts)


def counted(community) -> dict[str, int]:
    numbers = count(day=DAY, as_of=timezone.now(), communities=Community.objects.all())[community.pk]
    return {key: numbers[key] for key in KEYS if numbers[key]}


def to(case, where, by, hour=8, day=DAY):
    at = moment(day, dt.time(hour))
    Transfer.objects.create(
        case=case, to=where, site="健康驿站", state="arrived", ordered_at=at, ordered_by=by, departed_at=at, arrived_at=at
    )


def released(compound, by, day):
    now = timezone.now()
    return case_in(
        compound, state=CaseState.RELEASED, starts_on=day - dt.timedelta(days=7), ended_on=day, release_no=f"解{day}",
        released_by=by, verified_at=now, verified_by=by,
    )  # fmt: skip


def test_cases_are_counted_by_where_they_are(cast):
    case_in(cast.hefengyuan)
    case_in(cast.hefengyuan, stage="home_monitoring", contact_class="secondary")
    case_in(cast.hefengyuan, state=CaseState.REGISTERED)
    away = case_in(cast.hefengyuan, state=CaseState.TRANSFERRED, stage="central", contact_class="positive", starts_on=DAY)
    to(away, "hospital", cast.worker)
    case_in(cast.yushu_rental)

    assert counted(cast.qinghe) == {
        "quarantined": 1, "quarantined_new": 1, "monitored": 1, "at_sites": 1, "transferred": 1, "class_close": 1,
        "class_secondary": 1, "class_positive": 1,
    }  # fmt: skip
    assert counted(cast.yushu) == {"quarantined": 1, "class_close": 1}


def test_who_came_home_is_no_longer_at_a_site(cast):
    back = case_in(cast.hefengyuan)
    to(back, "site", cast.worker, 8)
    to(back, "home", cast.worker, 10)

    assert counted(cast.qinghe) == {"quarantined": 1, "transferred": 1, "class_close": 1}


def test_the_released_of_the_day_and_of_all_days(cast):
    released(cast.hefengyuan, cast.worker, DAY)
    released(cast.hefengyuan, cast.worker, DAY - dt.timedelta(days=2))

    assert counted(cast.qinghe) == {"released": 1, "released_so_far": 2}


def test_a_day_counted_later_holds_nothing_of_the_days_since(cast):
    after = DAY + dt.timedelta(days=1)
    case_in(cast.hefengyuan, starts_on=DAY)
    case_in(cast.hefengyuan, starts_on=after)
    for at in (moment(DAY, dt.time(23, 59)), moment(after, dt.time(0))):
        with time_machine.travel(at, tick=False):
            factories.NoticeFactory(community=cast.qinghe)
    gone = case_in(cast.hefengyuan, starts_on=DAY)
    to(gone, "site", cast.worker, hour=8, day=after)

    late = moment(DAY + dt.timedelta(days=7), dt.time(12))
    numbers = count(day=DAY, as_of=late, communities=Community.objects.all())[cast.qinghe.pk]

    found = {key: numbers[key] for key in (*KEYS, "notices") if numbers[key]}
    assert found == {"quarantined": 2, "quarantined_new": 2, "class_close": 2, "notices": 1}
