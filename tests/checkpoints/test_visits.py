"""Visitors, vehicles, families, people who are held: the rules, then the pages."""

import datetime as dt
import html
import re
import uuid
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation

from checkpoints.models import Fever, Passage, PassUse, Vehicle, Visit
from checkpoints.services import fevers, homes, inside, vehicles, visits
from checkpoints.services.written_fields import Invalid
from portal.accounts.models import Event
from portal.erasure import erase
from portal.lib.errors import Refused
from residents.models import DutyPolicy, QuarantineCase
from residents.services import errand_kinds
from tests import factories

pytestmark = pytest.mark.django_db
LIMIT = Decimal("37.3")


@pytest.fixture(autouse=True)
def _mid_morning():
    with time_machine.travel(timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0)):
        yield


@pytest.fixture
def shift(cast):
    made = factories.ShiftFactory(post__compound=cast.hefengyuan, post__name="东门")
    factories.AssignmentFactory(shift=made, cadre=cast.cadre)
    return made


@pytest.fixture
def client(cast, sign_in, shift):
    return sign_in(cast.cadre_user)


def url(name, *args):
    return reverse(f"checkpoints:{name}", args=args)


def asked(cast, **more):
    facts = {"kind": "visitor", "written_name": "赵雪", "written_phone": "", "certificate": "", "reason": "探亲"} | more
    return visits.ask(compound=cast.hefengyuan, home="17-3-702", by=cast.cadre_user, **facts)


def quarantine(cast, home):
    return factories.QuarantineCaseFactory(dwelling=home, resident__dwelling=home, community=cast.qinghe, state="active")


# Visitors


def test_nobody_goes_in_before_the_home_has_agreed(cast, shift, home):
    visit = asked(cast)
    assert visit.dwelling == home
    row = {"id": str(uuid.uuid4()), "temperature": "36.5"}
    with pytest.raises(Refused, match="has not agreed"):
        visits.let_in(visit=visit, shift=shift, row=row, fever_limit=LIMIT, by=cast.cadre_user)
    visit = visits.answer(visit_id=visit.pk, answer="agreed", how="phone", host="王建国", by=cast.cadre_user)
    for _ in range(2):
        visits.let_in(visit=visit, shift=shift, row=row, fever_limit=LIMIT, by=cast.cadre_user)
    passage = Passage.objects.get()
    assert (passage.person, passage.direction, passage.dwelling, passage.reason) == ("visitor", "in", home, "探亲")
    assert list(Event.objects.filter(table="checkpoints.visit").order_by("id").values_list("kind", flat=True)) == [
        "visit.asked", "visit.agreed"]  # fmt: skip


def test_a_refusal_stays_and_a_consent_may_be_taken_back(cast, home):
    visit = asked(cast)
    for answer in ("agreed", "refused"):
        visit = visits.answer(visit_id=visit.pk, answer=answer, how="message", host="王", by=cast.worker)
    with pytest.raises(Refused, match="anew"):
        visits.answer(visit_id=visit.pk, answer="agreed", how="message", host="王", by=cast.worker)
    assert not visit.may_enter


def test_a_home_in_quarantine_has_no_visitors(cast, shift, home):
    visit = asked(cast)
    visits.answer(visit_id=visit.pk, answer="agreed", how="phone", host="王", by=cast.worker)
    quarantine(cast, home)
    visit.refresh_from_db()
    with pytest.raises(Refused, match="quarantine"):
        visits.let_in(visit=visit, shift=shift, row={"id": ""}, fever_limit=LIMIT, by=cast.worker)
    with pytest.raises(Refused, match="quarantine"):
        asked(cast)


def test_a_worker_shows_a_certificate_or_the_community_agrees(cast, home):
    bare = asked(cast, kind="worker")
    with pytest.raises(Refused, match="certificate"), transaction.atomic():
        visits.answer(visit_id=bare.pk, answer="agreed", how="phone", host="王", by=cast.worker)
    visits.answer(visit_id=bare.pk, answer="agreed", how="community", host="周敏", by=cast.worker)
    shown = asked(cast, kind="worker", certificate="燃气公司 0031")
    assert visits.answer(visit_id=shown.pk, answer="agreed", how="phone", host="王", by=cast.worker).may_enter


