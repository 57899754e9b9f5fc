"""Sign-in, sign-out, corrections: rules by service, then pages."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from checkpoints.models import Attendance, AttendanceCorrection, Shift
from checkpoints.services import attendance
from deployments.models import Secondment
from deployments.services import secondments
from deployments.services.secondments import Terms
from portal.accounts.models import Event
from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import DutyPolicy
from tests.factories import (
    AssignmentFactory,
    AttendanceFactory,
    CadreFactory,
    CommunityFactory,
    PostFactory,
    SecondmentFactory,
    ShiftFactory,
)

DAY = dt.date(2022, 4, 10)
POLICY = DutyPolicy()


def at(hour: int, minute: int = 0, day: dt.date = DAY) -> dt.datetime:
    return moment(day, dt.time(hour, minute))


@pytest.fixture
def mine(cast):
    """马骏's day shift 08:30-17:30 at a gate of 荷风苑."""
    cast.secondment.starts_on, cast.secondment.ends_on = DAY - dt.timedelta(days=3), None
    cast.secondment.save()
    shift = ShiftFactory(post=PostFactory(compound=cast.hefengyuan), day=DAY)
    return AssignmentFactory(shift=shift, cadre=cast.cadre)


def sign_in(assignment, by, when):
    with time_machine.travel(when, tick=False):
        return attendance.sign_in(assignment_id=assignment.pk, method="button", by=by)


def test_sign_in_marks_the_moment_and_leaves_a_line(mine, cast):
    sign_in(mine, cast.cadre_user, at(8, 20))

    assert Attendance.objects.get().signed_in_at == at(8, 20)
    assert Event.objects.get(kind="attendance.signed_in").community == cast.qinghe


def test_a_second_tap_finds_the_first_row(mine, cast):
    first = sign_in(mine, cast.cadre_user, at(8, 20))
    second = sign_in(mine, cast.cadre_user, at(8, 25))

    assert (second.pk, second.signed_in_at) == (first.pk, at(8, 20))


@pytest.mark.parametrize(
    ("when", "words"),
    [(at(7, 59), "opens at 08:00"), (at(17, 30), "is over"), (at(8, 0, DAY + dt.timedelta(days=1)), "is over")],
)
def test_sign_in_is_refused_outside_its_window(mine, cast, when, words):
    with pytest.raises(Refused, match=words):
        sign_in(mine, cast.cadre_user, when)


def test_whoever_has_not_reported_cannot_sign_in(mine, cast):
    Secondment.objects.update(state=Secondment.State.APPROVED)

    with pytest.raises(Refused, match="reported for duty"):
        sign_in(mine, cast.cadre_user, at(8, 20))


