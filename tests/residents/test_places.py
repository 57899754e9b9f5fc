"""Compounds and buildings, put down by the community."""

import pytest
from django.urls import reverse

from portal.accounts.models import Event
from portal.lib.errors import Refused
from residents.models import Building, Compound, Entrance
from residents.services import places
from tests.factories import BuildingFactory, CompoundFactory, EntranceFactory

LIST = reverse("residents:place_list")
ALIKE = {"first": 1, "count": 18, "floors": 7, "entrances": 3}


def at(name: str, row) -> str:
    return reverse(f"residents:{name}", args=[row.pk])


def test_eighteen_buildings_in_one_go(cast, sign_in, queries):
    client = sign_in(cast.secretary)
    client.get(LIST)

    answer = client.post(at("place_buildings", cast.hefengyuan), ALIKE)

    assert answer.status_code == 302
    assert cast.hefengyuan.buildings.count() == 18
    assert Entrance.objects.filter(building__compound=cast.hefengyuan).count() == 54
    assert set(cast.hefengyuan.buildings.values_list("floors", "has_lift")) == {(7, False)}
    assert Event.objects.get(kind="compound.buildings_added").after["count"] == 18


def test_many_buildings_cost_as_many_statements_as_one(cast, queries):
    with queries() as one:
        places.add_buildings(compound_id=cast.hefengyuan.pk, by=cast.secretary, **{**ALIKE, "count": 1}, has_lift=False)
    with queries() as many:
        places.add_buildings(compound_id=cast.yushu_rental.pk, by=cast.secretary, **ALIKE, has_lift=False)

    assert len(many) == len(one)


def test_a_building_without_entrances_gets_one_of_number_0(cast):
    (building,) = places.add_buildings(
        compound_id=cast.hefengyuan.pk, first=1, count=1, floors=2, entrances=0, has_lift=False, by=cast.secretary
    )

    assert [entrance.number for entrance in building.entrances.all()] == ["0"]


def test_numbers_that_are_taken_are_named(cast):
    BuildingFactory(compound=cast.hefengyuan, number="3")

    with pytest.raises(Refused, match="already there: 3"):
        places.add_buildings(compound_id=cast.hefengyuan.pk, by=cast.secretary, **ALIKE, has_lift=False)


def test_a_compound_name_once_in_a_community(cast, sign_in):
    post = {"community": cast.qinghe.pk, "name": "荷风苑", "kind": "estate"}

    answer = sign_in(cast.secretary).post(reverse("residents:place_create"), post)

    assert "already has a compound of this name" in answer.content.decode()
    assert Compound.objects.filter(name="荷风苑").count() == 1


def test_a_compound_is_put_down_and_changed(cast, sign_in):
    client = sign_in(cast.secretary)
    post = {"community": cast.qinghe.pk, "name": "春分里", "kind": "old_open", "dwellings_count": 634}
    client.post(reverse("residents:place_create"), post)
    compound = Compound.objects.get(name="春分里")

    client.post(at("place_edit", compound), {"name": "春分里", "kind": "estate", "dwellings_count": 640})

    compound.refresh_from_db()
    assert (compound.community, compound.dwellings_count) == (cast.qinghe, 640)
    line = Event.objects.get(kind="compound.changed")
    assert (line.before, line.after) == (
        {"kind": "old_open", "dwellings_count": 634},
        {"kind": "estate", "dwellings_count": 640},
    )


def test_entrances_are_numbered_on(cast, sign_in):
    building = BuildingFactory(compound=cast.hefengyuan, number="17")
    EntranceFactory(building=building, number="2")

    sign_in(cast.secretary).post(at("building_edit", building), {"number": "17", "floors": 9, "more_entrances": 2})

    assert sorted(building.entrances.values_list("number", flat=True)) == ["2", "3", "4"]
    assert Building.objects.get(pk=building.pk).floors == 9


@pytest.mark.parametrize(
    "post",
    [
        {},
        {**ALIKE, "count": 0},
        {**ALIKE, "count": 100_000},
        {**ALIKE, "floors": "7.5"},
        {**ALIKE, "floors": 99999999999999999999},
        {**ALIKE, "entrances": -1},
        {**ALIKE, "first": "\x00"},
    ],
)
def test_bad_numbers_are_answered_kindly(cast, sign_in, post):
    answer = sign_in(cast.secretary).post(at("place_buildings", cast.hefengyuan), post)

    assert answer.status_code == 200
    assert cast.hefengyuan.buildings.count() == 0


@pytest.mark.parametrize("name", ["place_detail", "place_edit", "place_buildings"])
def test_strangers_find_nothing_and_workers_only_read(cast, sign_in, name):
    address = at(name, cast.hefengyuan)

    assert sign_in(cast.other_secretary).get(address).status_code == 404
    assert sign_in(cast.worker).get(address).status_code == (200 if name == "place_detail" else 403)
    assert sign_in(cast.cadre_user).get(address).status_code == 403


def test_a_compound_is_not_put_into_another_community(cast, sign_in):
    post = {"community": cast.yushu.pk, "name": "x", "kind": "estate"}

    assert sign_in(cast.secretary).post(reverse("residents:place_create"), post).status_code == 200
    assert not Compound.objects.filter(name="x").exists()
    building = BuildingFactory(compound=cast.yushu_rental)
    assert sign_in(cast.secretary).get(at("building_edit", building)).status_code == 404


def test_as_many_queries_for_three_as_for_one(cast, sign_in, queries):
    client = sign_in(cast.secretary)
    BuildingFactory(compound=cast.hefengyuan)
    addresses = [LIST, LIST + "?q=%00&page=x", at("place_detail", cast.hefengyuan)]
    counts = []
    for _ in range(2):
        seen = []
        for address in addresses:
            with queries() as made:
                assert client.get(address).status_code == 200
            seen.append(len(made))
        counts.append(seen)
        CompoundFactory.create_batch(2, community=cast.qinghe)
        BuildingFactory.create_batch(2, compound=cast.hefengyuan)

    assert counts[0] == counts[1]
