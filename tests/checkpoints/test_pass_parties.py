"""The pages without script ask the rule of a pass as the phone does, and spend its trips: a family, the form of the gate."""

import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import Passage, PassUse
from checkpoints.services import pass_cases
from portal.accounts.models import Event
from residents.models import QuarantineCase
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0), tick=False) as clock:
        yield clock


@pytest.fixture
def shift(cast):
    made = factories.ShiftFactory(post__compound=cast.hefengyuan, post__name="东门")
    factories.AssignmentFactory(shift=made, cadre=cast.cadre)
    return made


@pytest.fixture
def people(cast, home):
    names = ("王建国", "王小明", "李奶奶")
    return [factories.ResidentFactory(dwelling=home, community=cast.qinghe, name=name) for name in names]


@pytest.fixture
def rule(cast):
    return factories.PassPolicyFactory(community=cast.qinghe, persons=2)


@pytest.fixture
def client(cast, sign_in, shift):
    return sign_in(cast.cadre_user)


class Gate:
    """The two pages, each as somebody without script sends it."""

    def __init__(self, client, shift):
        self.client, self.shift = client, shift

    def family(self, people, way="out", **said):
        sent = {"home": "17-3-702", "key": str(uuid.uuid4()), "direction": way, "residents": [one.pk for one in people]}
        return self.client.post(reverse("checkpoints:gate_home", args=[self.shift.pk]), sent | said)

    def look(self):
        return self.client.get(reverse("checkpoints:gate_home", args=[self.shift.pk]), {"home": "17-3-702"})

    def form(self, way="out", **said):
        sent = {"home": "17号楼3单元702", "direction": way, "person": "resident", "id": str(uuid.uuid4())}
        return self.client.post(reverse("checkpoints:gate", args=[self.shift.pk]), sent | said)


@pytest.fixture
def gate(client, shift):
    return Gate(client, shift)


def uses():
    return list(PassUse.objects.order_by("pk").values_list("entry_pass", "direction", "persons", "found", "override_reason"))


def leads(shift):
    shift.crew.update(is_lead=True)


# A pass of the home


def test_a_family_goes_on_one_trip_of_its_pass_and_comes_back_with_it(gate, rule, home, people):
    card = factories.EntryPassFactory(dwelling=home)
    key = str(uuid.uuid4())
    rule.persons = 3
    rule.save()

    assert "0 trips left after this one" in gate.look().text
    for _ in range(2):
        assert gate.family(people[:2], key=key).status_code == 302
    assert uses() == [(card.pk, "out", 2, "", "")]
    assert gate.family(people[:2], "in").status_code == 302

    assert uses()[1:] == [(card.pk, "in", 1, "", "")]
    assert pass_cases.states([card], timezone.now()) == {card.pk: "used_up"}
    assert Passage.objects.count() == 4


def test_what_the_rule_refuses_is_said_in_words_and_nothing_is_logged(gate, rule, home, people):
    factories.EntryPassFactory(dwelling=home)

    too_many = gate.family(people)
    assert (too_many.status_code, "At most 2 at a time." in too_many.text) == (422, True)
    assert sorted(too_many.context["ticked"]) == [one.pk for one in people]
    assert gate.form().status_code == 302
    again = gate.form()
    assert (again.status_code, "Trips are used up: 1 in 1 day(s)." in again.text) == (422, True)
    assert 'name="override"' not in again.text
    assert Passage.objects.count() == 1


def test_the_same_form_sent_twice_spends_one_trip(gate, rule, home):
    factories.EntryPassFactory(dwelling=home)
    number = str(uuid.uuid4())

    assert [gate.form(id=number).status_code for _ in range(2)] == [302, 302]

    assert (len(uses()), Passage.objects.count()) == (1, 1)


def test_who_leads_lets_go_with_a_reason_and_it_is_counted_with_the_pass(gate, rule, home, people):
    card = factories.EntryPassFactory(dwelling=home)
    assert "Only the lead" in gate.family(people, override="急救").text
    assert Passage.objects.count() == 0

    leads(gate.shift)
    assert 'name="override"' in gate.family(people).text
    assert gate.family(people, override="急救").status_code == 302

    assert uses() == [(card.pk, "out", 3, "persons", "急救")]
    assert Event.objects.filter(kind="entrypass.overridden").count() == 1


