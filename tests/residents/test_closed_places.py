"""A place that was disinfected is not used before its time: said where somebody would use it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import Transfer
from residents.services import closed_places, stops, transfers
from tests import factories


@pytest.fixture
def spray(cast):
    """Disinfect a place of 荷风苑 with so many minutes of contact."""

    def sprayed(place="东门岗亭", minutes=30, **plan):
        plan = factories.RoundPlanFactory(
            **{"community": cast.qinghe, "kind": "disinfection", "compound": cast.hefengyuan} | plan
        )
        stop = factories.StopFactory(round__plan=plan, round__community=plan.community, dwelling=None, place=place)
        answers = {"area_m2": 20, "agent": "含氯", "contact_minutes": minutes}
        return stops.do(stop_id=stop.pk, outcome="done", answers=answers, by=cast.cadre_user)

    return sprayed


def names(cast, minutes=0) -> list[str]:
    return [one.place for one in closed_places.closed([cast.qinghe], timezone.now() + dt.timedelta(minutes=minutes))]


def test_a_place_is_closed_from_the_spraying_until_it_has_worked(cast, spray):
    spray("活动室", 30)
    spray("电梯厅", 60)
    spray("门厅", 0)

    assert (names(cast), names(cast, 31), names(cast, 61)) == (["活动室", "电梯厅"], ["电梯厅"], [])


def test_sprayed_twice_the_later_hour_counts(cast, spray):
    spray(minutes=60)
    spray(minutes=30)

    assert (len(names(cast)), names(cast, 45)) == (1, ["东门岗亭"])


def test_a_tap_taken_back_opens_the_place(cast, spray):
    stop = spray()
    stops.undo(stop_id=stop.pk, by=cast.cadre_user)

    assert names(cast) == []


@pytest.mark.parametrize(
    ("place", "asked", "is_closed"),
    [("东门岗亭", "东门", True), ("东门", "东门岗亭", True), ("东 门", "东门", True), ("西门", "东门", False),
     ("11号门", "1号门", False), ("1号门", "1号门岗", True)],
)  # fmt: skip
def test_a_place_is_known_by_what_people_call_it(cast, spray, place, asked, is_closed):
    spray(place)

    found = closed_places.at(cast.qinghe, cast.hefengyuan.pk, asked)
    assert (found is not None) == is_closed


def test_a_place_of_the_same_name_elsewhere_is_open(cast, spray):
    other = factories.CompoundFactory(community=cast.qinghe)
    spray("东门", compound=other)
    spray("东门", community=cast.yushu, compound=cast.yushu_rental)

    assert closed_places.at(cast.qinghe, cast.hefengyuan.pk, "东门") is None
    assert [one.place for one in closed_places.of_compound(other)] == ["东门"]


def test_a_place_whose_plan_names_no_compound_may_be_any(cast, spray):
    spray("东门", compound=None)

    assert closed_places.at(cast.qinghe, cast.hefengyuan.pk, "东门").place == "东门"
    assert [one.place for one in closed_places.of_compound(cast.hefengyuan)] == ["东门"]


def test_many_closed_places_cost_one_statement_and_homes_another(cast, spray, queries):
    for place in ("东门", "西门", "北门"):
        spray(place)
    with queries() as seen:
        assert len(closed_places.of_compound(cast.hefengyuan)) == 3

    assert len(seen) == 2


@pytest.fixture
def left_home(cast):
    """A home whose patient was taken to a site, disinfected with so many minutes of contact."""

    def disinfected(minutes=30):
        home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan)
        case = factories.QuarantineCaseFactory(resident=factories.ResidentFactory(dwelling=home), state="transferred")
        ago = timezone.now() - dt.timedelta(hours=2)
        row = Transfer.objects.create(
            case=case, to="site", site="健康驿站", state="arrived", ordered_at=ago, ordered_by=cast.worker, departed_at=ago,
            arrived_at=ago,
        )  # fmt: skip
        transfers.disinfected(transfer_id=row.pk, contact_minutes=minutes, by=cast.worker)
        return case.dwelling

    return disinfected


def test_a_home_disinfected_after_a_transfer_is_closed_until_it_has_worked(cast, left_home, sign_in):
    home, soon = left_home(30), timezone.now() + dt.timedelta(minutes=31)
    compound = home.entrance.building.compound

    assert closed_places.at_home(home).place == str(home)
    assert [one.dwelling_id for one in closed_places.of_compound(compound)] == [home.pk]
    assert closed_places.of_compound(compound, soon) == closed_places.homes([home.community_id], soon) == []
    assert closed_places.at_home(left_home(0)) is None
    # A home is known by its door: no gate is closed because it sounds like one.
    assert closed_places.at(home.community_id, compound.pk, str(home)) is None
    page = sign_in(cast.worker).get(reverse("residents:dwelling_detail", args=[home.pk])).content.decode()
    assert "Not to be used before" in page


@pytest.mark.parametrize(("kind", "is_warned"), [("sweep", True), ("disinfection", False)])
def test_who_comes_to_a_closed_home_is_warned(cast, left_home, sign_in, kind, is_warned):
    plan = factories.RoundPlanFactory(community=cast.qinghe, kind=kind, compound=cast.hefengyuan)
    made = factories.RoundFactory(plan=plan, community=cast.qinghe, walkers=[cast.cadre_user])
    factories.StopFactory(round=made, dwelling=left_home())

    text = sign_in(cast.cadre_user).get(reverse("residents:round_detail", args=[made.pk])).content.decode()

    assert ("Not to be used before" in text) == is_warned


@pytest.fixture
def assignment(cast):
    """马骏's shift at the eastern gate, now."""
    now = timezone.now()
    post = factories.PostFactory(compound=cast.hefengyuan, name="东门")
    shift = factories.ShiftFactory(post=post, day=timezone.localdate(), starts_at=now, ends_at=now + dt.timedelta(hours=8))
    return factories.AssignmentFactory(shift=shift, cadre=cast.cadre)


