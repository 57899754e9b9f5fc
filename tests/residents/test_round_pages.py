"""The pages of rounds: who walks, who looks on, who is a stranger."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from portal.accounts.models import Event
from residents.models import CareCategory, CareProfile, Finding, Round, RoundPlan, Stop
from residents.services import stops
from tests.factories import (
    BuildingFactory,
    DwellingFactory,
    EntranceFactory,
    ResidentFactory,
    RoundFactory,
    RoundPlanFactory,
    StopFactory,
)

PHONE = "19900001234"


def walk(cast, kind="rubbish", homes=1, **fields):
    made = RoundFactory(community=cast.qinghe, plan__kind=kind, walkers=[cast.cadre_user], **fields)
    entrance = EntranceFactory(building=BuildingFactory(compound=cast.hefengyuan))
    for number in range(homes):
        resident = ResidentFactory(dwelling=DwellingFactory(entrance=entrance, room_no=f"{number + 1}01"), phone=PHONE)
        StopFactory(round=made, dwelling=resident.dwelling, resident=resident if kind == "temperature" else None)
    return made


def page_of(made):
    return f"/residents/rounds/{made.pk}/"


def do(client, stop, **said):
    return client.post(f"/residents/stops/{stop.pk}/do/", {"outcome": "done", **said})


# The walker


def test_a_walker_does_all_stops_one_tap_each_and_closes(cast, sign_in):
    made, client = walk(cast, homes=3), sign_in(cast.cadre_user)

    for stop in made.stops.all():
        assert str(stop) in client.get(page_of(made)).content.decode()
        do(client, stop)
    client.post(f"{page_of(made)}close/")

    made.refresh_from_db()
    assert (made.closed_by, made.stops.open().count()) == (cast.cadre_user, 0)


def test_a_walker_finds_the_round_on_their_own_page(cast, sign_in):
    made = walk(cast)

    assert page_of(made) in sign_in(cast.cadre_user).get("/my/").content.decode()


def test_who_does_not_walk_a_round_does_not_find_it(cast, sign_in):
    made = RoundFactory(community=cast.qinghe)

    assert sign_in(cast.cadre_user).get(page_of(made)).status_code == 404
    assert sign_in(cast.cadre2_user).get(page_of(made)).status_code == 404


def test_who_was_handed_one_stop_sees_the_round(cast, sign_in):
    made = RoundFactory(community=cast.qinghe)
    StopFactory(round=made, dwelling__entrance__building__compound=cast.hefengyuan, assignee=cast.cadre_user)

    assert sign_in(cast.cadre_user).get(page_of(made)).status_code == 200


def test_a_double_tap_is_one(cast, sign_in):
    stop, client = walk(cast).stops.get(), sign_in(cast.cadre_user)
    tap = "6a2f41a3-c54c-4ce8-8d80-7a1b0b7a6b5e"

    do(client, stop, tap=tap)
    do(client, stop, tap=tap)

    assert Event.objects.filter(kind="stop.done").count() == 1


def test_undo_puts_the_door_back(cast, sign_in):
    stop, client = walk(cast).stops.get(), sign_in(cast.cadre_user)
    do(client, stop, outcome="no_answer")

    client.post(f"/residents/stops/{stop.pk}/undo/")

    stop.refresh_from_db()
    assert stop.is_open


def test_with_script_only_the_part_that_changed_comes_back(cast, sign_in):
    stop, client = walk(cast).stops.get(), sign_in(cast.cadre_user)

    answer = client.post(
        f"/residents/stops/{stop.pk}/do/", {"outcome": "done"}, headers={"HX-Request": "true", "HX-Target": "round-walk"}
    )

    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("typed", ["36.5", "36,5", "３６．５"])
def test_a_temperature_is_read_as_people_type_it(cast, sign_in, typed):
    stop = walk(cast, "temperature").stops.get()

    do(sign_in(cast.cadre_user), stop, temperature=typed)

    stop.refresh_from_db()
    assert stop.answers == {"temperature": "36.5"}


@pytest.mark.parametrize("typed", ["", "-5", "3.66", "366", "97.7", "NaN", "33.9", "43.1", "abc", "1e2", "\x00"])
def test_no_living_person_has_that_temperature(cast, sign_in, typed):
    stop = walk(cast, "temperature").stops.get()

    answer = do(sign_in(cast.cadre_user), stop, temperature=typed)

    stop.refresh_from_db()
    assert (answer.status_code, stop.state) == (422, "open")


def test_a_reason_asks_for_no_temperature(cast, sign_in):
    stop = walk(cast, "temperature").stops.get()

    do(sign_in(cast.cadre_user), stop, outcome="no_answer")

    stop.refresh_from_db()
    assert (stop.state, stop.outcome) == ("excused", "no_answer")


@pytest.mark.parametrize(
    "said", [{"outcome": "x" * 200}, {"outcome": "去了"}, {"note": "\x00"}, {"note": "x" * 500}, {"bags": "-1"}]
)
def test_what_cannot_be_is_answered_kindly(cast, sign_in, said):
    stop = walk(cast).stops.get()

    answer = do(sign_in(cast.cadre_user), stop, **said)

    stop.refresh_from_db()
    assert (answer.status_code, stop.state) == (422, "open")


def test_a_clock_nobody_can_read_does_not_lose_the_answer(cast, sign_in):
    stop = walk(cast).stops.get()

    do(sign_in(cast.cadre_user), stop, tapped_at="99999-99-99T99:99")

    stop.refresh_from_db()
    assert (stop.state, stop.tapped_at) == ("done", None)


def test_names_are_masked_for_walkers_and_shown_to_the_office(cast, sign_in):
    made = walk(cast, "temperature")
    name = made.stops.get().resident.name

    assert name not in sign_in(cast.cadre_user).get(page_of(made)).content.decode()
    assert name in sign_in(cast.worker).get(page_of(made)).content.decode()


@pytest.mark.parametrize("kind", ["wellbeing_call", "phone_sweep"])
def test_the_number_to_call_is_shown_on_the_record(cast, sign_in, kind):
    made, client = walk(cast, kind), sign_in(cast.cadre_user)
    number = f"/residents/stops/{made.stops.get().pk}/number/"
    page = client.get(page_of(made)).content.decode()
    assert (number in page, PHONE in page) == (True, False)

    answer = client.post(number)

    assert answer.context["numbers"] == [(made.stops.get().dwelling.residents.get().name, PHONE)]
    assert Event.objects.filter(kind="stop.revealed", by=cast.cadre_user).count() == 1


def test_a_child_without_a_phone_is_rung_at_the_guardians(cast, sign_in):
    made, client = walk(cast, "phone_sweep"), sign_in(cast.cadre_user)
    stop = made.stops.get()
    grown_up = stop.dwelling.residents.get()
    stop.resident = ResidentFactory(dwelling=stop.dwelling, phone="", guardian=grown_up)
    stop.save()

    assert client.post(f"/residents/stops/{stop.pk}/number/").context["numbers"] == [(grown_up.name, PHONE)]

    grown_up.phone = ""
    grown_up.save()
    assert "No number is known" in client.post(f"/residents/stops/{stop.pk}/number/").content.decode()


# Photos


def picture(size=(3000, 2000), kind="JPEG"):
    stored = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "at the door of 3-1-101"
    Image.new("RGB", size, "teal").save(stored, kind, **({"exif": exif} if kind == "JPEG" else {}))
    return SimpleUploadedFile("photo.jpg", stored.getvalue(), content_type="image/jpeg")


def test_a_photo_is_shrunk_and_says_nothing_of_its_place(cast, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    stop, client = walk(cast).stops.get(), sign_in(cast.cadre_user)
    do(client, stop, photo=picture())

    answer = client.get(f"/residents/stops/{stop.pk}/photo/")

    with Image.open(BytesIO(b"".join(answer.streaming_content))) as stored:
        assert (stored.size, dict(stored.getexif())) == ((1600, 1067), {})
    assert sign_in(cast.cadre2_user).get(f"/residents/stops/{stop.pk}/photo/").status_code == 404


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0broken", b"PK\x03\x04"])
def test_what_is_no_photo_is_refused(cast, sign_in, content):
    stop = walk(cast).stops.get()

    answer = do(sign_in(cast.cadre_user), stop, photo=SimpleUploadedFile("photo.jpg", content))

    stop.refresh_from_db()
    assert (answer.status_code, stop.state) == (422, "open")


# Light count


def test_windows_are_tapped_and_the_rest_is_dark(cast, sign_in):
    made, client = walk(cast, "light_count", homes=3), sign_in(cast.cadre_user)
    lit = made.stops.first()
    building = lit.dwelling.entrance.building_id
    assert client.get(page_of(made)).content.decode().count("p-window-open") == 3

    do(client, lit, outcome="lit", building=building)
    client.post(f"{page_of(made)}rest/", {"building": building, "outcome": "dark"})

    assert sorted(made.stops.values_list("outcome", flat=True)) == ["dark", "dark", "lit"]


@pytest.mark.parametrize(
    "said", [{}, {"building": "x", "outcome": "dark"}, {"building": "9" * 30, "outcome": "dark"}, {"outcome": "gone"}]
)
def test_the_rest_of_nothing_changes_nothing(cast, sign_in, said):
    made = walk(cast, "light_count")

    sign_in(cast.cadre_user).post(f"{page_of(made)}rest/", said)

    assert made.stops.open().count() == 1


# The desk


def test_36_homes_twice_a_day_are_planned_in_one_form(cast, sign_in):
    category = CareCategory.objects.create(code="mobility", name="行动不便", name_en="cannot walk stairs")
    entrance = EntranceFactory(building__compound=cast.hefengyuan)
    for number in range(36):
        resident = ResidentFactory(dwelling=DwellingFactory(entrance=entrance, floor=number % 7 + 1, room_no=f"{number}"))
        CareProfile.objects.create(resident=resident, category=category)
    client = sign_in(cast.secretary)

    address = f"/residents/rounds/plans/new/?kind=rubbish&community={cast.qinghe.pk}"
    assert "08:00 13:00" in client.get(address).content.decode()
    client.post(
        address,
        {
            "name": "上门收垃圾", "compound": cast.hefengyuan.pk,
            "whom": "care", "categories": [category.pk], "slots": "00:00 13:00", "minutes": 1440,
            "starts_on": str(timezone.localdate()), "team": [cast.cadre_user.pk],
        },
    )  # fmt: skip

    plan = RoundPlan.objects.get()
    assert (plan.slots, list(plan.team.all())) == (["00:00", "13:00"], [cast.cadre_user])
    assert plan.rounds.order_by("starts_at").first().stops.count() == 36


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("slots", "8 Uhr"),
        ("slots", "25:00"),
        ("slots", ""),
        ("name", "\x00"),
        ("minutes", "0"),
        ("minutes", "99999999999"),
        ("starts_on", "2022-02-30"),
        ("homes", "99-9-999"),
        ("whom", "everybody"),
        ("team", "999999"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(cast, sign_in, field, typed):
    said = {
        "kind": "rubbish", "community": cast.qinghe.pk, "name": "收垃圾", "whom": "all", "slots": "08:00", "minutes": 120,
        "starts_on": str(timezone.localdate()),
    }  # fmt: skip

    answer = sign_in(cast.secretary).post("/residents/rounds/plans/new/", {**said, field: typed})

    assert (answer.status_code, RoundPlan.objects.count()) == (422, 0)
    assert field in answer.context["form"].errors


def test_homes_that_are_written_and_a_rule_that_passes_them_by_do_not_go_together(cast, sign_in):
    home = DwellingFactory(entrance__building__compound=cast.hefengyuan)
    said = {"kind": "letter", "community": cast.qinghe.pk, "whom": "all", "homes": str(home)}

    answer = sign_in(cast.secretary).post("/residents/rounds/plans/new/", said)

    assert "whom" in answer.context["form"].errors


def test_a_team_of_strangers_is_not_to_be_chosen(cast, sign_in):
    answer = sign_in(cast.secretary).get(f"/residents/rounds/plans/new/?kind=rubbish&community={cast.qinghe.pk}")

    assert set(answer.context["form"].fields["team"].queryset) == {cast.secretary, cast.worker, cast.cadre_user}


def test_homes_chosen_in_the_picture_come_along(cast, sign_in):
    home = DwellingFactory(entrance__building__compound=cast.hefengyuan)
    strange = DwellingFactory(entrance__building__compound=cast.yushu_rental)

    answer = sign_in(cast.secretary).get(
        f"/residents/rounds/plans/new/?kind=letter&community={cast.qinghe.pk}&dwellings={home.pk},{strange.pk},x"
    )

    assert answer.context["form"]["homes"].value() == str(home)


def test_a_plan_says_where_it_goes_and_ends_today(cast, sign_in):
    plan, client = RoundPlanFactory(community=cast.qinghe, name="1"), sign_in(cast.secretary)
    plan.dwellings.add(DwellingFactory(entrance__building__compound=cast.hefengyuan))
    RoundPlan.objects.update(whom="chosen")
    RoundPlanFactory(community=cast.qinghe, name="2", kind="patrol", whom="places", places="东门\n\n南门\n东门\n车库\n快递架")
    of_care = RoundPlanFactory(community=cast.qinghe, name="3", whom="care")
    of_care.categories.create(code="mobility", name="行动不便", name_en="cannot walk stairs")
    listed = client.get("/residents/rounds/plans/").content.decode()
    said = re.findall('<td data-label="whom it visits">(.*?)</td>', listed, re.S)
    assert [" ".join(re.sub("<.*?>", " ", cell).split()) for cell in said] == [
        "1 chosen home", "4 places 东门, 南门, 车库 …", "homes with special care cannot walk stairs"
    ]  # fmt: skip

    client.post(f"/residents/rounds/plans/{plan.pk}/end/")

    plan.refresh_from_db()
    assert plan.ends_on == timezone.localdate()


def test_the_secretary_sees_what_is_late_and_acts_on_what_was_found(cast, sign_in):
    made, client = walk(cast, "sweep"), sign_in(cast.secretary)
    stops.do(stop_id=made.stops.get().pk, outcome="done", answers={"complaint": "水管漏水"}, by=cast.cadre_user)
    finding = Finding.objects.get()
    assert "水管漏水" in client.get("/residents/findings/").content.decode()

    client.post(f"/residents/findings/{finding.pk}/handle/", {"handling": "已报修"})

    finding.refresh_from_db()
    assert (finding.handling, finding.handled_by) == ("已报修", cast.secretary)


def test_stops_are_handed_over_from_the_sheet(cast, sign_in):
    made = walk(cast, homes=2)
    first = made.stops.first()

    sign_in(cast.secretary).post(f"{page_of(made)}hand-over/", {"to": cast.worker.pk, "stops": [first.pk, "x"]})

    assert list(made.stops.values_list("assignee", flat=True)) == [cast.worker.pk, None]


def test_who_gives_the_round_away_is_off_it(cast, sign_in):
    made = walk(cast)

    sign_in(cast.cadre_user).post(f"{page_of(made)}hand-over/", {"to": cast.worker.pk})

    assert list(made.walkers.all()) == [cast.worker]


# The number of statements


@pytest.mark.parametrize("kind", ["rubbish", "temperature", "light_count", "wellbeing_call"])
@pytest.mark.parametrize("part", ["", "sheet/"])
def test_pages_of_a_round_take_the_same_statements_for_one_stop_and_three(cast, sign_in, queries, kind, part):
    client, seen = sign_in(cast.cadre_user), []
    for homes in (1, 3):
        made = walk(cast, kind, homes=homes + 1)
        if kind != "light_count":
            done = list(made.stops.all())[:homes]
            Stop.objects.filter(pk__in=[stop.pk for stop in done]).update(
                state="done", outcome="done", done_at=timezone.now(), done_by=cast.cadre_user
            )
            for extra in range(homes):
                StopFactory(round=made, dwelling=DwellingFactory(entrance=done[0].dwelling.entrance, room_no=f"9{extra}"))
        with queries() as counted:
            assert client.get(page_of(made) + part).status_code == 200
        seen.append(len(counted))

    assert seen[0] == seen[1]


@pytest.mark.parametrize("address", ["/residents/rounds/", "/residents/rounds/plans/", "/residents/findings/"])
def test_lists_take_the_same_statements_for_one_row_and_three(cast, sign_in, queries, address):
    client, seen = sign_in(cast.secretary), []
    for count in (1, 3):
        Finding.objects.all().delete()
        Stop.objects.all().delete()
        Round.objects.all().delete()
        RoundPlan.objects.all().delete()
        for _ in range(count):
            made = walk(cast)
            made.plan.team.add(cast.cadre_user)
            Finding.objects.create(community=cast.qinghe, stop=made.stops.get(), kind="no_food", found_at=timezone.now())
        client.get(address)
        with queries() as counted:
            assert client.get(address).status_code == 200
        seen.append(len(counted))

    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "query", ["day=x", "kind=x&state=x", "day=9999-99-99", "page=x", "stop=x", "stop=" + "9" * 40, "building=x"]
)
def test_nonsense_in_the_address_is_not_minded(cast, sign_in, query):
    made, client = walk(cast), sign_in(cast.secretary)

    assert {client.get(f"{address}?{query}").status_code for address in ("/residents/rounds/", page_of(made))} == {200}
