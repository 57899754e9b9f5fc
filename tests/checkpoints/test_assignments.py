"""Who may stand a shift: the rules, by service."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from checkpoints.models import Assignment, PostStatus, Shift
from checkpoints.services import assignments, availability, suggestions
from deployments.models import Leave, Secondment
from portal.accounts.models import Event, Message
from portal.lib.dates import moment
from portal.lib.errors import Refused
from tests import factories

TOMORROW = dt.timedelta(days=1)
NIGHT = {"starts": dt.time(22), "ends": dt.time(6), "kind": Shift.Kind.NIGHT}


@pytest.fixture
def post(cast):
    return factories.PostFactory(compound=cast.hefengyuan, name="东门")


@pytest.fixture
def shift(post):
    return factories.ShiftFactory(post=post, day=timezone.localdate() + TOMORROW, required=2)


@pytest.fixture
def people(cast):
    """Three cadres seconded to 清荷."""
    return [row.cadre for row in factories.SecondmentFactory.create_batch(3, community=cast.qinghe)]


def put(shift, cadre, by):
    return assignments.assign(shift_id=shift.pk, cadre_id=cadre.pk, by=by)


def refusal(shift, cadre, by) -> str:
    with pytest.raises(Refused) as refused:
        put(shift, cadre, by)
    return str(refused.value)


def test_assign_takes_the_lowest_free_seat_and_the_first_leads(cast, shift, people):
    first, second = put(shift, people[0], cast.secretary), put(shift, people[1], cast.secretary)
    assert [(a.seat, a.is_lead) for a in (first, second)] == [(1, True), (2, False)]
    assert (first.starts_at, first.ends_at) == (shift.starts_at, shift.ends_at)

    assignments.unassign(assignment_id=first.pk, by=cast.secretary)
    second.refresh_from_db()
    assert second.is_lead  # a crew is never without a lead
    assert put(shift, people[2], cast.secretary).seat == 1
    kinds = ["assignment.made", "assignment.made", "assignment.released", "assignment.made"]
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == kinds
    assert Event.objects.first().community == cast.qinghe


def test_assign_refuses_a_full_shift_the_same_person_twice_and_a_cancelled_shift(cast, shift, people):
    put(shift, people[0], cast.secretary)
    assert refusal(shift, people[0], cast.secretary) == f"{people[0].name} is already on this shift."
    put(shift, people[1], cast.secretary)
    assert refusal(shift, people[2], cast.secretary).startswith("This shift is full.")
    cancelled = factories.ShiftFactory(post=factories.PostFactory(compound=cast.hefengyuan), state=Shift.State.CANCELLED)
    assert refusal(cancelled, people[2], cast.secretary) == "This shift is cancelled. Choose another shift."


def test_assign_refuses_a_sealed_post_and_one_given_up(cast, post, shift, people):
    PostStatus.objects.create(post=post, status=PostStatus.Status.SEALED, starts_on=shift.day)
    assert refusal(shift, people[0], cast.secretary).startswith("This post is sealed on that day.")
    post.closed_on = shift.day
    post.save()
    assert refusal(shift, people[0], cast.secretary).startswith("This post has been given up.")


def test_assign_refuses_overlapping_hours_and_too_little_rest(cast, post, shift, people):
    put(shift, people[0], cast.secretary)
    other = factories.ShiftFactory(
        post=factories.PostFactory(compound=cast.hefengyuan), day=shift.day, starts=dt.time(17), ends=dt.time(22)
    )
    where = f"{shift.day:%m-%d} 08:30–17:30 at 荷风苑 东门"
    assert refusal(other, people[0], cast.secretary) == (
        f"{people[0].name} already stands {where}. Take them off there first, or choose somebody else."
    )
    night = factories.ShiftFactory(post=post, day=shift.day, **NIGHT)
    assert refusal(night, people[0], cast.secretary) == (
        f"{people[0].name} would rest only 4.5 hours beside the shift {where}; 8 are needed."
    )
    before = factories.ShiftFactory(post=post, day=shift.day - TOMORROW, **NIGHT)
    assert "rest only 2.5 hours" in refusal(before, people[0], cast.secretary)


def test_rest_is_enough_from_the_minimum_on(cast, post, shift, people):
    put(shift, people[0], cast.secretary)
    night = factories.ShiftFactory(post=post, day=shift.day, starts=dt.time(1, 30), ends=dt.time(8), required=1)
    hours = dt.timedelta(hours=1)
    Shift.objects.filter(pk=night.pk).update(starts_at=shift.ends_at + 8 * hours, ends_at=shift.ends_at + 14 * hours)
    assert put(night, people[0], cast.secretary).seat == 1


def test_a_night_shift_over_midnight_blocks_the_next_morning(cast, post, people):
    day = timezone.localdate()
    put(factories.ShiftFactory(post=post, day=day, **NIGHT), people[0], cast.secretary)
    morning = factories.ShiftFactory(post=post, day=day + TOMORROW, starts=dt.time(5), ends=dt.time(12))
    assert f"already stands {day:%m-%d} 22:00–06:00" in refusal(morning, people[0], cast.secretary)


def test_assign_refuses_who_is_not_seconded_here_on_that_day(cast, shift, people):
    expected = "is not seconded here on"
    assert expected in refusal(shift, cast.cadre2, cast.secretary)  # of another community
    secondment = people[0].secondments.get()
    secondment.ends_on = shift.day - TOMORROW
    secondment.save()
    assert expected in refusal(shift, people[0], cast.secretary)
    people[1].secondments.update(state=Secondment.State.NO_SHOW)
    assert expected in refusal(shift, people[1], cast.secretary)


def test_assign_refuses_who_is_on_leave_and_only_then(cast, shift, people):
    leave = factories.LeaveFactory(
        secondment=people[0].secondments.get(),
        starts_at=shift.starts_at - dt.timedelta(hours=2),
        ends_at=shift.starts_at + dt.timedelta(hours=1),
    )
    assert "is on leave until" in refusal(shift, people[0], cast.secretary)
    leave.state = Leave.State.CANCELLED
    leave.save()
    assert put(shift, people[0], cast.secretary)


def test_another_communitys_post_is_not_named(cast, shift, people):
    elsewhere = factories.ShiftFactory(post__compound=cast.yushu_rental, day=shift.day)
    factories.AssignmentFactory(shift=elsewhere, cadre=people[0])
    assert "at another community." in refusal(shift, people[0], cast.secretary)


def test_the_database_refuses_what_the_service_would_miss(cast, shift, people):
    factories.AssignmentFactory(shift=shift, cadre=people[0], seat=1)
    with pytest.raises(Refused, match="Somebody has just taken this place"):
        assignments._seated(shift, people[1], 1, is_lead=False, by=cast.secretary)


def test_the_database_refuses_double_booking(cast, shift, people):
    factories.AssignmentFactory(shift=shift, cadre=people[0])
    other = factories.ShiftFactory(day=shift.day)
    with pytest.raises(Refused, match="already stands another shift"):
        assignments._seated(other, people[0], 1, is_lead=False, by=cast.secretary)


def test_unassign_tells_only_who_was_told(cast, shift, people):
    told = put(shift, cast.cadre, cast.secretary)
    Assignment.objects.filter(pk=told.pk).update(told_at=timezone.now())
    assignments.unassign(assignment_id=told.pk, by=cast.secretary)
    assert list(Message.objects.values_list("to", "kind")) == [(cast.cadre_user.pk, "shift_released")]
    with pytest.raises(Refused, match="already been taken off"):
        assignments.unassign(assignment_id=told.pk, by=cast.secretary)


def test_who_has_signed_in_is_not_taken_off(cast, shift, people):
    stand = put(shift, people[0], cast.secretary)
    factories.AttendanceFactory(assignment=stand)
    with pytest.raises(Refused, match="has signed in"):
        assignments.unassign(assignment_id=stand.pk, by=cast.secretary)


def test_swap_exchanges_places_and_leads(cast, post, shift, people):
    later = factories.ShiftFactory(post=post, day=shift.day + TOMORROW)
    first, second = put(shift, people[0], cast.secretary), put(later, people[1], cast.secretary)
    assignments.swap(first_id=first.pk, second_id=second.pk, by=cast.secretary)
    assert [(a.cadre, a.seat, a.is_lead) for a in shift.crew.standing()] == [(people[1], 1, True)]
    assert [(a.cadre, a.seat, a.is_lead) for a in later.crew.standing()] == [(people[0], 1, True)]


def test_swap_of_two_shifts_at_the_same_time_is_possible(cast, shift, people):
    other = factories.ShiftFactory(post=factories.PostFactory(compound=cast.hefengyuan), day=shift.day)
    first, second = put(shift, people[0], cast.secretary), put(other, people[1], cast.secretary)
    assignments.swap(first_id=first.pk, second_id=second.pk, by=cast.secretary)
    assert [a.cadre for a in shift.crew.standing()] == [people[1]]


def test_a_refused_swap_leaves_everybody_where_they_were(cast, post, shift, people):
    later = factories.ShiftFactory(post=post, day=shift.day + TOMORROW)
    first, second = put(shift, people[0], cast.secretary), put(later, people[1], cast.secretary)
    people[1].secondments.update(starts_on=later.day)
    with pytest.raises(Refused, match="is not seconded here"):
        assignments.swap(first_id=first.pk, second_id=second.pk, by=cast.secretary)
    assert list(Assignment.objects.standing().values_list("pk", flat=True)) == [first.pk, second.pk]


def test_move_keeps_the_person_when_the_new_place_refuses(cast, post, shift, people):
    full = factories.ShiftFactory(post=post, day=shift.day + TOMORROW, required=1)
    put(full, people[1], cast.secretary)
    stand = put(shift, people[0], cast.secretary)
    with pytest.raises(Refused, match="This shift is full"):
        assignments.move(assignment_id=stand.pk, shift_id=full.pk, by=cast.secretary)
    assert list(shift.crew.standing()) == [stand]
    free = factories.ShiftFactory(post=post, day=shift.day + 2 * TOMORROW)
    moved = assignments.move(assignment_id=stand.pk, shift_id=free.pk, by=cast.secretary)
    assert (moved.shift, moved.cadre, list(shift.crew.standing())) == (free, people[0], [])


def test_make_lead_hands_the_lead_over(cast, shift, people):
    put(shift, people[0], cast.secretary)
    second = put(shift, people[1], cast.secretary)
    assignments.make_lead(assignment_id=second.pk, by=cast.secretary)
    assert [a.is_lead for a in shift.crew.standing().order_by("seat")] == [False, True]


@pytest.fixture
def plan(cast, post, shift, people):
    """One person on the shift, one on the next day's, one free; and a shift with nobody on it."""
    later, free = (factories.ShiftFactory(post=post, day=shift.day + days * TOMORROW) for days in (1, 2))
    first, second = put(shift, people[0], cast.secretary), put(later, people[1], cast.secretary)
    return {"shift": shift, "free": free, "first": first.pk, "second": second.pk, "third": people[2].pk}


