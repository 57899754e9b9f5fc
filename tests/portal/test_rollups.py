"""Counting a day into reports."""

import datetime as dt
import math

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from checkpoints.models import Passage
from deployments.models import Leave, Responsibility
from portal.accounts.models import Event, Message
from portal.lib.dates import day_bounds, moment, period
from portal.reports.counting import count
from portal.reports.figures import FIGURES
from portal.reports.models import DailyReport
from portal.reports.services import reminders, reports, rollups
from residents.models import Community, DutyPolicy
from tests import factories

DAY = dt.date(2022, 4, 10)
NIGHT = day_bounds(DAY)[1]
MANY = 300


def at(hour: int, minute: int = 0) -> dt.datetime:
    return moment(DAY, dt.time(hour, minute))


def everywhere():
    return Community.objects.all()


@pytest.fixture
def gate(cast):
    return factories.PostFactory(compound=cast.hefengyuan)


@pytest.fixture
def on_duty(cast):
    Community.objects.update(active_from=DAY)
    return cast


def passage(gate, **values):
    values.setdefault("happened_at", at(9))
    return factories.PassageFactory(post=gate, **values)


def figures(community, as_of=NIGHT):
    return count(day=DAY, as_of=as_of, communities=everywhere())[community.pk]


def test_every_figure_is_a_number_even_where_nothing_happened(cast):
    assert figures(cast.yushu).keys() == {figure.key for figure in FIGURES}
    assert figures(cast.yushu)["passages_in"] == 0


def test_passages_are_counted_by_direction_kind_and_hour(cast, gate):
    passage(gate, happened_at=at(8))
    passage(gate, person=Passage.Person.COURIER, plate_no="鄂A00001")
    passage(gate, direction=Passage.Direction.OUT)
    passage(gate, result=Passage.Result.TURNED_BACK, result_note="无证")
    passage(gate, result=Passage.Result.HELD, temperature="37.3")

    found = {
        key: value for key, value in figures(cast.qinghe).items() if value and key.startswith(("pass", "turn", "fev", "veh"))
    }

    assert found == {
        "passages_in": 2,
        "passages_in_resident": 1,
        "passages_in_courier": 1,
        "passages_in_h08": 1,
        "passages_in_h09": 1,
        "passages_out": 1,
        "passages_out_resident": 1,
        "passages_out_h09": 1,
        "turned_back": 1,
        "fever": 1,
        "vehicles": 1,
    }


def test_voided_passages_and_the_rows_that_void_them_do_not_count(cast, gate):
    first = passage(gate)
    passage(gate, voids=first, is_void=True)
    wrong = passage(gate)
    passage(gate, voids=wrong, direction=Passage.Direction.OUT)

    found = figures(cast.qinghe)

    assert (found["passages_in"], found["passages_out"]) == (0, 1)


def test_only_what_happened_up_to_the_moment_counts(cast, gate):
    passage(gate, happened_at=at(15, 59))
    passage(gate, happened_at=at(16, 1))

    assert figures(cast.qinghe, as_of=at(16))["passages_in"] == 1


def test_fever_follows_the_policy_of_each_community(cast, gate):
    DutyPolicy.objects.create(community=cast.yushu, fever_limit="37.0", starts_on=DAY)
    other = factories.PostFactory(compound=cast.yushu_rental)
    for post in (gate, other):
        passage(post, temperature="37.1")

    assert (figures(cast.qinghe)["fever"], figures(cast.yushu)["fever"]) == (0, 1)


def shift(gate, **values):
    return factories.ShiftFactory(post=gate, day=DAY, **values)


def test_people_are_counted_once_however_many_shifts_they_stand(cast, gate):
    cadre = cast.secondment.cadre
    cast.secondment.__class__.objects.update(starts_on=DAY)
    for starts, ends in ((8, 12), (13, 17)):
        duty = shift(gate, starts=dt.time(starts), ends=dt.time(ends))
        factories.AttendanceFactory(assignment=factories.AssignmentFactory(shift=duty, cadre=cadre), signed_out_at=at(ends))

    found = figures(cast.qinghe)

    keys = (
        "cadres_seconded",
        "cadres_on_duty",
        "people_on_duty",
        "posts_on_duty",
        "checkpoints",
        "cadres_absent",
        "hours_served",
    )
    assert [found[key] for key in keys] == [1, 1, 1, 1, 1, 0, 8]