def test_a_carer_comes_for_a_month_at_most(cast, home):
    today = timezone.localdate()
    carer = asked(cast, kind="carer", certificate="家政 12", until=today + dt.timedelta(days=31))
    assert list(Visit.objects.current()) == [carer]
    for until in (today - dt.timedelta(days=1), today + dt.timedelta(days=32)):
        with pytest.raises(Refused):
            asked(cast, until=until)


def test_an_answer_without_who_and_how_is_refused_by_the_database(cast, home):
    visit = asked(cast)
    for values in ({"answer": "agreed"}, {"host": "王"}, {"answered_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(**values)


def test_visits_are_forgotten_after_a_month(cast, home):
    asked(cast)
    erase(now=timezone.now() + dt.timedelta(days=30))
    assert Visit.objects.count() == 1
    erase(now=timezone.now() + dt.timedelta(days=32))
    assert Visit.objects.count() == 0


def test_a_visitor_from_the_first_word_to_the_way_out(cast, client, shift, home):
    factories.ResidentFactory(dwelling=home, community=cast.qinghe, name="王建国", phone="19900021234", relation="head")
    sent = {"written_home": "17-3-702", "written_name": "赵雪", "kind": "visitor", "reason": "探亲"}
    page = client.post(url("visit_list", shift.pk), sent, follow=True)
    assert b'href="tel:19900021234"' in page.content
    visit = Visit.objects.get()
    client.post(url("visit_detail", shift.pk, visit.pk), {"answer": "agreed", "how": "phone", "host": "王建国"})
    number = str(client.get(url("visit_detail", shift.pk, visit.pk)).context["number"])
    client.post(url("visit_pass", shift.pk, visit.pk), {"id": number, "temperature": "36.5"})
    ((row, out),) = client.get(url("gate_inside", shift.pk)).context["rows"]
    assert row.pk == uuid.UUID(number)
    for _ in range(2):
        page = client.post(url("gate_let_out", shift.pk, row.pk), {"id": str(out)}, follow=True)
        assert [str(message) for message in page.context["messages"]] == []
    assert client.get(url("gate_inside", shift.pk)).context["rows"] == []
    assert Passage.objects.count() == 2


def test_a_visitor_who_may_not_is_turned_back_with_words(cast, client, shift, home):
    visit = asked(cast)
    client.post(url("visit_pass", shift.pk, visit.pk), {"turn_back": "1", "id": str(uuid.uuid4())})
    assert list(Passage.objects.values_list("result", "result_note")) == [
        ("turned_back", "住户未同意")]  # fmt: skip


@pytest.mark.parametrize(
    "bad", [{"written_home": ""}, {"written_name": "\x00"}, {"reason": ""}, {"kind": "ghost"}, {"until": "2001-01-01"},
            {"until": "31.2."}, {"written_phone": "call"}],
)  # fmt: skip
def test_a_visit_that_cannot_be_is_answered_kindly(client, shift, home, bad):
    good = {"written_home": "17-3-702", "written_name": "赵雪", "kind": "visitor", "reason": "探亲"}
    page = client.post(url("visit_list", shift.pk), good | bad)
    assert (page.status_code, len(page.context["form"].errors), Visit.objects.count()) == (422, 1, 0)


def test_a_visit_of_another_compound_is_not_there(cast, client, shift):
    other = factories.VisitFactory(compound=cast.yushu_rental)
    assert client.get(url("visit_detail", shift.pk, other.pk)).status_code == 404


# Inside


def test_inside_is_who_came_last_in(cast, shift):
    def passed(minutes, direction, **more):
        at = timezone.now() - dt.timedelta(minutes=minutes)
        facts = {"person": "visitor", "written_name": "赵雪", "shift": shift, "post": shift.post} | more
        return factories.PassageFactory(happened_at=at, direction=direction, **facts)

    passed(90, "in")
    passed(60, "out")
    stays = passed(50, "in")
    lorry = passed(40, "in", person="driver", plate_no="鄂A12345", written_name="", written_home="")
    passed(45, "in", written_name="钱")
    passed(35, "out", written_name="钱")
    passed(30, "in", person="resident")
    passed(20, "in", result="turned_back", result_note="x", written_name="孙")
    assert list(inside.rows(cast.hefengyuan)) == [stays, lorry]


@pytest.mark.parametrize("plate", ["无牌", ""])
def test_of_vehicles_that_nothing_tells_apart_as_many_are_inside_as_did_not_go_out(cast, shift, plate):
    def drove(minutes, direction, reason):
        at = timezone.now() - dt.timedelta(minutes=minutes)
        facts = {"person": "driver", "plate_no": plate, "written_home": "", "written_name": "", "reason": reason}
        return factories.PassageFactory(happened_at=at, direction=direction, shift=shift, post=shift.post, **facts)

    # One more went out than came in: it was inside before the log begins.
    drove(90, "out", "收旧货")
    drove(80, "in", "救护车")
    second, third = drove(70, "in", "救护车"), drove(60, "in", "救护车")
    taxi = drove(50, "in", "出租车")
    drove(40, "out", "救护车")

    assert list(inside.rows(cast.hefengyuan)) == [second, third, taxi]
    assert inside.rows(cast.hefengyuan).count() == 3


# Families


def test_a_family_passes_in_one_tap_and_once(cast, client, shift, home):
    people = [
        factories.ResidentFactory(dwelling=home, community=cast.qinghe, name=name) for name in ("王建国", "王小明", "李奶奶")
    ]
    page = client.get(url("gate_home", shift.pk), {"home": "17号楼3单元702"})
    assert "王建国" not in page.content.decode()
    sent = {"home": "17-3-702", "key": str(page.context["key"]), "direction": "out", "reason": "买菜",
            "residents": [one.pk for one in people[:2]]}  # fmt: skip
    for _ in range(2):
        assert client.post(url("gate_home", shift.pk), sent).status_code == 302
    rows = Passage.objects.order_by("written_name").values_list("written_name", "direction", "dwelling", "resident")
    assert sorted(rows) == sorted((one.name, "out", home.pk, one.pk) for one in people[:2])


def test_a_quarantined_family_goes_out_by_the_lead_s_reason_alone_and_each_is_counted(cast, client, shift, home):
    quarantine(cast, home)
    other = factories.ResidentFactory(dwelling=home, community=cast.qinghe)
    people = [one.pk for one in homes.people(home)]
    sent = {"home": "17-3-702", "direction": "out", "residents": people, "key": str(uuid.uuid4()), "reason": "就医"}
    let_go = sent | {"override": "急救"}
    refused = client.post(url("gate_home", shift.pk), sent)
    assert ("The home is in quarantine." in refused.text, 'name="override"' in refused.text) == (True, False)
    assert (list(refused.context["ticked"]), refused.context["reason"]) == (people, "就医")
    assert "Only the lead" in client.post(url("gate_home", shift.pk), let_go).text
    assert Passage.objects.count() == 0

    shift.crew.update(is_lead=True)
    assert 'name="override"' in client.get(url("gate_home", shift.pk), {"home": "17-3-702"}).text
    for _ in range(2):
        assert client.post(url("gate_home", shift.pk), let_go).status_code == 302
    found = PassUse.objects.overridden().values_list("passage__resident", "found", "override_by", "override_reason")
    assert sorted(found) == sorted((pk, "quarantine", cast.cadre_user.pk, "急救") for pk in people)
    assert Event.objects.filter(kind="passage.overridden").count() == len(people)
    # Who comes home is not asked.
    assert client.post(url("gate_home", shift.pk), sent | {"direction": "in", "residents": [other.pk]}).status_code == 302


def test_a_family_of_which_one_is_in_a_room_of_their_own_goes_out_without_that_one(cast, client, shift, home):
    case = quarantine(cast, home)
    QuarantineCase.objects.filter(pk=case.pk).update(own_room=True)
    other = factories.ResidentFactory(dwelling=home, community=cast.qinghe)
    page = client.get(url("gate_home", shift.pk), {"home": "17-3-702"})
    assert (page.context["ticked"], page.context["kept"]) == ([other.pk], {case.resident_id})
    sent = {"home": "17-3-702", "direction": "out"}
    assert client.post(url("gate_home", shift.pk), sent | {"residents": [case.resident_id, other.pk]}).status_code == 422
    assert Passage.objects.count() == 0
    assert client.post(url("gate_home", shift.pk), sent | {"residents": [other.pk]}).status_code == 302


@pytest.mark.parametrize("bad", [{"residents": ["999999"]}, {"residents": ["x"]}, {"direction": "up"}, {"home": "\x00"}, {}])
def test_a_family_that_cannot_be_is_answered_kindly(cast, client, shift, home, bad):
    factories.ResidentFactory(dwelling=home, community=cast.qinghe)
    assert client.post(url("gate_home", shift.pk), {"home": "17-3-702", "direction": "in"} | bad).status_code == 422


def test_a_worker_is_asked_for_the_certificate_before_the_home_is_rung(client, shift, home):
    form = {"written_home": "17-3-702", "written_name": "欧阳", "kind": "worker", "reason": "修热水器", "certificate": ""}
    answer = client.post(url("visit_list", shift.pk), form)
    assert (answer.status_code, Visit.objects.count()) == (422, 0)
    assert "Without one ring the community" in answer.text

    client.post(url("visit_list", shift.pk), form | {"certificate": "社区张敏同意"})
    assert Visit.objects.get().certificate == "社区张敏同意"


# One tap


@pytest.mark.parametrize(
    ("what", "person", "result"),
    [("ambulance", "driver", "passed"), ("courier", "courier", "turned_back"), ("taxi", "driver", "turned_back")],
)
def test_one_tap_and_it_is_logged(client, shift, what, person, result):
    client.post(url("gate_quick", shift.pk, what))
    assert list(Passage.objects.values_list("person", "result")) == [(person, result)]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_a_tap_writes_is_chinese_whoever_taps(client, shift, language):
    for what in ("ambulance", "courier", "taxi"):
        client.post(url("gate_quick", shift.pk, what), headers={"accept-language": language})
    with translation.override(language):
        known = vehicles.look_up(shift.post.compound.community, "鄂A12345")

    assert list(Passage.objects.order_by("pk").values_list("reason", "result_note")) == [
        ("救护车", ""),
        ("", "快递外卖放货架"),
        ("出租车", "出租车不进，乘客步行"),
    ]
    with translation.override("zh-hans"):
        assert known.stored == vehicles.look_up(shift.post.compound.community, "鄂A12345").why


def test_a_line_says_what_passed_where_there_is_no_plate(client, shift):
    for what in ("ambulance", "taxi", "courier"):
        client.post(url("gate_quick", shift.pk, what))
    page = client.get(url("gate_inside", shift.pk)).text
    assert "<strong>救护车</strong>" in page
    assert 'aria-label="Out: 救护车"' in page
    cart = {"id": str(uuid.uuid4()), "person": "driver", "plate_no": "无牌", "direction": "out"}
    client.post(url("gate", shift.pk), cart)

    lines = re.findall(r"<strong>([^<]+)</strong>\s*<small>(.*?)</small>", client.get(url("gate", shift.pk)).text)
    driver = "<span>driver</span>"
    assert lines == [("no plate", driver), ("courier", ""), ("出租车", driver), ("救护车", driver)]
    assert [row["plate_no"] for row in client.get(url("gate_latest", shift.pk)).json()["rows"]] == ["无牌", "", "无牌", "无牌"]


def test_couriers_enter_where_the_policy_of_the_day_lets_them(cast, client, shift):
    DutyPolicy.objects.create(community=cast.qinghe, starts_on=timezone.localdate(), couriers_enter=True)
    client.post(url("gate_quick", shift.pk, "courier"))
    assert list(Passage.objects.values_list("person", "result")) == [("courier", "passed")]


@pytest.mark.parametrize(
    ("courier", "status", "left"),
    [
        ({"direction": "in"}, "refused", []),
        ({"direction": "in", "result": "turned_back", "result_note": "快递放货架"}, "stored", [("courier", "turned_back")]),
        ({"direction": "in", "temperature": "38.0"}, "stored", [("courier", "held")]),
        ({"direction": "out"}, "stored", [("courier", "passed")]),
    ],
)
def test_no_courier_comes_in_by_the_batch_either(client, shift, courier, status, left):
    row = {"id": str(uuid.uuid4()), "happened_at": timezone.now().isoformat(), "person": "courier", "name": "张", **courier}
    answers = client.post(url("gate_passages", shift.pk), [row], content_type="application/json").json()["answers"]

    assert [(answer["status"], answer.get("field", "")) for answer in answers] == [(status, "person" * (not left))]
    assert list(Passage.objects.values_list("person", "result")) == left


def test_no_courier_comes_in_by_the_form_without_script(cast, client, shift):
    form = {"id": str(uuid.uuid4()), "person": "courier", "name": "张", "direction": "in"}
    answer = client.post(url("gate", shift.pk), form)
    assert (answer.status_code, Passage.objects.count()) == (422, 0)
    assert "Couriers stay outside here" in answer.content.decode()

    DutyPolicy.objects.create(community=cast.qinghe, starts_on=timezone.localdate(), couriers_enter=True)
    client.post(url("gate", shift.pk), form)
    assert list(Passage.objects.values_list("person", "result")) == [("courier", "passed")]


def test_whether_couriers_enter_is_asked_once_a_batch(client, shift, queries):
    def couriers(many):
        at = timezone.now().isoformat()
        rows = [{"id": str(uuid.uuid4()), "happened_at": at, "person": "courier", "name": "张", "direction": "in"}] * many
        with queries() as asked:
            client.post(url("gate_passages", shift.pk), rows, content_type="application/json")
        return len(asked)

    assert couriers(1) == couriers(3)


def test_a_phone_that_was_shut_out_logs_nothing(cast, client, shift):
    device = factories.GateDeviceFactory(shift=shift, revoked_at=timezone.now(), revoked_by=cast.worker)
    session = client.session
    session["gate_device"] = str(device.key)
    session.save()
    assert client.post(url("gate_quick", shift.pk, "ambulance")).status_code == 403
    assert Passage.objects.count() == 0


def test_no_tap_for_what_is_not_there(client, shift):
    assert client.post(url("gate_quick", shift.pk, "tank")).status_code == 302
    assert Passage.objects.count() == 0


# Vehicles


def vehicle(cast, plate="鄂A12345", **more):
    return vehicles.save(community=cast.qinghe, plate=plate, by=cast.worker, **more)


@pytest.mark.parametrize("plate", ["鄂A12345", "鄂a·12345", " 鄂 A 12345 ", "鄂A１２３４５"])
def test_a_plate_is_one_plate_however_it_is_written(cast, plate):
    vehicle(cast)
    assert vehicles.look_up(cast.qinghe, plate).answer == "yes"
    with pytest.raises(Refused, match="already"), transaction.atomic():
        vehicle(cast, plate)


@pytest.mark.parametrize("plate", ["鄂AD12345", "鄂AF12345", "京A12345D"])
def test_new_energy_plates_are_plates(cast, plate):
    assert vehicle(cast, plate).plate_no == plate


@pytest.mark.parametrize("plate", ["", "12345", "鄂I1234", "XX", "无牌", "鄂A1234567", "<script>"])
def test_what_is_no_plate_is_not_registered(cast, plate):
    with pytest.raises(Invalid):
        vehicle(cast, plate)


def test_the_register_answers_at_the_gate(cast):
    today = timezone.localdate()
    vehicle(cast, "鄂A00001", kind="goods", allowed="window", opens_at=dt.time(8), closes_at=dt.time(9))
    vehicle(cast, "鄂A00002", kind="goods", allowed="window", opens_at=dt.time(22), closes_at=dt.time(10, 30))
    vehicle(cast, "鄂A00003", allowed="no")
    vehicle(cast, "鄂A00004", ends_on=today - dt.timedelta(days=1), starts_on=today - dt.timedelta(days=9))
    vehicle(cast, "鄂A00005", kind="taxi")
    vehicle(cast, "鄂A00006", kind="ambulance", allowed="no")
    answers = [vehicles.look_up(cast.qinghe, f"鄂A0000{n}").answer for n in range(1, 8)]
    assert answers == ["no", "yes", "no", "no", "no", "yes", "ask"]
    DutyPolicy.objects.create(community=cast.qinghe, starts_on=today, taxis_enter=True)
    assert vehicles.look_up(cast.qinghe, "鄂A00005").answer == "yes"


def test_a_register_is_of_its_community(cast):
    vehicle(cast)
    assert vehicles.look_up(cast.yushu, "鄂A12345").vehicle is None


def test_a_plate_is_looked_up_and_logged(cast, client, shift):
    vehicle(cast, written_home="17-3-702")
    page = client.get(url("gate_vehicle", shift.pk), {"plate": "鄂a12345"})
    assert page.context["verdict"].answer == "yes"
    sent = {"plate": "鄂A12345", "id": str(page.context["number"]), "direction": "in", "passengers": "２"}
    for _ in range(2):
        client.post(url("gate_vehicle", shift.pk), sent)
    assert list(Passage.objects.values_list("person", "plate_no", "passengers")) == [("driver", "鄂A12345", 2)]


def test_what_the_register_keeps_outside_does_not_drive_in(cast, client, shift):
    vehicle(cast, kind="goods", allowed="no")
    answer = client.post(url("gate_vehicle", shift.pk), {"plate": "鄂A12345", "direction": "in"})
    assert (answer.status_code, Passage.objects.count()) == (422, 0)
    assert "Goods go to the shelf." in answer.content.decode()

    for form in ({"direction": "out"}, {"turn_back": "1"}):
        client.post(url("gate_vehicle", shift.pk), {"plate": "鄂A12345", **form})
    assert sorted(Passage.objects.values_list("direction", "result")) == [("in", "turned_back"), ("out", "passed")]


@pytest.mark.parametrize("plate", ["x", "\x00", "<b>", "鄂I1234", "9" * 500])
def test_a_bad_plate_is_answered_kindly(client, shift, plate):
    page = client.get(url("gate_vehicle", shift.pk), {"plate": plate})
    assert (page.status_code, page.context["verdict"], bool(page.context["error"])) == (200, None, True)


def test_the_register_is_written_changed_and_struck(cast, sign_in):
    client = sign_in(cast.worker)
    good = {"community": cast.qinghe.pk, "plate_no": "鄂a·12345", "kind": "resident", "allowed": "yes",
            "starts_on": "2022-04-01"}  # fmt: skip
    assert client.post(url("vehicle_add"), good).status_code == 302
    row = Vehicle.objects.get()
    assert client.post(url("vehicle_add"), good).status_code == 422
    assert client.post(url("vehicle_add"), good | {"plate_no": "12"}).status_code == 422
    assert client.post(url("vehicle_edit", row.pk), good | {"allowed": "window"}).status_code == 422
    assert client.post(url("vehicle_edit", row.pk), good | {"permit_no": "B-7"}).status_code == 302
    row.refresh_from_db()
    assert (row.plate_no, row.permit_no) == ("鄂A12345", "B-7")
    client.post(url("vehicle_remove", row.pk))
    assert Vehicle.objects.count() == 0


# Fever


def held(shift, **more):
    return factories.PassageFactory(post=shift.post, shift=shift, result="held", temperature=Decimal("38.1"), **more)


def test_a_fever_step_by_step(cast, shift):
    passage = held(shift)
    assert len(fevers.waiting(shift.post)) == 1
    with pytest.raises(Refused, match="second thermometer"), transaction.atomic():
        fevers.step(passage=passage, step="measured", by=cast.cadre_user)
    with pytest.raises(Refused, match="first"), transaction.atomic():
        fevers.close(passage=passage, handling="120 接走", by=cast.cadre_user)
    for step in fevers.STEPS:
        for _ in range(2):
            fevers.step(passage=passage, step=step, second=Decimal("38.0"), by=cast.cadre_user)
    fevers.close(passage=passage, handling="120 接走", by=cast.cadre_user)
    assert len(fevers.waiting(shift.post)) == 0
    kinds = list(Event.objects.filter(table="checkpoints.fever").order_by("id").values_list("kind", flat=True))
    called = Event.objects.get(kind="fever.called")
    assert (called.before, called.after["called_by"]) == ({"called_at": None, "called_by": None}, cast.cadre_user.pk)
    assert Event.objects.get(kind="fever.closed").after["handling"] == "***"
    assert kinds == [f"fever.{name}" for name in ("held", "isolated", "measured", "called", "notified", "closed")]


def test_nobody_is_held_by_name_alone(cast, shift):
    with pytest.raises(Refused, match="not held"):
        fevers.step(passage=factories.PassageFactory(post=shift.post), step="isolated", by=cast.worker)


def test_the_page_of_a_fever(cast, client, shift):
    passage = held(shift)
    address = url("gate_fever", shift.pk, passage.pk)
    bad = ({}, {"step": "x"}, {"step": "measured"}, {"step": "measured", "second": "3.66"}, {"step": "closed"})
    assert [client.post(address, sent).status_code for sent in bad] == [422] * len(bad)
    client.post(address, {"step": "isolated"})
    client.post(address, {"step": "measured", "second": "３７，９"})
    row = Fever.objects.get()
    assert (row.isolated_by, row.second) == (cast.cadre_user, Decimal("37.9"))
    assert client.get(address).status_code == 200


def test_a_fever_is_told_of_at_the_desk_with_who_was_turned_back(cast, sign_in, shift):
    fevers.step(passage=held(shift), step="isolated", by=cast.worker)
    factories.PassageFactory(post=shift.post, result="turned_back", result_note="未戴口罩")
    page = sign_in(cast.worker).get(url("turned_back"))
    assert [(word["n"], word["result_note"]) for word in page.context["words"]] == [(1, "未戴口罩")]
    assert len(page.context["held"]) == 1


def test_the_work_of_somebody_turned_back_is_taken_over_inside(cast, sign_in, shift, home):
    errand_kinds.ensure()
    factories.PassageFactory(
        post=shift.post, direction="in", person="staff", written_home="17-3-702", result="turned_back", result_note="燃气工"
    )
    client = sign_in(cast.worker)
    (link,) = re.findall(r'href="(/residents/errands/new/[^"]*)"', client.get(url("turned_back")).text)
    (kind,) = re.findall(r'href="([?][^"]*kind=gas_bottle[^"]*)"', client.get(html.unescape(link)).text)
    form = client.get("/residents/errands/new/" + html.unescape(kind)).context["form"]
    assert (form["home"].value(), form["channel"].value()) == ("17-3-702", "gate")


def test_pages_ask_a_fixed_number_of_statements(cast, sign_in, shift, home, queries):
    client, desk, seen = sign_in(cast.cadre_user), sign_in(cast.worker), {}
    for number in (1, 2, 3):
        factories.VisitFactory(compound=cast.hefengyuan, dwelling=home)
        factories.VehicleFactory(community=cast.qinghe, dwelling=home)
        factories.ResidentFactory(dwelling=home, community=cast.qinghe)
        factories.PassageFactory(post=shift.post, person="visitor", written_name=f"赵{number}")
        factories.PassageFactory(post=shift.post, result="turned_back", result_note=f"x{number}")
        for who, address in (
            (client, url("visit_list", shift.pk)), (client, url("gate_inside", shift.pk)),
            (client, url("gate_home", shift.pk) + "?home=17-3-702"), (client, url("gate", shift.pk)),
            (desk, url("vehicle_list")), (desk, url("turned_back")),
        ):  # fmt: skip
            with queries() as asked_:
                assert who.get(address).status_code == 200
            seen.setdefault(address, []).append(len(asked_))
    assert all(len(set(counts)) == 1 and counts[0] <= 12 for counts in seen.values()), seen
