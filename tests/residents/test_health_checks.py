"""Health twice a day: what is due, what was missed, who is told; at the door, by phone, and by one's own link."""

import datetime as dt
from decimal import Decimal
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Event, Message
from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import CaseState, DutyPolicy, HealthCheck, QuarantineCase
from residents.services import health_checks, missed_checks, quarantine
from residents.services import quarantine_moves as moves
from tests import factories

DAY = dt.date(2022, 4, 13)
LIST = reverse("residents:health_check_list")


def at(hour: int, day: dt.date = DAY) -> time_machine.travel:
    return time_machine.travel(moment(day, dt.time(hour)), tick=False)


@pytest.fixture(autouse=True)
def _nine_in_the_morning():
    with at(9):
        yield


def case_in(compound, **facts) -> QuarantineCase:
    home = factories.DwellingFactory(entrance__building__compound=compound)
    return factories.QuarantineCaseFactory(resident__dwelling=home, **facts)


@pytest.fixture
def case(cast) -> QuarantineCase:
    return case_in(cast.hefengyuan)


def record(case, by, slot="am", temperature="36.5", day=None, **more) -> HealthCheck:
    return health_checks.record(
        case_id=case.pk,
        day=day or timezone.localdate(),
        slot=slot,
        temperature=Decimal(temperature),
        method="door",
        by=by,
        **more,
    )


def due_now(cast) -> list[tuple[str, bool, bool]]:
    rows = health_checks.due([cast.qinghe], timezone.localdate(), timezone.now())
    return [(row.slot, row.check is not None, row.missed) for row in rows]


# What is due


def test_two_halves_of_a_day_are_asked(cast, case):
    assert due_now(cast) == [("am", False, False), ("pm", False, False)]

    record(case, cast.worker)

    assert due_now(cast) == [("am", True, False), ("pm", False, False)]


def test_a_half_is_missed_after_its_hour(cast, case):
    with at(12):
        assert due_now(cast) == [("am", False, True), ("pm", False, False)]
    with at(20):
        assert due_now(cast) == [("am", False, True), ("pm", False, True)]


def test_who_begins_in_the_afternoon_is_asked_in_the_evening(cast):
    start = moment(DAY, dt.time(14))
    case_in(cast.hefengyuan, starts_on=DAY, started_at=start)
    case_in(cast.hefengyuan, starts_on=DAY, started_at=start, checks_a_day=1)

    with at(15):
        assert due_now(cast) == [("pm", False, False), ("pm", False, False)]


def test_where_one_check_a_day_is_asked_it_is_the_morning(cast):
    case_in(cast.hefengyuan, checks_a_day=1)

    assert due_now(cast) == [("am", False, False)]


@pytest.mark.parametrize("state", [CaseState.REGISTERED, CaseState.NOTICED, CaseState.TRANSFERRED])
def test_nobody_is_asked_at_home_before_the_start_or_at_a_site(cast, state):
    case_in(cast.hefengyuan, state=state)

    assert due_now(cast) == []


def test_after_the_last_day_nothing_is_due(cast):
    case_in(cast.hefengyuan, starts_on=DAY - dt.timedelta(days=7))

    assert due_now(cast) == []


def test_midnight_begins_a_new_day(cast, case):
    record(case, cast.worker)
    record(case, cast.worker, "pm")
    with at(0, DAY + dt.timedelta(days=1)):
        assert due_now(cast) == [("am", False, False), ("pm", False, False)]


def test_all_communities_are_counted_in_one_statement(cast, queries):
    for compound in (cast.hefengyuan, cast.yushu_rental):
        case_in(compound)
        done = case_in(compound)
        record(done, cast.worker)
    communities = [cast.qinghe, cast.yushu]
    with at(12), queries() as seen:
        counts = health_checks.counts(communities, DAY, timezone.now())

    assert counts == {key: {"asked": 4, "done": 1, "missed": 1} for key in (cast.qinghe.pk, cast.yushu.pk)}
    assert len(seen) == 1


# Recording


def test_a_second_tap_finds_the_first_check(cast, case):
    first = record(case, cast.worker)
    second = record(case, cast.cadre_user, temperature="36.8")

    assert (second.pk, second.temperature) == (first.pk, Decimal("36.5"))
    assert HealthCheck.objects.count() == 1