def test_absent_is_who_missed_a_begun_shift_without_a_leave(cast, gate):
    duty = shift(gate, required=4)
    factories.AssignmentFactory(shift=duty, cadre=cast.cadre)
    away = factories.SecondmentFactory(community=cast.qinghe, starts_on=DAY)
    factories.LeaveFactory(secondment=away, starts_at=duty.starts_at, ends_at=duty.ends_at, state=Leave.State.APPROVED)
    factories.AssignmentFactory(shift=duty, cadre=away.cadre)
    factories.AssignmentFactory(shift=duty, cadre=factories.CadreFactory(), released_at=at(7))

    assert figures(cast.qinghe, as_of=at(8, 59))["cadres_absent"] == 0
    assert figures(cast.qinghe, as_of=at(9))["cadres_absent"] == 1


def test_a_night_shift_belongs_to_the_day_it_starts(cast, gate):
    duty = shift(gate, starts=dt.time(22), ends=dt.time(6))
    assert duty.ends_at == period(DAY, dt.time(22), dt.time(6))[1]
    factories.AttendanceFactory(
        assignment=factories.AssignmentFactory(shift=duty, cadre=cast.cadre), signed_out_at=duty.ends_at
    )
    day_after = NIGHT + dt.timedelta(hours=12)

    assert figures(cast.qinghe, as_of=day_after)["hours_served"] == 8
    assert count(day=DAY + dt.timedelta(days=1), as_of=day_after, communities=everywhere())[cast.qinghe.pk]["hours_served"] == 0


def test_places_nobody_answers_for(cast):
    answered, open_one = factories.BuildingFactory.create_batch(2, compound=cast.hefengyuan)
    for building in (answered, open_one):
        factories.EntranceFactory.create_batch(2, building=building)
    Responsibility.objects.create(
        community=cast.qinghe, role="building_head", building=answered, name="甲", phone="19900000001", starts_on=DAY
    )

    found = figures(cast.qinghe)

    assert (found["buildings_unanswered"], found["entrances_unanswered"]) == (1, 2)


def batches(model, rows: int) -> int:
    """In how many statements rows are stored at most: one on PostgreSQL; on SQLite each takes only so many variables."""
    return math.ceil(rows / connection.ops.bulk_batch_size(model._meta.concrete_fields, [None] * rows))


def test_the_number_of_statements_does_not_grow_with_communities(cast, queries):
    def statements(day: dt.date) -> tuple[int, int]:
        """Those that look, and those that write."""
        with queries() as seen:
            rollups.roll_up(day=day, communities=everywhere(), by=None)
        asked = [query["sql"] for query in seen if "SAVEPOINT" not in query["sql"]]
        writing = sum(sql.startswith("INSERT") for sql in asked)
        return len(asked) - writing, writing

    few = [statements(DAY), statements(DAY)]
    place = cast.qinghe.subdistrict
    Community.objects.bulk_create(
        Community(code=f"{990200000000 + n}", name=f"社区{n}", subdistrict=place) for n in range(MANY - 2)
    )
    many = [statements(DAY + dt.timedelta(days=1)), statements(DAY + dt.timedelta(days=1))]

    assert few == [(34, 2), (34, 2)]
    most = batches(DailyReport, MANY) + batches(Event, MANY)
    assert [(looks, writes <= most) for looks, writes in many] == [(34, True)] * 2
    assert many == few or connection.vendor == "sqlite"
    assert DailyReport.objects.filter(day=DAY + dt.timedelta(days=1)).count() == MANY


def test_counting_again_refreshes_the_draft_and_keeps_corrections(cast, gate):
    (report,) = rollups.roll_up(day=DAY, communities=Community.objects.filter(pk=cast.qinghe.pk), by=cast.secretary)
    reports.correct(report_id=report.pk, figure="passages_in", value=5, reason="漏登", seen=0, by=cast.secretary)
    passage(gate)

    (again,) = rollups.roll_up(day=DAY, communities=Community.objects.filter(pk=cast.qinghe.pk), by=cast.secretary)

    report.refresh_from_db()
    assert again.pk == report.pk
    assert report.counted["passages_in"] == 1
    assert [(row.counted, row.corrected) for row in report.corrections.all()] == [(0, 5)]
    assert Event.objects.filter(kind="report.rolled_up", row=str(report.pk)).count() == 2


