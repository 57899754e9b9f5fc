"""Who stands in for whom: by each way of replacing somebody, then on pages."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import Assignment
from checkpoints.services import assignments, shifts, substitutes
from portal.lib.dates import moment
from tests import factories

DAY = dt.date(2022, 4, 10)


@pytest.fixture
def evening(cast, time_machine):
    """The evening before: 18:05."""
    time_machine.move_to(moment(DAY - dt.timedelta(days=1), dt.time(18, 5)), tick=False)
    return time_machine


@pytest.fixture
def shift(cast, evening):
    return shift_of(cast, required=3)


@pytest.fixture
def people(cast, evening):
    """Five who serve in 清荷."""
    names = ("王建国", "李秀英", "张伟", "赵敏", "陈静")
    rows = [factories.SecondmentFactory(cadre__name=name, community=cast.qinghe) for name in names]
    return [row.cadre for row in rows]


def shift_of(cast, **facts):
    return factories.ShiftFactory(post=factories.PostFactory(compound=cast.hefengyuan), day=DAY, **facts)


def told(shift, *cadres):
    return [factories.AssignmentFactory(shift=shift, cadre=cadre, told_at=timezone.now()) for cadre in cadres]


def off(stand, cast):
    assignments.unassign(assignment_id=stand.pk, by=cast.secretary)


def put(shift, cadre, cast):
    return assignments.assign(shift_id=shift.pk, cadre_id=cadre.pk, by=cast.secretary)


def found():
    """Who was replaced, and by whom."""
    replaced = list(Assignment.objects.replaced().order_by("pk"))
    substitutes.pair(Assignment.objects.standing(), replaced)
    return [(one.cadre.name, one.substitute.cadre.name) for one in replaced]


def by_hand(cast, shift, stand, other):
    off(stand, cast)
    assert found() == []  # an empty place is nobody's
    put(shift, other, cast)


def by_moving(cast, shift, stand, other):
    elsewhere = told(shift_of(cast), other)[0]
    off(stand, cast)
    assignments.move(assignment_id=elsewhere.pk, shift_id=shift.pk, by=cast.secretary)


def by_leave(cast, shift, stand, other):
    asking = stand.cadre.secondments.get()
    factories.LeaveFactory(secondment=asking, starts_at=stand.starts_at, ends_at=stand.ends_at)
    put(shift, other, cast)


@pytest.mark.parametrize("way", [by_hand, by_moving, by_leave])
def test_who_takes_the_place_of_somebody_told_is_their_substitute(cast, shift, people, way):
    stands = told(shift, *people[:3])
    way(cast, shift, stands[1], people[3])
    assert found() == [("李秀英", "赵敏")]


def test_a_swap_of_two_who_were_told_replaces_both_until_it_is_taken_back(cast, shift, people):
    first, second = told(shift, people[0])[0], told(shift_of(cast), people[1])[0]
    both = assignments.swap(first_id=first.pk, second_id=second.pk, by=cast.secretary)
    assert found() == [("王建国", "李秀英"), ("李秀英", "王建国")]
    assignments.swap(first_id=both[0].pk, second_id=both[1].pk, by=cast.secretary)
    assert found() == []


def test_a_chain_names_who_stands_there_at_last(cast, shift, people):
    off(told(shift, people[0])[0], cast)
    off(told(shift, people[1])[0], cast)
    off(put(shift, people[2], cast), cast)  # never told
    put(shift, people[3], cast)
    assert found() == [("王建国", "赵敏"), ("李秀英", "赵敏")]


def test_who_is_put_back_in_any_seat_was_not_replaced(cast, shift, people):
    stand = told(shift, people[0])[0]
    off(stand, cast)
    put(shift, people[1], cast)
    assert found() == [("王建国", "李秀英")]
    back = put(shift, people[0], cast)
    assert (back.seat, found()) == (2, [])
    # Told again, off again: one case, by the seat of the last time.
    Assignment.objects.filter(pk=back.pk).update(told_at=timezone.now())
    off(back, cast)
    put(shift, people[2], cast)
    assert found() == [("王建国", "张伟")]


def test_nobody_stands_in_on_a_shift_that_is_cancelled(shift, people):
    told(shift, people[0])
    shift.crew.update(released_at=timezone.now())
    factories.AssignmentFactory(shift=shift, seat=1)
    assert len(found()) == 1
    type(shift).objects.update(state="cancelled")
    assert found() == []


def test_of_empty_places_the_one_left_last_is_filled_first(cast, shift, people, evening):
    """The first seat was never filled: who comes when 张伟 is taken off comes in the place of 张伟."""
    stands = told(shift, *people[:3])
    for stand in (stands[1], stands[2]):
        off(stand, cast)
        evening.shift(60)
    shift.crew.filter(pk=stands[0].pk).delete()
    assert [put(shift, cadre, cast).seat for cadre in people[3:]] == [3, 2]
    assert found() == [("李秀英", "陈静"), ("张伟", "赵敏")]


def test_seats_that_close_up_take_along_who_was_in_them(cast, shift, people):
    """李秀英 leaves an empty place, 张伟 has a substitute: with fewer places there is one case, still that of 张伟."""
    stands = told(shift, *people[:3])
    off(stands[2], cast)
    put(shift, people[3], cast)
    off(stands[1], cast)
    hours = {"starts": dt.time(8, 30), "ends": dt.time(17, 30), "by": cast.secretary}
    shifts.change(shift_id=shift.pk, required=2, **hours)
    assert found() == [("张伟", "赵敏")]
    shifts.change(shift_id=shift.pk, required=3, **hours)
    assert put(shift, people[4], cast).seat == 3
    assert found() == [("李秀英", "陈静"), ("张伟", "赵敏")]


@pytest.mark.parametrize("address", ["attendance", "handover"])
def test_pages_of_a_crew_say_for_whom_somebody_stands_in(cast, shift, sign_in, queries, address):
    """Three substitutes on two shifts take as many statements as one."""
    url = f"{reverse('checkpoints:attendance_list')}?day={DAY}"
    url = reverse("checkpoints:handover_detail", args=[shift.pk]) if address == "handover" else url
    client, counts = sign_in(cast.secretary), []
    for one in (shift, shift, shift_of(cast)):
        [gone] = told(one, factories.CadreFactory(name=f"钱{len(counts)}"))
        Assignment.objects.filter(pk=gone.pk).update(released_at=moment(DAY, dt.time(9 + len(counts), 30)))
        factories.AssignmentFactory(shift=one, seat=gone.seat)
        with queries() as seen:
            page = client.get(url).text
        counts.append((page.count("stands in for"), len(seen)))
    shown = [1, 2, 3 if address == "attendance" else 2]
    assert counts == [(n, counts[0][1]) for n in shown]
    assert "stands in for 钱0 (taken off 09:30)" in page