STEPS = {
    "assign": lambda plan, by: assignments.assign(shift_id=plan["shift"].pk, cadre_id=plan["third"], by=by),
    "unassign": lambda plan, by: assignments.unassign(assignment_id=plan["first"], by=by),
    "move away": lambda plan, by: assignments.move(assignment_id=plan["first"], shift_id=plan["free"].pk, by=by),
    "move there": lambda plan, by: assignments.move(assignment_id=plan["second"], shift_id=plan["shift"].pk, by=by),
    "swap": lambda plan, by: assignments.swap(first_id=plan["first"], second_id=plan["second"], by=by),
    "swap back": lambda plan, by: assignments.swap(first_id=plan["second"], second_id=plan["first"], by=by),
}


def stood():
    return list(Assignment.objects.standing().order_by("pk").values_list("shift", "cadre"))


@pytest.mark.parametrize("step", STEPS)
def test_the_crew_changes_until_the_last_minute_of_a_shift(cast, plan, step):
    before = stood()
    with time_machine.travel(plan["shift"].ends_at - dt.timedelta(minutes=1), tick=False):
        STEPS[step](plan, cast.secretary)
    assert stood() != before


@pytest.mark.parametrize("step", STEPS)
def test_the_crew_of_a_shift_that_is_over_stays(cast, plan, step):
    before = stood()
    with time_machine.travel(plan["shift"].ends_at, tick=False), pytest.raises(Refused, match="is over: its crew stays"):
        STEPS[step](plan, cast.secretary)
    assert stood() == before


