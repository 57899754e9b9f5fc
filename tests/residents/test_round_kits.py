"""What a walker's phone takes along, and the taps it sends later."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

from residents.models import Stop
from tests import factories


@pytest.fixture
def found(cast):
    """Temperatures of 荷风苑, walked by 马骏; two homes are left."""
    found = factories.RoundFactory(community=cast.qinghe, plan__kind="temperature", walkers=[cast.cadre_user])
    for _ in range(2):
        resident = factories.ResidentFactory(dwelling__entrance__building__compound=cast.hefengyuan, name="王建国")
        factories.StopFactory(round=found, dwelling=resident.dwelling, resident=resident)
    return found


def tap(door, **changed):
    said = {"id": str(uuid4()), "stop": door.pk, "outcome": "done", "tapped_at": timezone.now().isoformat()}
    return {**said, "fields": {"temperature": "36,5"}, **changed}


def send(client, found, rows):
    body = rows if isinstance(rows, str) else json.dumps(rows)
    return client.post(f"/residents/rounds/{found.pk}/taps/", body, content_type="application/json")


def said(client, found, rows):
    return [answer["status"] for answer in send(client, found, rows).json()["answers"]]


def test_the_kit_holds_the_doors_that_are_left_masked(cast, sign_in, found):
    kit = sign_in(cast.cadre_user).get(f"/residents/rounds/{found.pk}/kit/").json()

    assert (len(kit["stops"]), kit["total"], kit["done"]) == (2, 2, 0)
    assert "王**" in kit["stops"][0][1]
    assert "王建国" not in json.dumps(kit, ensure_ascii=False)


def test_the_page_a_phone_keeps_names_no_door(cast, sign_in, found):
    page = sign_in(cast.cadre_user).get(f"/residents/rounds/{found.pk}/shell/")

    assert page.status_code == 200
    assert "王**" not in page.text
    assert str(found.stops.first().dwelling) not in page.text


def test_each_tap_is_answered_and_a_second_time_is_once(cast, sign_in, found):
    client = sign_in(cast.cadre_user)
    one, other = found.stops.in_order()
    rows = [tap(one), tap(other, fields={"temperature": "366"}), tap(other, stop=10**15), 7, tap(other, id="x")]

    assert said(client, found, rows) == ["stored", "refused", "refused", "refused", "refused"]
    assert said(client, found, rows[:1]) == ["already_stored"]
    answers = send(client, found, rows).json()["answers"]
    assert "34.0" in answers[1]["why"]
    one.refresh_from_db()
    assert (one.answers, one.done_by, str(one.tap)) == ({"temperature": "36.5"}, cast.cadre_user, rows[0]["id"])
    assert Stop.objects.get(pk=other.pk).is_open


def test_a_stop_of_another_round_is_refused(cast, sign_in, found):
    stranger = factories.StopFactory(round=factories.RoundFactory(community=cast.yushu))

    assert said(sign_in(cast.cadre_user), found, [tap(stranger)]) == ["refused"]
    assert Stop.objects.get(pk=stranger.pk).is_open


@pytest.mark.parametrize("body", ["", "[", "{}", "7", "null", "[" * 5000, json.dumps([1] * 51), '"x"', " " * 600_000])
def test_a_body_that_is_no_list_of_taps_is_answered_in_words(cast, sign_in, found, body):
    answer = send(sign_in(cast.cadre_user), found, body)

    assert (answer.status_code, answer.json()) == (400, {"error": "Send a list of at most 50 taps."})


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": 7}, {"fields": {"temperature": ["x"]}}, {"outcome": 7}, {"outcome": "flew"}, {"stop": True}, {"stop": "1"},
        {"id": None}, {"fields": {"note": "\x00"}},
    ],
)  # fmt: skip
def test_a_tap_that_cannot_be_read_is_refused_and_stores_nothing(cast, sign_in, found, wrong):
    stop = found.stops.first()

    assert said(sign_in(cast.cadre_user), found, [tap(stop, **wrong)]) == ["refused"]
    assert Stop.objects.get(pk=stop.pk).is_open


@pytest.mark.parametrize(("who", "status"), [("cadre2_user", 404), ("other_secretary", 404), ("officer", 403)])
def test_others_get_neither_kit_nor_answer(cast, sign_in, found, who, status):
    client = sign_in(getattr(cast, who))

    assert client.get(f"/residents/rounds/{found.pk}/kit/").status_code == status
    assert send(client, found, [tap(found.stops.first())]).status_code == status
    assert Stop.objects.open().count() == 2


def test_who_is_signed_out_hears_it(client, found):
    assert send(client, found, []).status_code == 401


def test_the_kit_asks_a_fixed_number_of_statements(cast, sign_in, found, queries):
    client, counts = sign_in(cast.cadre_user), []
    for _ in range(2):
        with queries() as seen:
            client.get(f"/residents/rounds/{found.pk}/kit/")
        counts.append(len(seen))
        resident = factories.ResidentFactory(dwelling__entrance__building__compound=cast.hefengyuan)
        factories.StopFactory(round=found, dwelling=resident.dwelling, resident=resident)

    assert counts[0] == counts[1] <= 12


def test_the_kit_of_a_light_count_holds_every_building_and_what_is_known(cast, sign_in, queries):
    lights = factories.RoundFactory(community=cast.qinghe, plan__kind="light_count", walkers=[cast.cadre_user])
    address = f"/residents/rounds/{lights.pk}/kit/"
    client, size = sign_in(cast.cadre_user), []
    for number in ("3", "10"):
        entrance = factories.EntranceFactory(building__compound=cast.hefengyuan, building__number=number)
        for room, state in (("101", "at_home"), ("102", "vacant")):
            home = factories.DwellingFactory(entrance=entrance, room_no=room, state=state)
            factories.StopFactory(round=lights, dwelling=home)
        with queries() as seen:
            kit = client.get(address).json()
        size.append(len(seen))

    assert [html.count("/do/") // 2 for _key, html in kit["buildings"]] == [2, 2]
    assert all(html.count('data-known="away"') == 1 for _key, html in kit["buildings"])
    assert (kit["stops"], kit["total"], kit["done"]) == ([], 4, 0)
    assert size[0] == size[1]


def test_the_page_kept_of_a_light_count_names_no_window(cast, sign_in):
    lights = factories.RoundFactory(community=cast.qinghe, plan__kind="light_count", walkers=[cast.cadre_user])
    stop = factories.StopFactory(round=lights, dwelling__entrance__building__compound=cast.hefengyuan)
    text = sign_in(cast.cadre_user).get(f"/residents/rounds/{lights.pk}/shell/").content.decode()

    assert "data-windows" in text
    assert f"/stops/{stop.pk}/" not in text