def test_who_would_stand_there_is_warned_before_the_sign_in(cast, spray, assignment, sign_in):
    post = assignment.shift.post
    pages = [
        (cast.cadre_user, reverse("checkpoints:my_day")),
        (cast.cadre_user, reverse("checkpoints:attendance_scan", args=[post.code])),
        (cast.secretary, reverse("checkpoints:post_detail", args=[post.pk])),
    ]
    assert ["Not to be used before" in sign_in(who).get(page).content.decode() for who, page in pages] == [False] * 3

    stop = spray()

    words = f"Not to be used before {timezone.localtime(stop.usable_at):%H:%M}"
    assert [words in sign_in(who).get(page).content.decode() for who, page in pages] == [True] * 3


def test_the_page_of_the_compound_lists_what_is_closed(cast, spray, sign_in, queries):
    spray("活动室")
    client, address = sign_in(cast.worker), reverse("residents:place_detail", args=[cast.hefengyuan.pk])
    with queries() as one:
        assert "活动室" in client.get(address).content.decode()
    spray("电梯厅")
    spray("快递架")
    with queries() as three:
        assert "快递架" in client.get(address).content.decode()
    assert len(one) == len(three)


@pytest.mark.parametrize(("kind", "is_warned"), [("patrol", True), ("disinfection", False)])
def test_who_walks_by_is_warned_and_who_sprays_again_is_not(cast, spray, sign_in, kind, is_warned):
    spray("活动室")
    plan = factories.RoundPlanFactory(community=cast.qinghe, kind=kind, compound=cast.hefengyuan)
    made = factories.RoundFactory(plan=plan, community=cast.qinghe, walkers=[cast.cadre_user])
    factories.StopFactory(round=made, dwelling=None, place="活动室")

    text = sign_in(cast.cadre_user).get(reverse("residents:round_detail", args=[made.pk])).content.decode()

    assert ("Not to be used before" in text) == is_warned