@pytest.mark.parametrize("more", [{"temperature": "38.0"}, {"symptoms": ["dry_cough"]}])
def test_a_fever_later_in_the_same_half_is_not_lost(cast, case, more):
    record(case, cast.worker)
    for said in (more, {"temperature": "36.6"}, more):
        check = record(case, cast.cadre_user, **said)

    case.refresh_from_db()
    assert (HealthCheck.objects.get(), check.abnormal, check.taken_by, case.state) == (check, True, cast.cadre_user, "alert")
    assert Message.objects.filter(kind="health_alert").count() == 2
    assert Event.objects.filter(kind="healthcheck.corrected").count() == 1


@pytest.mark.parametrize("temperature", ["33.9", "43.1", "-5", "366"])
def test_what_no_thermometer_shows_is_refused(cast, case, temperature):
    with pytest.raises(Refused, match=r"34\.0 and 43\.0"):
        record(case, cast.worker, temperature=temperature)


@pytest.mark.parametrize("days", [1, -2])
def test_a_check_is_of_today_or_yesterday(cast, case, days):
    with pytest.raises(Refused, match="today or yesterday"):
        record(case, cast.worker, day=DAY + dt.timedelta(days=days))


def test_a_fever_tells_the_office_once(cast, case):
    record(case, cast.cadre_user, temperature="37.3")
    record(case, cast.cadre_user, temperature="37.3")

    told = Message.objects.filter(kind="health_alert")
    assert {message.to for message in told} == {cast.secretary, cast.worker}
    assert told.count() == 2
    case.refresh_from_db()
    assert case.state == CaseState.ALERT


def test_who_is_not_at_home_is_told_unless_out_with_approval(cast, case):
    record(case, cast.worker, at_home="no")
    other = case_in(cast.hefengyuan, state=CaseState.OUT)
    record(other, cast.worker, at_home="no")

    assert {message.facts["case"] for message in Message.objects.filter(kind="not_at_home")} == {str(case.pk)}


def test_a_correction_says_who_and_why(cast, case):
    check = record(case, cast.worker, temperature="39.5")
    health_checks.correct(check_id=check.pk, temperature=Decimal("36.5"), symptoms=[], reason="输错", by=cast.worker)

    check.refresh_from_db()
    assert (check.temperature, check.abnormal) == (Decimal("36.5"), False)
    line = Event.objects.filter(kind="healthcheck.corrected").get()
    assert (line.by, line.after) == (cast.worker, {"reason": "输错"})


def test_temperatures_are_nowhere_in_the_trail_or_in_messages(cast, case):
    record(case, cast.worker, temperature="38.8", symptoms=["dry_cough"])

    said = [str(event.after) + str(event.before) for event in Event.objects.all()]
    said += [str(message.facts) for message in Message.objects.all()]
    assert [text for text in said if "38.8" in text or "dry_cough" in text] == []


# Escalation


def test_a_missed_half_is_told_the_same_day_and_once(cast, case):
    with at(11):
        assert health_checks.escalate() == 0
    with at(12):
        health_checks.escalate()
        health_checks.escalate()

    told = list(Message.objects.filter(kind="checks_missed"))
    assert sorted(message.key for message in told) == [f"checks_missed-{cast.qinghe.pk}-{DAY}-am"] * 2
    assert {message.to for message in told} == {cast.secretary, cast.worker}
    with at(20):
        health_checks.escalate()
    assert Message.objects.filter(kind="checks_missed").count() == 4


def test_escalation_takes_the_same_statements_however_many_miss(cast, queries):
    case_in(cast.hefengyuan)
    with at(13), queries() as one:
        health_checks.escalate()
    for compound in (cast.hefengyuan, cast.yushu_rental, cast.yushu_rental):
        case_in(compound)
    with at(13), queries() as many:
        health_checks.escalate()

    assert len(one) == len(many)


def told_officers(cast) -> list[tuple[str, str]]:
    rows = Message.objects.filter(kind="checks_still_missed", to=cast.officer)
    return [(message.facts["slot"], message.facts["count"]) for message in rows.order_by("id")]


