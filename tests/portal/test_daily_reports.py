"""What happens to one report, and its pages."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portal import today
from portal.accounts.models import Event, Message
from portal.lib.dates import moment
from portal.lib.errors import Refused
from portal.reports import overview
from portal.reports.models import DailyReport
from portal.reports.numbers import numbers_of
from portal.reports.services import reminders, reports, rollups
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


def test_a_draft_older_than_its_cut_off_is_not_submitted(cast, report, time_machine, sign_in):
    DailyReport.objects.filter(pk=report.pk).update(as_of=moment(DAY, dt.time(10)))
    client, address = sign_in(cast.secretary), reverse("reports:daily_detail", args=[report.pk])
    for hour, sentence in (
        (15, "The day is counted at 16:00. Submit it after that."),
        (16, "The day is counted up to 16:00 and these numbers are older. Count again, then submit."),
    ):
        time_machine.move_to(moment(DAY, dt.time(hour, 30)), tick=False)
        assert client.get(address).context["too_early"] == sentence
        with pytest.raises(Refused) as refusal:
            reports.submit(report_id=report.pk, by=cast.secretary)
        assert str(refusal.value) == sentence

    client.post(reverse("reports:daily_count"), {"community": cast.qinghe.pk, "day": "2022-04-10"})
    assert client.get(address).context["too_early"] == ""
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


def test_a_locked_version_counts_until_the_next_is_submitted(cast, report, time_machine):
    correct(report, cast.secretary)
    through(report, cast, "submit", "accept", "lock")
    fresh = reports.new_version(report_id=report.pk, by=cast.secretary)
    correct(fresh, cast.secretary, seen=2, value=5)
    time_machine.move_to(moment(DAY, dt.time(17, 30)), tick=False)

    def seen():
        (cell,) = [cells[0] for row, cells in overview.grid(Community.objects.all(), DAY) if row == cast.qinghe]
        sums = overview.consolidated(Community.objects.all(), DAY)[0]
        handed_in = today.report_overview(Community.objects.all())["stats"][0].value
        return cell.kind, cell.report.version, cell.revised, sums.numbers["fever"], sums.reported, handed_in

    assert seen() == ("locked", 1, True, 2, 1, 1)
    assert {str(stat.label): stat.value for stat in overview.stats(Community.objects.all(), DAY)}["locked"] == 1
    assert list(overview.with_state(Community.objects.all(), DAY, "locked")) == [cast.qinghe]
    through(fresh, cast, "submit", "return")
    assert seen() == ("locked", 1, True, 2, 1, 1)
    through(fresh, cast, "submit")
    assert seen() == ("submitted", 2, False, 5, 1, 1)


def test_nobody_is_chased_for_a_report_that_is_only_revised(cast, report, time_machine):
    through(report, cast, "submit", "accept", "lock")
    reports.new_version(report_id=report.pk, by=cast.secretary)
    time_machine.move_to(moment(DAY, dt.time(17, 1)), tick=False)

    assert list(reminders.late(timezone.now())) == [DailyReport.objects.get(community=cast.yushu)]
    with pytest.raises(Refused):
        reminders.remind(community=cast.qinghe, day=DAY, by=cast.officer)


def test_a_new_version_has_the_name_and_time_of_whoever_submits_it_and_is_not_late_by_that(cast, report, time_machine):
    through(report, cast, "submit", "accept", "lock")
    first = timezone.now()
    time_machine.move_to(moment(DAY, dt.time(18)), tick=False)
    fresh = reports.new_version(report_id=report.pk, by=cast.worker)
    assert (fresh.submitted_at, fresh.submitted_by) == (None, None)

    reports.submit(report_id=fresh.pk, by=cast.worker)

    fresh.refresh_from_db()
    report.refresh_from_db()
    assert (fresh.submitted_at, fresh.submitted_by, fresh.is_late) == (timezone.now(), cast.worker, False)
    assert (report.submitted_at, report.submitted_by) == (first, cast.secretary)


def test_both_versions_say_which_of_them_counts(cast, report, sign_in):
    through(report, cast, "submit", "accept", "lock")
    fresh = reports.new_version(report_id=report.pk, by=cast.secretary)
    client = sign_in(cast.secretary)
    said = {
        report.pk: "A new version is being written. Until it is submitted, this one counts.",
        fresh.pk: "Until this version is submitted, the locked one counts.",
    }
    for pk, sentence in said.items():
        assert client.get(reverse("reports:daily_detail", args=[pk])).content.decode().count(sentence) == 1
    assert sign_in(cast.officer).get(reverse("reports:overview")).content.decode().count("new version begun") == 1


def test_that_a_report_came_late_is_still_shown_when_it_is_accepted(cast, report, time_machine):
    time_machine.move_to(moment(DAY, dt.time(17, 1)), tick=False)

    def seen():
        cell = overview.cell(cast.qinghe, DAY, report)
        return str(cell.label), cell.kind, cell.icon

    through(report, cast, "submit")
    assert seen() == ("submitted late", "late", "clock")
    through(report, cast, "accept")
    assert seen() == ("accepted, late", "accepted", "clock")
    through(report, cast, "lock")
    assert seen() == ("locked, late", "locked", "clock")
    counted = {str(stat.label): stat.value for stat in overview.stats(Community.objects.filter(pk=cast.qinghe.pk), DAY)}
    assert {label: value for label, value in counted.items() if value} == {"locked": 1}


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


def errand_of(compound, minutes):
    asked = moment(DAY, dt.time(9))
    home = factories.DwellingFactory(entrance__building__compound=compound)
    factories.ErrandFactory(dwelling=home, requested_at=asked, first_accepted_at=asked + dt.timedelta(minutes=minutes))


def test_a_median_of_nothing_is_empty_keeps_nothing_back_and_is_never_added_up(cast, report, sign_in):
    key = "errands_minutes_taken"
    errand_of(cast.hefengyuan, 10)
    errand_of(cast.yushu_rental, 30)
    community = Community.objects.filter(pk=cast.yushu.pk)
    (other,) = rollups.roll_up(day=DAY, communities=community, by=None)
    assert (other.counted[key], report.counted[key], report.counted["errands_asked"]) == (30, None, 0)
    assert reports.missing_in(report) == []
    page = sign_in(cast.secretary).get(reverse("reports:daily_detail", args=[report.pk]))
    line = next(line for _label, lines in page.context["blocks"] for line in lines if line.figure.key == key)
    assert (line.value, line.missing, page.content.decode().count("<b>missing</b>")) == (None, False, 0)

    correct(report, cast.secretary, figure=key, seen=None, value=12)
    assert numbers_of(report)[key] == 12
    through(report, cast, "submit")
    reports.submit(report_id=other.pk, by=cast.other_secretary)
    sums = overview.consolidated(Community.objects.all(), DAY)[0].numbers
    assert (sums[key], sums["errands_minutes_done"], sums["errands_asked"]) == (None, None, 1)


def test_a_median_that_was_never_counted_is_missing(cast, report):
    del report.counted["errands_minutes_taken"]
    assert [figure.key for figure in reports.missing_in(report)] == ["errands_minutes_taken"]


def test_passages_by_kind_and_hour_are_added_up_and_beside_a_corrected_total_it_is_said(cast, report, sign_in):
    for compound, hour in ((cast.hefengyuan, 8), (cast.hefengyuan, 9), (cast.yushu_rental, 9)):
        factories.PassageFactory(post=factories.PostFactory(compound=compound), happened_at=moment(DAY, dt.time(hour)))
    rollups.roll_up(day=DAY, communities=Community.objects.all(), by=None)
    for row in DailyReport.objects.all():
        reports.submit(report_id=row.pk, by=cast.secretary)

    subdistrict, district = overview.consolidated(Community.objects.all(), DAY)
    for group in (subdistrict, district):
        assert [row for row in group.passages.kinds if row[1]] == [("resident", 3, 0)]
        assert group.passages.hours == [(8, 1, 0), (9, 2, 0)]
        assert not group.passages.corrected_apart

    through(report, cast, "return")
    correct(report, cast.secretary, figure="passages_in", seen=2, value=7)
    through(report, cast, "submit")
    assert overview.consolidated(Community.objects.all(), DAY)[0].passages.corrected_apart
    said = "The total was written by hand; what stands here is what the records say, and does not add up to it."
    assert sign_in(cast.officer).get(reverse("reports:overview")).content.decode().count(said) == 2
    page = sign_in(cast.secretary).get(reverse("reports:daily_detail", args=[report.pk]))
    assert page.content.decode().count(said) == 1


@pytest.mark.parametrize(("after", "said"), [(16, "16:00"), (9, "09:00"), (24 + 9, "24:00")])
def test_the_page_says_up_to_when_it_is_counted_and_where_the_rest_stands(cast, report, sign_in, after, said):
    at = moment(DAY, dt.time()) + dt.timedelta(hours=after)
    DailyReport.objects.filter(pk=report.pk).update(as_of=at)
    page = sign_in(cast.secretary).get(reverse("reports:daily_detail", args=[report.pk])).content.decode()
    assert page.count(f"Counted up to {said}.") == 1
    rest = f"{reverse('reports:summary')}?first={DAY}&amp;last={DAY}&amp;community={cast.qinghe.pk}"
    assert page.count(rest) == 1


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


def test_a_day_before_the_community_was_on_duty_is_not_counted(cast, time_machine, sign_in):
    time_machine.move_to(moment(DAY, dt.time(11)), tick=False)
    Community.objects.update(active_from=DAY)
    client = sign_in(cast.secretary)
    asked = {"community": cast.qinghe.pk, "day": str(DAY - dt.timedelta(days=1))}
    answer = client.post(reverse("reports:daily_count"), asked, follow=True)
    said = ["Nobody was on duty here on 2022-04-09 yet; there is nothing to count."]
    assert [str(message) for message in answer.context["messages"]] == said
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
