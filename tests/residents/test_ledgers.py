"""Ledgers: named views over the records; nothing is written twice, and nobody sees more than elsewhere."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from portal.accounts.models import Event
from portal.lib.errors import Refused
from residents.ledgers import SOURCES
from residents.ledgers.people import years_ago
from residents.models import Ledger, Resident
from residents.services import ledgers
from residents.services.care import categories
from tests import factories

pytestmark = pytest.mark.django_db


def home(compound, room="101", **values):
    building, _ = compound.buildings.get_or_create(number="1", defaults={"floors": 7})
    door, _ = building.entrances.get_or_create(number="1")
    return factories.DwellingFactory(entrance=door, floor=int(room[0]), room_no=room, **values)


def lines(ledger, more=None):
    return list(ledgers.table(ledger, ledgers.rows(ledger, more), full=False))


# What a ledger shows


def test_the_seven_are_put_down_once_and_leave_ones_own_alone(cast):
    factories.LedgerFactory(community=cast.qinghe, code="3", name="老人台账")

    made = ledgers.start(community=cast.qinghe, by=cast.secretary)

    assert [ledger.code for ledger in made] == ["1", "2", "4", "5", "6", "+1"]
    assert ledgers.start(community=cast.qinghe, by=cast.secretary) == []
    assert Event.objects.filter(kind="ledger.created", by=cast.secretary).count() == 6
    assert not cast.yushu.ledgers.exists()


def test_a_ledger_of_homes_shows_them_in_place_order_with_masked_phones(cast):
    ledger = factories.LedgerFactory(community=cast.qinghe, columns=["building", "room", "head", "phone", "living_in"])
    upper, lower = home(cast.hefengyuan, "1001"), home(cast.hefengyuan, "901")
    home(cast.yushu_rental)
    factories.ResidentFactory(dwelling=upper, name="王建国", relation="head", phone="19900001234")
    factories.ResidentFactory(dwelling=upper, lives_in=False)
    factories.ResidentFactory(dwelling=lower, left_on=timezone.localdate(), relation="head")
    upper.floor = 10
    upper.save(update_fields=["floor"])

    assert lines(ledger) == [[1, "1", "901", None, None, 0], [2, "1", "1001", "王建国", "199****1234", 1]]


def test_filters_of_the_ledger_win_over_those_of_the_reader(cast):
    vacant, lived = home(cast.hefengyuan, "101", state="vacant"), home(cast.hefengyuan, "201")
    ledger = factories.LedgerFactory(community=cast.qinghe, columns=["room"], filters={"state": "vacant"})
    plain = factories.LedgerFactory(community=cast.qinghe, columns=["room"])

    assert lines(ledger, {"state": "at_home"}) == [[1, vacant.room_no]]
    assert lines(plain, {"state": "at_home"}) == [[1, lived.room_no]]
    # What a source does not know any more narrows nothing and shows nothing.
    plain.filters, plain.columns = {"state": "sold", "gone": "x"}, ["gone", "room"]
    assert lines(plain) == [[1, "101"], [2, "201"]]


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("elsewhere", ["走了的"]),
        ("newcomers", ["租户"]),
        ("elders", ["老人", "老人二"]),
        ("elders_offline", ["老人"]),
        ("children", ["孩子", "婴儿"]),
        ("infants", ["婴儿"]),
    ],
)
def test_ledgers_of_people_know_whom_lists_are_asked_for(cast, group, names):
    door = home(cast.hefengyuan)
    today = timezone.localdate()
    for name, values in {
        "老人": {"born_on": years_ago(65), "has_smartphone": False},
        "老人二": {"born_on": years_ago(90), "has_smartphone": True},
        "将老": {"born_on": years_ago(65) + dt.timedelta(days=1), "has_smartphone": False},
        "孩子": {"born_on": years_ago(14) + dt.timedelta(days=1)},
        "婴儿": {"born_on": today},
        "租户": {"kind": Resident.Kind.TENANT},
        "走了的": {"lives_in": False},
        "搬走的": {"born_on": years_ago(70), "left_on": today, "lives_in": False},
    }.items():
        factories.ResidentFactory(dwelling=door, name=name, **values)
    ledger = factories.LedgerFactory(community=cast.qinghe, source="people", columns=["name"], filters={"group": group})

    assert [line[1] for line in lines(ledger)] == names


def test_the_special_care_ledger_has_the_columns_of_the_form(cast):
    ledgers.start(community=cast.qinghe, by=cast.secretary)
    ledger = cast.qinghe.ledgers.get(code="3")
    person = factories.ResidentFactory(dwelling=home(cast.hefengyuan, "702"), name="王秀英", born_on=years_ago(80))
    factories.CareProfileFactory(
        resident=person, category=categories()["行动不便"], need="膝盖", drug="钙片", hospital="市三医院", contact="王建国",
        contact_phone="19900005678", note="耳背",
    )  # fmt: skip
    ended = {"since": dt.date(2022, 1, 1), "until": timezone.localdate() - dt.timedelta(days=1)}
    factories.CareProfileFactory(resident=person, category=categories()["独居老人"], **ended)

    assert lines(ledger) == [
        [1, "荷风苑", "1", "1", "702", "王秀英", 80, "cannot walk stairs", "膝盖", "钙片", "市三医院", "王建国", "199****5678",
         None, "", "耳背"]
    ]  # fmt: skip


def test_every_source_stands_by_its_word(cast):
    for source in SOURCES.values():
        keys = [column.key for column in source.columns]
        assert len(set(keys)) == len(keys)
        assert [key for key in keys if key in source.standard] == list(source.standard)
        for narrowing in source.filters:
            for value, _label in narrowing.choices(cast.qinghe):
                assert list(narrowing.narrow(source.rows(cast.qinghe), value, cast.qinghe)) == []


def test_a_quarantine_ledger_names_running_cases(cast):
    running = factories.QuarantineCaseFactory(resident__dwelling=home(cast.hefengyuan))
    ledger = factories.LedgerFactory(
        community=cast.qinghe, source="quarantine", columns=["room", "name", "ends_on"], filters={"group": "open"}
    )

    assert lines(ledger) == [[1, "101", running.resident.name, running.ends_on]]
    assert lines(ledger, {"group": "ended"}) == lines(ledger)


def test_who_came_back_from_another_area_stands_with_the_own_plan(cast):
    factories.QuarantineCaseFactory(resident__dwelling=home(cast.hefengyuan))
    facts = {"reason": "high_risk", "source_area": "武汉", "care_plan": "每日两测，买菜到门"}
    factories.QuarantineCaseFactory(resident__dwelling=home(cast.hefengyuan, "201"), **facts)
    columns = ["room", "source_area", "plan"]
    ledger = factories.LedgerFactory(community=cast.qinghe, source="quarantine", columns=columns, filters={"group": "returned"})

    assert lines(ledger) == [[1, "201", "武汉", "每日两测，买菜到门"]]


def test_columns_stand_in_the_order_of_the_source_and_at_least_one_is_there(cast):
    ledger = ledgers.create(
        community=cast.qinghe, source="homes", values={"code": "8", "name": "灯", "columns": ["phone", "room", "x"]},
        by=cast.secretary,
    )  # fmt: skip

    assert ledger.columns == ["room", "phone"]
    with pytest.raises(Refused):
        ledgers.update(ledger_id=ledger.pk, values={"columns": ["x"]}, by=cast.secretary)
    with pytest.raises(Refused):
        ledgers.create(community=cast.qinghe, source="homes", values={**vars(ledger), "columns": ["room"]}, by=cast.secretary)


# The pages


def link(name, *args, **query):
    return reverse(f"residents:ledger_{name}", args=args, query=query)


def test_secretary_begins_with_seven_and_reads_one(cast, sign_in):
    client = sign_in(cast.secretary)
    assert "Begin with these seven" in client.get(link("list")).content.decode()

    client.post(link("start", cast.qinghe.pk))
    found = client.get(link("list"))

    assert [ledger.code for ledger in found.context["rows"]] == ["1", "2", "3", "4", "5", "6", "+1"]
    assert "Begin with these seven" not in found.content.decode()
    assert client.post(link("start", cast.yushu.pk)).status_code == 404
    assert sign_in(cast.worker).get(link("detail", cast.qinghe.ledgers.get(code="1").pk)).status_code == 200


def test_secretary_makes_a_ledger_changes_it_and_puts_it_aside(cast, sign_in):
    client = sign_in(cast.secretary)
    said = {"code": "8", "name": " 空房 ", "columns": ["room", "state"], "by_state": "vacant"}

    ledger = Ledger.objects.get(pk=client.post(link("create", source="homes"), said).url.split("/")[-2])
    client.post(link("edit", ledger.pk), {**said, "name": "空置房", "by_state": ""})
    ledger.refresh_from_db()

    assert (ledger.name, ledger.filters, ledger.is_kept) == ("空置房", {}, False)
    assert list(client.get(link("list")).context["rows"]) == []
    assert list(client.get(link("list", aside="1")).context["rows"]) == [ledger]


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": []},
        {"columns": ["id_number"]},
        {"name": ""},
        {"name": "字" * 41},
        {"name": "a\x00b"},
        {"code": "123456789"},
        {"by_state": "sold"},
        {"by_compound": "0"},
        {"code": "1"},
    ],
)
def test_a_wrong_form_says_so_at_the_field(cast, sign_in, wrong):
    factories.LedgerFactory(community=cast.qinghe, code="1")
    said = {"code": "8", "name": "空房", "columns": ["room"]} | wrong

    found = sign_in(cast.secretary).post(link("create", source="homes"), said)

    assert found.status_code == 200
    assert found.context["form"].errors
    assert Ledger.objects.count() == 1


def test_a_ledger_is_narrowed_on_its_page(cast, sign_in):
    ledger = factories.LedgerFactory(community=cast.qinghe, columns=["room"])
    home(cast.hefengyuan, "101", state="vacant")
    home(cast.hefengyuan, "201")
    client = sign_in(cast.worker)

    assert client.get(link("detail", ledger.pk, state="vacant")).context["lines"] == [[1, "101"]]
    assert len(client.get(link("detail", ledger.pk, state="x\x00", group="'", compound="9" * 40)).context["lines"]) == 2


def test_export_is_in_full_in_chinese_and_on_record(cast, sign_in):
    ledger = factories.LedgerFactory(community=cast.qinghe, columns=["room", "head", "phone", "state"])
    factories.ResidentFactory(dwelling=home(cast.hefengyuan), name="=1+1", relation="head", phone="19900001234")

    sent = sign_in(cast.secretary).post(link("export", ledger.pk))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(sent))).get_sheet_by_index(0).to_python()

    assert rows[2:4] == [["序号", "房号", "户主", "电话", "居住状态"], [1.0, "101", "=1+1", "19900001234", "在家"]]
    line = Event.objects.get(kind="ledger.exported")
    assert (line.by, line.after) == (cast.secretary, {"rows": 1})
    assert sign_in(cast.worker).post(link("export", ledger.pk)).status_code == 403


def test_ledgers_of_others_are_not_found(cast, sign_in):
    theirs = factories.LedgerFactory(community=cast.yushu)
    client = sign_in(cast.secretary)

    assert [client.get(link(name, theirs.pk)).status_code for name in ("detail", "edit")] == [404, 404]
    assert client.post(link("export", theirs.pk)).status_code == 404
    assert client.get(link("create", community=cast.yushu.pk)).status_code == 404
    assert [sign_in(user).get(link("list")).status_code for user in (cast.cadre_user, cast.officer)] == [403, 403]


@pytest.mark.parametrize("source", list(SOURCES))
def test_pages_ask_as_much_for_three_rows_as_for_one(cast, sign_in, queries, source):
    every = [column.key for column in SOURCES[source].columns]
    ledger = factories.LedgerFactory(community=cast.qinghe, source=source, columns=every)
    client = sign_in(cast.secretary)

    def another(room):
        person = factories.ResidentFactory(dwelling=home(cast.hefengyuan, room), relation="head")
        factories.CareProfileFactory(resident=person, category=categories()["独居老人"])
        factories.QuarantineCaseFactory(resident=person)
        factories.MatterFactory(community=cast.qinghe)

    def asked():
        with queries() as seen:
            found = client.get(link("detail", ledger.pk))
            client.get(link("list"))
        return len(found.context["lines"]), len(seen)

    another("101")
    asked()
    _, one = asked()
    another("201")
    another("301")
    factories.LedgerFactory(community=cast.qinghe)

    assert asked() == (3, one)
