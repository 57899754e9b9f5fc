"""The log of the gate, by service: stored once, taken back, struck, corrected."""

import datetime as dt
import threading
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from checkpoints.models import GateTotal, Passage
from checkpoints.services import passage_rows, passages, totals
from checkpoints.services.written_fields import Invalid
from portal.accounts.models import Event
from portal.lib.errors import Refused
from portal.lib.prepared import Prepared
from residents.models import DutyPolicy
from tests.factories import (
    AssignmentFactory,
    CadreFactory,
    DwellingFactory,
    EntranceFactory,
    PassageFactory,
    PostFactory,
    ResidentFactory,
    ShiftFactory,
    UserFactory,
)

LIMIT = Decimal("37.3")


def row(**changed):
    whole = {"id": str(uuid4()), "happened_at": timezone.now().isoformat(), "direction": "out", "home": "17号楼3单元702"}
    return {**whole, **changed}


def running(**changed):
    now = timezone.now()
    return ShiftFactory(starts_at=now - dt.timedelta(hours=2), ends_at=now + dt.timedelta(hours=2), **changed)


def store(shift, rows, by, limit=LIMIT):
    return passages.store_many(shift=shift, rows=rows, fever_limit=limit, by=by)[0]


def statuses(answers):
    return [answer.status for answer in answers]


@pytest.fixture
def shift(db):
    return running()


@pytest.fixture
def user(db):
    return UserFactory()


def test_a_batch_is_stored_as_written_with_one_line_in_the_trail(shift, user):
    at = (timezone.now() - dt.timedelta(seconds=2)).replace(microsecond=123000)
    whole = row(
        happened_at=at.isoformat(),
        person="visitor",
        direction="in",
        host="刘桂芳",
        name="王建国",
        phone="199 0000 1234",
        temperature="36,5",
        health_code="green",
        mask=True,
        reason="探亲",
        plate_no="鄂a12345",
        passengers=2,
    )

    answers = store(shift, [whole, row()], user)

    assert statuses(answers) == ["stored", "stored"]
    stored = Passage.objects.get(pk=whole["id"])
    local = timezone.localtime(at)
    assert (stored.community_id, stored.post, stored.shift) == (shift.post.compound.community_id, shift.post, shift)
    assert (stored.happened_at, stored.day, stored.hour) == (at, local.date(), local.hour)
    assert stored.received_at >= at
    assert (stored.direction, stored.person, stored.result, stored.source) == ("in", "visitor", "passed", "gate")
    assert (stored.written_home, stored.written_name, stored.written_phone) == ("17-3-702", "王建国", "19900001234")
    assert (stored.temperature, stored.health_code, stored.mask) == (Decimal("36.5"), "green", True)
    assert (stored.reason, stored.plate_no, stored.passengers) == ("探亲", "鄂A12345", 2)
    assert (stored.logged_by, stored.is_void, stored.voids) == (user, False, None)
    assert list(Event.objects.exclude(kind="visit.agreed").values_list("kind", "by", "community", "after")) == [
        ("passages.logged", user.pk, shift.post.compound.community_id, {"count": 2})
    ]


def test_a_row_written_in_one_statement_equals_one_written_by_the_orm(shift, user):
    at = timezone.now()
    store(shift, [row(happened_at=at.isoformat(), temperature="36.5", mask=False)], user)

    same = Passage.objects.filter(happened_at=at, day=timezone.localdate(at), temperature=Decimal("36.5"), mask=False)

    assert same.count() == 1


def test_a_home_with_the_name_of_another_place_stays_as_written(user):
    shift = running(post__compound__name="荷风苑")
    entrance = EntranceFactory(building__compound=shift.post.compound, building__number="17", number="3")
    home = DwellingFactory(entrance=entrance, room_no="702")
    ResidentFactory(dwelling=home, name="王婷婷")
    written = ["17-3-702", "荷风苑17-3-702", "金色家园17-3-702"]

    rows = [row(home=text, name="王婷婷") for text in written]
    store(shift, rows, user)

    found = [Passage.objects.get(pk=one["id"]) for one in rows]
    assert [(one.written_home, one.dwelling, one.resident_id is not None) for one in found] == [
        (written[0], home, True), (written[1], home, True), (written[2], None, False),
    ]  # fmt: skip
    corrected = passages.correct(passage=found[0], row=row(home=written[2], name="王婷婷"), reason="看错", by=user)
    assert (corrected.written_home, corrected.dwelling, corrected.resident) == (written[2], None, None)


def test_sending_again_stores_nothing_and_answers_the_same(shift, user):
    rows = [row(), row(temperature="38.0")]
    store(shift, rows, user)

    again = store(shift, rows, user)

    assert [(a.status, a.result) for a in again] == [("already_stored", "passed"), ("already_stored", "held")]
    assert Passage.objects.count() == 2
    assert Event.objects.count() == 1


