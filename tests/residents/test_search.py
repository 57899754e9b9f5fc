"""Finding a home or a person: by room, name, initials, end of the phone; only in one's own communities, masked."""

import pytest

from portal.lib.initials import initials
from residents.models import Community
from residents.services import search
from tests.factories import DwellingFactory, EntranceFactory, ResidentFactory


@pytest.fixture
def somebody(cast):
    entrance = EntranceFactory(building__compound=cast.hefengyuan, building__number="17", number="3")
    home = DwellingFactory(entrance=entrance, room_no="702", floor=7)
    return ResidentFactory(dwelling=home, name="曾建国", initials=initials("曾建国"), phone="19900004321")


def found(cast, text: str) -> tuple[list[str], list[str]]:
    answer = search.find(Community.objects.filter(pk=cast.qinghe.pk), text)
    return [person.name for person in answer.residents], [str(home) for home in answer.dwellings]


@pytest.mark.parametrize("text", ["曾建", "国", "cjg", "ZJG", "zj", "4321", "00004321", "１９９００００４３２１"])
def test_a_person_by_a_part_of_the_name_initials_or_phone(cast, somebody, text):
    assert found(cast, text) == (["曾建国"], [])


ROOMS = (
    "17-3-702",
    "17号楼3单元702",
    "17栋3单元702室",
    "17 - 3 - 702",
    "１７－３－７０２",
    "17-3",
    "17号楼3单元",
    "17栋",
    "17-702",
    "702",
)


@pytest.mark.parametrize("text", [*ROOMS, "荷风苑17-3-702", "17/3/702"])
def test_a_home_by_its_number(cast, somebody, text):
    assert found(cast, text)[1] == ["17-3-702"]


NOTHING = ("", "  ", "jg", "321", "17-3-701", "1-7-3-702", "李", "%", "_", "春分里17-3-702", "-" * 60, "1" * 60, "\x00", "💧")


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_not_there_is_not_found(cast, somebody, text):
    assert found(cast, text) == ([], [])


def test_an_entrance_or_the_third_room_of_a_building_without_entrances(cast, somebody):
    small = EntranceFactory(building__compound=cast.hefengyuan, building__number="2", number="0")
    DwellingFactory(entrance=small, room_no="3")

    assert (found(cast, "2-3")[1], found(cast, "2-0-3")[1]) == (["2-0-3"], ["2-0-3"])


def test_who_left_is_not_found(cast, somebody):
    somebody.left_on = somebody.came_on
    somebody.save()

    assert found(cast, "曾建国") == ([], [])


def test_only_so_many_are_counted(cast, somebody):
    ResidentFactory.create_batch(25, dwelling=somebody.dwelling, name="曾建军")

    answer = search.find(Community.objects.filter(pk=cast.qinghe.pk), "曾建")

    assert (len(answer.residents), answer.more) == (20, True)


def test_the_one_home_a_text_names(cast, somebody):
    assert search.home_of(cast.qinghe, "17-3-702") == somebody.dwelling
    assert [search.home_of(cast.qinghe, text) for text in ("17-3", "17", "702", "", "x")] == [None] * 5
    assert search.home_of(cast.yushu, "17-3-702") is None
    twin = EntranceFactory(building__compound__community=cast.qinghe, building__number="17", number="3")
    DwellingFactory(entrance=twin, room_no="702")
    assert search.home_of(cast.qinghe, "17-3-702") is None
    assert search.home_of(cast.qinghe, "17-3-702", compound=cast.hefengyuan) == somebody.dwelling


def test_the_search_page_shows_homes_and_people_masked_by_role(cast, sign_in, somebody):
    full = sign_in(cast.worker).get("/search/", {"q": "cjg"})
    masked = sign_in(cast.cadre_user).get("/search/", {"q": "17-3-702"})
    officer = sign_in(cast.officer).get("/search/", {"q": "cjg"})
    stranger = sign_in(cast.other_secretary).get("/search/", {"q": "17-3-702"})

    assert "曾建国" in full.content.decode()
    assert "19900004321" not in full.content.decode()
    assert [person.shown for person in masked.context["dwellings"][0].people] == ["曾**"]
    assert "曾建国" not in masked.content.decode()
    assert (officer.context["residents"], stranger.context["dwellings"]) == ([], [])


def test_a_search_costs_as_many_statements_for_many_as_for_one(cast, sign_in, queries, somebody):
    client = sign_in(cast.secretary)
    client.get("/search/", {"q": "702"})
    with queries() as one:
        client.get("/search/", {"q": "曾"})
    for _number in range(3):
        other = EntranceFactory(building__compound=cast.hefengyuan)
        ResidentFactory(dwelling=DwellingFactory(entrance=other, room_no="702"), name="曾丽")

    with queries() as many:
        client.get("/search/", {"q": "曾"})

    assert len(many) == len(one)
