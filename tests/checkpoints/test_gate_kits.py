"""What a phone takes along for a shift, and the phones at a gate."""

import datetime as dt
import json
from uuid import uuid4

import pytest
from django.utils import timezone

from checkpoints.models import GateDevice, Passage
from checkpoints.services import gate_devices, gate_kits
from portal.accounts.models import Event
from portal.lib.errors import Refused
from residents.services import control
from residents.services.policies import duty_policy
from tests import factories
from tests.checkpoints.test_gate import row, running, send


@pytest.fixture
def shift(cast):
    """马骏 stands at the gate of 荷风苑 and leads."""
    shift = running(factories.PostFactory(compound=cast.hefengyuan))
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True)
    return shift


def home(compound, room, **changed):
    return factories.DwellingFactory(
        **{"entrance__number": "3", "entrance__building__number": "17", **changed},
        entrance__building__compound=compound,
        room_no=room,
    )


def ask(client, shift, **changed):
    said = {"device": str(uuid4()), "clock": timezone.now().isoformat(), "waiting": 0, **changed}
    return client.post(f"/checkpoints/gate/{shift.pk}/kit/", json.dumps(said), content_type="application/json")


def kit_for(shift, reader):
    policy = duty_policy(shift.post.compound.community, shift.day)
    return gate_kits.kit(shift=shift, policy=policy, reader=reader)


def test_a_kit_holds_the_homes_of_the_compound_and_what_stands_at_them_and_no_more(cast, shift):
    at_home = home(cast.hefengyuan, "702")
    entrance = at_home.entrance
    away = factories.DwellingFactory(entrance=entrance, room_no="703", state="away")
    ill = factories.DwellingFactory(entrance=entrance, room_no="704")
    head = factories.ResidentFactory(
        dwelling=at_home, name="王建国", initials=" wjg ", phone="19900000001", relation="head"
    )  # fmt: skip
    factories.QuarantineCaseFactory(resident=factories.ResidentFactory(dwelling=ill, name="赵敏"))
    factories.ResidentFactory(dwelling=home(cast.yushu_rental, "101"), name="别处人")

    found = kit_for(shift, cast.cadre_user)

    assert [[label, marks, [name for name, *_ in people]] for label, marks, *people in found["homes"]] == [
        [str(at_home), "", ["王**"]],
        [str(away), "a", []],
        [str(ill), "q", ["赵*"]],
    ]
    assert found["homes"][0][2] == ["王**", "wjg", head.pk, "head"]
    text = json.dumps(found, ensure_ascii=False)
    assert not any(secret in text for secret in ("19900000001", "王建国", "赵敏", "别处人"))
    assert found["policy"] == {"feverLimit": "37.3", "couriersEnter": False, "undoSeconds": 60}


def test_who_may_see_names_takes_them_along(cast, shift):
    factories.ResidentFactory(dwelling=home(cast.hefengyuan, "702"), name="王建国")

    assert kit_for(shift, cast.worker)["homes"][0][2][0] == "王建国"


def test_a_kit_says_what_holds_for_a_home_without_a_pass(cast, shift):
    dwelling = home(cast.hefengyuan, "702")
    building = dwelling.entrance.building
    factories.PassPolicyFactory(community=cast.qinghe, trips=0, level="sealed")
    facts = {"level": "sealed", "starts_on": dt.date(2020, 1, 1), "reason": "case", "by": cast.secretary}
    control.decide(compound=cast.hefengyuan, building=building, **facts)

    passes = kit_for(shift, cast.cadre_user)["passes"]

    rules = passes["without"]
    assert (rules["policy"], passes["leads"], passes["cards"]) == (None, True, [])
    assert list(rules["buildings"]) == [building.number]
    own = rules["buildings"][building.number]
    assert (own["level"], own["policy"]["trips"]) == ("sealed", 0)


def test_a_kit_that_is_there_already_is_not_sent_again(cast, sign_in, shift):
    client = sign_in(cast.cadre_user)
    first = ask(client, shift).json()
    again = ask(client, shift, have=first["kit"]["version"]).json()
    home(cast.hefengyuan, "702")
    changed = ask(client, shift, have=first["kit"]["version"]).json()

    assert again == {"kit": None, "seal": first["seal"]}
    assert changed["kit"]["version"] != first["kit"]["version"]


def test_the_seal_is_the_same_for_one_person_and_shift_and_another_for_others(cast, shift):
    other = running(
        shift.post, starts_at=timezone.now() - dt.timedelta(hours=5), ends_at=timezone.now() - dt.timedelta(hours=4)
    )
    seals = [
        gate_kits.seal(shift=which, reader=who)
        for which in (shift, other) for who in (cast.cadre_user, cast.secretary)
    ]  # fmt: skip

    assert len(set(seals)) == 4
    assert seals[0] == gate_kits.seal(shift=shift, reader=cast.cadre_user)


