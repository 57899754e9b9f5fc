"""A case from its registration to its release: what each step asks for, and what it starts."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import CaseState, CaseTest, ContactClass, QuarantineCase, StageKind, Transfer
from residents.services import health_checks, quarantine, transfers
from residents.services import quarantine_moves as moves
from residents.services.quarantine_policies import START_LIST, ensure, plan, usual
from tests import factories

State = CaseState
DAY = dt.date(2022, 4, 10)
CENTRAL, HOME, MONITORING = StageKind.CENTRAL, StageKind.HOME_QUARANTINE, StageKind.HOME_MONITORING


def at(day: dt.date, hour: int = 9) -> time_machine.travel:
    return time_machine.travel(moment(day, dt.time(hour)), tick=False)


def days(*numbers: int) -> list[dt.date]:
    """Days of the case: 1 is DAY."""
    return [DAY + dt.timedelta(days=number - 1) for number in numbers]


@pytest.fixture(autouse=True)
def _first_day():
    with at(DAY):
        yield


@pytest.fixture
def worker(db):
    return factories.UserFactory(name="周敏")


def registered(worker, *stages, contact_class=ContactClass.CLOSE, **policy) -> QuarantineCase:
    """A case that begins on DAY by a rule of these stages."""
    rule = factories.QuarantinePolicyFactory(contact_class=contact_class, stages=list(stages), **policy)
    resident = factories.ResidentFactory()
    return quarantine.register(
        resident_id=resident.pk, contact_class=contact_class, reason=QuarantineCase.Reason.CLOSE_SPECIAL,
        starts_on=DAY, policy=rule, by=worker,
    )  # fmt: skip


def started(case, worker) -> QuarantineCase:
    """Told, assessed, signed, started."""
    quarantine.serve_notice(case_id=case.pk, by=worker)
    quarantine.assess(case_id=case.pk, ticked=list(quarantine.FITNESS), own_room=True, by=worker)
    return quarantine.start(case_id=case.pk, committed=True, door_sign="yellow", by=worker)


def checked(case, worker, temperature="36.5", **more):
    return health_checks.record(
        case_id=case.pk, day=timezone.localdate(), slot=health_checks.slot_now(timezone.now()),
        temperature=Decimal(temperature), method="door", by=worker, **more,
    )  # fmt: skip


def sampled(case, worker, result=CaseTest.Result.NEGATIVE):
    for test in case.tests.filter(test_result="due", due_on__lte=timezone.localdate()):
        moves.record_test(test_id=test.pk, sampled_on=test.due_on, test_result=result, by=worker)


def due_tests(case) -> list[dt.date]:
    return list(case.tests.filter(test_result="due").values_list("due_on", flat=True))


# Rules


@pytest.mark.parametrize(
    ("name", "last", "samples"),
    [
        ("14+7 第八版", 21, (1, 4, 7, 14, 16, 21)),
        ("7+7 试点", 14, (1, 2, 3, 5, 7, 9, 14)),
        ("7+3 第九版", 10, (1, 2, 3, 5, 7, 10)),
        ("5+3 二十条", 8, (1, 2, 3, 5, 6, 8)),
        ("7 天居家 次密接", 7, (1, 4, 7)),
    ],
)
def test_a_rule_gives_the_days_of_its_stages_and_tests(db, name, last, samples):
    ensure()
    rule = next(row for row in usual_rules() if row.name == name)

    stages = plan(rule, DAY)

    assert stages[-1].ends_on == days(last)[0]
    assert [day for stage in stages for _, day in stage.tests] == days(*samples)


def usual_rules():
    return list(factories.QuarantinePolicyFactory._meta.model.objects.prefetch_related("stages"))


def test_where_the_first_day_does_not_count_it_comes_on_top(db):
    rule = factories.QuarantinePolicyFactory(first_day_counts=False, stages=[(HOME, 7, "1,7")])

    (stage,) = plan(rule, DAY)

    assert (stage.ends_on, [day for _, day in stage.tests]) == (days(8)[0], days(2, 8))


def test_rules_are_put_down_once(db):
    ensure()
    ensure()

    assert len(usual_rules()) == len(START_LIST)


def test_the_nearest_rule_wins_and_among_them_the_newest(cast):
    factories.QuarantinePolicyFactory(name="全国", starts_on=dt.date(2022, 6, 1))
    old = factories.QuarantinePolicyFactory(name="社区旧", community=cast.qinghe, starts_on=dt.date(2022, 1, 1))
    new = factories.QuarantinePolicyFactory(name="社区新", community=cast.qinghe, starts_on=dt.date(2022, 3, 1))

    assert usual(cast.qinghe, ContactClass.CLOSE, dt.date(2022, 7, 1)) == new
    assert usual(cast.qinghe, ContactClass.CLOSE, dt.date(2022, 2, 1)) == old


# Ten days of travelled time


def test_a_secondary_contact_stays_seven_days_at_home(worker):
    with at(DAY):
        case = started(registered(worker, (HOME, 7, "1,4,7")), worker)
    for day in days(1, 2, 3, 4, 5, 6, 7):
        with at(day):
            checked(case, worker)
            sampled(case, worker)
    with at(days(7)[0], 18), pytest.raises(Refused):
        moves.release(case_id=case.pk, by=worker)
    with at(days(8)[0]):
        moves.verify(case_id=case.pk, method="door", at_home=True, is_final=True, by=worker)
        released = moves.release(case_id=case.pk, by=worker)

    assert (released.state, released.ended_on, released.release_no) == (State.RELEASED, days(8)[0], "解2022-0001")
    assert released.follow_up == QuarantineCase.FollowUp.COMPLETED


def to_site(case, worker) -> None:
    row = transfers.order(case_id=case.pk, to=Transfer.To.SITE, site="健康驿站", by=worker)
    transfers.notify(transfer_id=row.pk, agreed=True, by=worker)
    transfers.depart(transfer_id=row.pk, escorts="周敏、马骏", plate_no="鄂A00001", protected=True, by=worker)
    transfers.arrive(transfer_id=row.pk, by=worker)


def home_again(case, worker) -> None:
    row = transfers.order(case_id=case.pk, to=Transfer.To.HOME, site="", by=worker)
    transfers.notify(transfer_id=row.pk, agreed=True, by=worker)
    transfers.depart(transfer_id=row.pk, escorts="周敏", plate_no="鄂A00001", protected=True, by=worker)
    transfers.arrive(transfer_id=row.pk, by=worker)


@pytest.mark.parametrize(("central", "home", "kind"), [(14, 7, MONITORING), (7, 7, HOME), (7, 3, MONITORING), (5, 3, HOME)])
def test_a_close_contact_goes_to_a_site_and_comes_home_for_the_second_stage(worker, central, home, kind):
    with at(DAY):
        case = registered(worker, (CENTRAL, central, "1"), (kind, home, str(home)))
        quarantine.serve_notice(case_id=case.pk, by=worker)
        assert quarantine.start(case_id=case.pk, committed=True, by=worker).state == State.TO_CENTRAL
        to_site(case, worker)
        sampled(case, worker)
    with at(days(central + 1)[0]):
        home_again(case, worker)
        case.refresh_from_db()
        assert (case.state, case.reason) == (State.ACTIVE, QuarantineCase.Reason.AFTER_CENTRAL)
        assert case.ends_on == days(central + home)[0]
        checked(case, worker)
    with at(days(central + home)[0]):
        sampled(case, worker)
        moves.verify(case_id=case.pk, method="video", at_home=True, is_final=True, by=worker)
    with at(days(central + home + 1)[0]):
        assert moves.release(case_id=case.pk, by=worker).state == State.RELEASED


def test_who_comes_home_late_stays_as_long_at_home(worker):
    with at(DAY):
        case = registered(worker, (CENTRAL, 7, "1,7"), (MONITORING, 3, "1,3"))
        quarantine.serve_notice(case_id=case.pk, by=worker)
        quarantine.start(case_id=case.pk, committed=True, by=worker)
        to_site(case, worker)
    with at(days(10)[0]):
        home_again(case, worker)

    case.refresh_from_db()
    assert case.ends_on == days(12)[0]
    assert due_tests(case) == days(10, 12)


def test_a_later_rule_moves_no_running_case(worker):
    case = registered(worker, (HOME, 7, "1,4,7"))
    case.policy.stages.update(days=3)
    case.policy.fever_limit = Decimal("38.0")
    case.policy.save()

    case.refresh_from_db()
    assert (case.ends_on, case.fever_limit, due_tests(case)) == (days(7)[0], Decimal("37.3"), days(1, 4, 7))


# One step after the other


def test_one_running_case_a_resident(worker):
    case = registered(worker, (HOME, 7, ""))

    with pytest.raises(Refused, match="already in quarantine"):
        quarantine.register(
            resident_id=case.resident_id,
            contact_class="close",
            reason="secondary",
            starts_on=DAY,
            policy=case.policy,
            by=worker,
        )


@pytest.mark.parametrize("missing", ["notice", "commitment", "fitness", "sign"])
def test_a_start_asks_for_everything_before_it(worker, missing):
    case = registered(worker, (HOME, 7, ""))
    if missing != "notice":
        quarantine.serve_notice(case_id=case.pk, by=worker)
    if missing != "fitness":
        quarantine.assess(case_id=case.pk, ticked=list(quarantine.FITNESS), own_room=False, by=worker)

    with pytest.raises(Refused):
        quarantine.start(
            case_id=case.pk, committed=missing != "commitment", door_sign="" if missing == "sign" else "red", by=worker
        )


def test_notices_are_numbered_by_year_and_community(worker):
    with at(DAY):
        first, second = registered(worker, (HOME, 7, "")), registered(worker, (HOME, 7, ""))
        quarantine.serve_notice(case_id=first.pk, by=worker)
        other = quarantine.serve_notice(case_id=second.pk, by=worker)
        same = factories.ResidentFactory(dwelling=first.dwelling)
        third = quarantine.register(
            resident_id=same.pk, contact_class="close", reason="secondary", starts_on=DAY, policy=first.policy, by=worker
        )
        third = quarantine.serve_notice(case_id=third.pk, by=worker)

    assert (other.notice_no, third.notice_no) == ("告2022-0001", "告2022-0002")


def test_a_home_that_is_not_fit_leads_to_a_site(worker):
    case = registered(worker, (HOME, 7, ""))
    quarantine.assess(case_id=case.pk, ticked=["own_toilet"], own_room=False, by=worker)
    quarantine.serve_notice(case_id=case.pk, by=worker)

    assert quarantine.start(case_id=case.pk, committed=True, by=worker).state == State.TO_CENTRAL


def test_a_fever_is_an_alert_until_somebody_has_looked(worker):
    with at(DAY):
        case = started(registered(worker, (HOME, 7, "")), worker)
        checked(case, worker, "37.3")
        case.refresh_from_db()
        assert case.state == State.ALERT
        assert moves.clear_alert(case_id=case.pk, note="复测36.6", by=worker).state == State.ACTIVE


def test_an_alert_outlasts_an_exit_and_a_violation(worker):
    with at(DAY):
        case = started(registered(worker, (HOME, 7, "")), worker)
        checked(case, worker, symptoms=["dry_cough"])
        back_by = timezone.now() + dt.timedelta(hours=3)
        moves.approve_exit(case_id=case.pk, reason="透析", escorts="周敏", plate_no="鄂A00001", back_by=back_by, by=worker)
        assert moves.return_home(case_id=case.pk, by=worker).state == State.ALERT
        moves.violate(case_id=case.pk, note="下楼取快递", by=worker)
        assert moves.end_violation(case_id=case.pk, by=worker).state == State.ALERT


def test_a_positive_waits_for_the_transfer_and_the_others_are_proposed(worker):
    with at(DAY):
        case = started(registered(worker, (HOME, 7, "1,4")), worker)
        other = factories.ResidentFactory(dwelling=case.dwelling)
        factories.ResidentFactory(dwelling=case.dwelling, lives_in=False)
        test = case.tests.get(due_on=DAY)
        moves.record_test(test_id=test.pk, sampled_on=DAY, test_result="positive", by=worker)
        case.refresh_from_db()

        assert (case.state, case.contact_class, case.positive_on) == (State.TO_CENTRAL, ContactClass.POSITIVE, DAY)
        assert due_tests(case) == []
        assert quarantine.proposed(case.dwelling) == [other]

        (made,) = quarantine.register_home(
            dwelling_id=case.dwelling_id, resident_ids=[other.pk, case.resident_id], contact_class="close",
            reason="close_special", starts_on=DAY, by=worker,
        )  # fmt: skip
        assert made.resident == other
        assert quarantine.proposed(case.dwelling) == []


def test_an_extension_is_longer_has_a_test_and_asks_for_a_new_look(worker):
    with at(DAY):
        case = started(registered(worker, (HOME, 7, "")), worker)
    with at(days(7)[0]):
        moves.verify(case_id=case.pk, method="door", at_home=True, is_final=True, by=worker)
        extended = moves.extend(case_id=case.pk, ends_on=days(10)[0], reason="同住人阳性", by=worker)
        with pytest.raises(Refused, match="does not lie after"):
            moves.extend(case_id=case.pk, ends_on=days(9)[0], reason="x", by=worker)

    assert (extended.ends_on, extended.verified_at, due_tests(case)) == (days(10)[0], None, days(10))


def test_a_missed_last_check_keeps_nobody(worker):
    with at(DAY):
        case = started(registered(worker, (HOME, 7, "")), worker)
        checked(case, worker)
    with at(days(8)[0]):
        moves.verify(case_id=case.pk, method="door", at_home=True, is_final=True, by=worker)
        assert moves.missing_for_release(case) == ["The community has not verified yet. Look whether the person is there."]
        assert moves.release(case_id=case.pk, by=worker).state == State.RELEASED


def test_what_stands_in_the_way_of_a_release_is_said(worker):
    with at(DAY):
        case = started(registered(worker, (HOME, 7, "4")), worker)
        checked(case, worker, "38.0")
        said = moves.missing_for_release(case)

    assert said == [
        "The period is not over: 2022-04-16 is its last day.",
        "Tests without a result: 2022-04-13. Take the samples and write the results down.",
        "The last health check was abnormal. Have it looked at and take another one.",
        "The community has not verified yet. Look whether the person is there.",
    ]


def test_a_case_opened_by_mistake_is_voided_and_one_that_goes_on_elsewhere_is_closed(worker):
    wrong, gone = registered(worker, (HOME, 7, "1")), registered(worker, (HOME, 7, "1"))
    started(gone, worker)

    assert moves.void(case_id=wrong.pk, reason="登记错误", by=worker).state == State.VOIDED
    assert moves.close(case_id=gone.pk, reason="转外区", by=worker).state == State.CLOSED
    assert [due_tests(case) for case in (wrong, gone)] == [[], []]


def test_a_transfer_is_told_before_it_leaves_and_wears_protection(worker):
    case = started(registered(worker, (HOME, 7, "")), worker)
    row = transfers.order(case_id=case.pk, to=Transfer.To.HOSPITAL, site="中心医院", by=worker)

    with pytest.raises(Refused):
        transfers.depart(transfer_id=row.pk, escorts="周敏", plate_no="鄂A1", protected=True, by=worker)
    transfers.notify(transfer_id=row.pk, agreed=False, by=worker)
    transfers.notify(transfer_id=row.pk, agreed=True, by=worker)
    with pytest.raises(Refused, match="protection"):
        transfers.depart(transfer_id=row.pk, escorts="周敏", plate_no="鄂A1", protected=False, by=worker)
    transfers.depart(transfer_id=row.pk, escorts="周敏", plate_no="鄂A1", protected=True, by=worker)
    with pytest.raises(Refused, match="has not come yet"):
        transfers.arrive(transfer_id=row.pk, arrived_at=timezone.now() + dt.timedelta(hours=1), by=worker)
    transfers.arrive(transfer_id=row.pk, by=worker)

    case.refresh_from_db()
    assert case.state == State.TRANSFERRED


def test_a_call_to_a_site_sent_twice_is_stored_once(worker):
    case = factories.QuarantineCaseFactory(state=State.TRANSFERRED, stage=CENTRAL)
    key = "00000000-0000-4000-8000-000000000001"
    facts = {"health": "good", "mood": "calm", "food_ok": True}

    first = transfers.call(case_id=case.pk, key=key, facts=facts, by=worker)
    second = transfers.call(case_id=case.pk, key=key, facts={**facts, "mood": "angry"}, by=worker)

    assert (str(second.pk), second.mood) == (str(first.pk), "calm")
    assert list(health_checks.calls_due([case.community], timezone.localdate())) == []


def test_a_home_in_quarantine_lets_nobody_out_but_by_an_approved_exit(worker):
    now = timezone.now()
    case = factories.QuarantineCaseFactory()
    flatmate = factories.ResidentFactory(dwelling=case.dwelling)
    neighbour = factories.ResidentFactory()

    assert [bool(quarantine.may_leave(who, now)) for who in (case.resident, flatmate, neighbour)] == [True, True, False]

    moves.approve_exit(
        case_id=case.pk, reason="透析", escorts="周敏", plate_no="鄂A1", back_by=now + dt.timedelta(hours=4), by=worker
    )
    later = now + dt.timedelta(hours=1)
    assert [bool(quarantine.may_leave(who, later)) for who in (case.resident, flatmate)] == [False, True]


def test_with_a_room_of_their_own_the_others_may_leave(worker):
    case = factories.QuarantineCaseFactory(own_room=True)
    flatmate = factories.ResidentFactory(dwelling=case.dwelling)

    assert quarantine.may_leave(flatmate, timezone.now()) == ""