def test_proofs_are_ticked_one_by_one(gate, rule, home):
    rule.proofs = ["green_code", "temperature"]
    rule.save()
    factories.EntryPassFactory(dwelling=home)

    asked = gate.form(proofs=["green_code"])
    assert [(proof, seen) for proof, _label, seen in asked.context["asked"].ticks] == [
        ("green_code", True),
        ("temperature", False),
    ]
    assert not asked.context["asked"].doubts
    assert gate.form(proofs=["green_code", "temperature"]).status_code == 302

    assert PassUse.objects.get().proofs == ["green_code", "temperature"]


def test_what_only_eyes_can_tell_wants_a_word(gate, rule, home, people, clock):
    rule.trips = 3
    rule.save()
    factories.EntryPassFactory(dwelling=home)
    gate.family(people[:1])
    clock.shift(60)

    asked = gate.family(people[1:2])
    assert (asked.status_code, "I have looked, it is in order" in asked.text) == (422, True)
    assert gate.family(people[1:2], confirmed="1").status_code == 302

    assert [found for *_rest, found, _reason in uses()] == ["", "out"]


# Passes of persons, and none


def test_each_goes_on_the_own_pass_where_the_rule_is_by_person(gate, rule, home, people):
    rule.scope, rule.persons = "person", 1
    rule.save()
    cards = [factories.EntryPassFactory(dwelling=home, resident=one) for one in people[:2]]

    apart = gate.family(people)
    assert (apart.status_code, "let them go one by one" in apart.text) == (422, True)
    assert gate.family(people[:2]).status_code == 302
    assert gate.form("in", name="王小明").status_code == 302

    assert uses() == [(card.pk, "out", 1, "", "") for card in cards] + [(cards[1].pk, "in", 1, "", "")]


def test_without_a_pass_the_rule_keeps_them_and_the_lead_s_reason_counts_for_each(gate, rule, home, people):
    for refused in (gate.family(people[:2]), gate.form()):
        assert (refused.status_code, "There is no pass." in refused.text) == (422, True)
    leads(gate.shift)

    assert gate.family(people[:2], override="就医").status_code == 302

    assert uses() == [(None, "out", 1, "no_pass", "就医")] * 2


def test_where_no_rule_is_nobody_is_asked_and_who_comes_home_never_is(gate, cast, home, people):
    assert "May pass" not in gate.look().text
    assert gate.family(people).status_code == 302
    factories.PassPolicyFactory(community=cast.qinghe)
    assert gate.form("in").status_code == 302
    assert gate.form("out", home="9-9-909").status_code == 302
    assert gate.form("out", result_note="no pass", turn_back="out", direction="").status_code == 302
    assert uses() == []


# Quarantine and fever


def test_of_a_home_in_quarantine_the_people_who_are_named_are_asked(gate, cast, rule, home, people):
    case = factories.QuarantineCaseFactory(dwelling=home, resident=people[0], community=cast.qinghe, state="active")
    QuarantineCase.objects.filter(pk=case.pk).update(own_room=True)
    factories.EntryPassFactory(dwelling=home)

    assert "The home is in quarantine." in gate.family(people[:1]).text
    assert "The home is in quarantine." in gate.form(name="王建国").text
    assert "Make sure that it is not this person." in gate.form().text
    assert gate.family(people[1:2]).status_code == 302

    assert [(use.passage.written_name, use.found) for use in PassUse.objects.all()] == [("王小明", "")]


def test_who_is_held_with_a_fever_is_logged_and_spends_no_trip(gate, rule, home):
    answer = gate.form(temperature="38.4")

    assert "/fever/" in answer.url
    assert (Passage.objects.get().result, uses()) == ("held", [])


@pytest.mark.parametrize("said", [{"proofs": ["x"]}, {"override": "王" * 500}, {"confirmed": "\x00"}, {"home": "17-3-702\x00"}])
def test_nonsense_beside_a_press_is_answered_kindly(gate, rule, home, people, said):
    factories.EntryPassFactory(dwelling=home)
    assert gate.family(people[:1], **said).status_code in {302, 422}
    assert gate.form(**said).status_code in {302, 422}