@pytest.mark.parametrize(
    "body", ["", "[", "[]", "7", "null", '{"device": 7}', '{"device": "x"}', "{}", "[" * 2000, '{"device": null}', "x" * 10_000]
)
def test_a_phone_that_does_not_say_which_it_is_gets_no_kit(cast, sign_in, shift, body):
    client = sign_in(cast.cadre_user)
    answer = client.post(f"/checkpoints/gate/{shift.pk}/kit/", body, content_type="application/json")

    assert (answer.status_code, answer.json()) == (400, {"error": "Say which phone this is."})


@pytest.mark.parametrize(("said", "minutes"), [("2022-04-10", 0), (None, 0), ("x", 0), ("+3h", 180), ("-1h", -60)])
def test_how_wrong_a_clock_is_is_written_down(cast, sign_in, shift, said, minutes):
    hours = {"+3h": 3, "-1h": -1}.get(said)
    clock = (timezone.now() + dt.timedelta(hours=hours)).isoformat() if hours else said

    ask(sign_in(cast.cadre_user), shift, clock=clock, waiting=7)

    device = GateDevice.objects.get()
    assert (device.minutes_fast, device.waiting, device.user) == (minutes, 7, cast.cadre_user)


def test_joining_twice_is_one_phone_and_one_line_in_the_trail(cast, sign_in, shift):
    client, key = sign_in(cast.cadre_user), str(uuid4())
    ask(client, shift, device=key, waiting=3)
    ask(client, shift, device=key, waiting=1)

    assert GateDevice.objects.get().waiting == 1
    assert Event.objects.filter(kind="gate_device.joined").count() == 1


def test_the_kit_asks_a_fixed_number_of_statements(cast, sign_in, shift, queries):
    client, key = sign_in(cast.cadre_user), str(uuid4())
    factories.PassPolicyFactory(community=cast.qinghe)
    counts = []
    for room in ("701", "702", "703"):
        dwelling = home(cast.hefengyuan, room, entrance__building__number=room)
        factories.ResidentFactory(dwelling=dwelling)
        factories.PassUseFactory(entry_pass__dwelling=dwelling)
        ask(client, shift, device=key)
        with queries() as seen:
            ask(client, shift, device=key)
        counts.append(len(seen))

    assert len(set(counts)) == 1
    # Nobody waits for it: it is asked every five minutes, behind the back of whoever logs.
    assert counts[0] <= 12


def test_what_was_logged_keeps_the_phone_its_time_and_its_number(cast, sign_in, shift):
    client, key = sign_in(cast.cadre_user), uuid4()
    happened = timezone.now() - dt.timedelta(minutes=5)
    fast = happened + dt.timedelta(hours=3)
    one = row(happened_at=happened.isoformat(), phone_at=fast.isoformat(), sequence=41)

    answers = [send(client, shift, [one], gate_device=str(key)).json()["answers"][0]["status"] for _ in range(2)]

    stored = Passage.objects.get()
    assert answers == ["stored", "already_stored"]
    assert (stored.happened_at, stored.phone_at, stored.sequence, stored.device) == (happened, fast, 41, key)


@pytest.mark.parametrize("wrong", [{"sequence": "x", "phone_at": 7}, {"sequence": -1, "phone_at": "x"}, {"sequence": 2**40}])
def test_a_number_or_a_clock_nobody_can_read_is_no_reason_to_lose_the_passage(cast, sign_in, shift, wrong):
    answer = send(sign_in(cast.cadre_user), shift, [row(**wrong)], gate_device="nonsense").json()["answers"][0]

    stored = Passage.objects.get()
    assert (answer["status"], stored.sequence, stored.phone_at, stored.device) == ("stored", None, None, None)


def test_what_a_phone_that_was_shut_out_sends_is_refused_until_it_is_let_in_again(cast, sign_in, shift):
    client, key = sign_in(cast.cadre_user), str(uuid4())
    ask(client, shift, device=key)
    device = GateDevice.objects.get()

    gate_devices.revoke(device_id=device.pk, by=cast.secretary)
    # It is known by its session, whatever it calls itself.
    answers = [send(client, shift, [row()], gate_device=name) for name in (key, str(uuid4()))]
    answers += [ask(client, shift, device=key), client.get(f"/checkpoints/gate/{shift.pk}/latest/")]
    assert {(answer.status_code, answer.json()["revoked"]) for answer in answers} == {(403, True)}
    assert client.get(f"/checkpoints/gate/{shift.pk}/").status_code == 302
    assert not Passage.objects.exists()

    gate_devices.restore(device_id=device.pk, by=cast.secretary)
    assert send(client, shift, [row()], gate_device=key).json()["answers"][0]["status"] == "stored"
    assert sorted(Event.objects.filter(kind__startswith="gate_device").values_list("kind", flat=True)) == [
        "gate_device.joined",
        "gate_device.restored",
        "gate_device.revoked",
    ]


