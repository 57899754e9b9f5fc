"""The page of missed checks: which communities are late, for whom it counts and who is not named."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from portal.lib.dates import moment
from residents.models import QuarantineCase
from residents.services import health_checks, missed_checks
from tests import factories

PAGE = reverse("residents:missed_check_list")
DAY = dt.date(2022, 4, 13)


def at(hour: int, minute: int = 0, day: dt.date = DAY) -> time_machine.travel:
    return time_machine.travel(moment(day, dt.time(hour, minute)), tick=False)


@pytest.fixture(autouse=True)
def _morning():
    with at(9):
        yield


def case_in(compound, **facts) -> QuarantineCase:
    home = factories.DwellingFactory(entrance__building__compound=compound)
    return factories.QuarantineCaseFactory(resident__dwelling=home, **facts)


def ask(case, by, slot="am", day=DAY) -> None:
    health_checks.record(case_id=case.pk, day=day, slot=slot, temperature=36, method="door", by=by)


def lines(client, **query) -> list[tuple[str, str, int, dt.time]]:
    rows = client.get(PAGE, query).context["rows"]
    return [(row.community.name, row.slot, row.count, row.since) for row in rows]


def test_what_is_late_longest_comes_first(cast, sign_in):
    for _n in range(2):
        case_in(cast.hefengyuan)
    case_in(cast.yushu_rental, morning_by=dt.time(10))
    client = sign_in(cast.officer)
    with at(11):
        assert lines(client) == [("榆树社区", "am", 1, dt.time(10))]
    with at(20, 30):
        assert lines(client) == [
            ("榆树社区", "am", 1, dt.time(10)), ("清荷社区", "am", 2, dt.time(12)),
            ("清荷社区", "pm", 2, dt.time(20)), ("榆树社区", "pm", 1, dt.time(20)),
        ]  # fmt: skip


def test_who_was_asked_is_off_the_list(cast, sign_in):
    case = case_in(cast.hefengyuan)
    with at(13):
        ask(case, cast.worker)
        page = sign_in(cast.district_officer).get(PAGE)

    assert list(page.context["rows"]) == []
    assert "No check is missed" in page.content.decode()


def test_yesterdays_evening_can_still_be_looked_up_in_the_night(cast, sign_in):
    case = case_in(cast.hefengyuan)
    with at(8):
        ask(case, cast.worker)
    with at(1, day=DAY + dt.timedelta(days=1)):
        client = sign_in(cast.officer)
        assert lines(client) == []
        assert lines(client, day=DAY) == [("清荷社区", "pm", 1, dt.time(20))]


def test_numbers_go_up_and_names_do_not(cast, sign_in):
    case = case_in(cast.hefengyuan)
    with at(13):
        text = sign_in(cast.officer).get(PAGE).content.decode()

    assert "清荷社区" in text
    assert case.resident.name not in text
    assert str(case.dwelling) not in text


def test_each_sees_the_communities_below(cast, sign_in):
    case_in(cast.hefengyuan)
    case_in(cast.yushu_rental)
    elsewhere = factories.CompoundFactory()
    case_in(elsewhere)
    with at(13):
        seen = {user.username: [name for name, *_rest in lines(sign_in(user))] for user in (cast.officer, cast.secretary)}

    assert seen == {"officer": ["清荷社区", "榆树社区"], "secretary": ["清荷社区"]}


def test_the_office_is_led_to_its_doors_and_the_first_page_of_the_officer_here(cast, sign_in):
    case_in(cast.hefengyuan)
    with at(13):
        doors = f"{reverse('residents:health_check_list')}?show=missed"
        assert doors in sign_in(cast.worker).get(PAGE).content.decode()
        assert doors not in sign_in(cast.officer).get(PAGE).content.decode()
        home = sign_in(cast.officer).get(reverse("home"))

    assert [stat.value for stat in home.context["overview"]["stats"] if stat.address == PAGE] == [1]


@pytest.mark.parametrize("query", ["day=x", "day=2022-13-40", "day=%00", "day=2099-01-01", "page=9999", "page=-1"])
def test_nonsense_in_the_address_is_today(cast, sign_in, query):
    case_in(cast.hefengyuan)
    with at(13):
        page = sign_in(cast.officer).get(f"{PAGE}?{query}")

    assert (page.status_code, page.context["day"], len(page.context["rows"])) == (200, DAY, 1)


def test_three_communities_cost_as_many_statements_as_one(cast, sign_in, queries):
    client = sign_in(cast.officer)
    case_in(cast.hefengyuan)
    with at(13):
        client.get(PAGE)
        with queries() as one:
            assert len(lines(client)) == 1
        third = factories.CompoundFactory(community__subdistrict=cast.qinghe.subdistrict)
        case_in(cast.yushu_rental)
        case_in(third)
        with queries() as three:
            assert len(lines(client)) == 3

    assert len(one) == len(three)
    assert len(missed_checks.listed([cast.qinghe], DAY, moment(DAY, dt.time(13)))) == 1
