"""A compound as it stands: every home in its place, what the layers say, and who may read it."""

import io
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from portal.accounts.models import Event
from portal.lib.keys import MOST, packed, unpacked
from residents.layers import Layer, Mark, layers
from residents.models import Dwelling, Resident, Stop
from residents.services import compound_counts, compounds
from residents.services import households as moves
from residents.services.care import categories
from tests import factories

pytestmark = pytest.mark.django_db


def stand(compound, rooms, *, building="1", entrance="1", floors=3):
    """Homes of one entrance by room number; the floor is what stands before the last two digits."""
    house, _ = compound.buildings.get_or_create(number=building, defaults={"floors": floors})
    door, _ = house.entrances.get_or_create(number=entrance)
    return [factories.DwellingFactory(entrance=door, floor=int(room[0]), room_no=room) for room in rooms]


def picture(compound):
    return compounds.houses(compounds.entrances_of(compound), compounds.homes_of(compound))


def rooms_of(stair):
    return {floor: [home.room if home else None for home in row] for floor, row in stair.floors.items()}


# The picture


def test_homes_stand_above_each_other_and_missing_ones_leave_a_gap(cast):
    stand(cast.hefengyuan, ["101", "102", "202", "301", "303"])

    (house,) = picture(cast.hefengyuan)

    assert house.floors == [3, 2, 1]
    assert rooms_of(house.stairs[0]) == {1: ["101", "102", None], 2: [None, "202", None], 3: ["301", None, "303"]}


def test_buildings_and_entrances_stand_in_the_order_of_their_numbers(cast):
    for building, entrance in (("10", "1"), ("9", "2"), ("9", "1"), ("9", "10")):
        stand(cast.hefengyuan, ["101"], building=building, entrance=entrance)

    found = [(house.building.number, [stair.entrance.number for stair in house.stairs]) for house in picture(cast.hefengyuan)]

    assert found == [("9", ["1", "2", "10"]), ("10", ["1"])]


def test_odd_rooms_take_a_free_place_on_their_floor(cast):
    home, *_ = stand(cast.hefengyuan, ["101", "102", "203"])
    door = home.entrance
    factories.DwellingFactory(entrance=door, floor=0, room_no="地下室")
    factories.DwellingFactory(entrance=door, floor=1, room_no="临街3号")
    factories.DwellingFactory(entrance=door, floor=1, room_no="门面")
    factories.DwellingFactory(entrance=door, floor=2, room_no="203甲")

    (house,) = picture(cast.hefengyuan)
    (stair,) = house.stairs

    assert house.floors == [3, 2, 1, 0]
    assert rooms_of(stair) == {
        0: ["地下室", None, None, None],
        1: ["101", "102", "临街3号", "门面"],
        2: [None, None, "203", "203甲"],
    }
    assert stair.width == 4


# The layers


def states(key, compound):
    return dict(layers()[key].states(compounds.homes_of(compound)))


def test_layers_say_who_is_there_and_who_needs_somebody(cast):
    empty, alone, crowded = stand(cast.hefengyuan, ["101", "201", "301"])
    Dwelling.objects.filter(pk=empty.pk).update(state=Dwelling.State.VACANT)
    old = factories.ResidentFactory(dwelling=alone, has_smartphone=False)
    factories.ResidentFactory.create_batch(10, dwelling=crowded)
    factories.ResidentFactory(dwelling=empty, lives_in=False)
    moves_out = factories.ResidentFactory(dwelling=crowded)
    Resident.objects.filter(pk=moves_out.pk).update(left_on=moves_out.came_on)
    kinds = categories()
    factories.CareProfileFactory(resident=old, category=kinds["慢性病"])
    factories.CareProfileFactory(resident=old, category=kinds["行动不便"])
    factories.CareProfileFactory(resident=moves_out, category=kinds["独居老人"])
    moves.update_dwelling(dwelling_id=crowded.pk, values={"watch_level": 2, "watch_reason": "十人"}, by=cast.secretary)

    assert states("occupancy", cast.hefengyuan) == {empty.pk: "vacant", alone.pk: "at_home", crowded.pk: "at_home"}
    assert states("people", cast.hefengyuan) == {empty.pk: "0", alone.pk: "1", crowded.pk: "crowd"}
    assert states("care", cast.hefengyuan) == {alone.pk: "twice"}
    assert states("watch", cast.hefengyuan) == {crowded.pk: "level2"}
    assert states("reach", cast.hefengyuan) == {alone.pk: "no_smartphone"}