def test_one_row_twice_in_a_batch_is_stored_once(shift, user):
    one = row()

    assert statuses(store(shift, [one, one, {**one, "home": "1-1-101"}], user)) == ["stored", "already_stored", "refused"]
    assert Passage.objects.get().written_home == "17-3-702"


@pytest.mark.parametrize("changed", [{"home": "1-1-101"}, {"direction": "in"}, {"temperature": 36.6}])
def test_a_number_that_is_taken_is_refused(shift, user, changed):
    one = row()
    store(shift, [one], user)

    (answer,) = store(shift, [{**one, **changed}], user)

    assert (answer.status, answer.field) == ("refused", "id")
    assert answer.why.startswith("Another record has this number")


def test_a_number_of_another_shift_is_refused(shift, user):
    one = row()
    store(running(), [one], user)

    assert statuses(store(shift, [one], user)) == ["refused"]


def test_a_bad_row_holds_up_none_of_the_others(shift, user):
    rows = [row(), row(temperature=366), row(), 7, row(direction="up")]

    answers = store(shift, rows, user)

    assert statuses(answers) == ["stored", "refused", "stored", "refused", "refused"]
    assert [answer.field for answer in answers] == ["", "temperature", "", "", "direction"]
    assert [answer.id for answer in answers] == [rows[0]["id"], rows[1]["id"], rows[2]["id"], "", rows[4]["id"]]
    assert Passage.objects.count() == 2


@pytest.mark.parametrize(
    ("before_start", "after_end", "accepted"), [(29, 0, True), (31, 0, False), (0, 29, True), (0, 31, False)]
)
def test_a_passage_lies_in_the_hours_of_its_shift_or_shortly_around(user, before_start, after_end, accepted):
    now = timezone.now()
    shift = ShiftFactory(starts_at=now - dt.timedelta(hours=9), ends_at=now - dt.timedelta(hours=1))
    edge = (
        shift.starts_at - dt.timedelta(minutes=before_start)
        if before_start
        else shift.ends_at + dt.timedelta(minutes=after_end)
    )

    (answer,) = store(shift, [row(happened_at=edge.isoformat())], user)

    assert (answer.status == "stored") == accepted
    assert answer.field == ("" if accepted else "happened_at")


def test_late_sending_is_accepted_for_a_day_and_then_refused_in_words(shift, user):
    first, second = row(), row()
    with time_machine.travel(shift.ends_at + dt.timedelta(hours=23), tick=False):
        assert statuses(store(shift, [first], user)) == ["stored"]
    with time_machine.travel(shift.ends_at + dt.timedelta(hours=25), tick=False):
        again, late = store(shift, [first, second], user)

    assert (again.status, late.status, late.field) == ("already_stored", "refused", "happened_at")
    assert "secretary" in late.why


def test_a_night_passage_keeps_its_own_calendar_day(user):
    start = timezone.make_aware(dt.datetime(2022, 4, 10, 22))
    shift = ShiftFactory(day=start.date(), starts_at=start, ends_at=start + dt.timedelta(hours=8))
    with time_machine.travel(start + dt.timedelta(hours=3), tick=False):
        store(shift, [row()], user)

    stored = Passage.objects.get()
    assert (stored.day, stored.hour) == (dt.date(2022, 4, 11), 1)


def test_a_passage_is_neither_changed_nor_struck_twice(shift, user):
    store(shift, [row()], user)
    stored = Passage.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Passage.objects.update(written_home="1-1-101")
    passages.void(passage=stored, reason="记错了", by=user)
    with pytest.raises(Refused, match="struck already"):
        passages.void(passage=stored, reason="记错了", by=user)
    assert Passage.objects.count() == 2
    assert not Passage.objects.standing().exists()


def test_undo_takes_a_slip_back_and_doing_it_twice_is_once(shift, user):
    store(shift, [row()], user)
    stored = Passage.objects.get()

    first = passages.undo(passage=stored, by=user)
    second = passages.undo(passage=stored, by=user)

    assert first == second
    assert (first.voids, first.written_home, first.is_void) == (stored, "17-3-702", True)
    assert totals.of_day(shift.post) == {"in": 0, "out": 0, "visitors_inside": 0}
    assert list(Event.objects.values_list("kind", flat=True)) == ["passage.undone", "passages.logged"]


def test_undo_is_for_a_minute(shift, user):
    store(shift, [row()], user)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=61)), pytest.raises(Refused, match="time to take it back"):
        passages.undo(passage=Passage.objects.get(), by=user)


def test_the_minute_is_the_policys(shift, user):
    DutyPolicy.objects.create(starts_on=timezone.localdate() - dt.timedelta(days=1), undo_seconds=300)
    store(shift, [row()], user)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=61)):
        assert passages.undo(passage=Passage.objects.get(), by=user).is_void


