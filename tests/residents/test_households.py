"""Homes and people: put down, kept right, coming and going."""

import datetime as dt

import pytest
from django.utils import timezone

from portal.accounts.models import Event
from portal.lib.crypto import lookup_hash
from portal.lib.errors import Refused
from portal.lib.initials import initials
from residents import timeline
from residents.models import Resident, ResidentChange
from residents.services import care, households, moves, quarantine_moves
from tests import factories
from tests.factories import DwellingFactory, ResidentFactory

TODAY = timezone.localdate
Kind = ResidentChange.Kind
NUMBER = "990101198601111492"


@pytest.fixture
def home(cast):
    return DwellingFactory(entrance__building__compound=cast.hefengyuan)


@pytest.fixture
def somebody(home):
    return ResidentFactory(dwelling=home, name="王建国", came_on=dt.date(2020, 1, 1))


def kinds(resident) -> list[str]:
    return list(resident.changes.order_by("id").values_list("kind", flat=True))


def test_somebody_moves_in(home, cast):
    values = {"name": "曾丽", "id_number": NUMBER, "phone": "19900001234"}

    person = households.add_person(dwelling_id=home.pk, values=values, from_area="荆州", by=cast.secretary)

    assert (person.community, person.initials, person.id_hash) == (cast.qinghe, " cl zl", lookup_hash(NUMBER))
    change = ResidentChange.objects.get(resident=person)
    assert (change.kind, change.on, change.dwelling, change.from_area) == (Kind.MOVED_IN, TODAY(), home, "荆州")
    assert Event.objects.get(kind="resident.created").after["id_number"] == "99*************492"


def test_a_newborn_has_its_birthday_from_the_change(home, cast):
    on = TODAY() - dt.timedelta(days=2)

    person = households.add_person(dwelling_id=home.pk, values={"name": "王小宝"}, kind=Kind.BORN, on=on, by=cast.secretary)

    assert (person.born_on, person.came_on, kinds(person)) == (on, on, [Kind.BORN])


@pytest.mark.parametrize("field", ["on", "born_on"])
def test_nothing_happens_in_the_future(home, cast, field):
    day = TODAY() + dt.timedelta(days=1)
    said = {"on": day} if field == "on" else {}
    values = {"name": "王小宝"} | ({"born_on": day} if field == "born_on" else {})

    with pytest.raises(Refused):
        households.add_person(dwelling_id=home.pk, values=values, by=cast.secretary, **said)


def test_one_id_number_lives_in_one_home(home, somebody, cast):
    values = {"name": "王建国", "id_number": NUMBER}
    households.add_person(dwelling_id=home.pk, values=values, by=cast.secretary)
    other = DwellingFactory(entrance=home.entrance)

    with pytest.raises(Refused, match="already lives in another home"):
        households.add_person(dwelling_id=other.pk, values=values, by=cast.secretary)


def test_a_change_is_written_masked_and_found_by_its_new_initials(somebody, cast):
    values = {"name": "单文", "phone": "19900009999"}

    households.update_person(resident_id=somebody.pk, values=values, seen=households.fingerprint(somebody), by=cast.secretary)

    somebody.refresh_from_db()
    assert (somebody.name, somebody.initials) == ("单文", " dw cw sw")
    assert Event.objects.get(kind="resident.changed").after == {"name": "单*", "phone": "199****9999"}


def test_two_people_who_change_one_person_do_not_overwrite_each_other(somebody, cast):
    seen = households.fingerprint(somebody)
    households.update_person(resident_id=somebody.pk, values={"note": "甲"}, seen=seen, by=cast.secretary)

    with pytest.raises(households.ChangedMeanwhile):
        households.update_person(resident_id=somebody.pk, values={"note": "乙"}, seen=seen, by=cast.worker)

    somebody.refresh_from_db()
    assert somebody.note == "甲"


def test_a_home_has_one_head(home, somebody, cast):
    other = ResidentFactory(dwelling=home, relation=Resident.Relation.HEAD)

    households.make_head(resident_id=somebody.pk, by=cast.secretary)

    relations = dict(home.residents.values_list("pk", "relation"))
    assert relations == {somebody.pk: "head", other.pk: "other"}


def test_who_moves_out_stays_on_record_and_is_cared_for_no_more(somebody, cast):
    child = ResidentFactory(dwelling=somebody.dwelling, guardian=somebody, phone="")
    profile = care.add(resident_id=somebody.pk, code="dialysis", since=somebody.came_on, values={}, by=cast.secretary)

    moves.leave(resident_id=somebody.pk, kind=Kind.MOVED_OUT, note="回老家", by=cast.secretary)

    for row in (somebody, profile, child):
        row.refresh_from_db()
    assert (somebody.left_on, profile.until, child.guardian) == (TODAY(), TODAY(), None)
    assert kinds(somebody) == [Kind.MOVED_OUT]
    with pytest.raises(Refused, match="has left already"):
        moves.leave(resident_id=somebody.pk, kind=Kind.DIED, by=cast.secretary)


def test_nobody_leaves_before_coming(somebody, cast):
    with pytest.raises(Refused, match="came on 2020-01-01"):
        moves.leave(resident_id=somebody.pk, kind=Kind.MOVED_OUT, on=dt.date(2019, 12, 31), by=cast.secretary)


def test_who_moves_within_is_no_second_head(home, somebody, cast):
    other = DwellingFactory(entrance=home.entrance)
    ResidentFactory(dwelling=other, relation=Resident.Relation.HEAD)
    households.make_head(resident_id=somebody.pk, by=cast.secretary)

    moves.move_within(resident_id=somebody.pk, to=other, by=cast.secretary)

    somebody.refresh_from_db()
    assert (somebody.dwelling, somebody.relation, kinds(somebody)) == (other, "other", [Kind.MOVED_WITHIN])