def test_the_map_says_who_is_from_elsewhere_and_who_has_relatives_in_a_hard_hit_area(cast):
    here, floats, said, kin, unknown = stand(cast.hefengyuan, ["101", "201", "301", "401", "501"])
    for home, values in (
        (here, {"origin": "local"}),
        (said, {"origin": "outsider"}),
        (kin, {"origin": "local", "kin_in": "黄冈"}),
    ):
        moves.update_dwelling(dwelling_id=home.pk, values=values, by=cast.secretary)
    factories.ResidentFactory(dwelling=floats, kind="floating")
    factories.ResidentFactory(dwelling=unknown)

    wanted = {here.pk: "local", floats.pk: "outsider", said.pk: "outsider", kin.pk: "kin"}
    assert states("origin", cast.hefengyuan) == wanted
    one = layers()["origin"].of_home
    every = [Dwelling.objects.get(pk=home.pk) for home in (here, floats, said, kin, unknown)]
    assert [one(home, home.residents.all()) for home in every] == [*wanted.values(), ""]


def test_every_mark_of_a_layer_has_a_word_and_a_sign_of_its_own():
    for layer in layers().values():
        signs = [str(mark.sign) for mark in layer.marks if mark.tone != "quiet"]
        assert all(signs), layer.key
        assert len(set(signs)) == len(signs), layer.key
        assert all(str(mark.label) for mark in layer.marks)


# The page


def address(compound, **query):
    return reverse("residents:compound_detail", args=[compound.pk], query=query)


def cells(html):
    return re.findall(r'aria-label="(\S+ [^"]+)"[^>]*>\d+<b>(\w*)</b>', html)


def test_page_shows_every_home_with_a_sign_and_a_word(cast, sign_in):
    away, _ = stand(cast.hefengyuan, ["101", "201"])
    Dwelling.objects.filter(pk=away.pk).update(state=Dwelling.State.AWAY)
    stand(cast.yushu_rental, ["901"])

    html = sign_in(cast.worker).get(address(cast.hefengyuan)).content.decode()

    assert cells(html) == [("201 at home", ""), ("101 away", "A")]
    assert "901" not in html


def test_page_comes_nearer_to_a_building_and_an_entrance(cast, sign_in):
    near, *_ = stand(cast.hefengyuan, ["101"], building="1", entrance="1")
    stand(cast.hefengyuan, ["201"], building="1", entrance="2")
    stand(cast.hefengyuan, ["301"], building="2", entrance="1")
    factories.ResidentFactory(dwelling=near, name="王建国", relation="head")
    client = sign_in(cast.worker)

    def shown(**query):
        return re.findall(r'aria-label="(\d+) ', client.get(address(cast.hefengyuan, **query)).content.decode())

    assert shown(building=near.entrance.building_id) == ["201", "101"]
    assert shown(entrance=near.entrance_id) == ["101"]
    assert "王建国 1 person" in client.get(address(cast.hefengyuan, entrance=near.entrance_id)).content.decode()
    # Nonsense is the whole compound.
    assert shown(building="x", entrance="9" * 30, layer="none", home="abc") == ["201", "101", "301"]


def test_a_home_stands_beside_the_picture_and_is_the_same_when_asked_alone(cast, sign_in):
    (home,) = stand(cast.hefengyuan, ["101"])
    factories.ResidentFactory(dwelling=home, name="王建国", relation="head", phone="19900001234")
    client, link = sign_in(cast.worker), address(cast.hefengyuan, home=home.pk)

    whole = client.get(link).content.decode()
    part = client.get(link, headers={"hx-request": "true", "hx-target": "compound-home"}).content.decode()

    assert part.strip() in whole
    assert part.strip().startswith("<aside")
    assert "王建国" in part
    assert "199****1234" in part
    assert "19900001234" not in part