def test_what_is_missed_for_long_goes_up_to_the_officer_once(cast, case):
    with at(13):
        missed_checks.to_officers()
        assert told_officers(cast) == []
    with at(14):
        missed_checks.to_officers()
        missed_checks.to_officers()

    assert told_officers(cast) == [("am", "1")]
    message = Message.objects.get(kind="checks_still_missed")
    assert (message.to, message.facts["community"]) == (cast.officer, "清荷社区")
    assert case.resident.name not in str(message.facts)


def test_what_is_made_up_for_in_time_does_not_go_up(cast, case):
    with at(13):
        record(case, cast.worker)
    with at(14):
        assert missed_checks.to_officers() == 0


def test_a_late_evening_goes_up_after_midnight(cast):
    case_in(cast.hefengyuan, evening_by=dt.time(23), morning_by=dt.time(23))
    with time_machine.travel(moment(DAY + dt.timedelta(days=1), dt.time(1)), tick=False):
        missed_checks.to_officers()

    assert told_officers(cast) == [("am", "1"), ("pm", "1")]


def test_each_community_waits_as_long_as_its_policy_says(cast, case):
    case_in(cast.yushu_rental)
    DutyPolicy.objects.create(community=cast.yushu, officer_after_minutes=300, starts_on=DAY)
    with at(14):
        missed_checks.to_officers()
    assert [message.facts["community"] for message in Message.objects.filter(kind="checks_still_missed")] == ["清荷社区"]
    with at(17):
        missed_checks.to_officers()
    assert Message.objects.filter(kind="checks_still_missed").count() == 2


def test_going_up_takes_the_same_statements_however_many_miss(cast, queries):
    case_in(cast.hefengyuan)
    with at(15), queries() as one:
        missed_checks.to_officers()
    for compound in (cast.hefengyuan, cast.yushu_rental, cast.yushu_rental):
        case_in(compound)
    with at(15), queries() as many:
        missed_checks.to_officers()

    assert len(one) == len(many)


# Pages


def test_a_cadre_records_at_the_door(cast, sign_in, case):
    client = sign_in(cast.cadre_user)
    address = reverse("residents:health_check_record", args=[case.pk])
    page = client.get(f"{address}?slot=pm")
    assert page.context["form"].initial["half"] == f"{DAY}-pm"
    # In the morning one goes to each door once.
    assert [(row.case, row.slot) for row in client.get(LIST).context["rows"]] == [(case, "am")]

    answer = client.post(
        address, {"half": f"{DAY}-pm", "temperature": "36.5", "method": "door", "at_home": "yes", "mood": "low"}
    )

    assert answer.headers["Location"] == LIST
    check = HealthCheck.objects.get()
    assert (check.slot, check.temperature, check.taken_by) == ("pm", Decimal("36.5"), cast.cadre_user)
    detail = reverse("residents:quarantine_detail", args=[case.pk])
    assert (check.mood, "low" in sign_in(cast.worker).get(detail).content.decode()) == ("low", True)


@pytest.mark.parametrize("typed", ["36,5", "36.5", "36.5℃", " 36.5 "])
def test_ways_of_writing_a_temperature(cast, sign_in, case, typed):
    address = reverse("residents:health_check_record", args=[case.pk])
    sign_in(cast.worker).post(address, {"temperature": typed, "method": "phone", "at_home": "unchecked"})

    assert HealthCheck.objects.get().temperature == Decimal("36.5")


