"""Who answers for which place, and the places nobody answers for."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from deployments.models import Responsibility
from deployments.services import responsibilities
from deployments.services.responsibilities import Person
from portal.lib.errors import Refused
from residents.models import Community
from tests.factories import BuildingFactory, CompoundFactory, DwellingFactory, EntranceFactory, SecondmentFactory

JOINING = import_module("deployments.migrations.0005_responsibilities_once")

LIST, NEW = reverse("deployments:responsibility_list"), reverse("deployments:responsibility_create")
GAPS = reverse("deployments:responsibility_gaps")


def day(offset: int = 0) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=offset)


def steward(cast, **values) -> Responsibility:
    given = {"community": cast.qinghe, "role": "steward", "place": cast.hefengyuan, "person": Person(cadre=cast.cadre)}
    return responsibilities.assign(**{**given, "starts_on": day(), "by": cast.secretary, **values})


def bare(communities) -> tuple[set, set, set]:
    gaps = responsibilities.gaps(communities, day())
    return set(gaps.compounds), set(gaps.buildings), set(gaps.entrances)


def test_gaps_are_the_places_without_anybody(cast):
    first, second = BuildingFactory.create_batch(2, compound=cast.hefengyuan)
    doors = [EntranceFactory(building=building) for building in (first, second)]
    here = Community.objects.filter(pk=cast.qinghe.pk)
    assert bare(here) == ({cast.hefengyuan}, {first, second}, set(doors))

    steward(cast)
    # Whoever answers for the building answers for its entrances.
    steward(cast, role="building_head", place=first, person=Person(name="楼长", phone="19900001111"))
    steward(cast, role="entrance_head", place=doors[1], person=Person(name="单元长", phone="19900002222"))

    assert bare(here) == (set(), {second}, set())


def test_whoever_has_left_answers_for_nothing(cast):
    steward(cast)
    cast.secondment.ends_on = day(-1)
    cast.secondment.save()

    assert bare([cast.qinghe])[0] == {cast.hefengyuan}


def test_gaps_of_many_communities_cost_three_statements(cast, queries):
    BuildingFactory.create_batch(3)
    with queries() as made:
        gaps = responsibilities.gaps(Community.objects.all(), day())
        assert (gaps.compounds.count(), gaps.buildings.count(), gaps.entrances.count()) == (5, 3, 0)

    assert len(made) == 3


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"role": "entrance_head"}, "another kind of place"),
        ({"person": Person()}, "Choose a cadre"),
        ({"person": Person(name="只有名字")}, "Choose a cadre"),
        ({"starts_on": day(30)}, "not seconded here"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(cast, change, why):
    with pytest.raises(Refused, match=why):
        steward(cast, **change)


def test_a_place_or_a_cadre_of_another_community_is_refused(cast):
    with pytest.raises(Refused, match="another community"):
        steward(cast, place=cast.yushu_rental)
    with pytest.raises(Refused, match="not seconded here"):
        steward(cast, person=Person(cadre=cast.cadre2))


def test_a_compound_has_one_steward(cast):
    steward(cast)

    with pytest.raises(Refused, match="already has a steward"):
        steward(cast, person=Person(name="第二人", phone="19900003333"))


ROLES = [
    ("commander", lambda cast, entrance: cast.hefengyuan),
    ("guarantor", lambda cast, entrance: entrance.building),
    ("building_head", lambda cast, entrance: entrance.building),
    ("entrance_head", lambda cast, entrance: entrance),
]


@pytest.mark.parametrize(("role", "place_of"), ROLES)
def test_a_cadre_answers_for_a_place_in_a_role_once_at_a_time(cast, role, place_of):
    entrance = EntranceFactory(building__compound=cast.hefengyuan)
    place = place_of(cast, entrance)
    colleague = SecondmentFactory(community=cast.qinghe).cadre

    def again(cadre=cast.cadre, **days):
        return steward(cast, role=role, place=place, person=Person(cadre=cadre), **days)

    again(starts_on=day(0), ends_on=day(5))
    again(starts_on=day(6))
    again(cadre=colleague, starts_on=day(0))
    with pytest.raises(Refused, match="already answers for this place in this role"):
        again(starts_on=day(5), ends_on=day(5))


@pytest.mark.django_db(transaction=True)
def test_rows_of_before_that_share_a_day_become_one(cast):
    building = EntranceFactory(building__compound=cast.hefengyuan).building
    constraint = next(one for one in Responsibility._meta.constraints if one.name == "responsibility_guarantor_once")
    whole = {"community": cast.qinghe, "role": "guarantor", "building": building, "cadre": cast.cadre}
    spans = [(day(0), day(5)), (day(3), None), (day(9), day(9)), (day(-9), day(-1))]
    with connection.schema_editor() as editor:
        without(editor, constraint)
    first, *_, last = [Responsibility.objects.create(**whole, starts_on=start, ends_on=end) for start, end in spans]

    with connection.schema_editor() as editor:
        JOINING.join(apps, editor)
        editor.add_constraint(Responsibility, constraint)

    left = Responsibility.objects.order_by("starts_on").values_list("pk", "starts_on", "ends_on")
    assert list(left) == [(last.pk, day(-9), day(-1)), (first.pk, day(0), None)]


def without(editor, constraint) -> None:
    if connection.vendor == "postgresql":
        editor.remove_constraint(Responsibility, constraint)
    else:
        for event in ("insert", "update"):
            editor.execute(f"DROP TRIGGER {constraint.name}_{event}")


def test_hand_over_leaves_no_day_without_and_none_with_two(cast):
    old = steward(cast, starts_on=day(-5))

    new = responsibilities.hand_over(
        responsibility_id=old.pk, person=Person(name="接任者", phone="19900003333"), starts_on=day(2), by=cast.secretary
    )

    old.refresh_from_db()
    assert (old.ends_on, new.starts_on, new.compound, new.person) == (day(1), day(2), cast.hefengyuan, "接任者")


def test_assigned_by_the_page_and_ended(cast, sign_in):
    client = sign_in(cast.secretary)
    client.post(NEW, {"role": "steward", "compound": cast.hefengyuan.pk, "cadre": cast.cadre.pk, "starts_on": day()})
    row = Responsibility.objects.get()
    assert (row.community, row.cadre, row.compound) == (cast.qinghe, cast.cadre, cast.hefengyuan)

    client.post(reverse("deployments:responsibility_end", args=[row.pk]), {"last_day": day(3)})

    row.refresh_from_db()
    assert row.ends_on == day(3)


@pytest.mark.parametrize(
    ("post", "why"),
    [
        ({"role": ""}, "This field is required"),
        ({"role": "steward", "name": "王", "phone": "1", "starts_on": "today"}, "valid date"),
        ({"role": "steward", "cadre": 99, "compound": "x", "starts_on": "2026-01-01"}, "not one of the available"),
        ({"role": "guarantor", "name": "王", "phone": "1", "starts_on": "2026-01-01"}, "place this role answers for"),
    ],
)
def test_bad_input_is_answered_at_the_field(cast, sign_in, post, why):
    answer = sign_in(cast.secretary).post(NEW, post)

    assert answer.status_code == 200
    assert why in answer.content.decode()


def test_the_page_of_gaps_leads_to_the_form(cast, sign_in):
    building = BuildingFactory(compound=cast.hefengyuan, number="17")
    BuildingFactory(compound=cast.yushu_rental, number="99")

    text = sign_in(cast.secretary).get(GAPS).content.decode()

    assert f"role=guarantor&amp;building={building.pk}" in text
    assert "99栋" not in text


@pytest.mark.parametrize("name", ["responsibility_end", "responsibility_hand_over"])
def test_strangers_find_nothing_and_workers_only_read(cast, sign_in, name):
    address = reverse(f"deployments:{name}", args=[steward(cast).pk])

    assert sign_in(cast.secretary).get(address).status_code == 200
    assert sign_in(cast.other_secretary).get(address).status_code == 404
    assert sign_in(cast.worker).get(address).status_code == 403
    assert sign_in(cast.worker).get(LIST).status_code == 200
    assert sign_in(cast.cadre_user).get(LIST).status_code == 403


@pytest.mark.parametrize("page", [LIST, GAPS])
def test_as_many_queries_for_three_as_for_one(cast, sign_in, queries, page):
    client = sign_in(cast.secretary)
    EntranceFactory(building__compound=CompoundFactory(community=cast.qinghe))
    steward(cast)
    with queries() as one:
        client.get(page)
    for door in EntranceFactory.create_batch(2, building__compound=CompoundFactory(community=cast.qinghe)):
        steward(cast, role="guarantor", place=door.building)
        EntranceFactory(building__compound=cast.hefengyuan)
    with queries() as three:
        client.get(page)

    assert len(three) == len(one)


def test_how_many_homes_somebody_answers_for(cast):
    building = BuildingFactory(compound=cast.hefengyuan)
    entrances = [EntranceFactory(building=building, number=number) for number in (1, 2)]
    for entrance in (entrances[0], entrances[0], entrances[1]):
        DwellingFactory(entrance=entrance)
    place = {"community": cast.qinghe, "name": "刘", "starts_on": timezone.localdate()}
    rows = [
        Responsibility.objects.create(role="steward", compound=cast.hefengyuan, **place),
        Responsibility.objects.create(role="guarantor", building=building, **place),
        Responsibility.objects.create(role="entrance_head", entrance=entrances[0], **place),
        Responsibility.objects.create(role="guarantor", building=BuildingFactory(compound=cast.hefengyuan), **place),
    ]

    found = responsibilities.with_homes(Responsibility.objects.all())

    assert [found.get(pk=row.pk).homes for row in rows] == [3, 3, 2, None]