def test_cadres_read_masked_names_and_no_illness(cast, sign_in):
    (home,) = stand(cast.hefengyuan, ["101"])
    person = factories.ResidentFactory(dwelling=home, name="王建国", relation="head")
    factories.CareProfileFactory(resident=person, category=categories()["精神障碍"])
    moves.update_dwelling(dwelling_id=home.pk, values={"watch_level": 1, "watch_reason": "独自在家"}, by=cast.secretary)
    link = address(cast.hefengyuan, home=home.pk, entrance=home.entrance_id)

    html = sign_in(cast.cadre_user).get(link).content.decode()

    assert "王**" in html
    assert "special care" in html
    assert not [word for word in ("王建国", "精神障碍", "mental", "独自在家") if word in html]
    assert "mental disorder" in sign_in(cast.secretary).get(link).content.decode()


def test_homes_of_others_are_not_found(cast, sign_in):
    (theirs,) = stand(cast.yushu_rental, ["901"])
    client = sign_in(cast.worker)

    assert client.get(address(cast.yushu_rental)).status_code == 404
    assert client.get(address(cast.hefengyuan, home=theirs.pk)).status_code == 404
    assert client.get(address(cast.hefengyuan, home="9" * 40)).status_code == 200
    assert sign_in(cast.officer).get(address(cast.hefengyuan)).status_code == 403


@pytest.mark.parametrize("layer", list(layers()))
def test_page_asks_as_much_for_many_homes_as_for_one(cast, sign_in, queries, layer):
    (home,) = stand(cast.hefengyuan, ["101"])
    factories.ResidentFactory(dwelling=home)
    client = sign_in(cast.worker)
    client.get(address(cast.hefengyuan))

    def asked():
        with queries() as seen:
            client.get(address(cast.hefengyuan, layer=layer, home=home.pk, entrance=home.entrance_id))
        return len(seen)

    one = asked()
    stand(cast.hefengyuan, ["201", "301"])
    factories.ResidentFactory.create_batch(3, dwelling=home)

    assert asked() == one <= 12


@pytest.mark.parametrize("key", list(layers()))
def test_one_home_is_said_to_be_what_the_picture_shows(cast, sign_in, key):
    alone, crowded, _ = stand(cast.hefengyuan, ["101", "201", "301"])
    factories.ResidentFactory(dwelling=alone, has_smartphone=False, shops_online=False)
    factories.ResidentFactory.create_batch(10, dwelling=crowded, shops_online=False)
    factories.CareProfileFactory(resident=alone.residents.get(), category=categories()["独居老人"])
    moves.update_dwelling(dwelling_id=alone.pk, values={"light_watch": True}, by=cast.secretary)
    moves.update_dwelling(dwelling_id=crowded.pk, values={"watch_level": 2, "watch_reason": "十人"}, by=cast.secretary)
    for kind, outcome in (("rubbish", "taken"), ("light_count", "dark"), ("light_count", "lit")):
        stop = factories.StopFactory(round__community=cast.qinghe, round__plan__kind=kind, dwelling=alone)
        Stop.objects.filter(pk=stop.pk).update(state="done", outcome=outcome, done_at=timezone.now(), done_by=cast.worker)
    factories.QuarantineCaseFactory(resident=alone.residents.get(), door_sign="red")
    factories.ErrandFactory(dwelling=alone)
    client, found = sign_in(cast.worker), states(key, cast.hefengyuan)

    for home in (alone, crowded):
        said = {layer.key: mark for layer, mark in client.get(address(cast.hefengyuan, home=home.pk)).context["said"]}
        assert (said[key].key if said[key] else "") == found.get(home.pk, "")


@pytest.mark.parametrize("page", ["compound_detail", "compound_homes", "dwelling_detail"])
def test_whoever_may_not_see_quarantine_reads_nothing_of_it(cast, sign_in, page):
    home, _ = stand(cast.hefengyuan, ["101", "201"])
    case = factories.QuarantineCaseFactory(resident__dwelling=home, door_sign="red", started_at=timezone.now())
    pk = home.pk if page == "dwelling_detail" else cast.hefengyuan.pk
    link = reverse(f"residents:{page}", args=[pk], query={"layer": "quarantine", "mark": "red", "home": home.pk})
    words = ("Quarantine begun", "door sign", f"/quarantine/{case.pk}/")

    read = {who: sign_in(getattr(cast, who)).get(link).content.decode() for who in ("worker", "cadre_user")}
    said = {who: [word for word in words if word in text] for who, text in read.items()}

    assert (bool(said["worker"]), said["cadre_user"]) == (True, [])