ENDS = {
    "recalled": lambda row, by: secondments.recall(secondment_id=row.pk, last_day=DAY, reason="单位另有任务", by=by),
    "completed": lambda row, by: secondments.complete(secondment_id=row.pk, last_day=DAY, report="表现好", by=by),
    "redeployed": lambda row, by: secondments.redeploy(
        secondment_id=row.pk, terms=Terms(CommunityFactory(), DAY + dt.timedelta(days=1)), by=by
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_whoever_leaves_tomorrow_signs_in_today_and_not_after_the_last_day(mine, cast, end):
    tomorrow = AssignmentFactory(shift=ShiftFactory(post=mine.shift.post, day=DAY + dt.timedelta(days=1)), cadre=cast.cadre)
    with time_machine.travel(at(7)):
        ENDS[end](cast.secondment, cast.secretary)

    sign_in(mine, cast.cadre_user, at(8, 20))
    with pytest.raises(Refused, match="reported for duty"):
        sign_in(tomorrow, cast.cadre_user, at(8, 20, DAY + dt.timedelta(days=1)))

    assert list(Attendance.objects.values_list("assignment", flat=True)) == [mine.pk]


def test_a_cancelled_shift_and_a_freed_place_refuse_sign_in(mine, cast):
    Shift.objects.update(state=Shift.State.CANCELLED)

    with pytest.raises(Refused, match="not on this shift"):
        sign_in(mine, cast.cadre_user, at(8, 20))


def test_sign_out_needs_a_sign_in_and_a_second_tap_changes_nothing(mine, cast):
    with pytest.raises(Refused, match="not signed in"):
        attendance.sign_out(assignment_id=mine.pk, by=cast.cadre_user)
    sign_in(mine, cast.cadre_user, at(8, 20))
    for when in (at(18), at(18, 5)):
        with time_machine.travel(when, tick=False):
            attendance.sign_out(assignment_id=mine.pk, by=cast.cadre_user)

    assert Attendance.objects.get().signed_out_at == at(18)


def test_a_forgotten_sign_out_asks_for_a_correction(mine, cast):
    sign_in(mine, cast.cadre_user, at(8, 20))

    with time_machine.travel(at(6, 0, DAY + dt.timedelta(days=1))), pytest.raises(Refused, match="ended long ago"):
        attendance.sign_out(assignment_id=mine.pk, by=cast.cadre_user)


@pytest.mark.parametrize(
    ("times", "now", "expected"),
    [
        (None, at(8), ("expected", 0, 0, Decimal(0))),
        (None, at(8, 59), ("waiting", 0, 0, Decimal(0))),
        (None, at(9), ("absent", 0, 0, Decimal(0))),
        ((at(8, 35), None), at(9), ("present", 0, 0, Decimal(0))),
        ((at(8, 36), None), at(9), ("late", 6, 0, Decimal(0))),
        ((at(8, 20), None), at(6, 0, DAY + dt.timedelta(days=1)), ("open", 0, 0, Decimal(0))),
        ((at(8, 20), at(17, 24)), at(20), ("early_leave", 0, 0, Decimal("9.1"))),
        ((at(8, 20), at(17, 25)), at(20), ("finished", 0, 0, Decimal("9.1"))),
        ((at(8, 45), at(18, 10)), at(20), ("late", 15, 40, Decimal("9.4"))),
    ],
)
def test_standing_follows_from_the_times(mine, times, now, expected):
    if times:
        AttendanceFactory(assignment=mine, signed_in_at=times[0], signed_out_at=times[1])
        mine.refresh_from_db()

    found = attendance.standing(mine, POLICY, now)

    assert (found.state, found.late_minutes, found.overtime_minutes, found.hours) == expected


def ask(assignment, by, now=None, **times):
    with time_machine.travel(now or at(20), tick=False):
        return attendance.ask_correction(
            assignment_id=assignment.pk, reason="手机没电", by=by,
            **{"signed_in_at": at(8, 25), "signed_out_at": at(17, 30), **times},
        )  # fmt: skip


def test_a_correction_counts_once_a_second_person_confirms_it(mine, cast):
    correction = ask(mine, cast.cadre_user)
    assert not Attendance.objects.exists()

    attendance.decide_correction(correction_id=correction.pk, accept=True, by=cast.secretary)

    stored = Attendance.objects.get()
    assert (stored.signed_in_at, stored.signed_out_at) == (at(8, 25), at(17, 30))
    assert [e.kind for e in Event.objects.order_by("id")] == [
        "attendance.correction_asked", "attendance.changed", "attendance.corrected",
    ]  # fmt: skip


def test_a_correction_keeps_the_times_it_replaced(mine, cast):
    times = ("signed_in_at", "signed_out_at")
    for by, second, hour in ((cast.cadre_user, cast.secretary, 17), (cast.cadre_user, cast.worker, 16)):
        correction = ask(mine, by, signed_out_at=at(hour))
        attendance.decide_correction(correction_id=correction.pk, accept=True, by=second)

    line = Event.objects.filter(kind="attendance.corrected").latest("id")
    moments = [[moment.astimezone(dt.UTC) for moment in (at(8, 25), at(hour))] for hour in (17, 16)]
    was, now = ({name: str(moment) for name, moment in zip(times, pair, strict=True)} for pair in moments)
    assert {name: line.before[name] for name in times} == was
    assert {name: line.after[name] for name in times} == now
    assert (line.before["accepted"], line.after["accepted"]) == (None, True)
    refused = ask(mine, cast.cadre_user, signed_out_at=at(15))
    attendance.decide_correction(correction_id=refused.pk, accept=False, by=cast.secretary)
    line = Event.objects.get(kind="attendance.correction_refused")
    assert (line.before, line.after) == ({"accepted": None}, {"accepted": False})


def test_nobody_confirms_their_own_correction(mine, cast):
    correction = ask(mine, cast.secretary)

    with pytest.raises(Refused, match="second person"):
        attendance.decide_correction(correction_id=correction.pk, accept=True, by=cast.secretary)


def test_a_refused_correction_changes_nothing_and_is_decided_once(mine, cast):
    correction = ask(mine, cast.cadre_user)
    attendance.decide_correction(correction_id=correction.pk, accept=False, by=cast.secretary)

    with pytest.raises(Refused, match="already decided"):
        attendance.decide_correction(correction_id=correction.pk, accept=True, by=cast.worker)
    assert not Attendance.objects.exists()


def test_one_open_correction_at_a_time(mine, cast):
    ask(mine, cast.cadre_user)

    with pytest.raises(Refused, match="already waits"):
        ask(mine, cast.secretary)


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ({"signed_out_at": at(8, 20)}, "lies before"),
        ({"signed_out_at": at(21)}, "future"),
        ({"signed_in_at": at(8, 25, DAY - dt.timedelta(days=2))}, "12 hours"),
    ],
)
def test_impossible_corrections_are_refused(mine, cast, times, words):
    with pytest.raises(Refused, match=words):
        ask(mine, cast.cadre_user, **times)


