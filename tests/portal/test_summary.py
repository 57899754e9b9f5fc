"""The work summary of a period: every number from the records, only of one's own communities."""

import datetime as dt
import io

import pytest
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from deployments.models import Commendation
from portal.accounts.models import Event
from portal.reports import summary
from portal.reports.periods import Period
from portal.reports.services.rollups import roll_up
from residents.models import Community, Errand, ErrandKind, ErrandState, HotlineCall, Matter, Persuasion, Team
from residents.services import errand_kinds, matters, teams
from tests import factories

PAGE, EXPORT = reverse("reports:summary"), reverse("reports:summary_export")
# Both are over, whatever the hour.
LAST = timezone.localdate() - dt.timedelta(days=1)
FIRST = LAST - dt.timedelta(days=1)


def at(day: dt.date, hour: int = 9) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


def stood(cast, day, cadre=None, hours=2):
    shift = factories.ShiftFactory(
        post__compound=cast.hefengyuan, day=day, starts_at=at(day, 8), ends_at=at(day, 16), state="published"
    )
    assignment = factories.AssignmentFactory(shift=shift, cadre=cadre or cast.cadre, starts_at=at(day, 8), ends_at=at(day, 16))
    return factories.AttendanceFactory(assignment=assignment, signed_in_at=at(day, 8), signed_out_at=at(day, 8 + hours))


def done(cast, code, day, lines=0):
    home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan)
    errand = factories.ErrandFactory(
        dwelling=home, kind=ErrandKind.objects.get(code=code), state=ErrandState.CLOSED,
        requested_at=at(day, 8), first_accepted_at=at(day, 8), accepted_at=at(day, 8), accepted_by=cast.cadre_user,
        assignee=cast.cadre_user, delivered_at=at(day), delivered_by=cast.cadre_user, outcome="handed", ended_at=at(day),
    )  # fmt: skip
    for place in range(lines):
        errand.lines.create(position=place + 1, name="盐", quantity=1)
    return errand


def finished(cast, day, hour=9):
    moment = at(day, hour)
    return {
        "assignee": cast.cadre_user,
        "assigned_at": moment,
        "assigned_by": cast.worker,
        "ended_at": moment,
        "ended_by": cast.cadre_user,
    }


def of_team(cast, day, name="青年突击队", hour=9):
    """What a team did on a day; by noon it had to."""
    team = Team.objects.filter(name=name).first() or teams.form(
        community=cast.qinghe, name=name, kind="commando", leader=cast.cadre_user, by=cast.secretary
    )
    facts = finished(cast, day, hour)
    factories.TaskFactory(community=cast.qinghe, state="done", result="x", for_team=team, due_at=at(day, 12), **facts)
    return team


def counted(communities: QuerySet, first=FIRST, last=LAST) -> summary.Numbers:
    numbers = summary.count(Period(first, last, communities.order_by().values("pk")))
    return summary.total(numbers)


@pytest.fixture
def worked(cast):
    """Two days of work in 清荷社区, and one row of each kind the day before them."""
    errand_kinds.ensure()
    for day in (FIRST - dt.timedelta(days=1), FIRST, LAST):
        stood(cast, day)
        done(cast, "medicine", day)
    done(cast, "groceries", FIRST, lines=3)
    post = factories.PostFactory(compound=cast.hefengyuan)
    for way in ("in", "in", "out"):
        factories.PassageFactory(post=post, happened_at=at(FIRST), direction=way)
    return cast


def test_a_period_counts_what_was_done_in_it_and_nothing_else(worked):
    numbers = counted(Community.objects.filter(pk=worked.qinghe.pk))

    assert {key: value for key, value in numbers.items() if value} == {
        "people": 1, "days_served": 2, "shifts_stood": 2, "hours_served": 4,
        "passages_in": 2, "passages_out": 1,
        "errands_asked": 3, "errands_done": 3, "errands_medicine": 2, "errands_goods": 1, "portions": 3,
        "errands_minutes_done": 60,
    }  # fmt: skip