def test_the_lead_and_the_community_shut_a_phone_out_and_nobody_else_does(cast, sign_in, shift):
    device = factories.GateDeviceFactory(shift=shift, user=cast.worker)
    helper = factories.UserFactory(name="冯超")
    factories.MembershipFactory(user=helper, community=cast.qinghe, role="cadre", starts_on=shift.day)
    factories.AssignmentFactory(shift=shift, cadre=factories.CadreFactory(user=helper))
    address = f"/checkpoints/gate/devices/{device.pk}/shut-out/"

    assert sign_in(helper).post(address).status_code == 404
    assert sign_in(cast.other_secretary).post(address).status_code == 404
    page = sign_in(cast.cadre_user).post(address, follow=True)

    assert "Shut out. What this phone sends is refused from now on." in page.text
    device.refresh_from_db()
    assert (device.revoked_by, device.revoked_at is None) == (cast.cadre_user, False)


@pytest.fixture
def lost(cast, sign_in, shift):
    """马骏's phone, shut out."""
    shift.crew.update(is_lead=False)
    ask(sign_in(cast.cadre_user), shift)
    return gate_devices.revoke(device_id=GateDevice.objects.get().pk, by=cast.secretary)


def test_a_new_sign_in_with_another_phone_does_not_go_round_a_shut_out(cast, sign_in, shift, lost):
    gate, fresh = f"/checkpoints/gate/{shift.pk}/", sign_in(cast.cadre_user)
    answers = [send(fresh, shift, [row()]), send(fresh, shift, [row()], gate_device=str(uuid4())), ask(fresh, shift)]
    answers += [fresh.get(f"{gate}{part}/") for part in ("latest", "shell", "home", "passes", "inside")]

    assert {answer.status_code for answer in answers} == {403}
    assert fresh.get(gate)["Location"] == f"{gate}devices/ask/"
    assert fresh.post(f"/checkpoints/gate/devices/{lost.pk}/let-in/").status_code in {403, 404}
    assert not Passage.objects.exists()


def test_who_asks_after_the_phone_was_let_in_again_is_led_to_the_gate(cast, shift, lost):
    gate_devices.restore(device_id=lost.pk, by=cast.secretary)

    with pytest.raises(Refused, match="Open the gate"):
        gate_devices.ask(shift=shift, key=uuid4(), by=cast.cadre_user)

    assert GateDevice.objects.count() == 1


def test_a_phone_that_logged_here_before_the_other_was_lost_goes_on(cast, sign_in, shift):
    spare, key = sign_in(cast.cadre_user), str(uuid4())
    ask(sign_in(cast.cadre_user), shift)
    ask(spare, shift, device=key)
    gate_devices.revoke(device_id=GateDevice.objects.exclude(key=key).get().pk, by=cast.secretary)

    assert send(spare, shift, [row()], gate_device=key).json()["answers"][0]["status"] == "stored"


def test_one_tap_of_the_community_lets_in_the_phone_that_asks_and_it_stays_in_after_its_next_sign_in(
    cast, sign_in, shift, lost
):
    gate, fresh, secretary = f"/checkpoints/gate/{shift.pk}/", sign_in(cast.cadre_user), sign_in(cast.secretary)
    assert "Ask to log with this phone" in fresh.get(f"{gate}devices/ask/").text
    said = [fresh.post(f"{gate}devices/ask/").text for _ in range(2)]
    (asked,) = [device for device in GateDevice.objects.all() if device.asks]
    assert all("Asked. The lead of the shift" in text for text in said)
    assert send(fresh, shift, [row()]).status_code == 403
    assert "asks to be let in" in secretary.get(f"{gate}devices/").text
    secretary.post(f"/checkpoints/gate/devices/{asked.pk}/let-in/")

    assert fresh.get(f"{gate}devices/ask/")["Location"] == gate
    assert (ask(fresh, shift).status_code, fresh.get(gate).status_code) == (200, 200)
    again = sign_in(cast.cadre_user)
    again.cookies["gate_device"] = fresh.cookies["gate_device"].value
    assert again.get(gate).status_code == 200
    assert Event.objects.filter(kind="gate_device.asked").count() == 1