@pytest.mark.parametrize("state", ["submitted", "accepted", "locked"])
def test_counting_again_leaves_what_is_submitted_alone(cast, gate, state):
    rollups.roll_up(day=DAY, communities=everywhere(), by=None)
    DailyReport.objects.filter(community=cast.qinghe).update(state=state)
    passage(gate)

    rollups.roll_up(day=DAY, communities=everywhere(), by=None)

    assert DailyReport.objects.get(community=cast.qinghe).counted["passages_in"] == 0


def test_the_command_counts_one_community(on_duty, gate, capsys):
    passage(gate)

    call_command("rollup", "--date", "2022-04-10", "--community", on_duty.qinghe.code)

    assert DailyReport.objects.get().counted["passages_in"] == 1
    assert capsys.readouterr().out == "1 report counted\n"


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2022-04-09", "Nobody was on duty here on 2022-04-09 yet; there is nothing to count."),
        ("2022-04-11", "This day has not come yet."),
    ],
)
def test_the_command_refuses_a_day_that_cannot_be_counted(on_duty, time_machine, day, sentence):
    time_machine.move_to(at(18))
    with pytest.raises(CommandError) as refusal:
        call_command("rollup", "--date", day)
    assert (str(refusal.value), DailyReport.objects.count()) == (sentence, 0)


def test_the_command_says_how_many_it_left_out(on_duty, time_machine, capsys):
    time_machine.move_to(at(18))
    Community.objects.filter(pk=on_duty.yushu.pk).update(active_from=DAY + dt.timedelta(days=1))
    call_command("rollup", "--date", "2022-04-10")
    assert DailyReport.objects.get().community == on_duty.qinghe
    assert capsys.readouterr().out == "1 report counted\n1 left out: submitted already, or not on duty yet\n"
    DailyReport.objects.update(state="accepted")
    with pytest.raises(CommandError, match="already submitted"):
        call_command("rollup", "--date", "2022-04-10")


# The minute task.


def late_keys():
    return sorted(Message.objects.values_list("to__username", "key"))


def test_nothing_is_counted_before_the_cut_off(on_duty, time_machine):
    time_machine.move_to(at(15, 59))
    reminders.due()
    assert DailyReport.objects.count() == 0


def test_at_the_cut_off_every_community_on_duty_gets_a_draft_once(on_duty, gate, time_machine):
    Community.objects.filter(pk=factories.CommunityFactory().pk).update(active_from=None)
    passage(gate, happened_at=at(16, 2))
    time_machine.move_to(at(16, 5))

    reminders.due()
    reminders.due()

    drafts = DailyReport.objects.filter(day=DAY)
    assert sorted(drafts.values_list("community__name", "state", "as_of", "due_at")) == [
        ("榆树社区", "draft", at(16), at(17)),
        ("清荷社区", "draft", at(16), at(17)),
    ]
    assert drafts.get(community=on_duty.qinghe).counted["passages_in"] == 0
    assert Event.objects.filter(kind="report.rolled_up").count() == 2


def hand_counted(community, moment, day=DAY):
    (report,) = rollups.roll_up(day=day, communities=Community.objects.filter(pk=community.pk), as_of=moment, by=None)
    return report


def test_a_draft_counted_by_hand_before_the_cut_off_is_counted_anew_at_it_once(on_duty, gate, time_machine):
    report = hand_counted(on_duty.qinghe, at(10))
    reports.correct(report_id=report.pk, figure="fever", value=2, reason="漏登", seen=0, by=on_duty.secretary)
    for hour in (9, 15):
        passage(gate, happened_at=at(hour))
    time_machine.move_to(at(16, 5))

    assert {row.pk for row in reminders.uncounted(DAY, timezone.now())} == {on_duty.qinghe.pk, on_duty.yushu.pk}
    reminders.due()
    assert list(reminders.uncounted(DAY, timezone.now())) == []
    reminders.due()

    report.refresh_from_db()
    assert (report.as_of, report.counted["passages_in"], report.corrections.get().corrected) == (at(16), 2, 2)
    assert Event.objects.filter(kind="report.rolled_up", row=str(report.pk)).count() == 2