def test_undo_is_for_who_logged_it_and_the_crew(shift, user):
    store(shift, [row()], user)
    mate, stranger = UserFactory(), UserFactory()
    AssignmentFactory(shift=shift, cadre=CadreFactory(user=mate))

    with pytest.raises(Refused, match="Only who logged it"):
        passages.undo(passage=Passage.objects.get(), by=stranger)
    assert passages.undo(passage=Passage.objects.get(), by=mate).is_void


def test_a_correction_strikes_the_old_row_and_writes_a_new_one(shift, user):
    store(shift, [row(temperature="36.5")], user)
    old = Passage.objects.get()

    new = passages.correct(passage=old, row=row(home="1-1-101", temperature="36.9"), reason="楼栋记错", by=user)

    assert list(Passage.objects.standing()) == [new]
    new.refresh_from_db()
    assert (new.happened_at, new.shift, new.written_home, new.temperature) == (
        old.happened_at,
        old.shift,
        "1-1-101",
        Decimal("36.9"),
    )
    assert Passage.objects.get(is_void=True).result_note == "楼栋记错"


def test_a_correction_that_cannot_be_changes_nothing(shift, user):
    store(shift, [row()], user)

    with pytest.raises(Invalid):
        passages.correct(passage=Passage.objects.get(), row=row(temperature=366), reason="体温", by=user)
    with pytest.raises(Refused, match="Say why"):
        passages.correct(passage=Passage.objects.get(), row=row(), reason="  ", by=user)
    assert Passage.objects.standing().count() == 1


def test_totals_of_the_day_count_what_stands(shift, user):
    visitor = {"person": "visitor", "reason": "探亲", "host": "刘桂芳"}
    rows = [
        row(direction="in"),
        row(),
        row(direction="in", **visitor),
        row(direction="in", **visitor),
        row(direction="out", **visitor),
        row(direction="in", temperature="38"),
        row(direction="in", result="turned_back", result_note="外来"),
    ]
    store(shift, rows, user)
    passages.void(passage=Passage.objects.get(pk=rows[0]["id"]), reason="记错", by=user)
    PassageFactory(community=shift.post.compound.community)

    assert totals.of_day(shift.post) == {"in": 2, "out": 2, "visitors_inside": 1}


def counted():
    """The totals by counting the log itself."""
    found = {}
    for one in Passage.objects.standing().filter(result="passed"):
        entered, left, stayed = found.get((one.post_id, one.day), (0, 0, 0))
        goes_in = one.direction == "in"
        stayed += (1 if goes_in else -1) if one.person == "visitor" else 0
        found[one.post_id, one.day] = (entered + goes_in, left + (not goes_in), stayed)
    return found


def kept():
    rows = GateTotal.objects.values_list("post", "day", "let_in", "let_out", "visitors")
    return {(post, day): tuple(sums) for post, day, *sums in rows if any(sums)}


def test_the_database_keeps_the_totals_of_each_gate_and_day_whoever_stores(shift, user):
    visitor = {"person": "visitor", "reason": "探亲", "host": "刘桂芳"}
    sent = [row(direction="in"), row(direction="in", **visitor), row(**visitor), row(direction="in", temperature="38"), row()]
    store(shift, sent, user)
    store(shift, sent[:3], user)
    passages.undo(passage=Passage.objects.get(pk=sent[2]["id"]), by=user)
    right = row(direction="out")
    passages.correct(passage=Passage.objects.get(pk=sent[0]["id"]), row=right, reason="方向记反", by=user)
    others = PassageFactory.build_batch(3, post=shift.post, community=shift.post.compound.community, logged_by=user)
    others[2].day -= dt.timedelta(days=1)
    # A register on paper comes twice.
    for _ in range(2):
        Passage.objects.bulk_create(others, ignore_conflicts=True)
    PassageFactory()

    assert kept() == counted()
    assert len(counted()) == 3


def test_totals_of_a_shift(shift, user):
    at = timezone.now()
    rows = [
        row(direction="in", happened_at=at.isoformat()),
        row(person="driver", plate_no="鄂A12345", happened_at=at.isoformat()),
        row(direction="in", temperature="37.3", happened_at=at.isoformat()),
        row(direction="in", result="turned_back", result_note="外来", happened_at=at.isoformat()),
        row(happened_at=at.isoformat()),
    ]
    store(shift, rows, user)
    passages.void(passage=Passage.objects.get(pk=rows[4]["id"]), reason="记错", by=user)

    assert totals.of_shift(shift, fever_limit=LIMIT) == {
        "in": 1,
        "out": 1,
        "by_kind": {"resident": 1, "visitor": 0, "courier": 0, "staff": 0, "driver": 1},
        "turned_back": 1,
        "held": 1,
        "fever": 1,
        "vehicles": 1,
        "by_hour": [[timezone.localtime(at).hour, 1, 1]],
    }