@pytest.mark.parametrize(
    "typed", ["", "-5", "3.66", "366", "97.7", "NaN", "1e400", "36.55", "3" * 5000, "热", "\x00", "\ud800"]
)
def test_a_bad_temperature_is_answered_at_the_field(cast, sign_in, case, typed):
    address = reverse("residents:health_check_record", args=[case.pk])
    sent = urlencode({"temperature": typed, "method": "door", "at_home": "yes"}, errors="surrogatepass")
    answer = sign_in(cast.worker).post(address, sent, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["temperature"]
    assert HealthCheck.objects.count() == 0


@pytest.mark.parametrize("half", ["2099-01-01-am", "x", "2022-04-13-xx", "\x00"])
def test_a_forged_half_is_now(cast, sign_in, case, half):
    address = reverse("residents:health_check_record", args=[case.pk])
    answer = sign_in(cast.worker).post(address, {"half": half, "temperature": "36.5", "method": "door", "at_home": "yes"})

    assert answer.status_code in {302, 422}
    assert [(check.day, check.slot) for check in HealthCheck.objects.all()] in ([], [(DAY, "am")])


def test_names_are_masked_for_who_walks_and_no_phone_is_shown(cast, sign_in, case):
    case.resident.name, case.resident.phone = "王建国", "19900001234"
    case.resident.save()
    text = sign_in(cast.cadre_user).get(LIST).content.decode()

    assert "王建国" not in text
    assert "19900001234" not in text
    assert "王**" in text


def test_the_number_is_shown_on_demand_and_on_record(cast, sign_in, case):
    answer = sign_in(cast.cadre_user).post(reverse("residents:health_check_phone", args=[case.pk]))

    assert case.resident.phone in answer.content.decode()
    line = Event.objects.filter(kind="quarantinecase.revealed").get()
    assert line.by == cast.cadre_user
    assert case.resident.phone not in str(line.after)


@pytest.mark.parametrize("name", ["residents:health_check_list", "residents:quarantine_list", "residents:quarantine_count"])
def test_lists_take_the_same_statements_for_one_row_and_for_three(cast, sign_in, queries, case, name):
    client = sign_in(cast.secretary)
    client.get(reverse(name))
    with queries() as one:
        client.get(reverse(name))
    case_in(cast.hefengyuan)
    case_in(cast.hefengyuan, state=CaseState.ALERT)
    with queries() as three:
        client.get(reverse(name))

    assert len(one) == len(three)
    assert len(one) <= 14


# A resident's own link


def own(case) -> str:
    return reverse("residents:health_check_own", args=[health_checks.link_of(case)])


def test_a_resident_reports_without_a_sign_in(client, case):
    page = client.get(own(case))
    assert page.status_code == 200

    answer = client.post(own(case), {"half": f"{DAY}-am", "temperature": "36.6", "symptoms": [], "mood": "anxious"})

    assert answer.status_code == 302
    check = HealthCheck.objects.get()
    assert (check.method, check.taken_by, check.slot, check.mood) == ("own", None, "am", "anxious")
    assert "36.6" in client.get(own(case)).content.decode()


def test_sent_twice_it_is_one_check_and_sent_late_it_is_of_its_half(client, case):
    data = {"half": f"{DAY}-am", "temperature": "36.6"}
    client.post(own(case), data)
    with at(13):
        client.post(own(case), data | {"temperature": "36.9"})

    assert [(check.slot, check.temperature) for check in HealthCheck.objects.all()] == [("am", Decimal("36.6"))]


def test_the_page_says_nothing_of_name_or_home(client, case):
    case.resident.name = "王建国"
    case.resident.save()
    text = client.get(own(case)).content.decode()

    assert [word for word in ("王", "建国", str(case.dwelling), case.resident.phone) if word in text] == []


@pytest.mark.parametrize("spoil", ["guess", "cut", "renewed", "ended", "over", "other"])
def test_a_link_that_is_wrong_or_over_shows_nothing(client, cast, case, spoil):
    link = health_checks.link_of(case)
    if spoil == "guess":
        link = f"{case.pk}-1.{'A' * 43}"
    if spoil == "cut":
        link = link[:-1]
    if spoil == "renewed":
        quarantine.renew_link(case_id=case.pk, by=cast.worker)
    if spoil == "ended":
        moves.close(case_id=case.pk, reason="转外区", by=cast.worker)
    if spoil == "other":
        link = link.replace(f"{case.pk}-", f"{case.pk + 1}-", 1)
    late = DAY + dt.timedelta(days=30) if spoil == "over" else DAY
    address = reverse("residents:health_check_own", args=[link])
    with at(9, late):
        answers = [client.get(address), client.post(address, {"temperature": "36.5"})]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert HealthCheck.objects.count() == 0


def test_a_stranger_learns_nothing_from_wrong_links(client, db):
    assert client.get("/check/%00/").status_code == 404
    assert client.get("/check/99999999999999999999-1.x/").status_code == 404
