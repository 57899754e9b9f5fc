"""Who comes in from outside, and who leaves a home in quarantine: the same verdict on every way to log them."""

import datetime as dt
import json
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import Passage, PassUse, Visit
from checkpoints.services import entry_rules, gate_kits, passages, vehicles, visits
from portal.accounts.models import Event
from residents.models import DutyPolicy
from tests import factories

pytestmark = pytest.mark.django_db
LIMIT = Decimal("37.3")
VISITOR = {"person": "visitor", "direction": "in", "home": "17-3-702", "name": "赵雪", "reason": "探亲"}


@pytest.fixture(autouse=True)
def _mid_morning():
    with time_machine.travel(timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0)):
        yield


@pytest.fixture
def shift(cast):
    made = factories.ShiftFactory(post__compound=cast.hefengyuan, post__name="东门")
    factories.AssignmentFactory(shift=made, cadre=cast.cadre, is_lead=True)
    return made


@pytest.fixture
def helper(cast, shift):
    """Somebody of the crew who does not lead."""
    user = factories.UserFactory()
    factories.MembershipFactory(user=user, community=cast.qinghe, role="cadre", starts_on=shift.day)
    factories.AssignmentFactory(shift=shift, cadre=factories.CadreFactory(user=user))
    return user


def quarantine(cast, home):
    return factories.QuarantineCaseFactory(dwelling=home, resident__dwelling=home, community=cast.qinghe, state="active")


def row(**facts):
    return {"id": str(uuid4()), "happened_at": timezone.now().isoformat(), **facts}


def stored(shift, by, *rows):
    return passages.store_many(shift=shift, rows=rows, fever_limit=LIMIT, by=by)[0]


def said(answers):
    return [(answer.status, answer.field) for answer in answers]


def send(client, shift, *rows):
    address = reverse("checkpoints:gate_passages", args=[shift.pk])
    return client.post(address, json.dumps(rows), content_type="application/json").json()


def test_a_visitor_goes_in_by_the_word_of_the_home_alone_and_one_row_holds_up_no_other(cast, shift, home):
    rows = [row(**VISITOR), row(direction="out", home="17-3-702"), row(**VISITOR, host="王建国")]

    answers = stored(shift, cast.cadre_user, *rows)

    assert said(answers) == [("refused", "host"), ("stored", ""), ("stored", "")]
    assert "Ring it up" in answers[0].why
    visit = Visit.objects.get()
    assert (visit.host, visit.how, visit.answer, visit.dwelling, str(visit.passage)) == (
        "王建国", "phone", "agreed", home, rows[2]["id"])  # fmt: skip
    # The word that was written down holds for whoever comes after, and what is sent again changes nothing.
    again = stored(shift, cast.cadre_user, rows[2], row(**VISITOR))
    assert [answer.status for answer in again] == ["already_stored", "stored"]
    assert (Visit.objects.count(), Event.objects.filter(kind="visit.agreed").count()) == (1, 1)


def test_the_word_on_record_is_heard_at_every_gate_and_a_no_that_came_later_not(cast, shift, home):
    visit = visits.ask(compound=cast.hefengyuan, home="17号楼3单元702", by=cast.worker, kind="visitor", written_name="赵雪",
                       written_phone="", certificate="", reason="探亲")  # fmt: skip
    visits.answer(visit_id=visit.pk, answer="agreed", how="phone", host="王", by=cast.worker)
    assert said(stored(shift, cast.cadre_user, row(**VISITOR))) == [("stored", "")]
    early = row(**VISITOR, host="王")
    visits.answer(visit_id=visit.pk, answer="refused", how="phone", host="王", by=cast.worker)
    late = {**row(**VISITOR, host="王"), "happened_at": (timezone.now() + dt.timedelta(seconds=1)).isoformat()}

    assert said(stored(shift, cast.cadre_user, early, late)) == [("stored", ""), ("refused", "home")]


def test_the_lead_answers_for_what_the_rule_refuses_and_it_is_counted_once(cast, shift, home, helper):
    let_go = row(**VISITOR, override="急病家属")
    assert said(stored(shift, helper, let_go)) == [("refused", "override")]

    for _ in range(2):
        answers = stored(shift, cast.cadre_user, let_go)

    assert answers[0].status == "already_stored"
    use = PassUse.objects.get()
    assert (use.entry_pass, use.found, use.override_by, use.override_reason) == (None, "consent", cast.cadre_user, "急病家属")
    assert list(PassUse.objects.overridden()) == [use]
    assert Event.objects.filter(kind="passage.overridden").count() == 1
    passages.undo(passage=Passage.objects.get(pk=let_go["id"]), by=cast.cadre_user)
    assert not PassUse.objects.overridden().exists()


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({"kind": "taxi"}, "refused"),
        ({"kind": "goods", "allowed": "no"}, "refused"),
        ({"kind": "goods", "allowed": "window", "opens_at": dt.time(6), "closes_at": dt.time(8)}, "refused"),
        ({"kind": "resident", "ends_on": dt.date(2020, 1, 1), "starts_on": dt.date(2020, 1, 1)}, "refused"),
        ({"kind": "ambulance", "allowed": "no"}, "stored"),
        ({"kind": "resident"}, "stored"),
        (None, "stored"),
    ],
)
def test_a_plate_has_one_verdict_in_the_batch_the_form_and_the_page_of_plates(cast, sign_in, shift, facts, status):
    if facts:
        vehicles.save(community=cast.qinghe, plate="鄂A12345", by=cast.worker, **facts)
    car = {"person": "driver", "direction": "in", "plate_no": "鄂a·12345", "home": "17-3-702"}
    client = sign_in(cast.cadre_user)
    ok = status == "stored"

    assert send(client, shift, row(**car))["answers"][0]["status"] == status
    assert client.post(reverse("checkpoints:gate", args=[shift.pk]), car).status_code == (302 if ok else 422)
    page = client.post(reverse("checkpoints:gate_vehicle", args=[shift.pk]), {"plate": "鄂A12345", "direction": "in"})
    assert page.status_code == (302 if ok else 422)
    assert vehicles.look_up(cast.qinghe, "鄂A12345").answer in (("yes", "ask") if ok else ("no",))
    assert Passage.objects.count() == (3 if ok else 0)
    # Nobody is kept from leaving.
    assert send(client, shift, row(**car | {"direction": "out"}))["answers"][0]["status"] == "stored"