def test_the_median_minutes_are_of_all_errands_asked_and_no_sum_of_medians(cast):
    """Taken after 10, 20, 90 minutes here and after 200, 400 there; one that nobody has counts in neither."""
    yushu = factories.CompoundFactory(community=cast.yushu)
    for compound, minutes in [(cast.hefengyuan, n) for n in (10, 20, 90, None)] + [(yushu, n) for n in (200, 400)]:
        home = factories.DwellingFactory(entrance__building__compound=compound)
        taken = minutes and at(FIRST) + dt.timedelta(minutes=minutes)
        factories.ErrandFactory(dwelling=home, requested_at=at(FIRST), first_accepted_at=taken)
    numbers = summary.count(Period(FIRST, LAST, Community.objects.order_by().values("pk")))
    medians = [numbers[key]["errands_minutes_taken"] for key in (cast.qinghe.pk, cast.yushu.pk)]
    assert (medians, summary.total(numbers)["errands_minutes_taken"]) == ([20, 300], 90)
    assert counted(Community.objects.filter(pk=cast.yushu.pk))["errands_minutes_taken"] == 300
    # A median of nothing is none, and not zero minutes.
    assert counted(Community.objects.all(), LAST, LAST)["errands_minutes_taken"] is None


def test_other_communities_are_not_counted(worked):
    assert not any(counted(Community.objects.filter(pk=worked.yushu.pk)).values())


def test_every_number_is_counted_in_one_statement(worked, queries):
    with queries() as seen:
        counted(Community.objects.all())

    assert len(seen) == 1


def test_the_secretary_reads_prints_and_exports_it(worked, sign_in):
    Community.objects.update(active_from=LAST)
    client = sign_in(worked.secretary)
    asked = {"first": str(FIRST), "last": str(LAST)}
    page = client.get(PAGE, asked)
    lines = {str(line["label"]): line["total"] for _label, lines in page.context["blocks"] for line in lines}
    assert (lines["days served"], lines["purchases"], page.context["columns"]) == (2, 1, [])

    answer = client.post(EXPORT, asked)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    assert [row[4] for row in rows if row[2] == "下沉天数"] == [2]
    text = b"".join(client.post(EXPORT, asked | {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert "下沉天数,人天,2,2" in text
    assert Event.objects.filter(kind="summary.exported", community=worked.qinghe).count() == 2


def test_an_officer_sees_the_communities_side_by_side_or_one(worked, sign_in):
    Community.objects.update(active_from=LAST)
    client = sign_in(worked.officer)

    assert client.get(PAGE).context["columns"] == [worked.qinghe, worked.yushu]
    assert client.get(PAGE, {"community": worked.yushu.pk}).context["chosen"] == worked.yushu


def test_the_community_of_another_cannot_be_asked_for(worked, sign_in):
    Community.objects.update(active_from=LAST)
    page = sign_in(worked.other_secretary).get(PAGE, {"community": worked.qinghe.pk})

    assert page.context["places"] == [worked.yushu]
    assert "清荷" not in page.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"first": "x", "last": "2022-13-45"}, {"first": "9999-01-01", "last": "0001-01-01"}, {"community": "²"},
        {"first": "2099-01-01"}, {"first": "2001-01-01"}, {"community": "9" * 40}, {"last": "\x00"},
    ],
)  # fmt: skip
def test_nonsense_is_the_last_month(cast, sign_in, asked):
    page = sign_in(cast.secretary).get(PAGE, asked)

    assert (page.status_code, page.context["last"] <= timezone.localdate(), page.context["first"] <= page.context["last"]) == (
        200,
        True,
        True,
    )


def test_more_rows_cost_no_more_statements(worked, sign_in, queries):
    client = sign_in(worked.secretary)
    counts = []
    for _turn in range(2):
        with queries() as seen:
            client.get(PAGE)
        counts.append(len(seen))
        for _more in range(2):
            done(worked, "medicine", LAST)

    assert counts[0] == counts[1] <= 12


