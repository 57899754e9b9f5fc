"""The pages of homes and people: masked by role, one value in full on record, lists in a fixed number of statements."""

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Event
from portal.jobs.models import Job
from residents.models import CareProfile, Dwelling, Resident
from residents.services import care, households
from tests.factories import DwellingFactory, EntranceFactory, ResidentFactory
from tests.sheets import id_number, upload

LIST = reverse("residents:dwelling_list")


def at(name: str, row) -> str:
    return reverse(f"residents:{name}", args=[row.pk])


@pytest.fixture
def entrance(cast):
    return EntranceFactory(building__compound=cast.hefengyuan, building__number="17", number="3")


@pytest.fixture
def home(entrance):
    return DwellingFactory(entrance=entrance, room_no="702", floor=7)


@pytest.fixture
def somebody(home):
    return ResidentFactory(dwelling=home, name="王建国", phone="19900001234", id_number=id_number(3), relation="head")


def listed(client, **asked) -> list[str]:
    return [str(home) for home in client.get(LIST, asked).context["rows"]]


def test_the_list_filters_counts_and_keeps_place_order(cast, sign_in, entrance, home, somebody):
    empty = DwellingFactory(entrance=entrance, room_no="1001", floor=10, state=Dwelling.State.VACANT)
    crowded = DwellingFactory(entrance=entrance, room_no="101", floor=1)
    ResidentFactory.create_batch(10, dwelling=crowded, has_smartphone=False, shops_online=False)
    away = ResidentFactory(dwelling=home, lives_in=False)
    care.add(resident_id=away.pk, code="dialysis", since=timezone.localdate(), values={}, by=cast.secretary)
    client = sign_in(cast.secretary)

    assert listed(client) == ["17-3-101", "17-3-702", "17-3-1001"]
    groups = {value: count for value, _label, count in client.get(LIST).context["groups"]}
    assert groups == {
        "care": 1, "watched": 0, "proposed": 1, "no_phone": 1, "no_shop": 1, "elsewhere": 1, "empty": 1,
    }  # fmt: skip
    assert listed(client, group="proposed") == ["17-3-101"]
    assert listed(client, category="dialysis") == ["17-3-702"]
    assert listed(client, state="vacant") == [str(empty)]
    assert listed(client, building=entrance.building_id, group="no_shop") == [str(crowded)]


@pytest.mark.parametrize(
    "asked",
    [
        {"compound": "abc", "building": "-1", "state": "'", "category": "x\x00", "group": "?", "page": "-9"},
        {"compound": "9" * 40, "building": "9" * 40, "page": "1e9"},
        {"compound": "٣", "state": "\ud800".encode("utf-8", "surrogatepass")},
    ],
)
def test_nonsense_filters_nothing(cast, sign_in, home, asked):
    assert sign_in(cast.secretary).get(LIST, asked).status_code == 200


def test_another_communitys_compound_is_not_shown(cast, sign_in, home):
    client = sign_in(cast.other_secretary)

    assert client.get(LIST, {"compound": cast.hefengyuan.pk}).context["compound"] == cast.yushu_rental
    assert client.get(at("dwelling_detail", home)).status_code == 404


@pytest.mark.parametrize("name", ["dwelling_list", "dwelling_detail"])
def test_three_rows_cost_as_many_statements_as_one(cast, sign_in, queries, somebody, name):
    home = somebody.dwelling
    address = LIST if name == "dwelling_list" else at(name, home)
    client = sign_in(cast.secretary)
    client.get(address)
    with queries() as one:
        client.get(address)
    for number in range(3):
        other = DwellingFactory(entrance=home.entrance)
        for dwelling in (home, other):
            person = ResidentFactory(dwelling=dwelling)
            care.add(resident_id=person.pk, code="infant", since=timezone.localdate(), values={}, by=cast.secretary)
            households.update_dwelling(dwelling_id=home.pk, values={"note": str(number)}, by=cast.secretary)

    with queries() as many:
        client.get(address)

    assert len(many) == len(one)


