"""Staff who were at an affected place: found, off duty at once, and followed."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import Exposure, StaffCheck
from checkpoints.services import exposure, staff_checks
from deployments.models import Leave
from portal.accounts.models import Message
from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import DutyPolicy
from tests import factories


def stood(cast, cadre, days_ago=1):
    day = timezone.localdate() - dt.timedelta(days=days_ago)
    shift = factories.ShiftFactory(post=factories.PostFactory(compound=cast.hefengyuan), day=day)
    return factories.AttendanceFactory(assignment__shift=shift, assignment__cadre=cadre)


def found(cast) -> list[tuple[object, str]]:
    since = timezone.localdate() - dt.timedelta(days=2)
    return [(one.cadre, one.how) for one in exposure.exposed(cast.hefengyuan, since)]


def stop(cast, **facts) -> Exposure:
    given = {"how": "stood", "exposed_on": timezone.localdate(), "days": 7, **facts}
    return exposure.stop_duty(cadre_id=cast.cadre.pk, compound=cast.hefengyuan, by=cast.secretary, **given)


def test_who_stood_or_lives_there_is_found(cast):
    neighbour = factories.CadreFactory(id_hash="a" * 64)
    factories.SecondmentFactory(cadre=neighbour, community=cast.qinghe)
    home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan)
    factories.ResidentFactory(dwelling=home, id_hash="a" * 64)
    stood(cast, cast.cadre)

    assert set(found(cast)) == {(cast.cadre, "stood"), (neighbour, "lives")}


def test_who_stood_long_ago_or_is_off_duty_already_is_not(cast):
    stood(cast, cast.cadre, days_ago=5)
    assert found(cast) == []

    stood(cast, cast.cadre, days_ago=0)
    stop(cast)
    assert found(cast) == []


def walked(cast, cadre, compound=None, days_ago=1, **facts):
    """A stop of a round somebody ended there."""
    kind = facts.pop("kind", "rubbish")
    here = {"dwelling__entrance__building__compound": compound or cast.hefengyuan}
    if place := facts.pop("place", ""):
        here = {"dwelling": None, "place": place, "round__plan__compound": compound or cast.hefengyuan}
    return factories.StopFactory(**{
        "round__community": (compound or cast.hefengyuan).community, "round__plan__kind": kind, "state": "done",
        "outcome": "done", "done_at": timezone.now() - dt.timedelta(days=days_ago), "done_by": cadre.user, **here, **facts,
    })  # fmt: skip


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"days_ago": 2},
        {"state": "excused", "outcome": "no_answer"},
        {"kind": "light_count", "outcome": "dark"},
        {"kind": "disinfection", "place": "电梯"},
    ],
)
def test_who_walked_a_round_there_stood_there(cast, facts):
    walked(cast, cast.cadre, **facts)

    assert found(cast) == [(cast.cadre, "stood")]


@pytest.mark.parametrize(
    "facts",
    [
        {"days_ago": 3},
        {"kind": "wellbeing_call"},
        {"state": "excused", "outcome": "other"},
        {"state": "open", "outcome": "", "done_at": None, "done_by": None},
    ],
)
def test_who_walked_long_ago_or_only_rang_or_did_not_get_there_stood_nowhere(cast, facts):
    walked(cast, cast.cadre, **facts)

    assert found(cast) == []


@pytest.mark.parametrize("place", ["", "电梯"])
def test_a_round_in_another_compound_is_not_there(cast, place):
    other = factories.CompoundFactory(community=cast.qinghe)
    walked(cast, cast.cadre, other, place=place)

    assert found(cast) == []


def free(cast, cadre, place, **facts):
    """A place of a plan that names neither compound nor building."""
    return walked(cast, cadre, place=place, kind="patrol", round__plan__compound=None, **facts)


@pytest.mark.parametrize(
    ("place", "expected"),
    [("荷风苑东门", [True]), ("东门", [False]), ("石桥里东门", [])],
)
def test_a_place_of_no_plan_is_where_its_name_says_and_else_has_to_be_asked(cast, place, expected):
    factories.CompoundFactory(community=cast.qinghe, name="石桥里")
    free(cast, cast.cadre, place)

    rows = exposure.exposed(cast.hefengyuan, timezone.localdate() - dt.timedelta(days=2))
    assert [one.sure for one in rows] == expected


def test_what_is_certain_goes_before_what_has_to_be_asked(cast):
    free(cast, cast.cadre, "东门", days_ago=0)
    walked(cast, cast.cadre, days_ago=1)

    (one,) = exposure.exposed(cast.hefengyuan, timezone.localdate() - dt.timedelta(days=2))
    assert (one.sure, one.last_on) == (True, timezone.localdate() - dt.timedelta(days=1))


def test_the_page_asks_about_places_nobody_has_written_down(cast, sign_in):
    free(cast, cast.cadre, "东门")
    asked = {"compound": cast.hefengyuan.pk, "since": timezone.localdate() - dt.timedelta(days=2)}

    text = sign_in(cast.secretary).get(reverse("checkpoints:exposure_list"), asked).content.decode()
    assert "ask whether it was here" in text


def test_the_last_day_is_the_later_of_shift_and_round(cast):
    today = timezone.localdate()
    stood(cast, cast.cadre, days_ago=1)
    walked(cast, cast.cadre, days_ago=2)
    since = today - dt.timedelta(days=2)
    assert [one.last_on for one in exposure.exposed(cast.hefengyuan, since)] == [today - dt.timedelta(days=1)]

    walked(cast, cast.cadre, days_ago=0)
    assert [one.last_on for one in exposure.exposed(cast.hefengyuan, since)] == [today]


def test_more_walkers_cost_no_more_statements(cast, queries):
    walked(cast, cast.cadre)
    with queries() as one:
        assert len(found(cast)) == 1
    for _ in range(2):
        user = factories.UserFactory()
        walked(cast, factories.SecondmentFactory(community=cast.qinghe, cadre__user=user).cadre)
    with queries() as many:
        assert len(found(cast)) == 3

    assert len(one) == len(many)


def test_off_duty_is_an_approved_leave_and_no_shift_within_it(cast):
    tomorrow = factories.ShiftFactory(
        post=factories.PostFactory(compound=cast.hefengyuan), day=timezone.localdate() + dt.timedelta(days=1)
    )
    assignment = factories.AssignmentFactory(shift=tomorrow, cadre=cast.cadre)
    row = stop(cast)

    assignment.refresh_from_db()
    assert assignment.released_at is not None
    assert (row.leave.kind, row.leave.state) == (Leave.Kind.QUARANTINE, Leave.State.APPROVED)
    assert row.until == timezone.localdate() + dt.timedelta(days=7)


@pytest.mark.parametrize("facts", [{"exposed_on": dt.date(2020, 1, 1)}, {"days": 60}])
def test_days_that_cannot_be_meant_are_refused(cast, facts):
    with pytest.raises(Refused, match="Check the days"):
        stop(cast, **facts)


def test_twice_off_duty_is_refused(cast):
    stop(cast)
    with pytest.raises(Refused, match="already a leave"):
        stop(cast)


def test_a_second_tap_makes_no_second_check(cast):
    row = stop(cast)
    for temperature in ("36.5", "38.0"):
        exposure.check(exposure_id=row.pk, temperature=Decimal(temperature), symptoms=[], by=cast.worker)

    assert [check.temperature for check in StaffCheck.objects.all()] == [Decimal("36.5")]


DAY = dt.date(2022, 4, 13)


def at(hour: int, minute: int = 0, day: dt.date = DAY) -> time_machine.travel:
    return time_machine.travel(moment(day, dt.time(hour, minute)), tick=False)


def told(cast) -> dict[str, list[str]]:
    """Who was told how often of which half, by kind."""
    found: dict[str, list[str]] = {}
    for message in Message.objects.filter(kind__startswith="staff_checks").order_by("id"):
        found.setdefault(message.kind, []).append(f"{message.to.username} {message.facts['slot']} {message.facts['count']}")
    return {kind: sorted(lines) for kind, lines in found.items()}


@pytest.fixture
def seconded(cast) -> None:
    """马骏 served in 2022 already."""
    type(cast.secondment).objects.filter(pk=cast.secondment.pk).update(starts_on=dt.date(2022, 1, 1))


def test_missed_checks_of_staff_are_told_to_the_office_then_to_the_officer(cast, seconded):
    with at(9):
        row = stop(cast)
    with at(11, 59):
        assert staff_checks.escalate() == 0
    for hour in (12, 13):
        with at(hour):
            staff_checks.escalate()
    assert told(cast) == {"staff_checks_missed": ["secretary am 1", "worker am 1"]}

    with at(14):
        staff_checks.escalate()
        exposure.check(exposure_id=row.pk, temperature=Decimal("36.5"), symptoms=[], by=cast.worker)
    with at(23):
        staff_checks.escalate()

    # The check of the afternoon is the evening's: only the morning was missed.
    assert told(cast) == {
        "staff_checks_missed": ["secretary am 1", "worker am 1"],
        "staff_checks_still_missed": ["officer am 1"],
    }


def test_a_missed_evening_of_staff_goes_up_after_midnight_and_not_for_ever(cast, seconded):
    DutyPolicy.objects.create(starts_on=dt.date(2022, 1, 1), staff_evening_by=dt.time(23))
    with at(15):
        stop(cast)
    next_day = DAY + dt.timedelta(days=1)
    with at(1, day=next_day):
        staff_checks.escalate()
    assert told(cast) == {"staff_checks_still_missed": ["officer pm 1"]}

    Message.objects.all().delete()
    with at(11, 30, day=next_day):
        assert staff_checks.escalate() == 0


def test_more_exposed_staff_cost_no_more_statements(cast, seconded, queries):
    with at(9):
        stop(cast)
    with at(12), queries() as one:
        staff_checks.escalate()
    Message.objects.all().delete()
    with at(9):
        for _ in range(2):
            cadre = factories.SecondmentFactory(community=cast.qinghe, starts_on=DAY).cadre
            exposure.stop_duty(
                cadre_id=cadre.pk, compound=cast.hefengyuan, how="stood", exposed_on=DAY, days=7, by=cast.secretary
            )
    with at(12), queries() as many:
        staff_checks.escalate()

    assert len(one) == len(many)


def test_the_secretary_finds_stops_and_checks(cast, sign_in):
    stood(cast, cast.cadre)
    client, address = sign_in(cast.secretary), reverse("checkpoints:exposure_list")
    today = timezone.localdate()
    page = client.get(address, {"compound": cast.hefengyuan.pk, "since": today - dt.timedelta(days=2)})
    assert [one.cadre for one in page.context["found"]] == [cast.cadre]

    facts = {"cadre": cast.cadre.pk, "compound": cast.hefengyuan.pk, "how": "stood", "exposed_on": today, "days": 7}
    client.post(reverse("checkpoints:exposure_stop"), facts)
    row = Exposure.objects.get()
    client.post(reverse("checkpoints:exposure_check", args=[row.pk]), {"temperature": "36.6"})

    assert [one.done for one in client.get(address).context["rows"]] == [True]


@pytest.mark.parametrize("query", ["compound=x", "since=x&compound=1", "compound=%00", "since=9999-12-31"])
def test_nonsense_in_the_address_finds_nobody(cast, sign_in, query):
    answer = sign_in(cast.secretary).get(f"{reverse('checkpoints:exposure_list')}?{query}")

    assert (answer.status_code, answer.context["found"]) == (200, [])


# One's own report

OWN = reverse("checkpoints:exposure_own")


def test_somebody_off_duty_reports_the_own_temperature_twice_a_day(cast, seconded, sign_in):
    client = sign_in(cast.cadre_user)
    with at(9):
        row = stop(cast)
        assert client.get(reverse("checkpoints:my_day")).context["exposure"] == row
        client.post(OWN, {"temperature": "36，5"})
        # A second tap, and one with another number, store nothing new.
        client.post(OWN, {"temperature": "38.0"})
        page = client.get(OWN)
    with at(15):
        client.post(OWN, {"temperature": "36.6"})

    assert "Received. Thank you." in page.content.decode()
    taken = [(check.slot, check.temperature, check.taken_by) for check in StaffCheck.objects.order_by("id")]
    assert taken == [("am", Decimal("36.5"), cast.cadre_user), ("pm", Decimal("36.6"), cast.cadre_user)]


@pytest.mark.parametrize("said", [{"temperature": "37.3"}, {"temperature": "36.5", "symptoms": ["dry_cough"]}])
def test_a_fever_or_a_symptom_of_staff_is_an_alert_at_once(cast, sign_in, said):
    stop(cast)
    sign_in(cast.cadre_user).post(OWN, said)

    messages = Message.objects.filter(kind="staff_alert")
    assert {message.to for message in messages} == {cast.secretary, cast.worker}
    assert all(cast.cadre.name not in str(message.facts) for message in messages)
    page = sign_in(cast.worker).get(reverse("checkpoints:exposure_list"))
    assert [row.ill for row in page.context["rows"]] == [True]
    assert "fever or symptom" in page.content.decode()


def test_the_limit_of_the_place_decides_what_a_fever_is(cast, seconded, sign_in):
    DutyPolicy.objects.create(starts_on=dt.date(2022, 1, 1), fever_limit=Decimal("37.0"))
    with at(9):
        stop(cast)
        sign_in(cast.cadre_user).post(OWN, {"temperature": "37.0"})

    assert StaffCheck.objects.get().abnormal


@pytest.mark.parametrize("temperature", ["", "366", "33.9", "43.1", "NaN", "36.55", "三十六"])
def test_a_bad_temperature_of_ones_own_is_answered_at_the_field(cast, sign_in, temperature):
    stop(cast)
    answer = sign_in(cast.cadre_user).post(OWN, {"temperature": temperature})

    assert (answer.status_code, StaffCheck.objects.count()) == (422, 0)
    assert answer.context["form"].errors["temperature"]


def test_whoever_is_not_followed_is_asked_nothing(cast, seconded, sign_in):
    with at(9):
        stop(cast, days=1)
    client = sign_in(cast.cadre_user)
    with at(9, day=DAY + dt.timedelta(days=2)):
        assert client.get(reverse("checkpoints:my_day")).context["exposure"] is None
        page = client.post(OWN, {"temperature": "36.5"})

    assert (page.status_code, StaffCheck.objects.count()) == (200, 0)
    assert "Your temperature is not asked for" in page.content.decode()


def test_ones_own_report_is_of_nobody_else(cast, sign_in):
    stop(cast)
    sign_in(cast.cadre2_user).post(OWN, {"temperature": "36.5"})

    assert StaffCheck.objects.count() == 0