def test_list_of_compounds_counts_homes(cast, sign_in, queries):
    client, link = sign_in(cast.worker), reverse("residents:compound_list")
    (home,) = stand(cast.hefengyuan, ["101"])
    factories.ResidentFactory(dwelling=home)
    factories.ResidentFactory(dwelling=home, lives_in=False)
    client.get(link)
    with queries() as one:
        client.get(link)
    stand(factories.CompoundFactory(community=cast.qinghe), ["101"])
    stand(factories.CompoundFactory(community=cast.qinghe), ["101", "102"])
    with queries() as three:
        found = client.get(link)

    counted = [(row.homes, row.registered, row.living_in) for row in found.context["rows"]]
    assert counted == [(1, 2, 1), (1, 0, 0), (2, 0, 0)]
    assert len(three) == len(one)


# Lists of chosen homes


def listed(client, compound, **query):
    found = client.get(reverse("residents:compound_homes", args=[compound.pk], query=query))
    return [line.home.room_no for line in found.context["lines"]]


def test_list_has_the_homes_of_a_mark_a_building_or_a_choice(cast, sign_in):
    first, second = stand(cast.hefengyuan, ["101", "201"])
    (third,) = stand(cast.hefengyuan, ["301"], building="2")
    (theirs,) = stand(cast.yushu_rental, ["901"])
    Dwelling.objects.filter(pk=second.pk).update(state=Dwelling.State.AWAY)
    client = sign_in(cast.worker)

    assert listed(client, cast.hefengyuan) == ["101", "201", "301"]
    assert listed(client, cast.hefengyuan, layer="occupancy", mark="away") == ["201"]
    assert listed(client, cast.hefengyuan, layer="care", mark="rest", building=third.entrance.building_id) == ["301"]
    assert listed(client, cast.hefengyuan, homes=f"{first.pk}-{second.pk},{theirs.pk}") == ["101", "201"]
    assert listed(client, cast.hefengyuan, order="walking", homes=f"{first.pk},{second.pk}") == ["201", "101"]
    assert listed(client, cast.hefengyuan, mark="nonsense\x00", layer="'") == []


def test_list_tells_whom_to_ask_for(cast, sign_in):
    (home,) = stand(cast.hefengyuan, ["101"])
    factories.ResidentFactory(dwelling=home, name="王建国", relation="head", phone="19900001234")
    factories.ResidentFactory(dwelling=home, lives_in=False)
    link = reverse("residents:compound_homes", args=[cast.hefengyuan.pk])

    def line(user):
        (found,) = sign_in(user).get(link).context["lines"]
        return (found.head, found.phone, found.living, found.mark)

    assert line(cast.worker) == ("王建国", "199****1234", 1, "at home")
    assert line(cast.cadre_user) == ("王**", "199****1234", 1, "at home")


def test_list_asks_as_much_for_three_homes_as_for_one(cast, sign_in, queries):
    stand(cast.hefengyuan, ["101"])
    client, link = sign_in(cast.worker), reverse("residents:compound_homes", args=[cast.hefengyuan.pk])
    client.get(link)
    with queries() as one:
        client.get(link)
    stand(cast.hefengyuan, ["201", "301"])
    with queries() as three:
        client.get(link)

    assert len(three) == len(one)


def test_ticked_homes_become_a_list_or_a_round(cast, sign_in):
    first, second, third = stand(cast.hefengyuan, ["101", "201", "301"])
    (theirs,) = stand(cast.yushu_rental, ["901"])
    client, link = sign_in(cast.worker), reverse("residents:compound_choose", args=[cast.hefengyuan.pk])
    ticked = {"layer": "care", "home": [first.pk, second.pk, theirs.pk, "x", "9" * 30, "１"]}
    homes = f"{first.pk}-{second.pk}"

    assert client.post(link, ticked).url == f"/residents/compounds/{cast.hefengyuan.pk}/homes/?layer=care&homes={homes}"
    assert client.post(link, ticked | {"round": "1"}).url == f"{reverse('residents:round_new')}?dwellings={homes}"
    assert client.post(link, {"home": theirs.pk}, follow=True).content.decode().count("Tick at least one home first.") == 1
    assert third.pk