def test_names_and_sensitive_care_are_masked_for_a_cadre(cast, sign_in, home, somebody):
    care.add(resident_id=somebody.pk, code="dialysis", since=timezone.localdate(), values={}, by=cast.secretary)

    for address in (LIST, at("dwelling_detail", home), at("resident_detail", somebody)):
        seen = sign_in(cast.cadre_user).get(address).content.decode()
        assert "王**" in seen
        assert not {word for word in ("王建国", "19900001234", id_number(3), ">dialysis</span>") if word in seen}
    full = sign_in(cast.worker).get(at("resident_detail", somebody)).content.decode()
    assert "王建国" in full
    assert not {word for word in ("19900001234", id_number(3)) if word in full}


def test_one_value_in_full_once_for_a_reason(cast, sign_in, somebody):
    client = sign_in(cast.worker)

    answer = client.post(at("resident_reveal", somebody), {"field": "phone", "reason": "核实行程"})

    assert "19900001234" in answer.content.decode()
    assert answer["Cache-Control"].count("no-store") == 1
    assert Event.objects.get(kind="resident.revealed").after == {"field": "phone", "reason": "核实行程"}
    assert client.post(at("resident_reveal", somebody), {"field": "phone", "reason": " "}).status_code == 302
    assert client.post(at("resident_reveal", somebody), {"field": "name", "reason": "x"}).status_code == 302
    assert Event.objects.filter(kind="resident.revealed").count() == 1


def posted(client, somebody, **values) -> dict:
    form = client.get(at("resident_edit", somebody)).context["form"]
    fields = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in fields.items()} | values


def test_what_was_masked_and_left_alone_stays(cast, sign_in, somebody):
    client = sign_in(cast.secretary)
    before = Resident.objects.filter(pk=somebody.pk).values("phone", "id_number").get()

    answer = client.post(at("resident_edit", somebody), posted(client, somebody, note="常出差", sex="", born_on=""))

    assert answer.status_code == 302
    somebody.refresh_from_db()
    assert (somebody.phone, somebody.id_number, somebody.note) == (before["phone"], before["id_number"], "常出差")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"phone": "199****9999"}, "phone"),
        ({"phone": "电话"}, "phone"),
        ({"id_number": "990101197002030111"}, "id_number"),
        ({"born_on": "2999-01-01"}, "born_on"),
        ({"born_on": "2001-02-29"}, "born_on"),
        ({"name": "王\x00"}, "name"),
        ({"name": "王\u202e"}, "name"),
        ({"name": "王" * 41}, "name"),
        ({"vaccine_doses": "-1"}, "vaccine_doses"),
        ({"guardian": "999999"}, "guardian"),
    ],
)
def test_bad_input_is_answered_at_the_field(cast, sign_in, somebody, values, field):
    client = sign_in(cast.secretary)

    answer = client.post(at("resident_edit", somebody), posted(client, somebody, **values))

    assert answer.status_code == 200
    assert field in answer.context["form"].errors


def test_two_people_who_edit_see_both_values(cast, sign_in, somebody):
    client = sign_in(cast.secretary)
    mine = posted(client, somebody, note="甲")
    sign_in(cast.worker).post(at("resident_edit", somebody), posted(sign_in(cast.worker), somebody, note="乙"))

    answer = client.post(at("resident_edit", somebody), mine)

    assert ("Note", "乙", "甲") in answer.context["differences"]
    assert client.post(at("resident_edit", somebody), answer.context["form"].data).status_code == 302


