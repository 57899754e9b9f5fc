"""A sending unit's day: are its people present, rested and well."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from checkpoints.models import Exposure
from checkpoints.services import unit_day
from deployments.models import Leave
from portal.lib.dates import moment
from tests import factories

DAY = dt.date(2022, 4, 13)
PAGE = reverse("checkpoints:supervision_today")


@pytest.fixture(autouse=True)
def _ten_in_the_morning(cast):
    type(cast.secondment).objects.update(starts_on=dt.date(2022, 1, 1))
    with time_machine.travel(moment(DAY, dt.time(10)), tick=False):
        yield


def shift(compound, first: int, last: int, day: dt.date = DAY):
    return factories.ShiftFactory(
        post=factories.PostFactory(compound=compound), day=day, starts_at=moment(day, dt.time(first)),
        ends_at=moment(day, dt.time(last)),
    )  # fmt: skip


def served(cadre, at, **times) -> None:
    factories.AttendanceFactory(assignment=factories.AssignmentFactory(shift=at, cadre=cadre), **times)


def numbers(client) -> dict[str, tuple[int, int | None]]:
    return {str(stat.label): (stat.value, stat.of) for stat in client.get(PAGE).context["stats"]}


def test_who_is_there_who_is_missed_and_who_is_free(cast, sign_in):
    missed = factories.SecondmentFactory(cadre__unit=cast.unit, cadre__name="丙", community=cast.yushu, starts_on=DAY).cadre
    factories.SecondmentFactory(cadre__unit=cast.unit, cadre__name="乙", community=cast.yushu, starts_on=DAY)
    served(cast.cadre, shift(cast.hefengyuan, 8, 17), signed_in_at=moment(DAY, dt.time(7, 55)))
    factories.AssignmentFactory(shift=shift(cast.yushu_rental, 8, 17), cadre=missed)

    client = sign_in(cast.supervisor)

    rows = [(one.secondment.cadre.name, [how.state for _row, how in one.shifts]) for one in client.get(PAGE).context["rows"]]
    assert rows == [("丙", ["absent"]), ("马骏", ["present"]), ("乙", [])]
    assert numbers(client) == {
        "serving today": (3, None),
        "came today": (1, 2),
        "not signed in": (1, None),
        "on leave": (0, None),
        "off duty after an exposure": (0, None),
        "more than 48 hours this week": (0, None),
    }


def test_whoever_stands_since_last_night_is_there(cast, sign_in):
    night = factories.ShiftFactory(
        post=factories.PostFactory(compound=cast.hefengyuan), day=DAY, starts=dt.time(22), ends=dt.time(6)
    )
    served(cast.cadre, night, signed_in_at=moment(DAY, dt.time(21, 50)))
    with time_machine.travel(moment(DAY + dt.timedelta(days=1), dt.time(3)), tick=False):
        (one,) = sign_in(cast.supervisor).get(PAGE).context["rows"]

    assert [(row.shift, how.state) for row, how in one.shifts] == [(night, "present")]


def test_who_stood_too_long_and_who_is_not_well(cast, sign_in):
    for days_ago in range(3):
        day = DAY - dt.timedelta(days=days_ago)
        times = {"signed_in_at": moment(day, dt.time(0)), "signed_out_at": moment(day, dt.time(17))}
        served(cast.cadre, shift(cast.hefengyuan, 0, 17, day), **times)
    ill = factories.SecondmentFactory(cadre__unit=cast.unit, community=cast.qinghe, starts_on=DAY)
    leave = factories.LeaveFactory(
        secondment=ill, state=Leave.State.APPROVED, starts_at=moment(DAY, dt.time(0)), ends_at=moment(DAY, dt.time(23))
    )
    Exposure.objects.create(
        community=cast.qinghe, cadre=ill.cadre, compound=cast.hefengyuan, how="stood", exposed_on=DAY, until=DAY, leave=leave,
        stopped_at=moment(DAY, dt.time(9)), stopped_by=cast.secretary,
    )  # fmt: skip

    people = {one.secondment.cadre: one for one in unit_day.people_of([cast.unit])}

    assert (people[cast.cadre].hours_in_week, people[cast.cadre].is_tired) == (51, True)
    assert people[cast.cadre].last_ended_at == moment(DAY, dt.time(17))
    assert (people[ill.cadre].leave, people[ill.cadre].exposure.until) == (leave, DAY)
    counted = numbers(sign_in(cast.supervisor))
    assert [counted[name][0] for name in ("on leave", "off duty after an exposure", "more than 48 hours this week")] == [
        1,
        1,
        1,
    ]


def test_nobody_of_another_unit_is_shown(cast, sign_in):
    factories.AssignmentFactory(shift=shift(cast.yushu_rental, 8, 17), cadre=cast.cadre2)

    page = sign_in(cast.supervisor).get(PAGE).content.decode()

    assert (cast.cadre.name in page, cast.cadre2.name in page, "榆树" in page) == (True, False, False)
    assert sign_in(cast.secretary).get(PAGE).status_code == 403


def test_more_people_cost_no_more_statements(cast, sign_in, queries):
    client = sign_in(cast.supervisor)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            cadre = factories.SecondmentFactory(cadre__unit=cast.unit, community=cast.qinghe, starts_on=DAY).cadre
            served(cadre, shift(cast.hefengyuan, 8, 17), signed_in_at=moment(DAY, dt.time(8)))
        client.get(PAGE)
        with queries() as seen:
            client.get(PAGE)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 12
