"""What happens to one report, and its pages."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Event, Message
from portal.lib.dates import moment
from portal.lib.errors import Refused
from portal.reports import overview
from portal.reports.models import DailyReport
from portal.reports.numbers import numbers_of
from portal.reports.services import reports, rollups
from residents.models import Community
from tests import factories

DAY = dt.date(2022, 4, 10)


@pytest.fixture
def report(cast, time_machine):
    time_machine.move_to(moment(DAY, dt.time(16, 5)), tick=False)
    Community.objects.update(active_from=DAY - dt.timedelta(days=3))
    rollups.roll_up(day=DAY, communities=Community.objects.all(), by=None)
    return DailyReport.objects.get(community=cast.qinghe)


def kinds(report):
    return list(
        Event.objects.filter(table="reports.dailyreport", row=str(report.pk)).order_by("pk").values_list("kind", flat=True)
    )


def correct(report, by, **values):
    values = {"figure": "fever", "value": 2, "reason": "漏登", "seen": 0, **values}
    return reports.correct(report_id=report.pk, by=by, **values)


def through(report, cast, *moves):
    steps = {
        "submit": lambda: reports.submit(report_id=report.pk, by=cast.secretary),
        "return": lambda: reports.send_back(report_id=report.pk, reason="人数不对", by=cast.officer),
        "accept": lambda: reports.accept(report_ids=[report.pk], by=cast.officer),
        "lock": lambda: reports.lock(report_id=report.pk, by=cast.officer),
    }
    for move in moves:
        steps[move]()
    report.refresh_from_db()
    return report


def test_a_correction_keeps_both_numbers_and_the_reason(cast, report):
    correct(report, cast.secretary)

    (row,) = report.corrections.all()
    assert (row.counted, row.corrected, row.reason, row.corrected_by) == (0, 2, "漏登", cast.secretary)
    assert numbers_of(report)["fever"] == 2
    assert kinds(report) == ["report.rolled_up", "report.corrected"]


@pytest.mark.parametrize("bad", [{"value": -1}, {"reason": "  "}, {"figure": "nothing"}, {"value": 10_000_000}])
def test_a_correction_that_makes_no_sense_is_refused(cast, report, bad):
    with pytest.raises(Refused):
        correct(report, cast.secretary, **bad)
    assert report.corrections.count() == 0


def test_the_second_of_two_editors_sees_both_values(cast, report):
    correct(report, cast.secretary)
    with pytest.raises(reports.Changed) as refusal:
        correct(report, cast.worker, value=3)

    assert refusal.value.now == 2
    assert str(refusal.value) == (
        "fever changed since you opened the page: you saw 0, 李秀兰 wrote 2. Save again to replace it."
    )
    correct(report, cast.worker, value=3, seen=2)
    assert report.corrections.get().corrected == 3


def test_a_correction_is_taken_back(cast, report):
    correct(report, cast.secretary)
    reports.take_back(report_id=report.pk, figure="fever", by=cast.secretary)
    assert numbers_of(DailyReport.objects.get(pk=report.pk))["fever"] == 0


def test_a_missing_number_keeps_the_report_back_and_zero_does_not(cast, report):
    del report.counted["fever"]
    report.save(update_fields=["counted"])
    with pytest.raises(Refused, match="fever"):
        reports.submit(report_id=report.pk, by=cast.secretary)

    correct(report, cast.secretary, seen=None, value=0)
    assert through(report, cast, "submit").state == "submitted"


@pytest.mark.parametrize(
    ("moves", "state"),
    [
        (["submit"], "submitted"),
        (["submit", "return"], "returned"),
        (["submit", "return", "submit"], "submitted"),
        (["submit", "accept"], "accepted"),
        (["submit", "accept", "return"], "returned"),
        (["submit", "accept", "lock"], "locked"),
    ],
)
def test_moves_that_may_happen(cast, report, moves, state):
    assert through(report, cast, *moves).state == state
    # Each move says from where to where, the accepted among many as well.
    told = Event.objects.filter(table="reports.dailyreport", row=str(report.pk), before__has_key="state").order_by("pk")
    states = [(line.before["state"], line.after["state"]) for line in told]
    assert [after for _before, after in states][-1] == state
    assert [before for before, _after in states][1:] == [after for _before, after in states][:-1]
    assert len(states) == len(moves)


@pytest.mark.parametrize(
    "moves",
    [
        ["accept"],
        ["return"],
        ["lock"],
        ["submit", "submit"],
        ["submit", "lock"],
        ["submit", "accept", "accept"],
        ["submit", "accept", "lock", "return"],
        ["submit", "accept", "lock", "submit"],
    ],
)
def test_moves_that_may_not(cast, report, moves):
    through(report, cast, *moves[:-1])
    with pytest.raises(Refused):
        through(report, cast, moves[-1])


def test_after_the_lock_a_correction_is_a_new_version(cast, report):
    correct(report, cast.secretary)
    through(report, cast, "submit", "accept", "lock")
    with pytest.raises(Refused):
        correct(report, cast.secretary, seen=2, value=4)

    fresh = reports.new_version(report_id=report.pk, by=cast.secretary)

    assert (fresh.version, fresh.state, fresh.replaces) == (2, "draft", report)
    assert numbers_of(fresh)["fever"] == 2
    assert report.corrections.count() == fresh.corrections.count() == 1
    assert list(DailyReport.objects.newest().filter(community=cast.qinghe)) == [fresh]
    with pytest.raises(Refused):
        reports.new_version(report_id=report.pk, by=cast.secretary)


def test_late_is_what_came_after_it_was_due_and_a_return_does_not_make_it_late(cast, report, time_machine):
    through(report, cast, "submit", "return")
    time_machine.move_to(moment(DAY, dt.time(17, 1)))
    assert not through(report, cast, "submit").is_late
    other = DailyReport.objects.get(community=cast.yushu)
    assert other.is_late
    reports.submit(report_id=other.pk, by=cast.other_secretary)
    assert overview.cell(cast.yushu, DAY, DailyReport.objects.get(pk=other.pk)).kind == "late"


def test_a_return_is_told(cast, report):
    through(report, cast, "submit", "return")
    message = Message.objects.get()
    assert (message.to, message.kind, message.facts["reason"]) == (cast.secretary, "report_returned", "人数不对")


def test_sums_hold_what_was_reported_and_say_of_how_many(cast, report):
    for community, value in ((cast.qinghe, 2), (cast.yushu, 5)):
        row = DailyReport.objects.get(community=community)
        correct(row, cast.secretary, value=value)
    through(report, cast, "submit")

    (subdistrict, district) = overview.consolidated(Community.objects.all(), DAY)

    assert (subdistrict.name, subdistrict.numbers["fever"], subdistrict.reported, subdistrict.expected) == ("万松街道", 2, 1, 2)
    assert (district.numbers["fever"], district.numbers["passages_in"]) == (2, 0)


# Pages.


def test_the_page_shows_both_numbers_and_takes_a_correction(cast, report, sign_in):
    client = sign_in(cast.secretary)
    address = reverse("reports:daily_detail", args=[report.pk])
    assert client.get(address + "?figure=fever").context["correction"]["seen"].value() == 0

    answer = client.post(
        reverse("reports:daily_correct", args=[report.pk]), {"figure": "fever", "seen": "0", "value": "7", "reason": "漏登"}
    )

    assert answer.url == address
    line = next(line for _label, lines in client.get(address).context["blocks"] for line in lines if line.figure.key == "fever")
    assert (line.value, line.counted, line.correction.reason) == (7, 0, "漏登")


def test_saving_over_somebody_elses_number_shows_it_first(cast, report, sign_in):
    correct(report, cast.secretary)
    client, address = sign_in(cast.secretary), reverse("reports:daily_correct", args=[report.pk])
    values = {"figure": "fever", "seen": "0", "value": "9", "reason": "重数"}

    form = client.post(address, values).context["correction"]

    assert (form["seen"].value(), form["value"].value()) == (2, "9")
    assert "李秀兰 wrote 2" in form.errors["value"][0]
    assert client.post(address, {**values, "seen": "2"}).status_code == 302


@pytest.mark.parametrize("bad", [{"value": "-1"}, {"value": "x"}, {"value": "9" * 50}, {"reason": "\x00"}, {"seen": "x"}])
def test_bad_input_is_answered_at_the_field(cast, report, sign_in, bad):
    values = {"figure": "fever", "seen": "0", "value": "7", "reason": "漏登", **bad}
    answer = sign_in(cast.secretary).post(reverse("reports:daily_correct", args=[report.pk]), values)
    assert answer.status_code == 422
    assert list(answer.context["correction"].errors) == list(bad)


@pytest.mark.parametrize(
    "name", ["daily_detail", "daily_correct", "daily_submit", "daily_describe", "daily_take_back", "daily_return", "daily_lock"]
)
def test_reports_of_others_are_not_there(cast, report, sign_in, name):
    address = reverse(f"reports:{name}", args=[report.pk])
    person = factories.MembershipFactory(
        role="district_officer", community=None, district=factories.residents.DistrictFactory()
    )
    reviewer = name in ("daily_return", "daily_lock")
    client = sign_in(person.user if reviewer else cast.other_secretary)
    assert (client.get if name == "daily_detail" else client.post)(address).status_code == 404


def test_a_secretary_does_not_accept_and_an_officer_does_not_submit(cast, report, sign_in):
    assert sign_in(cast.secretary).post(reverse("reports:overview_accept"), {"report": report.pk}).status_code == 403
    assert sign_in(cast.officer).post(reverse("reports:daily_submit", args=[report.pk])).status_code == 403


def test_an_officer_accepts_many_at_once(cast, report, sign_in):
    for row in DailyReport.objects.all():
        reports.submit(report_id=row.pk, by=cast.secretary)
    keys = [*DailyReport.objects.values_list("pk", flat=True), "x", "9" * 30]
    answer = sign_in(cast.officer).post(reverse("reports:overview_accept"), {"report": keys, "day": "2022-04-10"})
    assert answer.url == reverse("reports:overview") + "?day=2022-04-10"
    assert set(DailyReport.objects.values_list("state", flat=True)) == {"accepted"}


def test_an_officer_reminds_from_the_grid(cast, report, sign_in):
    values = {"community": cast.qinghe.pk, "day": "2022-04-10"}
    sign_in(cast.officer).post(reverse("reports:overview_remind"), values)
    assert Message.objects.get().kind == "report_reminder"


@pytest.mark.parametrize(
    "asked", ["", "?day=x", "?state=missing", "?state=nonsense", "?page=x", "?day=9999-12-31", "?day=0001-01-03"]
)
def test_the_overview_answers_every_address(cast, report, sign_in, asked):
    assert sign_in(cast.officer).get(reverse("reports:overview") + asked).status_code == 200


@pytest.mark.parametrize("asked", ["", "?day=x", "?state=x", "?q=%00", "?page=-1"])
def test_the_list_answers_every_address(cast, report, sign_in, asked):
    assert sign_in(cast.secretary).get(reverse("reports:daily_list") + asked).status_code == 200


def test_a_day_is_begun_from_the_list(cast, time_machine, sign_in):
    time_machine.move_to(moment(DAY, dt.time(11)), tick=False)
    Community.objects.update(active_from=DAY)
    client = sign_in(cast.secretary)
    assert list(client.get(reverse("reports:daily_list")).context["waiting"]) == [cast.qinghe]
    client.post(reverse("reports:daily_count"), {"community": cast.qinghe.pk, "day": str(timezone.localdate())})
    assert DailyReport.objects.get().as_of == timezone.now()


def test_tomorrow_and_other_communities_are_not_counted(cast, sign_in):
    client = sign_in(cast.secretary)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    client.post(reverse("reports:daily_count"), {"community": cast.qinghe.pk, "day": str(tomorrow)})
    client.post(reverse("reports:daily_count"), {"community": cast.yushu.pk, "day": str(timezone.localdate())})
    assert DailyReport.objects.count() == 0


@pytest.mark.parametrize("page", ["daily_list", "overview"])
def test_lists_ask_the_same_number_of_questions_for_one_and_three_rows(cast, time_machine, queries, sign_in, page):
    time_machine.move_to(moment(DAY, dt.time(18)), tick=False)
    person = cast.officer

    def asked() -> int:
        client = sign_in(person)
        client.get(reverse("home"))
        with queries() as seen:
            assert client.get(reverse(f"reports:{page}")).status_code == 200
        return len(seen)

    def submitted(communities):
        Community.objects.filter(pk__in=[one.pk for one in communities]).update(active_from=DAY)
        for row in rollups.roll_up(day=DAY, communities=Community.objects.filter(active_from=DAY), by=None):
            reports.submit(report_id=row.pk, by=cast.secretary)

    submitted([cast.qinghe])
    one = asked()
    submitted([cast.yushu, factories.CommunityFactory(subdistrict=cast.qinghe.subdistrict)])
    assert asked() == one
    assert one <= 20