def test_a_lead_whose_phone_is_lost_lets_nobody_in_and_whoever_watches_over_the_gate_still_does(cast, sign_in, shift):
    ask(sign_in(cast.cadre_user), shift)
    ask(sign_in(cast.secretary), shift)
    for device in GateDevice.objects.all():
        gate_devices.revoke(device_id=device.pk, by=cast.worker)
    lost = GateDevice.objects.get(user=cast.cadre_user)
    address = f"/checkpoints/gate/devices/{lost.pk}/let-in/"

    assert sign_in(cast.cadre_user).post(address).status_code == 403
    assert sign_in(cast.secretary).post(address).status_code == 302
    assert send(sign_in(cast.secretary), shift, [row()]).status_code == 200


def test_the_list_of_phones_asks_a_fixed_number_of_statements(cast, sign_in, shift, queries):
    client = sign_in(cast.secretary)
    counts = []
    for fresh in (1, 2):
        factories.GateDeviceFactory.create_batch(fresh, shift=shift, skew_seconds=600)
        with queries() as seen:
            page = client.get(f"/checkpoints/gate/{shift.pk}/devices/")
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 12
    assert "its clock is 10 minutes fast" in page.text


def test_another_phone_sees_what_was_logged_masked_and_without_what_was_taken_back(cast, sign_in, shift):
    client = sign_in(cast.cadre_user)
    kept, gone = row(name="王建国", plate_no="鄂A12345"), row(home="1-1-101")
    send(client, shift, [kept, gone])
    client.post(f"/checkpoints/gate/{shift.pk}/passages/{gone['id']}/undo/")

    answer = sign_in(cast.secretary).get(f"/checkpoints/gate/{shift.pk}/latest/").json()

    assert answer["totals"]["out"] == 1
    assert [(found["id"], found["name"], found["plate_no"], found["home"]) for found in answer["rows"]] == [
        (kept["id"], "王**", "鄂A12***", "17-3-702")
    ]


def test_phones_hear_of_the_trips_others_let_through_and_of_what_was_against_the_rule(cast, sign_in, shift, queries):
    factories.PassPolicyFactory(community=cast.qinghe)
    card = factories.EntryPassFactory(dwelling=home(cast.hefengyuan, "702"))
    other = running(factories.PostFactory(compound=cast.hefengyuan))
    factories.PassUseFactory(entry_pass=factories.EntryPassFactory(dwelling=home(cast.yushu_rental, "101")))
    first, second = row(**{"pass": card.pk}), row(**{"pass": card.pk})
    sent = send(sign_in(cast.secretary), other, [first]).json()
    late = send(sign_in(cast.cadre_user), shift, [second]).json()
    with queries() as seen:
        heard = sign_in(cast.cadre_user).get(f"/checkpoints/gate/{shift.pk}/latest/").json()

    said = "Pass: used while outside"
    assert (sent["passes"], late["passes"]) == ({}, {second["id"]: said})
    assert [(found["id"], found["found"]) for found in heard["rows"]] == [(second["id"], said)]
    assert [(used, way, number) for used, way, _at, number in heard["uses"]] == [
        (card.pk, "out", first["id"]), (card.pk, "out", second["id"]),
    ]  # fmt: skip
    assert said in sign_in(cast.cadre_user).get(f"/checkpoints/gate/{shift.pk}/").text
    assert len(seen) <= 12


def test_the_page_a_phone_keeps_names_nobody(cast, sign_in, shift):
    send(sign_in(cast.cadre_user), shift, [row(name="王建国")])

    page = sign_in(cast.cadre_user).get(f"/checkpoints/gate/{shift.pk}/shell/")

    assert page.status_code == 200
    assert not any(said in page.text for said in ("17-3-702 ", "王**", cast.cadre_user.name, "<li data-id"))


def test_the_gate_page_brings_no_script_it_has_no_use_for(cast, sign_in, shift):
    pages = [sign_in(cast.cadre_user).get(f"/checkpoints/gate/{shift.pk}/{part}").text for part in ("", "shell/")]

    assert not any(said in text for text in pages for said in ("htmx.min", " hx-", " data-hx-get", " data-hx-post"))


def test_the_worker_names_files_that_are_there(client):
    answer = client.get("/worker.js")

    assert (answer["Content-Type"], answer["Service-Worker-Allowed"], answer["Cache-Control"]) == (
        "text/javascript",
        "/",
        "no-cache",
    )
    assert "js/gate.js" in answer.text