@pytest.mark.parametrize("moment", [at(16), at(16, 3), at(9) + dt.timedelta(days=1)])
def test_a_draft_counted_at_its_cut_off_or_after_it_stays(on_duty, time_machine, moment):
    report = hand_counted(on_duty.qinghe, moment)
    time_machine.move_to(at(16, 5) + dt.timedelta(days=1))

    reminders.due()

    report.refresh_from_db()
    assert report.as_of == moment


@pytest.mark.parametrize("state", ["submitted", "returned", "accepted", "locked"])
def test_what_was_submitted_is_not_counted_anew_at_the_cut_off(on_duty, time_machine, state):
    report = hand_counted(on_duty.qinghe, at(10))
    sent = {"state": state, "submitted_at": at(11), "submitted_by": on_duty.secretary}
    DailyReport.objects.filter(pk=report.pk).update(**sent)
    time_machine.move_to(at(16, 5))

    assert [row.pk for row in reminders.uncounted(DAY, timezone.now())] == [on_duty.yushu.pk]


def test_each_subdistrict_has_its_own_cut_off(on_duty, time_machine):
    street = factories.residents.SubdistrictFactory(report_due_at=dt.time(17))
    later = factories.CommunityFactory(subdistrict=street, active_from=DAY)
    for community, hour in ((on_duty.qinghe, 10), (on_duty.yushu, 16), (later, 16)):
        hand_counted(community, at(hour))
    time_machine.move_to(at(16, 30))
    assert list(reminders.uncounted(DAY, timezone.now())) == [on_duty.qinghe]
    reminders.due()
    time_machine.move_to(at(17, 0))
    assert list(reminders.uncounted(DAY, timezone.now())) == [later]
    reminders.due()

    stand = dict(DailyReport.objects.values_list("community", "as_of"))
    assert stand == {on_duty.qinghe.pk: at(16), on_duty.yushu.pk: at(16), later.pk: at(17)}


@pytest.mark.parametrize("more", [0, 2])
def test_the_beat_asks_the_same_number_of_questions_for_any_number_of_drafts(on_duty, time_machine, queries, more):
    factories.CommunityFactory.create_batch(more, subdistrict=on_duty.qinghe.subdistrict, active_from=DAY)
    for community in Community.objects.all():
        hand_counted(community, at(10))
    time_machine.move_to(at(16, 5))
    with queries() as seen:
        reminders._count_one_day(timezone.now())
    assert len([q for q in seen if "SAVEPOINT" not in q["sql"]]) == 44


def test_days_missed_while_the_beat_was_down_are_made_up_for_one_a_minute(on_duty, time_machine):
    time_machine.move_to(at(16, 5) + dt.timedelta(days=2))
    for _minute in range(4):
        reminders.due()

    assert sorted(set(DailyReport.objects.values_list("day", flat=True))) == [DAY + dt.timedelta(days=n) for n in range(3)]
    # Nobody is told about days that are over for long.
    assert {key for _user, key in late_keys()} == {
        f"report-late:{on_duty.qinghe.pk}:{DAY + dt.timedelta(days=1)}",
        f"report-late:{on_duty.yushu.pk}:{DAY + dt.timedelta(days=1)}",
        f"reports-late:{on_duty.qinghe.subdistrict_id}:{DAY + dt.timedelta(days=1)}",
    }


def test_late_is_told_once_to_the_secretary_and_to_the_officer(on_duty, time_machine):
    time_machine.move_to(at(16, 5))
    reminders.due()
    own = DailyReport.objects.get(community=on_duty.qinghe)
    reports.submit(report_id=own.pk, by=on_duty.secretary)
    time_machine.move_to(at(17, 1))

    reminders.due()
    reminders.due()

    assert late_keys() == [
        ("officer", f"reports-late:{on_duty.qinghe.subdistrict_id}:{DAY}"),
        ("other", f"report-late:{on_duty.yushu.pk}:{DAY}"),
    ]


def test_an_officer_reminds_once_a_day(cast):
    assert reminders.remind(community=cast.qinghe, day=timezone.localdate(), by=cast.officer) == 1
    with pytest.raises(reports.Refused):
        reminders.remind(community=cast.qinghe, day=timezone.localdate(), by=cast.officer)
    assert Message.objects.get().to == cast.secretary