def test_a_person_is_added_moved_and_gone(cast, sign_in, home, entrance):
    client = sign_in(cast.secretary)
    today = timezone.localdate().isoformat()
    new = {"name": "李梅", "id_type": "id_card", "kind": "permanent", "change": "returned", "on": today, "from_area": "荆州"}
    client.post(at("resident_create", home), new)
    person = Resident.objects.get(name="李梅")
    DwellingFactory(entrance=entrance, room_no="301")

    def move(**said) -> int:
        return client.post(at("resident_move", person), {"on": today, **said}).status_code

    assert (move(change="moved_within", to="99-9-999"), move(change="moved_within", to="17号楼3单元301")) == (200, 302)
    assert (move(change="moved_out"), move(change="moved_out"), move(change="moved_in")) == (302, 200, 302)
    person.refresh_from_db()
    kinds = list(person.changes.order_by("id").values_list("kind", flat=True))
    assert (str(person.dwelling), person.left_on) == ("17-3-301", None)
    assert kinds == ["returned", "moved_within", "moved_out", "moved_in"]


def test_a_home_is_watched_and_gets_a_head(cast, sign_in, home, somebody):
    client = sign_in(cast.secretary)
    other = ResidentFactory(dwelling=home)
    values = {"state": "at_home", "floor": 7, "watch_level": 2}

    assert "watch_reason" in client.post(at("dwelling_edit", home), values).context["form"].errors
    client.post(at("dwelling_edit", home), values | {"watch_reason": "十人同住"})
    client.post(at("resident_head", other))

    home.refresh_from_db()
    assert (home.watch_level, home.watch_reason) == (2, "十人同住")
    assert home.residents.get(relation="head") == other


def test_a_list_of_care_is_begun_changed_and_ended(cast, sign_in, somebody):
    client = sign_in(cast.secretary)
    today = timezone.localdate().isoformat()
    client.post(at("care_create", somebody), {"code": "dialysis", "since": today, "need": "每周三次"})
    profile = CareProfile.objects.get()

    client.post(at("care_edit", profile), {"need": "每周两次", "hospital": "区医院"})
    assert client.post(at("care_end", profile), {"until": "2001-01-01"}).status_code == 200
    client.post(at("care_end", profile), {"until": today})

    profile.refresh_from_db()
    assert (profile.need, profile.hospital, profile.until) == ("每周两次", "区医院", timezone.localdate())


def test_the_base_list_goes_out_as_it_comes_in(cast, sign_in, home, somebody):
    client = sign_in(cast.secretary)

    answer = client.post(reverse("residents:dwelling_export"), {"compound": cast.hefengyuan.pk})

    job = Job.objects.get(kind="export_residents")
    assert answer.url == reverse("jobs:job_detail", args=[job.pk])
    assert client.get(reverse("residents:household_form")).status_code == 200
    assert job.params["asked"]["compound"] == cast.hefengyuan.pk


def test_an_import_shows_its_preview(cast, sign_in):
    client = sign_in(cast.secretary)
    page = reverse("residents:household_import")
    sheet = "小区,楼栋,房号,姓名\r\n荷风苑,1,101,王建国\r\n".encode()

    answer = client.post(page, {"community": cast.qinghe.pk, "file": upload(sheet, "底册.csv")}, follow=True)

    assert answer.context["job"].outcome["counts"]["create"] == 1
    assert client.post(page, {"community": cast.yushu.pk, "file": upload(sheet, "底册.csv")}).context["form"].errors
    assert client.post(page, {"community": cast.qinghe.pk, "file": upload(b"%PDF-1", "底册.pdf")}).context["form"].errors


def test_the_gates_input_is_helped(cast, sign_in, home, somebody):
    address = reverse("residents:resident_suggest")

    def rows(user, text: str) -> list[dict]:
        return sign_in(user).get(address, {"q": text}).json()["rows"]

    households.update_person(
        resident_id=somebody.pk, values={"name": "王建军"}, seen=households.fingerprint(somebody), by=cast.secretary
    )
    masked = {"home": "17-3-702", "name": "王**"}
    for text in ("17-3-702", "17号楼3单元702", "wjj", "建军", "1234"):
        assert [{key: row[key] for key in masked} for row in rows(cast.cadre_user, text)] == [masked]
    assert rows(cast.secretary, "wjj")[0]["name"] == "王建军"
    assert (rows(cast.cadre2_user, "wjj"), rows(cast.cadre_user, "w"), rows(cast.cadre_user, "\x00\x00")) == ([], [], [])
