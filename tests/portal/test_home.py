"""The first page of each role, and search."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import AttendanceCorrection, Handover, PostStatus, Shift
from deployments.models import Secondment
from portal import nav
from portal.lib.dates import moment
from portal.reports.models import DailyReport
from residents.services import care
from tests import factories
from tests.factories import (
    AssignmentFactory,
    AttendanceFactory,
    CadreFactory,
    PostFactory,
    SecondmentFactory,
    SendingUnitFactory,
    ShiftFactory,
)


@pytest.fixture
def shift(cast) -> Shift:
    """A shift of two that began an hour ago, with one person on it who has not signed in."""
    now = timezone.now()
    shift = ShiftFactory(
        post=PostFactory(compound=cast.hefengyuan),
        starts_at=now - dt.timedelta(hours=1),
        ends_at=now + dt.timedelta(hours=1),
        required=2,
    )
    AssignmentFactory(shift=shift, cadre=cast.cadre)
    return shift


def day_of(client):
    return client.get("/").context["day"]


def numbers(client) -> list[tuple[str, int, int | None]]:
    return [(str(stat.label), stat.value, stat.of) for stat in day_of(client).stats]


def test_a_new_secretary_is_shown_the_first_three_steps(cast, sign_in):
    Secondment.objects.all().delete()
    day = day_of(sign_in(cast.secretary))

    assert [step.done for step in day.steps] == [False, False, False]
    assert day.is_new


def test_the_secretary_sees_where_she_is_short_and_who_is_not_there(cast, sign_in, shift):
    client = sign_in(cast.secretary)
    day = day_of(client)

    assert ([s.pk for s in day.short], [a.cadre for a in day.absent]) == ([shift.pk], [cast.cadre])
    assert numbers(client) == [
        ("places empty today", 1, None),
        ("not signed in", 1, None),
        ("came today", 0, 1),
        ("seconded here", 1, None),
        ("on leave", 0, None),
    ]


def test_whoever_signed_in_is_not_missed(cast, sign_in, shift):
    AttendanceFactory(assignment=shift.crew.get())

    assert day_of(sign_in(cast.secretary)).absent == []


def test_last_nights_shift_is_watched_until_it_ends(cast, sign_in):
    day = timezone.localdate()
    night = ShiftFactory(
        post=PostFactory(compound=cast.hefengyuan), day=day - dt.timedelta(days=1), starts=dt.time(22), ends=dt.time(6)
    )
    stands = AssignmentFactory(shift=night, cadre=cast.cadre)
    seen = {}
    for at in (dt.time(0, 30), dt.time(6, 1)):
        with time_machine.travel(moment(day, at), tick=False):
            client = sign_in(cast.secretary)
            shown, listed = day_of(client), client.get(reverse("checkpoints:attendance_list")).context["rows"]
            seen[at] = ([shift.pk for shift in shown.short], shown.absent, listed, numbers(client)[2])

    came = ("came today", 0, 0)
    assert list(seen.values()) == [([night.pk], [stands], [stands], came), ([], [], [], came)]


def test_what_waits_for_the_secretary(cast, sign_in, shift):
    Secondment.objects.filter(community=cast.qinghe).update(state=Secondment.State.APPROVED)
    for by in (cast.worker, cast.secretary):
        AttendanceCorrection.objects.create(
            assignment=AssignmentFactory(shift=ShiftFactory(post=PostFactory(compound=cast.hefengyuan))),
            signed_in_at=timezone.now(),
            reason="forgot",
            asked_by=by,
        )
    Handover.objects.create(shift=shift, handed_over_at=timezone.now(), handed_over_by=cast.cadre_user)
    # Who never came and whose days are over is awaited no more.
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    SecondmentFactory(community=cast.qinghe, state="approved", starts_on=yesterday, ends_on=yesterday)

    waiting = day_of(sign_in(cast.secretary)).waiting

    # Her own correction waits for somebody else.
    assert [(str(item.label), item.count) for item in waiting] == [
        ("Arrivals to confirm", 1),
        ("Corrections that need a second person", 1),
        ("Hand-overs not confirmed", 1),
    ]


def test_nothing_of_another_community_is_shown(cast, sign_in, shift):
    page = sign_in(cast.other_secretary).get("/").content.decode()

    assert ("马骏" in page, "荷风苑" in page) == (False, False)


def test_the_worker_sees_who_stands_where(cast, sign_in, shift):
    page = sign_in(cast.worker).get("/").content.decode()

    assert ("马骏" in page, "荷风苑" in page) == (True, True)


def test_the_officer_sees_who_has_not_reported(cast, sign_in):
    day, now = timezone.localdate(), timezone.now()
    type(cast.qinghe).objects.update(active_from=day)
    DailyReport.objects.create(
        community=cast.yushu,
        day=day,
        state=DailyReport.State.SUBMITTED,
        as_of=now,
        due_at=now,
        submitted_at=now,
        submitted_by=cast.other_secretary,
    )

    overview = sign_in(cast.officer).get("/").context["overview"]

    assert list(overview["missing"]) == [cast.qinghe]
    assert [(str(stat.label), stat.value, stat.of) for stat in overview["stats"]] == [
        ("reported", 1, 2),
        ("not reported", 1, None),
        ("to review", 1, None),
        ("returned", 0, None),
        ("not asked for their health", 0, None),
        ("errands overdue", 0, None),
    ]


@pytest.mark.parametrize(
    ("who", "view"),
    [("cadre_user", "checkpoints:my_day"), ("supervisor", "checkpoints:supervision_today"), ("operator", "admin:index")],
)
def test_others_are_led_to_their_own_first_page(cast, sign_in, who, view):
    answer = sign_in(getattr(cast, who)).get("/")

    assert answer.headers.get("Location", "") == nav.address_of(view)


@pytest.mark.parametrize("who", ["secretary", "worker", "officer"])
def test_more_rows_cost_no_more_statements(cast, sign_in, queries, shift, who):
    client = sign_in(getattr(cast, who))
    client.get("/")
    counts = []
    for _ in range(2):
        with queries() as seen:
            client.get("/")
        counts.append(len(seen))
        for _ in range(2):
            more = ShiftFactory(post=PostFactory(compound=cast.hefengyuan), starts_at=shift.starts_at, ends_at=shift.ends_at)
            AssignmentFactory(shift=more, cadre=SecondmentFactory(community=cast.qinghe).cadre)

    assert counts[0] == counts[1]
    assert counts[0] <= 20


@pytest.fixture
def helpers(cast):
    unit = SendingUnitFactory(name="市水务局")
    ours = CadreFactory(name="王建国", phone="19900004321", unit=unit)
    theirs = CadreFactory(name="王建军", phone="19900004321", unit=unit)
    SecondmentFactory(cadre=ours, community=cast.qinghe)
    SecondmentFactory(cadre=theirs, community=cast.yushu)
    return ours


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("王", 1),
        ("建国", 1),
        ("4321", 1),
        ("水务", 1),
        ("建军", 0),
        ("321", 0),
        ("", 0),
        ("%", 0),
        ("x" * 5000, 0),
        ("\x00", 0),
    ],
)
def test_search_finds_people_of_ones_own_communities(cast, sign_in, helpers, asked, count):
    answer = sign_in(cast.secretary).get("/search/", {"q": asked})

    assert [cadre.name for cadre in answer.context["cadres"]] == ["王建国"] * count
    assert "19900004321" not in answer.content.decode()


def test_more_people_found_cost_no_more_statements(cast, sign_in, queries, helpers):
    client = sign_in(cast.secretary)
    counts = []
    for number in range(2):
        with queries() as seen:
            client.get("/search/", {"q": "王"})
        counts.append(len(seen))
        for extra in range(2):
            SecondmentFactory(cadre=CadreFactory(name=f"王{number}{extra}"), community=cast.qinghe)

    assert counts[0] == counts[1]


NINE_AT_NIGHT = moment(dt.date(2022, 4, 13), dt.time(21))


def _fill(cast) -> None:
    """Three doors at nine in the evening: one check missed, one not begun, one person alone."""
    home = {"resident__dwelling__entrance__building__compound": cast.hefengyuan}
    day = timezone.localdate()
    factories.QuarantineCaseFactory(
        **home, resident__name="李强", starts_on=day, morning_by=dt.time(20), evening_by=dt.time(22)
    )
    factories.QuarantineCaseFactory(
        **home, resident__name="周平", starts_on=day - dt.timedelta(days=1), morning_by=dt.time(22), evening_by=dt.time(22)
    )
    factories.QuarantineCaseFactory(**home, resident__name="郑好", starts_on=day - dt.timedelta(days=9))
    factories.CareProfileFactory(
        resident__name="王秀英", resident__dwelling__entrance__building__compound=cast.hefengyuan,
        category=care.categories()["独居老人"],
    )  # fmt: skip


@pytest.mark.parametrize("who", ["secretary", "worker"])
def test_who_runs_a_community_sees_who_is_late_due_and_alone(cast, sign_in, who):
    with time_machine.travel(NINE_AT_NIGHT, tick=False):
        _fill(cast)
        context = sign_in(getattr(cast, who)).get("/").context
        shown = context["day"].homes if who == "secretary" else context["homes"]
        waiting = context["day"].waiting if who == "secretary" else context["waiting"]

    assert [(line.name, str(line.why)) for line in shown] == [
        ("李强", "check missed"),
        ("周平", "check due"),
        ("王秀英", "alone, not met today"),
    ]
    assert [(str(item.label), item.count) for item in waiting] == [
        ("Homes whose health check was missed", 1),
        ("Homes whose health check is due", 2),
        ("People alone whom nobody has met today", 4),
        ("Quarantines that are over, not released", 1),
    ]


def test_every_number_of_the_first_page_leads_to_its_rows(cast, sign_in):
    with time_machine.travel(NINE_AT_NIGHT, tick=False):
        _fill(cast)
        client = sign_in(cast.worker)
        waiting = client.get("/").context["waiting"]
        rows = [len(client.get(item.address).context["rows"]) for item in waiting]

    # Each home is asked twice a day, and the list of checks has a line for each half.
    assert rows == [1, 4, 4, 1]


def test_nobody_is_missing_where_nobody_can_stand_any_more(cast, sign_in, shift):
    now = timezone.now()
    factories.ShiftFactory(post=shift.post, starts_at=now - dt.timedelta(hours=4), ends_at=now - dt.timedelta(minutes=1))
    sealed = factories.ShiftFactory(
        post=factories.PostFactory(compound=cast.hefengyuan), starts_at=shift.starts_at, ends_at=shift.ends_at
    )
    PostStatus.objects.create(post=sealed.post, status=PostStatus.Status.SEALED)

    assert [one.pk for one in day_of(sign_in(cast.secretary)).short] == [shift.pk]