def test_served_counts_days_once_and_hours_all(mine, cast):
    AttendanceFactory(assignment=mine, signed_in_at=at(8, 30), signed_out_at=at(17, 30))
    night = ShiftFactory(post=mine.shift.post, day=DAY, starts=dt.time(22), ends=dt.time(6))
    AttendanceFactory(
        assignment=AssignmentFactory(shift=night, cadre=cast.cadre),
        signed_in_at=at(22), signed_out_at=at(6, 0, DAY + dt.timedelta(days=1)),
    )  # fmt: skip

    assert attendance.served(cast.cadre) == {"days": 1, "hours": 17}


# Pages


@pytest.fixture
def today(cast):
    """A shift of 马骏 that runs now."""
    now = timezone.now()
    shift = ShiftFactory(
        post=PostFactory(compound=cast.hefengyuan),
        starts_at=now - dt.timedelta(hours=1), ends_at=now + dt.timedelta(hours=7),
    )  # fmt: skip
    return AssignmentFactory(shift=shift, cadre=cast.cadre)


def test_my_day_signs_in_and_out(cast, sign_in, today):
    client = sign_in(cast.cadre_user)
    assert f"/checkpoints/attendance/{today.pk}/in/" in client.get("/my/").text

    client.post(f"/checkpoints/attendance/{today.pk}/in/")
    assert f"/checkpoints/attendance/{today.pk}/out/" in client.get("/my/").text
    client.post(f"/checkpoints/attendance/{today.pk}/out/")

    assert Attendance.objects.get().signed_out_at is not None


def test_my_day_without_a_shift_says_what_to_do(cast, sign_in):
    client = sign_in(cast.cadre_user)
    assert "No shift is planned for you" in client.get("/my/").text
    assert "tel:" not in client.get("/my/").text

    cast.qinghe.phone = "027-00000001"
    cast.qinghe.save()
    assert 'href="tel:027-00000001"' in client.get("/my/").text