def test_suggestions_come_best_first_with_reasons_and_without_who_may_not(cast, post, shift, people):
    near, tired, away = people
    near.home_community = cast.qinghe
    near.save()
    yesterday = factories.ShiftFactory(post=post, day=shift.day - TOMORROW, starts=dt.time(14), ends=dt.time(22))
    factories.AssignmentFactory(shift=yesterday, cadre=tired)
    factories.LeaveFactory(secondment=away.secondments.get(), starts_at=shift.starts_at, ends_at=shift.ends_at)
    facts = availability.facts_of([c.pk for c in people], shift.starts_at - dt.timedelta(days=8), shift.ends_at)
    found = suggestions.suggest(shift, people, facts, rest_hours=8, lead=near)
    assert [s.cadre for s in found] == [near, tired]
    assert found[0].score > found[1].score
    assert found[0].reasons == ["lives in this community", "0 hours this week", "no shift before", f"same unit as {near.name}"]
    assert "rested 10 h" in found[1].reasons

    near.secondments.update(state="approved")
    facts = availability.facts_of([c.pk for c in people], shift.starts_at - dt.timedelta(days=8), shift.ends_at)
    found = suggestions.suggest(shift, people, facts, rest_hours=8, lead=near)
    assert ([s.cadre for s in found], found[1].reasons[-1]) == ([tired, near], "has not reported yet")


@time_machine.travel(dt.datetime(2022, 4, 10, 23, 0, tzinfo=dt.UTC), tick=False)
def test_hours_of_the_week_count_a_night_on_its_first_day(cast, post, people):
    """Sunday night 22:00-06:00 belongs to the week that ends, though most of it lies on Monday."""
    sunday = dt.date(2022, 4, 10)
    stand = factories.AssignmentFactory(shift=factories.ShiftFactory(post=post, day=sunday, **NIGHT), cadre=people[0])
    assert stand.starts_at == moment(sunday, dt.time(22))
    assert suggestions.hours_in_week([stand], sunday) == 8
    assert suggestions.hours_in_week([stand], sunday + TOMORROW) == 0
