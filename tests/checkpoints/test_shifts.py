"""Shifts, days and their publication: the rules, by service."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from checkpoints.models import Assignment, Post, PostStatus, Shift
from checkpoints.services import assignments, rosters, shifts
from checkpoints.services.patterns import Pattern
from portal.accounts.models import Event, Message
from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import DutyPolicy
from tests import factories

DAY = dt.timedelta(days=1)


@pytest.fixture
def tomorrow():
    return timezone.localdate() + DAY


@pytest.fixture
def post(cast):
    return factories.PostFactory(compound=cast.hefengyuan, name="东门", crew_required=3)


def make(cast, first, last=None, pattern=Pattern.DAY, **more):
    return shifts.make(community=cast.qinghe, first=first, last=last or first, pattern=pattern, by=cast.secretary, **more)


def test_make_takes_the_hours_of_the_policy_and_the_crew_of_the_post(cast, post, tomorrow):
    DutyPolicy.objects.create(community=cast.qinghe, day_starts_at=dt.time(7), day_ends_at=dt.time(15), starts_on=tomorrow)
    made = make(cast, tomorrow, pattern=Pattern.ROUND_THE_CLOCK)
    assert (made.new, made.kept, made.sealed) == (3, 0, 0)
    rows = Shift.objects.order_by("starts_at")
    assert [(s.kind, s.hours, s.day, s.required, s.state) for s in rows] == [
        ("day", "07:00–15:00", tomorrow, 3, "draft"),
        ("evening", "15:00–22:00", tomorrow, 3, "draft"),
        ("night", "22:00–07:00", tomorrow, 3, "draft"),
    ]
    assert timezone.localtime(rows[2].ends_at).date() == tomorrow + DAY


def test_make_twice_adds_nothing(cast, post, tomorrow):
    make(cast, tomorrow, tomorrow + 6 * DAY, Pattern.ROUND_THE_CLOCK)
    again = make(cast, tomorrow, tomorrow + 6 * DAY, Pattern.ROUND_THE_CLOCK)
    assert (again.new, again.kept, Shift.objects.count()) == (0, 21, 21)


def test_make_leaves_out_sealed_days_closed_posts_and_hours_when_a_post_is_shut(cast, post, tomorrow):
    PostStatus.objects.create(post=post, status=PostStatus.Status.SEALED, starts_on=tomorrow, ends_on=tomorrow)
    factories.PostFactory(compound=cast.hefengyuan, closed_on=timezone.localdate())
    desk = factories.PostFactory(
        compound=cast.hefengyuan, kind=Post.Kind.SERVICE_DESK, opens_at=dt.time(9), closes_at=dt.time(17)
    )
    made = make(cast, tomorrow, tomorrow + DAY, Pattern.ROUND_THE_CLOCK)
    assert (made.new, made.sealed) == (5, 3)
    assert list(desk.shifts.values_list("kind", flat=True)) == ["day", "day"]
    assert set(post.shifts.values_list("day", flat=True)) == {tomorrow + DAY}


@pytest.mark.parametrize(("days", "words"), [(-1, "before the first"), (31, "At most 31 days")])
def test_make_refuses_impossible_periods(cast, post, tomorrow, days, words):
    with pytest.raises(Refused, match=words):
        make(cast, tomorrow, tomorrow + days * DAY)


def test_make_without_posts_says_what_to_do(cast, tomorrow):
    with pytest.raises(Refused, match="Set up the posts first"):
        make(cast, tomorrow)


def test_add_refuses_hours_that_are_covered(cast, post, tomorrow):
    add = {"post_id": post.pk, "day": tomorrow, "kind": Shift.Kind.PEAK, "required": 1, "by": cast.secretary}
    shift = shifts.add(starts=dt.time(22), ends=dt.time(6), **add)
    assert shift.ends_at - shift.starts_at == dt.timedelta(hours=8)
    with pytest.raises(Refused, match="already has a shift 22:00–06:00"):
        shifts.add(starts=dt.time(5), ends=dt.time(7), **{**add, "day": tomorrow + DAY})


def test_change_takes_the_crew_along_and_tells_who_knew(cast, post, tomorrow):
    shift = factories.ShiftFactory(post=post, day=tomorrow, required=3)
    told = factories.AssignmentFactory(shift=shift, cadre=cast.cadre, seat=3, told_at=timezone.now())
    shifts.change(shift_id=shift.pk, starts=dt.time(10), ends=dt.time(18), required=1, by=cast.secretary)
    told.refresh_from_db()
    shift.refresh_from_db()
    assert (told.seat, told.starts_at, told.ends_at) == (1, shift.starts_at, shift.ends_at)
    assert shift.hours == "10:00–18:00"
    assert list(Message.objects.values_list("to", "kind")) == [(cast.cadre_user.pk, "shift_moved")]


def test_change_refuses_fewer_places_than_people_and_hours_somebody_stands_elsewhere(cast, post, tomorrow):
    shift = factories.ShiftFactory(post=post, day=tomorrow)
    stand, _other = factories.AssignmentFactory.create_batch(2, shift=shift)
    with pytest.raises(Refused, match="More people are on this shift"):
        shifts.change(shift_id=shift.pk, starts=dt.time(8), ends=dt.time(12), required=1, by=cast.secretary)
    elsewhere = factories.ShiftFactory(
        post=factories.PostFactory(compound=cast.hefengyuan), day=tomorrow, starts=dt.time(18), ends=dt.time(22)
    )
    factories.AssignmentFactory(shift=elsewhere, cadre=stand.cadre)
    with pytest.raises(Refused, match=f"already stands {tomorrow:%m-%d} 18:00–22:00"):
        shifts.change(shift_id=shift.pk, starts=dt.time(12), ends=dt.time(20), required=2, by=cast.secretary)


def test_cancel_frees_the_crew_and_tells_who_knew(cast, post, tomorrow):
    shift = factories.ShiftFactory(post=post, day=tomorrow)
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre, told_at=timezone.now())
    factories.AssignmentFactory(shift=shift)
    shifts.cancel(shift_id=shift.pk, by=cast.secretary)
    assert shift.crew.standing().count() == 0
    assert list(Message.objects.values_list("to", "kind")) == [(cast.cadre_user.pk, "shift_released")]
    assert Event.objects.filter(kind="shift.cancelled", community=cast.qinghe).count() == 1
    with pytest.raises(Refused, match="already cancelled"):
        shifts.cancel(shift_id=shift.pk, by=cast.secretary)


def test_a_shift_with_a_sign_in_is_neither_cancelled_nor_moved(cast, post, tomorrow):
    stand = factories.AssignmentFactory(shift=factories.ShiftFactory(post=post, day=tomorrow))
    factories.AttendanceFactory(assignment=stand)
    with pytest.raises(Refused, match="already signed in"):
        shifts.cancel(shift_id=stand.shift_id, by=cast.secretary)
    with pytest.raises(Refused, match="already signed in"):
        shifts.change(shift_id=stand.shift_id, starts=dt.time(9), ends=dt.time(18), required=2, by=cast.secretary)


def test_a_shift_that_is_over_keeps_who_did_not_come(cast, post, tomorrow):
    stand = factories.AssignmentFactory(shift=factories.ShiftFactory(post=post, day=tomorrow))
    with time_machine.travel(stand.ends_at, tick=False):
        with pytest.raises(Refused, match="is over and stays as it was"):
            shifts.cancel(shift_id=stand.shift_id, by=cast.secretary)
        with pytest.raises(Refused, match="is over and stays as it was"):
            shifts.change(shift_id=stand.shift_id, starts=dt.time(9), ends=dt.time(23), required=2, by=cast.secretary)
    with time_machine.travel(stand.ends_at - dt.timedelta(minutes=1), tick=False):
        shifts.cancel(shift_id=stand.shift_id, by=cast.secretary)


@pytest.mark.parametrize(
    ("hours", "refused"),  # of the post, then of the shift
    [
        ((9, 11, 20, 2), True),
        ((9, 11, 11, 12), True),
        ((9, 11, 8, 9), True),
        ((9, 11, 8, 10), False),
        ((9, 11, 10, 15), False),
        ((9, 11, 22, 10), False),  # runs into the morning
        ((20, 6, 1, 5), False),  # open since the evening before
        ((20, 6, 7, 19), True),
        ((20, 6, 22, 2), False),
    ],
)
def test_a_shift_reaches_into_the_opening_hours_of_its_post(cast, post, tomorrow, hours, refused):
    post.opens_at, post.closes_at, starts, ends = map(dt.time, hours)
    post.save()
    stored = factories.ShiftFactory(post=post, day=tomorrow + 2 * DAY)
    asked = {"starts": starts, "ends": ends, "required": 1, "by": cast.secretary}
    steps = (
        lambda: shifts.add(post_id=post.pk, day=tomorrow, kind=Shift.Kind.DAY, **asked),
        lambda: shifts.change(shift_id=stored.pk, **asked),
    )
    for step in steps:
        if refused:
            with pytest.raises(Refused, match=f"open {hours[0]:02}:00–{hours[1]:02}:00"):
                step()
        else:
            step()
    stored.refresh_from_db()
    assert (Shift.objects.count(), stored.hours == "08:30–17:30") == ((1, True) if refused else (2, False))


def test_a_shift_from_before_the_opening_hours_changed_may_change_its_size(cast, post, tomorrow):
    shift = factories.ShiftFactory(post=post, day=tomorrow)
    post.opens_at, post.closes_at = dt.time(20), dt.time(22)
    post.save()
    shifts.change(shift_id=shift.pk, starts=dt.time(8, 30), ends=dt.time(17, 30), required=4, by=cast.secretary)
    assert Shift.objects.get().required == 4


def test_a_cancelled_shift_makes_room_for_another_at_the_same_hours(cast, post, tomorrow):
    make(cast, tomorrow)
    shifts.cancel(shift_id=Shift.objects.get().pk, by=cast.secretary)
    assert make(cast, tomorrow).new == 1


def test_copy_day_repeats_shifts_and_crews_and_lists_refusals(cast, post, tomorrow):
    able, away = (row.cadre for row in factories.SecondmentFactory.create_batch(2, community=cast.qinghe))
    day = factories.ShiftFactory(post=post, required=3)
    night = factories.ShiftFactory(post=post, kind=Shift.Kind.NIGHT, starts=dt.time(22), ends=dt.time(6))
    factories.AssignmentFactory(shift=day, cadre=able)
    factories.AssignmentFactory(shift=day, cadre=away)
    factories.AssignmentFactory(shift=night, cadre=cast.cadre)
    away.secondments.update(ends_on=timezone.localdate())

    copied = rosters.copy_day(community=cast.qinghe, source=timezone.localdate(), target=tomorrow, by=cast.secretary)
    assert (copied.shifts, copied.people, len(copied.refusals)) == (2, 2, 1)
    assert copied.refusals[0].startswith(f"{away.name} is not seconded here on {tomorrow}")
    placed = Assignment.objects.filter(shift__day=tomorrow).order_by("shift__starts_at")
    assert [(a.shift.hours, a.cadre) for a in placed] == [("08:30–17:30", able), ("22:00–06:00", cast.cadre)]

    again = rosters.copy_day(community=cast.qinghe, source=timezone.localdate(), target=tomorrow, by=cast.secretary)
    assert (again.shifts, again.people) == (0, 0)

    taken = placed.get(cadre=able)
    assignments.unassign(assignment_id=taken.pk, by=cast.secretary)
    Shift.objects.filter(pk=taken.shift_id).update(required=1)
    other = factories.SecondmentFactory(community=cast.qinghe).cadre
    assignments.assign(shift_id=taken.shift_id, cadre_id=other.pk, by=cast.secretary)
    full = rosters.copy_day(community=cast.qinghe, source=timezone.localdate(), target=tomorrow, by=cast.secretary)
    assert full.refusals[-1].endswith(f"not copied: {able.name} ({post.name} 08:30–17:30).")


def test_what_would_be_over_is_not_copied(cast, post, tomorrow):
    for starts, ends in ((6, 14), (14, 22)):
        factories.AssignmentFactory(
            shift=factories.ShiftFactory(post=post, starts=dt.time(starts), ends=dt.time(ends)),
            cadre=factories.SecondmentFactory(community=cast.qinghe).cadre,
        )
    copy = {"community": cast.qinghe, "source": timezone.localdate(), "target": tomorrow, "by": cast.secretary}
    with time_machine.travel(moment(tomorrow, dt.time(14)), tick=False):
        copied = rosters.copy_day(**copy)
    assert (copied.shifts, copied.people, copied.refusals) == (1, 1, ["What would be over by now is not copied."])
    assert [shift.hours for shift in Shift.objects.filter(day=tomorrow)] == ["14:00–22:00"]

    with time_machine.travel(moment(tomorrow, dt.time(22)), tick=False), pytest.raises(Refused, match="Choose a later day"):
        rosters.copy_day(**copy)


def test_copy_of_an_empty_day_says_what_to_do(cast, tomorrow):
    with pytest.raises(Refused, match="Make the shifts of the day instead"):
        rosters.copy_day(community=cast.qinghe, source=tomorrow, target=tomorrow + DAY, by=cast.secretary)


def test_publish_tells_everybody_once_and_names_who_must_be_phoned(cast, post, tomorrow):
    shift = factories.ShiftFactory(post=post, day=tomorrow, required=3, state=Shift.State.DRAFT)
    stand = assignments.assign(shift_id=shift.pk, cadre_id=cast.cadre.pk, by=cast.secretary)
    without = factories.SecondmentFactory(community=cast.qinghe).cadre
    assignments.assign(shift_id=shift.pk, cadre_id=without.pk, by=cast.secretary)

    done = rosters.publish(community=cast.qinghe, day=tomorrow, by=cast.secretary)
    assert (done.told, done.by_phone) == (1, [without.name])
    shift.refresh_from_db()
    stand.refresh_from_db()
    assert shift.state == Shift.State.PUBLISHED
    assert stand.told_at is not None
    assert rosters.publish(community=cast.qinghe, day=tomorrow, by=cast.secretary).told == 0
    assert list(Message.objects.values_list("to", "kind")) == [(cast.cadre_user.pk, "shift_assigned")]
    line = Event.objects.get(kind="shift.published")
    assert (line.row, line.before, line.after) == (str(shift.pk), {"state": "draft"}, {"state": "published"})


def test_publish_of_an_empty_day_says_what_to_do(cast, tomorrow):
    with pytest.raises(Refused, match="Make the shifts first"):
        rosters.publish(community=cast.qinghe, day=tomorrow, by=cast.secretary)


# --- Pages --------------------------------------------------------------------------------------------------------


def test_add_change_and_cancel_from_the_page(cast, post, tomorrow, sign_in):
    client = sign_in(cast.secretary)
    sent = {"day": tomorrow, "kind": "night", "starts": "22:00", "ends": "06:00", "required": "2"}
    client.post(f"/checkpoints/posts/{post.pk}/shifts/new/", sent)
    shift = Shift.objects.get()
    assert (shift.hours, shift.day, shift.required) == ("22:00–06:00", tomorrow, 2)
    assert 'value="22:00"' in client.get(f"/checkpoints/shifts/{shift.pk}/change/").content.decode()
    client.post(f"/checkpoints/shifts/{shift.pk}/change/", {"starts": "21:00", "ends": "05:00", "required": "1"})
    shift.refresh_from_db()
    assert (shift.hours, shift.required) == ("21:00–05:00", 1)
    assert "Cancel the shift of 东门" in client.get(f"/checkpoints/shifts/{shift.pk}/cancel/").content.decode()
    client.post(f"/checkpoints/shifts/{shift.pk}/cancel/")
    assert Shift.objects.standing().count() == 0


@pytest.mark.parametrize(
    "wrong",
    [{"day": "2020-01-01"}, {"day": "9999-12-31"}, {"starts": "x"}, {"required": "51"}, {"required": ""}, {"kind": "\x00"}],
)
def test_what_is_wrong_with_a_shift_is_said_at_the_field(cast, post, tomorrow, sign_in, wrong):
    sent = {"day": tomorrow, "kind": "day", "starts": "08:30", "ends": "17:30", "required": "2"} | wrong
    response = sign_in(cast.secretary).post(f"/checkpoints/posts/{post.pk}/shifts/new/", sent)
    assert response.status_code == 422
    assert Shift.objects.count() == 0


def test_shifts_of_others_are_not_found_and_workers_do_not_change_them(cast, post, tomorrow, sign_in):
    shift = factories.ShiftFactory(post=post, day=tomorrow)
    for page in ("change", "cancel"):
        address = f"/checkpoints/shifts/{shift.pk}/{page}/"
        assert sign_in(cast.other_secretary).post(address).status_code == 404
        assert sign_in(cast.worker).post(address).status_code == 403
    assert Shift.objects.standing().count() == 1