def test_a_team_is_told_apart_by_what_it_did_in_the_period(worked, sign_in, queries):
    team = of_team(worked, FIRST)
    of_team(worked, LAST, hour=15)
    of_team(worked, FIRST - dt.timedelta(days=1))
    Commendation.objects.create(
        community=worked.qinghe, text="x", team=team.name, for_team=team, received_on=LAST, recorded_by=worked.worker
    )
    client, asked = sign_in(worked.secretary), {"first": f"{FIRST}", "last": f"{LAST}"}
    with queries() as before:
        (line,) = client.get(PAGE, asked).context["teams"]
    assert (line, line.tasks_done, line.tasks_in_time, line.praised) == (team, 2, 1, 1)
    for name in ("消杀专班", "志愿队"):
        of_team(worked, LAST, name)
    with queries() as after:
        assert len(client.get(PAGE, asked).context["teams"]) == 3
    assert len(before) == len(after)
    assert sign_in(worked.other_secretary).get(PAGE, asked).context["teams"] == []
    sheet = sign_in(worked.secretary).post(EXPORT, asked | {"format": "csv"})
    assert "青年突击队·完成任务" in b"".join(sheet).decode("utf-8-sig")


def test_a_summary_of_one_day_says_what_the_days_report_says(worked):
    """Whatever both count has one definition: asked, done for another day, portions, problems, calls, praise."""
    asked_before = done(worked, "groceries", FIRST - dt.timedelta(days=1), lines=2)
    Errand.objects.filter(pk=asked_before.pk).update(delivered_at=at(FIRST), ended_at=at(FIRST))
    asked_before.lines.filter(position=1).update(state="out_of_stock")
    for kind, state in (("fault", "solved"), ("problem", "unsolved"), ("dispute", "solved"), ("gathering", "new")):
        matter = factories.MatterFactory(community=worked.qinghe, kind=kind, parties="x", reported_at=at(FIRST))
        if state != "new":
            matters.take(matter_id=matter.pk, by=worked.secretary)
            ended = {"outcome": "x", "ended_at": at(FIRST), "ended_by": worked.secretary, "fixed_at": at(FIRST)}
            Matter.objects.filter(pk=matter.pk).update(state=state, **ended)
    Persuasion.objects.create(
        community=worked.qinghe, place="东门", topic="mask", attempt_no=1, method="door", result="agreed", spoken_at=at(FIRST),
        spoken_by=worked.worker,
    )  # fmt: skip
    HotlineCall.objects.create(community=worked.qinghe, counsellor=worked.worker, topic="sleep", called_at=at(FIRST))
    Commendation.objects.create(
        community=worked.qinghe, kind="letter", team="x", text="x", received_on=FIRST, recorded_by=worked.worker
    )
    of_team(worked, FIRST)
    factories.TaskFactory(community=worked.qinghe, state="done", result="x", **finished(worked, FIRST))
    here = Community.objects.filter(pk=worked.qinghe.pk)
    (report,) = roll_up(day=FIRST, communities=here, by=worked.secretary)
    summed = counted(here, FIRST, FIRST)
    both = summed.keys() & report.counted.keys()
    assert {key: summed[key] for key in both} == {key: report.counted[key] for key in both}
    expected = {
        "errands_asked": 2, "errands_done": 3, "errands_goods": 2, "errands_medicine": 1, "portions": 4, "problems_new": 2,
        "problems_solved": 1, "mediations": 1, "incidents": 1, "hotline_calls": 1, "talked_round": 1, "praise": 1,
        "errands_minutes_done": 60, "tasks_done": 2, "tasks_by_teams": 1,
    }  # fmt: skip
    assert {key: summed[key] for key in expected} == expected
    assert expected.keys() <= both


def test_what_comes_after_midnight_changes_no_day_that_is_over(cast):
    """Asked late in the evening, taken and brought at night: the night's day has it, and both days together have all."""
    errand_kinds.ensure()
    late = done(cast, "medicine", FIRST)
    moments = {"requested_at": at(FIRST, 23), "first_accepted_at": at(LAST, 1), "delivered_at": at(LAST, 2)}
    Errand.objects.filter(pk=late.pk).update(**moments)
    here = Community.objects.filter(pk=cast.qinghe.pk)
    keys = ("errands_minutes_taken", "errands_minutes_done")
    expected = {(FIRST, FIRST): [None, None], (LAST, LAST): [None, 180], (FIRST, LAST): [120, 180]}
    assert {days: [counted(here, *days)[key] for key in keys] for days in expected} == expected
    for day in (FIRST, LAST):
        (report,) = roll_up(day=day, communities=here, by=cast.secretary)
        assert [report.counted[key] for key in keys] == expected[day, day]