def test_somebody_elses_assignment_is_404(cast, sign_in, today):
    assert sign_in(cast.cadre2_user).post(f"/checkpoints/attendance/{today.pk}/in/").status_code == 404
    assert sign_in(cast.officer).post(f"/checkpoints/attendance/{today.pk}/in/").status_code == 403


def test_scanning_the_poster_finds_my_shift(cast, sign_in, today):
    client, url = sign_in(cast.cadre_user), f"/checkpoints/scan/{today.shift.post.code}/"

    assert client.get(url).status_code == 200
    assert not Attendance.objects.exists()
    client.post(url)

    assert Attendance.objects.get().sign_in_method == "scan"


def test_scanning_another_communitys_poster_is_404(cast, sign_in, today):
    assert sign_in(cast.cadre2_user).get(f"/checkpoints/scan/{today.shift.post.code}/").status_code == 404


def test_scanning_without_a_shift_here_says_so(cast, sign_in):
    post = PostFactory(compound=cast.hefengyuan)

    assert "no shift at this post" in sign_in(cast.cadre_user).get(f"/checkpoints/scan/{post.code}/").text


def test_the_list_shows_a_day_of_my_community_only(cast, sign_in, today):
    AssignmentFactory(shift=ShiftFactory(post=PostFactory(compound=cast.yushu_rental)), cadre=cast.cadre2)

    text = sign_in(cast.worker).get("/checkpoints/attendance/").text

    assert ("马骏" in text, "林涛" in text) == (True, False)


@pytest.mark.parametrize("who", ["cadre_user", "supervisor", "officer"])
def test_the_list_is_for_the_community(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).get("/checkpoints/attendance/").status_code == 403


@pytest.mark.parametrize("query", ["?day=x", "?day=2022-02-30", "?state=nonsense", "?day=9999-12-31", "?day=0001-01-01"])
def test_nonsense_in_the_query_is_no_error(cast, sign_in, today, query):
    assert sign_in(cast.worker).get(f"/checkpoints/attendance/{query}").status_code == 200


def test_the_list_takes_the_same_statements_for_one_row_and_three(cast, sign_in, today, queries):
    client = sign_in(cast.worker)
    with queries() as one:
        client.get("/checkpoints/attendance/")
    for _ in range(2):
        cadre = CadreFactory()
        SecondmentFactory(cadre=cadre, community=cast.qinghe)
        AttendanceFactory(assignment=AssignmentFactory(shift__post__compound=cast.hefengyuan, cadre=cadre))
    with queries() as three:
        client.get("/checkpoints/attendance/")

    assert len(one) == len(three)


def test_a_correction_goes_from_the_cadre_to_the_secretary(cast, sign_in, mine):
    with time_machine.travel(at(20), tick=False):
        sign_in(cast.cadre_user).post(
            f"/checkpoints/attendance/{mine.pk}/correct/", {"signed_in": "08:25", "signed_out": "17:30", "reason": "手机没电"}
        )
        (correction,) = AttendanceCorrection.objects.all()
        assert "手机没电" in sign_in(cast.secretary).get("/checkpoints/attendance/").text
        sign_in(cast.secretary).post(f"/checkpoints/attendance/corrections/{correction.pk}/", {"accept": "1"})

    assert Attendance.objects.get().signed_in_at == at(8, 25)


@pytest.mark.parametrize("data", [{}, {"signed_in": "25:99", "reason": "x"}, {"signed_in": "08:00", "reason": "x" * 300}])
def test_bad_corrections_come_back_with_the_field_named(cast, sign_in, mine, data):
    response = sign_in(cast.cadre_user).post(f"/checkpoints/attendance/{mine.pk}/correct/", data)

    assert (response.status_code, "is-invalid" in response.text) == (200, True)
    assert not AttendanceCorrection.objects.exists()


def test_the_lead_enters_somebody_without_a_phone(cast, sign_in, today):
    sign_in(cast.worker).post(f"/checkpoints/attendance/{today.pk}/enter/")

    assert Attendance.objects.get().sign_in_method == "lead"
