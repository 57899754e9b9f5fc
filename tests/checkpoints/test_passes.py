"""Entry passes by service: from request to voided, and every use of them."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from checkpoints.models import EntryPass, Passage, PassUse
from checkpoints.services import pass_cases, pass_codes, pass_overdue, pass_policies, pass_rules, pass_uses, passages, passes
from portal.accounts.models import Event
from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import CaseState, ControlLevel, Dwelling
from residents.services import control, quarantine
from residents.services.quarantine_exits import Held, held_homes
from tests import factories

LIMIT = Decimal("37.3")
DAY = dt.date(2022, 4, 10)
NINE = moment(DAY, dt.time(9))
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def noon():
    """A Sunday in April at nine."""
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


@pytest.fixture
def lead(cast, noon):
    """马骏 leads a day shift at a gate of 荷风苑."""
    shift = factories.ShiftFactory(post__compound=cast.hefengyuan, day=DAY)
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True)
    return shift


@pytest.fixture
def home(cast, noon) -> Dwelling:
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    home = factories.DwellingFactory(entrance=entrance, room_no="702")
    factories.ResidentFactory(dwelling=home)
    return home


@pytest.fixture
def card(cast, home) -> EntryPass:
    return factories.EntryPassFactory(dwelling=home)


@pytest.fixture
def once_a_day(cast):
    return factories.PassPolicyFactory(community=cast.qinghe, max_minutes=120)


def go(card, shift, by, way="out", **facts):
    facts = {"passage_id": str(uuid4()), "fever_limit": LIMIT, **facts}
    return pass_uses.use(pass_id=card.pk, shift=shift, way=way, by=by, **facts)


def state(card) -> str:
    card = EntryPass.objects.select_related(*pass_cases.RELATED).get(pk=card.pk)
    return pass_cases.states([card], timezone.now())[card.pk]


def test_a_request_is_issued_by_somebody_and_numbered_within_its_compound(cast, home):
    facts = {"compound": cast.hefengyuan, "kind": "household", "dwelling": home, "valid_from": DAY, "by": cast.worker}
    asked = passes.request(**facts)
    assert (asked.number, asked.state, state(asked)) == (1, "requested", "requested")

    issued = passes.issue(pass_id=asked.pk, by=cast.secretary)
    assert (issued.state, issued.issued_by, state(issued)) == ("active", cast.secretary, "active")
    with pytest.raises(Refused, match="from there this step does not follow"):
        passes.issue(pass_id=asked.pk, by=cast.secretary)
    kinds = list(Event.objects.filter(table="checkpoints.entrypass").order_by("id").values_list("kind", flat=True))
    assert kinds == ["entrypass.requested", "entrypass.issued"]


def test_a_home_has_one_household_pass(cast, home, card):
    with pytest.raises(Refused, match="already has a household pass"), transaction.atomic():
        passes.request(compound=cast.hefengyuan, kind="household", dwelling=home, valid_from=DAY, by=cast.worker)
    factories.EntryPassFactory(dwelling=home, kind="special")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.EntryPassFactory(dwelling=home)


def test_what_cannot_be_is_refused(cast, home, noon):
    elsewhere = factories.DwellingFactory()
    ask = {"compound": cast.hefengyuan, "kind": "household", "valid_from": DAY, "by": cast.worker}
    with pytest.raises(Refused, match="another compound"):
        passes.request(**{**ask, "dwelling": elsewhere})
    with pytest.raises(Refused, match="does not live in this home"):
        passes.request(**{**ask, "dwelling": home, "resident": factories.ResidentFactory()})
    with pytest.raises(Refused, match="a pass with a last day"):
        passes.request(**{**ask, "dwelling": home, "kind": "carer", "holder": "陈阿姨"})
    with pytest.raises(Refused, match="more than 92 days"):
        passes.request(**{**ask, "dwelling": home, "valid_until": dt.date(2023, 4, 10)})
    with pytest.raises(Refused, match="for which home, or for whom"), transaction.atomic():
        passes.request(**{**ask, "dwelling": None, "kind": "worker", "valid_until": DAY})
    assert EntryPass.objects.count() == 0


def test_suspended_restored_and_voided_with_a_reason(cast, card):
    with pytest.raises(Refused, match="Say why"):
        passes.suspend(pass_id=card.pk, reason="  ", by=cast.worker)
    passes.suspend(pass_id=card.pk, reason="gathering", by=cast.worker)
    assert state(card) == "suspended"
    passes.restore(pass_id=card.pk, by=cast.worker)
    assert state(card) == "active"
    passes.void(pass_id=card.pk, reason="moved out", by=cast.worker)
    assert state(card) == "voided"
    with pytest.raises(Refused, match="from there"):
        passes.restore(pass_id=card.pk, by=cast.worker)


def test_a_lost_card_gets_a_new_number_and_code_and_spends_the_same_trips(cast, card, lead, once_a_day):
    go(card, lead, cast.cadre_user)
    new = passes.replace(pass_id=card.pk, reason="lost", by=cast.worker)

    card.refresh_from_db()
    assert (card.state, new.replaces, new.number) == ("voided", card, card.number + 1)
    assert pass_codes.code_of(new.pk, new.key) != pass_codes.code_of(card.pk, card.key)
    assert state(new) == "used_up"
    with pytest.raises(Refused, match="has been voided"):
        go(card, lead, cast.cadre_user)


def test_a_suspended_card_that_is_lost_stays_suspended(cast, card):
    passes.suspend(pass_id=card.pk, reason="gathering", by=cast.worker)
    assert state(passes.replace(pass_id=card.pk, reason="lost", by=cast.worker)) == "suspended"


def test_every_home_with_people_gets_a_pass_at_once_and_none_twice(cast, home, queries):
    for _ in range(3):
        factories.ResidentFactory(dwelling__entrance=home.entrance)
    factories.DwellingFactory(entrance=home.entrance)  # nobody lives there
    factories.ResidentFactory()  # of another community

    with queries() as few:
        assert passes.issue_all(compound=cast.hefengyuan, valid_from=DAY, by=cast.secretary) == 4
    assert sorted(EntryPass.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert passes.issue_all(compound=cast.hefengyuan, valid_from=DAY, by=cast.secretary) == 0
    factories.ResidentFactory(dwelling__entrance=home.entrance)
    with queries() as one:
        assert passes.issue_all(compound=cast.hefengyuan, valid_from=DAY, by=cast.secretary) == 1
    assert len(few) == len(one)
    assert [e.after for e in Event.objects.filter(kind="compound.passes_issued").order_by("id")] == [{"count": 4}, {"count": 1}]


def test_a_pass_that_has_run_out_does_not_keep_its_home_from_the_next(cast, card, home, noon):
    EntryPass.objects.filter(pk=card.pk).update(valid_until=DAY - dt.timedelta(days=1))
    with pytest.raises(Refused, match="has run out"):
        passes.replace(pass_id=card.pk, reason="lost", by=cast.worker)

    assert passes.issue_all(compound=cast.hefengyuan, valid_from=DAY, valid_until=DAY, by=cast.secretary) == 1

    states = EntryPass.objects.filter(dwelling=home).order_by("pk").values_list("state", "state_reason")
    assert list(states) == [("voided", "run out"), ("active", "")]
    assert Event.objects.get(kind="compound.passes_run_out").after == {"count": 1}

    noon.shift(dt.timedelta(days=1))
    asked = {"compound": cast.hefengyuan, "kind": "household", "dwelling": home, "valid_from": DAY, "by": cast.worker}
    assert passes.request(**asked).state == "requested"


# At the gate


def test_a_trip_is_logged_with_its_passage_and_spent(cast, card, lead, once_a_day, noon):
    use = go(card, lead, cast.cadre_user)

    passage = Passage.objects.get()
    assert (use.passage, use.found, passage.direction, passage.dwelling) == (passage, "", "out", card.dwelling)
    assert state(card) == "out"
    noon.shift(121 * 60)
    assert state(card) == "overdue"
    assert [(row.card.pk, row.since) for row in pass_overdue.overdue([cast.qinghe])] == [(card.pk, "2022-04-10T11:00")]
    go(card, lead, cast.cadre_user, way="in")
    assert (state(card), pass_overdue.overdue([cast.qinghe])) == ("used_up", [])
    noon.shift(dt.timedelta(days=1))
    assert state(card) == "active"


def test_the_same_tap_twice_is_one_trip(cast, card, lead, once_a_day):
    key = str(uuid4())
    first, second = (go(card, lead, cast.cadre_user, passage_id=key) for _ in range(2))
    assert (first, Passage.objects.count(), PassUse.objects.count()) == (second, 1, 1)


def test_a_second_trip_is_refused_with_the_reason_and_the_next_moment(cast, card, lead, once_a_day):
    go(card, lead, cast.cadre_user)
    go(card, lead, cast.cadre_user, way="in")
    with pytest.raises(Refused) as refused:
        go(card, lead, cast.cadre_user)
    assert str(refused.value) == (
        "Trips are used up: 1 in 1 day(s). Wait for the next, or have it brought to the door. Next possible: 04-11 00:00"
    )
    assert Passage.objects.count() == 2


def test_only_the_lead_lets_go_against_the_rule_and_it_is_on_record(cast, card, lead, once_a_day):
    factories.PassPolicyFactory(compound=cast.hefengyuan, community=cast.qinghe, trips=0)
    helper = factories.UserFactory()
    factories.MembershipFactory(user=helper, community=cast.qinghe, role="cadre", starts_on=DAY)
    with pytest.raises(Refused, match="Only the lead of the shift"):
        go(card, lead, helper, override="birth")

    use = go(card, lead, cast.cadre_user, override="birth")

    assert (use.found, use.override_by, use.override_reason) == ("nobody", cast.cadre_user, "birth")
    assert list(PassUse.objects.overridden()) == [use]
    assert list(PassUse.objects.wrong()) == []
    assert Event.objects.filter(kind="entrypass.overridden").count() == 1


def test_a_proof_has_to_be_seen(cast, card, lead):
    factories.PassPolicyFactory(community=cast.qinghe, proofs=["pcr_48"])
    with pytest.raises(Refused, match="Proofs are still to be looked at"):
        go(card, lead, cast.cadre_user, confirmed=True)
    assert go(card, lead, cast.cadre_user, proofs=["pcr_48"]).found == ""


def test_a_copied_code_is_found_by_its_use(cast, card, lead):
    factories.PassPolicyFactory(community=cast.qinghe, trips=5)
    go(card, lead, cast.cadre_user)
    with pytest.raises(Refused, match="the code is copied or handed on"):
        go(card, lead, cast.cadre_user)
    use = go(card, lead, cast.cadre_user, confirmed=True)
    assert (use.found, list(PassUse.objects.wrong())) == ("out", [use])


def test_a_fever_spends_no_trip(cast, card, lead, once_a_day):
    assert go(card, lead, cast.cadre_user, temperature="38.0") is None
    assert (Passage.objects.get().result, state(card)) == ("held", "active")


def test_a_passage_that_is_taken_back_gives_the_trip_back(cast, card, lead, once_a_day):
    use = go(card, lead, cast.cadre_user)
    passages.undo(passage=use.passage, by=cast.cadre_user)
    assert state(card) == "active"


def test_a_corrected_passage_stands_for_the_use(cast, card, lead, once_a_day):
    use = go(card, lead, cast.cadre_user)
    row = {"direction": "in", "home": str(card.dwelling)}
    passages.correct(passage=use.passage, row=row, reason="it was in", by=cast.secretary)
    assert (state(card), PassUse.objects.standing().get().direction) == ("active", "in")


# Sent later


def sent(shift, by, *lines):
    """Rows a phone sends: (pass, minutes after nine, way), and who it was where that is known."""
    rows = [
        {
            "id": str(uuid4()), "happened_at": (NINE + dt.timedelta(minutes=minutes)).isoformat(), "direction": way,
            "home": str(card.dwelling), "pass": pass_codes.code_of(card.pk, card.key), "name": "".join(name),
        }
        for card, minutes, way, *name in lines
    ]  # fmt: skip
    answers, _ = passages.store_many(shift=shift, rows=rows, fever_limit=LIMIT, by=by)
    return rows, answers, pass_uses.record_sent(shift=shift, rows=rows, answers=answers, by=by)


def test_two_gates_without_network_an_overuse_is_stored_and_shown(cast, card, lead, once_a_day, noon):
    other = factories.ShiftFactory(post__compound=cast.hefengyuan, day=DAY)
    noon.shift(3 * HOUR)
    _, _, wrong = sent(lead, cast.cadre_user, (card, 60, "out"), (card, 90, "in"))
    assert wrong == {}

    # The other gate had let the same pass out before, and could not say so.
    _, _, wrong = sent(other, cast.cadre_user, (card, 10, "out"), (card, 40, "in"))

    assert wrong == {}
    found = {use.happened_at: use.found for use in PassUse.objects.all()}
    assert found == {NINE + dt.timedelta(minutes=m): code for m, code in ((10, ""), (40, ""), (60, "trips"), (90, ""))}
    assert [use.happened_at for use in PassUse.objects.wrong()] == [NINE + HOUR]
    assert Event.objects.filter(kind="entrypass.misuse_found").count() == 1


def test_of_a_room_of_their_own_a_phone_names_who_else_of_the_home_went(cast, lead, home, noon):
    """What is sent later is judged for whoever went, as on the phone, and so is what it puts in another light."""
    kept, free = (factories.ResidentFactory(dwelling=home, community=cast.qinghe, name=name) for name in ("王建国", "王小明"))
    card = factories.EntryPassFactory(dwelling=home)
    factories.QuarantineCaseFactory(
        community=cast.qinghe,
        dwelling=home,
        resident=kept,
        state=CaseState.ACTIVE,
        own_room=True,
    )
    noon.shift(3 * HOUR)

    _, _, wrong = sent(lead, cast.cadre_user, (card, 60, "out", free.name), (card, 90, "in", free.name))
    _, _, later = sent(lead, cast.cadre_user, (card, 10, "out", kept.name), (card, 20, "in", kept.name))

    assert (wrong, list(later.values())) == ({}, ["quarantine"])
    assert {use.passage.written_name: use.found for use in PassUse.objects.filter(direction="out")} == {
        "王小明": "", "王建国": "quarantine"
    }  # fmt: skip


def test_what_is_sent_twice_counts_once(cast, card, lead, once_a_day, noon):
    noon.shift(HOUR)
    rows, _answers, _ = sent(lead, cast.cadre_user, (card, 10, "out"))
    again, _ = passages.store_many(shift=lead, rows=rows, fever_limit=LIMIT, by=cast.cadre_user)
    assert pass_uses.record_sent(shift=lead, rows=rows, answers=again, by=cast.cadre_user) == {}
    assert PassUse.objects.count() == 1


@pytest.mark.parametrize("text", ["", "x", 0, -1, 10**30, [], {"a": 1}, "A3K7-QM2X-9TRW-4BH6", None, True])
def test_a_phone_may_name_nonsense(cast, card, lead, text):
    row = {"id": str(uuid4()), "happened_at": NINE.isoformat(), "direction": "out", "home": "1-1-101", "pass": text}
    answers, _ = passages.store_many(shift=lead, rows=[row], fever_limit=LIMIT, by=cast.cadre_user)
    assert pass_uses.record_sent(shift=lead, rows=[row], answers=answers, by=cast.cadre_user) == {}
    assert (answers[0].status, PassUse.objects.count()) == ("stored", 0)


def test_what_was_let_out_before_a_pass_was_voided_was_in_order(cast, card, lead, once_a_day, noon):
    noon.shift(HOUR)
    passes.void(pass_id=card.pk, reason="lost", by=cast.worker)
    assert sent(lead, cast.cadre_user, (card, 10, "out"))[2] == {}
    assert list(sent(lead, cast.cadre_user, (card, 60, "out"))[2].values()) == ["voided"]


def test_a_trip_sent_late_is_judged_by_what_its_pass_was_at_that_moment(cast, card, lead, noon):
    factories.PassPolicyFactory(community=cast.qinghe, trips=9)
    noon.shift(HOUR)
    passes.suspend(pass_id=card.pk, reason="gathering", by=cast.worker)
    noon.shift(HOUR)
    passes.restore(pass_id=card.pk, by=cast.worker)
    noon.shift(HOUR)
    passes.void(pass_id=card.pk, reason="lost", by=cast.worker)

    _, _, wrong = sent(lead, cast.cadre_user, *((card, minutes + n, way) for minutes in (30, 90, 150, 180)
                                                for n, way in enumerate(("out", "in"))))  # fmt: skip

    assert sorted(wrong.values()) == ["suspended", "voided"]
    assert [use.happened_at for use in PassUse.objects.wrong().order_by("happened_at")] == [
        NINE + dt.timedelta(minutes=90), NINE + 3 * HOUR]  # fmt: skip


def test_a_batch_is_judged_in_the_order_in_which_it_happened(cast, card, lead, noon):
    """Whatever keys the phone gave its rows, and in whatever order it sends them."""
    factories.PassPolicyFactory(community=cast.qinghe, trips=9)
    noon.shift(HOUR)
    ways = [(card, minutes, way) for minutes in range(10, 50, 10) for way in ("out", "in")]

    assert sent(lead, cast.cadre_user, *ways)[2] == {}
    late = [(card, minutes, "out" if minutes % 2 else "in") for minutes in (56, 55, 54, 53, 52, 51)]
    assert sent(lead, cast.cadre_user, *late)[2] == {}


# What the rules judge by


def test_the_nearest_rule_holds_and_of_equals_the_latest(cast, noon):
    def rule(**facts):
        return factories.PassPolicyFactory(community=cast.qinghe, **facts)

    whole, later = rule(), rule(starts_on=DAY)
    rule(ends_on=dt.date(2022, 4, 9), starts_on=dt.date(2021, 1, 1))
    rule(starts_on=dt.date(2022, 4, 11))
    sealed = rule(level=ControlLevel.SEALED)
    here, here_sealed = (rule(compound=cast.hefengyuan, level=level) for level in ("", ControlLevel.SEALED))
    factories.PassPolicyFactory(community=cast.yushu, starts_on=DAY)
    rows = pass_policies.in_force([cast.qinghe.pk, cast.yushu.pk], DAY)
    other = factories.CompoundFactory(community=cast.qinghe)

    assert pass_policies.choose(rows, other, "open") == later
    assert pass_policies.choose(rows, other, "sealed") == sealed
    assert pass_policies.choose(rows, cast.hefengyuan, "open") == here
    assert pass_policies.choose(rows, cast.hefengyuan, "sealed") == here_sealed
    assert whole not in (later, sealed)


def test_a_building_that_is_sealed_has_its_own_rule(cast, home, card):
    sealed = factories.PassPolicyFactory(community=cast.qinghe, level="sealed", trips=0)
    factories.PassPolicyFactory(community=cast.qinghe)
    control.decide(
        compound=cast.hefengyuan,
        building=home.entrance.building,
        level="sealed",
        starts_on=DAY,
        reason="case",
        by=cast.secretary,
    )
    neighbour = factories.EntryPassFactory(
        dwelling=factories.DwellingFactory(entrance__building__compound=cast.hefengyuan)
    )  # fmt: skip
    cards = EntryPass.objects.select_related(*pass_cases.RELATED)
    found = pass_cases.cases(list(cards), timezone.now())
    assert [pass_rules.judge(found[c.pk])["answer"] for c in (card, neighbour)] == ["no", "yes"]
    assert found[card.pk]["policy"]["id"] == sealed.pk


def test_quarantine_suspends_the_passes_of_a_home_and_ends_with_it(cast, card, lead, once_a_day):
    case = factories.QuarantineCaseFactory(
        community=cast.qinghe, dwelling=card.dwelling, resident=card.dwelling.residents.get(), state=CaseState.ACTIVE,
    )  # fmt: skip
    assert state(card) == "suspended"
    with pytest.raises(Refused, match="The home is in quarantine"):
        go(card, lead, cast.cadre_user)
    case.state, case.ended_on = CaseState.VOIDED, DAY
    case.save()
    assert state(card) == "active"


@pytest.mark.parametrize("own_room", [True, False])
def test_held_homes_says_of_many_what_may_leave_says_of_one(cast, home, own_room):
    flatmate = factories.ResidentFactory(dwelling=home)
    kept = home.residents.first()
    factories.QuarantineCaseFactory(
        community=cast.qinghe, dwelling=home, resident=kept, state=CaseState.ACTIVE, own_room=own_room,
    )  # fmt: skip
    neighbour = factories.ResidentFactory(dwelling__entrance=home.entrance)
    held = held_homes([home.pk, neighbour.dwelling_id], timezone.now())
    for person in (kept, flatmate, neighbour):
        said = held.get(person.dwelling_id, Held()).said(person.pk)
        assert bool(said) == bool(quarantine.may_leave(person, timezone.now()))


def test_two_thousand_passes_are_judged_in_as_many_statements_as_one(cast, card, queries):
    factories.PassPolicyFactory(community=cast.qinghe, voids=["returnee"])
    rows = EntryPass.objects.select_related(*pass_cases.RELATED)
    with queries() as one:
        pass_cases.cases(list(rows.all()), timezone.now())
    for _ in range(3):
        factories.PassUseFactory(
            entry_pass__dwelling__entrance=card.dwelling.entrance, happened_at=timezone.now(), post__compound=cast.hefengyuan
        )
    with queries() as four:
        assert len(pass_cases.cases(list(rows.all()), timezone.now())) == 4
    assert len(one) == len(four) <= 6