def test_nobody_moves_within_into_another_community(somebody, cast):
    elsewhere = DwellingFactory(entrance__building__compound=cast.yushu_rental)

    with pytest.raises(Refused, match="another community"):
        moves.move_within(resident_id=somebody.pk, to=elsewhere, by=cast.secretary)


def test_who_left_comes_back_and_the_dead_do_not(home, somebody, cast):
    moves.leave(resident_id=somebody.pk, kind=Kind.MOVED_OUT, by=cast.secretary)
    moves.come_back(resident_id=somebody.pk, to=home, by=cast.secretary)
    somebody.refresh_from_db()
    assert (somebody.left_on, kinds(somebody)) == (None, [Kind.MOVED_OUT, Kind.MOVED_IN])

    moves.leave(resident_id=somebody.pk, kind=Kind.DIED, by=cast.secretary)
    with pytest.raises(Refused, match="put down as dead"):
        moves.come_back(resident_id=somebody.pk, to=home, by=cast.secretary)


def test_away_for_a_time_and_back_from_another_area(somebody, cast):
    moves.go_away(resident_id=somebody.pk, by=cast.secretary)
    with pytest.raises(Refused, match="away already"):
        moves.go_away(resident_id=somebody.pk, by=cast.secretary)
    moves.return_home(resident_id=somebody.pk, from_area="上海", by=cast.secretary)

    somebody.refresh_from_db()
    assert (somebody.lives_in, kinds(somebody)) == (True, [Kind.LEFT_FOR_A_TIME, Kind.RETURNED])


def test_a_guardian_is_a_grown_up_of_the_community(home, somebody, cast):
    child = ResidentFactory(dwelling=home, guardian=somebody)
    stranger = ResidentFactory(dwelling__entrance__building__compound=cast.yushu_rental)

    for guardian in (child, stranger):
        with pytest.raises(Refused, match="has to be a grown-up"):
            households.add_person(dwelling_id=home.pk, values={"name": "小明", "guardian": guardian}, by=cast.secretary)


def test_a_home_is_watched_for_a_reason(home, cast):
    with pytest.raises(Refused, match="Say why this home is watched"):
        households.update_dwelling(dwelling_id=home.pk, values={"watch_level": 1}, by=cast.secretary)


def test_one_value_in_full_leaves_a_line_with_the_reason_and_not_the_value(somebody, cast):
    shown = households.reveal(resident=somebody, field="phone", reason="核实行程", by=cast.secretary)

    assert shown == somebody.phone
    assert Event.objects.get(kind="resident.revealed").after == {"field": "phone", "reason": "核实行程"}
    with pytest.raises(Refused):
        households.reveal(resident=somebody, field="name", reason="核实", by=cast.secretary)


def test_care_begins_once_and_ends_once(somebody, cast):
    profile = care.add(resident_id=somebody.pk, code="dialysis", since=TODAY(), values={"drug": "促红素"}, by=cast.secretary)
    with pytest.raises(Refused, match="already on this list"):
        care.add(resident_id=somebody.pk, code="dialysis", since=TODAY(), values={}, by=cast.secretary)
    profile.refresh_from_db()

    care.end(profile_id=profile.pk, until=TODAY(), by=cast.secretary)
    care.end(profile_id=profile.pk, until=TODAY(), by=cast.secretary)

    assert Event.objects.filter(kind="care.ended").count() == 1
    assert Event.objects.get(kind="care.added").after == {"category": "***"}


def test_the_timeline_of_a_home_holds_what_was_done_for_it(home, somebody, cast):
    households.update_dwelling(dwelling_id=home.pk, values={"light_watch": True}, by=cast.secretary)
    moves.go_away(resident_id=somebody.pk, by=cast.worker)

    entries = timeline.of(home, reader=cast.secretary)

    assert [entry.who for entry in entries] == ["周敏", "李秀兰", ""]
    assert (str(entries[-1].what), entries[-1].name) == ("away for a time", "王建国")


@pytest.mark.parametrize(
    ("name", "found"),
    [("王建国", " wjg yjg"), ("单文", " dw cw sw"), ("Ann Lee", " annlee"), ("阿依古丽·买买提", " aygl"), ("", ""), ("·", "")],
)
def test_initials_know_every_reading_of_the_family_name(name, found):
    assert initials(name).startswith(found)


def test_who_is_in_quarantine_does_not_move_out_before_the_case_has_ended(somebody, cast):
    case = factories.QuarantineCaseFactory(resident=somebody)

    with pytest.raises(Refused, match="in quarantine"):
        moves.leave(resident_id=somebody.pk, kind=ResidentChange.Kind.MOVED_OUT, by=cast.secretary)
    somebody.refresh_from_db()
    assert somebody.left_on is None

    quarantine_moves.close(case_id=case.pk, reason="转外区", by=cast.secretary)
    assert moves.leave(resident_id=somebody.pk, kind=ResidentChange.Kind.MOVED_OUT, by=cast.secretary).left_on


@pytest.mark.parametrize(("state", "ended"), [("active", "closed"), ("registered", "voided")])
def test_nobody_is_asked_for_the_health_of_the_dead(somebody, cast, state, ended):
    case = factories.QuarantineCaseFactory(resident=somebody, state=state)

    moves.leave(resident_id=somebody.pk, kind=ResidentChange.Kind.DIED, by=cast.secretary)

    case.refresh_from_db()
    assert (case.state, case.ended_on is not None) == (ended, True)