def test_new_numbers_are_in_the_order_of_time():
    first = passages.new_id()
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=1)):
        second = passages.new_id()

    assert first < second
    assert (first.version, first.variant) == (7, "specified in RFC 4122")


def test_storing_takes_the_same_statements_for_one_row_and_for_three(shift, user, queries):
    with queries() as one:
        store(shift, [row()], user)
    with queries() as three:
        store(shift, [row(), row(), row()], user)

    assert len(one) == len(three)


def in_two_threads(work):
    begun, done = threading.Barrier(2), []

    def run():
        begun.wait()
        try:
            done.append(work())
        except Exception as error:
            done.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


@pytest.mark.django_db(transaction=True)
def test_one_batch_from_two_phones_at_once_is_stored_once():
    shift, user = running(), UserFactory()
    rows = [row() for _ in range(100)]

    answers = in_two_threads(lambda: statuses(store(shift, rows, user)))

    assert Passage.objects.count() == 100
    assert sorted(answers) == [["already_stored"] * 100, ["stored"] * 100]
    assert [event.after for event in Event.objects.all()] == [{"count": 100}]


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_one_gate_at_once_are_both_counted():
    shift, user = running(), UserFactory()

    in_two_threads(lambda: [store(shift, [row() for _ in range(20)], user) for _ in range(5)])

    assert totals.of_day(shift.post) == {"in": 0, "out": 200, "visitors_inside": 0}


@pytest.mark.django_db(transaction=True)
def test_without_the_clause_the_second_batch_would_fail(monkeypatch):
    shift, user = running(), UserFactory()
    rows = [row() for _ in range(100)]
    careless = passage_rows.STORE.replace("ON CONFLICT (id) DO NOTHING", "")
    monkeypatch.setattr(passage_rows, "POSTGRESQL", Prepared("careless", careless, **passage_rows.POSTGRESQL.types))
    monkeypatch.setattr(passage_rows, "SQLITE", passage_rows.SQLITE.replace("ON CONFLICT (id) DO NOTHING", ""))

    done = in_two_threads(lambda: statuses(store(shift, rows, user)))

    assert sorted(type(outcome) for outcome in done if not isinstance(outcome, list)) == [IntegrityError]


@pytest.mark.django_db(transaction=True)
def test_a_batch_without_its_line_in_the_trail_is_not_stored(monkeypatch):
    shift, user = running(), UserFactory()

    # The line in the trail cannot be written.
    monkeypatch.setattr(passages.audit, "line", lambda *args, **kwargs: {"kind": None, "table": "", "row": ""})
    with pytest.raises(IntegrityError):
        store(shift, [row(), row()], user)

    assert Passage.objects.count() == 0


@pytest.mark.parametrize(
    ("home", "name", "person", "linked"),
    [
        ("17-3-702", "王建国", "resident", (True, True)),
        ("17号楼3单元702", "王建国", "resident", (True, True)),
        ("17-3-702", "李四", "resident", (True, False)),
        ("17-3-702", "王建国", "visitor", (True, False)),
        ("17-3-701", "王建国", "resident", (False, False)),
        ("", "王建国", "resident", (False, False)),
    ],
)
def test_a_passage_is_linked_to_the_home_and_person_it_names(cast, home, name, person, linked):
    entrance = EntranceFactory(building__compound=cast.hefengyuan, building__number="17", number="3")
    somebody = ResidentFactory(dwelling=DwellingFactory(entrance=entrance, room_no="702"), name="王建国")
    shift = ShiftFactory(post=PostFactory(compound=cast.hefengyuan))

    with time_machine.travel(shift.starts_at + dt.timedelta(hours=1), tick=False):
        row = {"id": str(passages.new_id()), "happened_at": timezone.now().isoformat(), "direction": "in", "person": person}
        row |= {"home": home, "name": name, "reason": "探亲", "host": "刘桂芳"}
        passages.store_many(shift=shift, rows=[row], fever_limit=Decimal("37.3"), by=cast.secretary)

    stored = Passage.objects.get()
    assert stored.written_name == name
    assert (stored.dwelling_id == somebody.dwelling_id, stored.resident_id == somebody.pk) == linked


@pytest.mark.parametrize("prepared", [True, False])
def test_text_that_looks_like_the_database_s_own_marks_is_stored_as_written(shift, user, settings, prepared):
    settings.PREPARED_STATEMENTS = prepared
    texts = ['"', "\\", '\\"', "NULL", "{a,b}", "'", "a,b", "$1 %s", "null"]

    store(shift, [row(name=text, reason=text[::-1]) for text in texts], user)

    kept = Passage.objects.order_by("written_name").values_list("written_name", "reason")
    assert sorted(kept) == sorted((text, text[::-1]) for text in texts)