def test_too_many_scattered_homes_are_refused_kindly(cast, sign_in):
    (home,) = stand(cast.hefengyuan, ["101"])
    rooms = (Dwelling(community=cast.qinghe, entrance=home.entrance, floor=1, room_no=f"门{n}") for n in range(2000))
    every = [home.pk for home in Dwelling.objects.bulk_create(rooms)]
    link = reverse("residents:compound_choose", args=[cast.hefengyuan.pk])

    found = sign_in(cast.worker).post(link, {"home": every[::2], "choose": "1"}, follow=True)

    assert "too many scattered homes" in found.content.decode()
    assert found.request["PATH_INFO"] == f"/residents/compounds/{cast.hefengyuan.pk}/"


def test_cells_have_boxes_while_homes_are_chosen(cast, sign_in):
    (home,) = stand(cast.hefengyuan, ["101"])

    html = sign_in(cast.worker).get(address(cast.hefengyuan, choose="1")).content.decode()

    assert f'<input type="checkbox" name="home" value="{home.pk}" aria-label="101 at home">' in html


def test_export_gives_the_same_rows_and_leaves_a_line(cast, sign_in):
    home, _ = stand(cast.hefengyuan, ["101", "201"])
    Dwelling.objects.filter(pk=home.pk).update(state=Dwelling.State.AWAY)
    factories.ResidentFactory(dwelling=home, name="=1+1", relation="head", phone="19900001234")
    link = reverse("residents:compound_export", args=[cast.hefengyuan.pk])

    sent = sign_in(cast.secretary).post(link, {"layer": "occupancy", "mark": "away"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(sent))).get_sheet_by_index(0).to_python()

    assert rows[0][0] == "荷风苑 Occupancy"
    assert rows[3] == [1.0, "1栋", "1", 1.0, "101", "=1+1", "199****1234", 1.0, "away", "away", "", ""]
    line = Event.objects.get(kind="compound.exported")
    assert (line.by, line.after) == (cast.secretary, {"rows": 1, "layer": "occupancy"})
    assert sign_in(cast.worker).post(link).status_code == 403


# The print for the gate


def test_floors_of_few_homes_are_counted_only_in_their_building(cast):
    homes = stand(cast.hefengyuan, ["201", "202", "203", "101", "102"], floors=2)
    red = Mark("red", "R", "red sign", "bad")
    signs = Layer("signs", "Signs", (red,), lambda found: {home.pk: "red" for home in found}, public=("red",))
    (house,) = picture(cast.hefengyuan)

    counted = compound_counts.counted(house, [(signs, red)], {"signs": {home.pk: "red" for home in homes}})

    assert [(floor.number, floor.homes, floor.counts) for floor in counted.floors] == [(2, 3, [3]), (1, 2, [None])]
    assert (counted.homes, counted.sums) == (5, [5])


def test_print_for_the_gate_names_nobody_and_no_room(cast, sign_in):
    home, *_ = stand(cast.hefengyuan, ["2甲01", "2甲02", "2甲03"], floors=2)
    factories.ResidentFactory(dwelling=home, name="王建国", relation="head")

    found = sign_in(cast.worker).get(reverse("residents:compound_public", args=[cast.hefengyuan.pk]))

    assert [(floor.number, floor.homes) for floor in found.context["houses"][0].floors] == [(2, 3), (1, 0)]
    assert not [word for word in ("王", "甲") if word in found.content.decode()]


def test_only_signs_that_hang_on_doors_may_hang_at_the_gate():
    assert {key: layer.public for key, layer in layers().items() if layer.public} == {"quarantine": ("red", "yellow")}


# Keys in an address


@pytest.mark.parametrize(
    ("keys", "word"), [([], ""), ([3], "3"), ([8, 3, 4, 5, 5], "3-5,8"), ([1, 3, 5], "1,3,5"), (list(range(1, 635)), "1-634")]
)
def test_keys_are_packed_and_come_back(keys, word):
    assert packed(keys) == word
    assert unpacked(word) == sorted(set(keys))


@pytest.mark.parametrize("word", ["x", "-", "3-", "１-３", "5-3", "1" * 99, "\x00", ",", "'"])
def test_nonsense_is_no_key(word):
    assert unpacked(word) == []


def test_a_word_never_becomes_more_keys_than_can_be_handled():
    assert len(unpacked("1-999999999999,5-9")) == MOST
    assert len(unpacked(",".join(["1-9999"] * 200))) == MOST
