"""Reminders are derived from rows: told once, however often the clock asks."""

import datetime as dt

import pytest
from django.utils import timezone

from checkpoints.models import Handover
from checkpoints.services import reminders
from portal.accounts.models import Message
from tests.factories import (
    AssignmentFactory,
    AttendanceFactory,
    CadreFactory,
    LeaveFactory,
    PostFactory,
    ShiftFactory,
    UserFactory,
)

NOW = timezone.make_aware(dt.datetime(2022, 4, 10, 8, 0))


@pytest.fixture
def shift_at(cast):
    cast.secondment.starts_on, cast.secondment.ends_on = dt.date(2022, 4, 1), dt.date(2022, 4, 30)
    cast.secondment.save()

    def make(starts_at):
        shift = ShiftFactory(
            post=PostFactory(compound=cast.hefengyuan), day=starts_at.date(),
            starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=8),
        )  # fmt: skip
        return AssignmentFactory(shift=shift, cadre=cast.cadre)

    return make


def kinds():
    return list(Message.objects.order_by("id").values_list("kind", "to__username"))


@pytest.mark.parametrize(("minutes", "told"), [(61, []), (60, [("shift_soon", "cadre")]), (1, [("shift_soon", "cadre")])])
def test_a_shift_is_announced_an_hour_before(shift_at, minutes, told):
    shift_at(NOW + dt.timedelta(minutes=minutes))

    reminders.due(NOW)

    assert kinds() == told


@pytest.mark.parametrize(
    ("minutes", "told"), [(5, []), (6, [("shift_not_signed_in", "cadre")]), (479, [("shift_not_signed_in", "cadre")])]
)
def test_whoever_is_not_signed_in_after_the_start_is_told(shift_at, minutes, told):
    shift_at(NOW - dt.timedelta(minutes=minutes))

    reminders.due(NOW)

    assert kinds() == told


def test_asking_twice_tells_once(shift_at):
    shift_at(NOW + dt.timedelta(minutes=30))

    for _ in range(3):
        reminders.due(NOW)

    assert kinds() == [("shift_soon", "cadre")]


def test_whoever_is_signed_in_is_left_alone(shift_at):
    AttendanceFactory(assignment=shift_at(NOW - dt.timedelta(minutes=30)))

    reminders.due(NOW)

    assert kinds() == []


def test_after_a_long_outage_nobody_hears_of_shifts_that_are_over(shift_at):
    shift_at(NOW - dt.timedelta(hours=9))

    reminders.due(NOW)

    assert kinds() == []


@pytest.mark.parametrize(("minutes", "told"), [(30, []), (31, [("handover_waiting", "secretary")]), (24 * 60 + 1, [])])
def test_the_secretary_hears_of_a_hand_over_nobody_confirms(cast, shift_at, minutes, told):
    shift = shift_at(NOW - dt.timedelta(hours=40)).shift
    Handover.objects.create(shift=shift, handed_over_at=NOW - dt.timedelta(minutes=minutes), handed_over_by=cast.cadre_user)

    reminders.due(NOW)

    assert kinds() == told


@pytest.mark.parametrize("kind", ["checkpoint", "tent", "patrol"])
@pytest.mark.parametrize(("minutes", "told"), [(0, []), (30, []), (31, [("handover_waiting", "secretary")])])
def test_a_sheet_written_ahead_waits_for_nobody_before_its_shift_is_over(cast, shift_at, minutes, told, kind):
    shift = shift_at(NOW - dt.timedelta(hours=8)).shift
    shift.post.kind = kind
    shift.post.save()
    Handover.objects.create(shift=shift, handed_over_at=shift.starts_at, handed_over_by=cast.cadre_user)

    reminders.due(NOW + dt.timedelta(minutes=minutes))

    assert kinds() == told


def test_the_statements_do_not_grow_with_the_rows(shift_at, queries, cast):
    shift_at(NOW + dt.timedelta(minutes=30))
    with queries() as one:
        reminders.due(NOW)
    for _ in range(2):
        AssignmentFactory(
            shift=ShiftFactory(
                post=PostFactory(compound=cast.yushu_rental), starts_at=NOW + dt.timedelta(minutes=30),
                ends_at=NOW + dt.timedelta(hours=9),
            ),
            cadre=CadreFactory(user=UserFactory()),
        )  # fmt: skip
    with queries() as three:
        reminders.due(NOW)

    assert len(one) == len(three)


def test_whoever_is_on_leave_or_gone_is_not_called(cast, shift_at):
    stand = shift_at(NOW + dt.timedelta(minutes=30))
    leave = LeaveFactory(secondment=cast.secondment, starts_at=stand.starts_at, ends_at=stand.ends_at)
    reminders.due(NOW)
    assert kinds() == []

    leave.delete()
    cast.secondment.ends_on = NOW.date() - dt.timedelta(days=1)
    cast.secondment.save()
    reminders.due(NOW)
    assert kinds() == []
