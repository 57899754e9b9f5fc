"""Control levels as dated decisions; the epidemic-free status by its conditions."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from portal import trail
from portal.accounts.models import Event
from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import CaseState, Community, ContactClass, ControlLevel, EpidemicFreeStatus
from residents.services import control
from tests import factories

DAY = dt.date(2022, 4, 13)
SEALED, CONTROLLED, OPEN = ControlLevel.SEALED, ControlLevel.CONTROLLED, ControlLevel.OPEN


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(moment(DAY, dt.time(12)), tick=False):
        yield


def decide(cast, level, *, days=0, building=None, compound=None):
    return control.decide(
        compound=compound or cast.hefengyuan, building=building, level=level, starts_on=DAY + dt.timedelta(days=days),
        reason="通告", by=cast.secretary,
    )  # fmt: skip


def case_in(compound, **facts):
    home = factories.DwellingFactory(entrance__building__compound=compound)
    return factories.QuarantineCaseFactory(resident__dwelling=home, **facts)


# Levels


def test_a_compound_is_open_until_somebody_decides_and_the_newest_decision_holds(cast):
    assert control.level_on(cast.hefengyuan, DAY) == OPEN
    decide(cast, SEALED, days=-5)
    decide(cast, CONTROLLED, days=2)

    levels = [control.level_on(cast.hefengyuan, DAY + dt.timedelta(days=days)) for days in (-6, -5, 0, 1, 2)]
    assert levels == [OPEN, SEALED, SEALED, SEALED, CONTROLLED]


def test_one_building_may_be_closed_further_until_the_compound_is_decided_anew(cast):
    building, other = factories.BuildingFactory.create_batch(2, compound=cast.hefengyuan)
    decide(cast, CONTROLLED, days=-5)
    decide(cast, SEALED, days=-3, building=building)

    assert [control.level_on(cast.hefengyuan, DAY, b) for b in (building, other, None)] == [SEALED, CONTROLLED, CONTROLLED]

    decide(cast, OPEN, days=-1)
    assert [control.level_on(cast.hefengyuan, DAY, b) for b in (building, other, None)] == [OPEN, OPEN, OPEN]


def test_what_holds_already_is_no_decision_and_a_building_belongs_to_its_compound(cast):
    with pytest.raises(Refused, match="holds there already"):
        decide(cast, OPEN)
    with pytest.raises(Refused, match="another compound"):
        decide(cast, SEALED, building=factories.BuildingFactory(compound=cast.yushu_rental))


def test_two_decisions_of_one_day_are_refused(cast):
    decide(cast, SEALED)
    with pytest.raises(Refused, match="already a decision"):
        decide(cast, CONTROLLED)


# Epidemic-free


def apply(cast, tested=0) -> EpidemicFreeStatus:
    return control.apply(compound=cast.hefengyuan, tested_on=DAY + dt.timedelta(days=tested), by=cast.secretary)


@pytest.mark.parametrize("unmet", ["case", "contact", "fever", "untested"])
def test_every_condition_is_looked_at(cast, unmet):
    if unmet == "case":
        closed = {"state": CaseState.CLOSED, "ended_on": DAY}
        case_in(cast.hefengyuan, contact_class=ContactClass.POSITIVE, positive_on=DAY - dt.timedelta(days=13), **closed)
    if unmet == "contact":
        case_in(cast.hefengyuan, contact_class=ContactClass.SECONDARY)
    if unmet == "fever":
        case_in(cast.hefengyuan, contact_class=ContactClass.OTHER, state=CaseState.ALERT, alert_since=timezone.now())

    with pytest.raises(Refused, match="Not yet"):
        apply(cast, tested=-3 if unmet == "untested" else -2)


def said_to(status):
    """The reason as readers of each language have it, on its page and in the audit trail."""
    found = {}
    for code in ("zh-hans", "en"):
        with translation.override(code):
            (line,) = trail.lines([Event.objects.filter(table=status._meta.label_lower).latest("id")], Community.objects.all())
            (found[code],) = {status.why} & {after for _name, _before, after in line.changes}
    return found


def test_suspended_days_count_once_the_status_is_restored(cast):
    status = apply(cast)
    control.grant(status_id=status.pk, batch="第四批", by=cast.secretary)
    with time_machine.travel(moment(DAY + dt.timedelta(days=3), dt.time(9)), tick=False):
        contact = case_in(cast.hefengyuan)
        with translation.override("zh-hans"):  # the worker's language, which is nobody's own
            control.review()
        status.refresh_from_db()
        assert (status.state, said_to(status)) == ("suspended", {"zh-hans": "出现密接或发热", "en": "a contact or a fever"})
        assert control.free_days(status, timezone.localdate()) is None
        with pytest.raises(Refused, match="Rule it out first"):
            control.restore(status_id=status.pk, by=cast.secretary)
    contact.state, contact.ended_on = CaseState.CLOSED, DAY + dt.timedelta(days=5)
    contact.save()
    with time_machine.travel(moment(DAY + dt.timedelta(days=9), dt.time(9)), tick=False):
        restored = control.restore(status_id=status.pk, by=cast.secretary)
        assert control.free_days(restored, timezone.localdate()) == 10


def test_a_new_positive_cancels_at_once_and_twice_does_no_harm(cast):
    status = apply(cast)
    control.grant(status_id=status.pk, by=cast.secretary)
    case_in(cast.hefengyuan, contact_class=ContactClass.POSITIVE, positive_on=DAY)

    control.review()
    control.review()

    status.refresh_from_db()
    assert (status.state, status.cancelled_on) == ("cancelled", DAY)
    assert Event.objects.filter(kind="epidemicfreestatus.status", by=None).count() == 1


def test_one_application_at_a_time(cast):
    apply(cast)
    with pytest.raises(Refused, match="already applied"):
        apply(cast)


# Pages


def test_the_secretary_records_a_decision_and_applies(cast, sign_in):
    client = sign_in(cast.secretary)
    address = {name: reverse(f"residents:control_{name}", args=[cast.hefengyuan.pk]) for name in ("decide", "apply", "detail")}
    client.post(address["decide"], {"level": "sealed", "starts_on": DAY, "reason": "通告"})
    client.post(address["apply"], {"tested_on": DAY})
    status = EpidemicFreeStatus.objects.get()
    client.post(reverse("residents:control_step", args=[status.pk, "grant"]), {"text": "第四批"})

    status.refresh_from_db()
    assert (control.level_on(cast.hefengyuan, DAY), status.state, status.batch) == (SEALED, "granted", "第四批")
    assert client.get(address["detail"]).status_code == 200


def test_the_list_takes_the_same_statements_for_one_compound_and_for_three(cast, sign_in, queries):
    client = sign_in(cast.secretary)
    client.get(reverse("residents:control_list"))
    with queries() as one:
        client.get(reverse("residents:control_list"))
    for compound in factories.CompoundFactory.create_batch(2, community=cast.qinghe):
        decide(cast, SEALED, compound=compound, building=factories.BuildingFactory(compound=compound))
    with queries() as three:
        client.get(reverse("residents:control_list"))

    assert len(three) - len(one) <= 1  # the numbers of buildings are asked where there are any