def test_taxis_come_in_where_the_policy_says_so(cast, shift):
    DutyPolicy.objects.create(community=cast.qinghe, starts_on=shift.day, taxis_enter=True)
    vehicles.save(community=cast.qinghe, plate="鄂A12345", kind="taxi", by=cast.worker)
    taxi = row(person="driver", direction="in", plate_no="鄂A12345", home="17-3-702")

    assert said(stored(shift, cast.cadre_user, taxi)) == [("stored", "")]


def test_who_leaves_a_home_in_quarantine_is_stopped_at_the_form_and_shown_when_a_phone_tells_it_late(
    cast, sign_in, shift, home, helper
):
    quarantine(cast, home)
    gate, client = reverse("checkpoints:gate", args=[shift.pk]), sign_in(cast.cadre_user)
    out = {"person": "resident", "direction": "out", "home": "17-3-702"}

    refused = client.post(gate, out)
    assert (refused.status_code, Passage.objects.count()) == (422, 0)
    assert "An approved exit from the community" in refused.text
    assert 'name="override"' in refused.text
    assert 'name="override"' not in sign_in(helper).post(gate, out).text
    assert client.post(gate, out | {"override": "急救"}).status_code == 302
    told = row(**out)
    answer = send(sign_in(helper), shift, told)
    assert (answer["answers"][0]["status"], answer["passes"]) == ("stored", {told["id"]: "Pass: home in quarantine"})
    assert [(use.found, use.override_reason) for use in PassUse.objects.order_by("pk")] == [
        ("quarantine", ""), ("quarantine", "急救")][::-1]  # fmt: skip
    assert list(PassUse.objects.wrong().values_list("passage", flat=True)) == [Passage.objects.latest("received_at").pk]
    # What stands in the list of the day names the home that no pass names.
    page = sign_in(cast.secretary).get(reverse("checkpoints:pass_use_list") + "?list=overridden")
    assert "急救" in page.text
    assert "17-3-702" in page.text


def test_a_reason_of_the_lead_where_there_is_no_pass_is_counted(cast, sign_in, shift, home):
    let_go = row(direction="out", home="17-3-702", override="就医")

    answer = send(sign_in(cast.cadre_user), shift, let_go)

    assert answer["passes"] == {}
    assert [(use.found, use.override_by) for use in PassUse.objects.all()] == [("no_pass", cast.cadre_user)]


@pytest.mark.parametrize("nonsense", [7, [], {}, "王" * 500, "\x00", True, None, "\u202e王"])
def test_a_phone_may_send_nonsense_as_word_or_reason(cast, sign_in, shift, home, nonsense):
    rows = [row(**VISITOR, host=nonsense), row(direction="out", home="17-3-702", override=nonsense)]

    answers = send(sign_in(cast.cadre_user), shift, *rows)["answers"]

    assert answers[1]["status"] == "stored"
    assert answers[0]["status"] == ("stored" if nonsense == "王" * 500 else "refused")


def test_the_batch_asks_no_more_for_three_visitors_and_vehicles_than_for_one(cast, shift, home, django_assert_max_num_queries):
    quarantine(cast, home)
    car = {"person": "driver", "direction": "in", "plate_no": "鄂A12345", "home": "9-1-101"}
    visitor = {**VISITOR, "home": "9-1-101"}
    for many in (1, 3):
        with django_assert_max_num_queries(14):
            answers = stored(shift, cast.cadre_user, *(row(**facts) for facts in (car, visitor) for _ in range(many)))
        assert {status for status, _field in said(answers[:many])} == {"stored"}
        assert {status for status, _field in said(answers[many:])} == {"refused"}


def test_a_phone_takes_along_what_it_judges_by_and_of_a_visitor_one_character(cast, shift, home):
    case = quarantine(cast, home)
    visit = visits.ask(compound=cast.hefengyuan, home="9-1-101", by=cast.worker, kind="visitor", written_name="赵雪",
                       written_phone="19900000001", certificate="", reason="探亲")  # fmt: skip
    visits.answer(visit_id=visit.pk, answer="agreed", how="phone", host="王建国", by=cast.worker)
    taxi = vehicles.save(community=cast.qinghe, plate="鄂A12345", kind="taxi", by=cast.worker)

    kit = gate_kits.kit(shift=shift, policy=DutyPolicy(), reader=cast.cadre_user)

    assert kit["entry"] == {
        "taxis": False,
        "visits": {"9-1-101": [{"name": "赵*", "answer": "agreed", "until": timezone.localdate().isoformat()}]},
        "vehicles": {"鄂A12345": entry_rules.as_vehicle(taxi)},
        "held": {"17-3-702": [True, [case.resident_id], []]},
    }  # fmt: skip
    assert "19900000001" not in json.dumps(kit)
