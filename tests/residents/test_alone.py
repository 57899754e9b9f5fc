"""Who lives alone, needs somebody, and has not been met today."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from portal.lib.dates import moment
from residents.models import CaseState, Dwelling, Stop
from residents.services import alone, care, errands
from tests import factories

DAY = dt.date(2022, 4, 13)
LIST = reverse("residents:alone_list")


@pytest.fixture(autouse=True)
def _nine_in_the_morning():
    with time_machine.travel(moment(DAY, dt.time(9)), tick=False):
        yield


def elder(compound, code="独居老人", **facts):
    """Somebody who lives alone and is to be called on every day."""
    resident = factories.ResidentFactory(dwelling__entrance__building__compound=compound, **facts)
    factories.CareProfileFactory(resident=resident, category=care.categories()[code])
    return resident


def found(cast) -> list[str]:
    return [resident.name for resident in alone.listed(alone.unmet([cast.qinghe]))]


def test_somebody_alone_is_listed_until_somebody_was_there(cast):
    resident = elder(cast.hefengyuan, name="王秀英")
    assert found(cast) == ["王秀英"]

    stop = factories.StopFactory(round__community=cast.qinghe, dwelling=resident.dwelling)
    Stop.objects.filter(pk=stop.pk).update(state="done", outcome="done", done_at=timezone.now(), done_by=cast.worker)

    assert found(cast) == []
    with time_machine.travel(moment(DAY + dt.timedelta(days=1), dt.time(0, 1))):
        assert found(cast) == ["王秀英"]


def test_a_lit_window_is_no_meeting_and_a_delivered_errand_is(cast):
    resident = elder(cast.hefengyuan, name="王秀英")
    lights = factories.StopFactory(
        round__community=cast.qinghe, round__plan__kind="light_count", dwelling=resident.dwelling
    )  # fmt: skip
    Stop.objects.filter(pk=lights.pk).update(state="done", outcome="lit", done_at=timezone.now(), done_by=cast.worker)
    assert found(cast) == ["王秀英"]

    errand = factories.ErrandFactory(dwelling=resident.dwelling)
    errands.claim(errand_id=errand.pk, by=cast.worker)
    errands.deliver(errand_id=errand.pk, outcome="handed", by=cast.worker)
    assert found(cast) == []


@pytest.mark.parametrize("not_alone", ["with somebody", "not called on", "away", "left", "elsewhere"])
def test_who_is_not_listed(cast, not_alone):
    code = "婴幼儿" if not_alone == "not called on" else "独居老人"
    compound = cast.yushu_rental if not_alone == "elsewhere" else cast.hefengyuan
    resident = elder(compound, code)
    if not_alone == "with somebody":
        factories.ResidentFactory(dwelling=resident.dwelling)
    if not_alone == "away":
        type(resident).objects.update(lives_in=False)
    if not_alone == "left":
        type(resident).objects.update(left_on=DAY)

    assert found(cast) == []


def test_whoever_is_in_quarantine_alone_is_listed_first_until_the_check_is_taken(cast):
    elder(cast.hefengyuan, name="王秀英")
    case = factories.QuarantineCaseFactory(
        resident__dwelling__entrance__building__compound=cast.hefengyuan, resident__name="李强", state=CaseState.ACTIVE
    )  # fmt: skip
    assert found(cast) == ["李强", "王秀英"]

    case.checks.create(day=DAY, slot="am", temperature="36.5", method="phone", taken_at=timezone.now(), taken_by=cast.worker)

    assert found(cast) == ["王秀英"]


def test_the_page_names_them_as_far_as_the_reader_may_know(cast, sign_in):
    elder(cast.hefengyuan, "困境儿童", name="王秀英")

    seen = {who: sign_in(getattr(cast, who)).get(LIST).content.decode() for who in ("worker", "cadre_user", "cadre2_user")}

    assert {who: ("王秀英" in page, "王**" in page, "child in need" in page) for who, page in seen.items()} == {
        "worker": (True, False, True),
        "cadre_user": (False, True, False),
        "cadre2_user": (False, False, False),
    }


def test_they_are_rung_as_a_round(cast, sign_in):
    resident = elder(cast.hefengyuan)
    client = sign_in(cast.worker)

    form = client.get(client.get(LIST).context["round"]).context["form"]

    assert form.initial["homes"] == str(Dwelling.objects.get(pk=resident.dwelling_id))


@pytest.mark.parametrize("asked", ["", "?compound=x", "?compound=999999", "?compound=%00", "?page=-1"])
def test_nonsense_in_the_address_shows_everybody(cast, sign_in, asked):
    elder(cast.hefengyuan)

    assert len(sign_in(cast.worker).get(LIST + asked).context["rows"]) == 1


def test_more_people_cost_no_more_statements(cast, sign_in, queries):
    client = sign_in(cast.worker)
    counts = []
    for number in (1, 2):
        for _ in range(number):
            elder(cast.hefengyuan)
        client.get(LIST)
        with queries() as seen:
            client.get(LIST)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 12
