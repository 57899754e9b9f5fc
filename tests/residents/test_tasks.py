"""Tasks: where they come from, who may do what with them, what answers them, who hears when one is late."""

import datetime as dt
import re
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck as Slow
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.accounts.models import Event, Message
from portal.lib.errors import Refused
from residents import timeline
from residents.models import ErrandState, Finding, HealthCheck, Task, TaskState
from residents.models.task_states import ENDED, IN_HAND, OPEN
from residents.services import task_queue, task_sources, task_view, tasks
from residents.services.tasks import Place
from tests import factories

State = TaskState


@pytest.fixture
def home(cast):
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, room_no="702")


def task(cast, **more):
    return factories.TaskFactory(community=cast.qinghe, created_by=cast.worker, **more)


def write(cast, **more):
    facts = {"key": uuid.uuid4(), "place": Place(cast.qinghe, words="东门"), "title": "x", "kind": "other", "risk": 1}
    return tasks.write(**facts | more, by=cast.worker)


def test_the_same_form_sent_three_times_is_one_task(cast):
    key = uuid.uuid4()
    assert {write(cast, key=key).pk for _ in range(3)} == {Task.objects.get().pk}
    with pytest.raises(Refused):
        tasks.write(
            key=key, place=Place(cast.qinghe, words="东门"), title="y", kind="other", risk=1, by=cast.secretary
        )  # fmt: skip


def test_without_an_hour_the_policy_says_when(cast):
    made = write(cast)
    assert round((made.due_at - made.created_at).total_seconds() / 60) == 240


def test_a_task_is_somewhere(cast):
    with pytest.raises(Refused, match="Say where"):
        write(cast, place=Place(cast.qinghe))


def test_claim_gives_it_to_the_first_who_asks(cast):
    row = task(cast)
    tasks.claim(task_id=row.pk, by=cast.cadre_user)
    with pytest.raises(Refused, match="already taken"):
        tasks.claim(task_id=row.pk, by=cast.worker)
    assert tasks.claim(task_id=row.pk, by=cast.cadre_user).assignee == cast.cadre_user


def test_risk_three_needs_a_named_lead_before_anybody_starts(cast):
    row = task(cast, risk=3, assignee=cast.cadre_user)
    for press in (lambda: tasks.start(task_id=row.pk, by=cast.cadre_user),
                  lambda: tasks.finish(task_id=row.pk, result="x", by=cast.cadre_user)):  # fmt: skip
        with transaction.atomic(), pytest.raises(Refused, match="lead on site"), transaction.atomic():
            press()
    tasks.name_lead(task_id=row.pk, lead=cast.worker, by=cast.secretary)
    assert tasks.start(task_id=row.pk, by=cast.cadre_user).state == State.DOING
    assert Message.objects.get(to=cast.worker).kind == "task_lead"


def test_the_database_keeps_the_lead_too(cast):
    row = task(cast, risk=3, assignee=cast.cadre_user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=row.pk).update(state=State.DOING)


def test_a_running_task_becomes_risky_only_with_a_lead(cast):
    row = task(cast, assignee=cast.cadre_user)
    tasks.start(task_id=row.pk, by=cast.cadre_user)
    with pytest.raises(Refused, match="lead on site"), transaction.atomic():
        tasks.change(task_id=row.pk, risk=3, due_at=row.due_at, by=cast.secretary)


def test_nobody_of_another_community_is_given_a_task(cast):
    row = task(cast)
    for press in (
        lambda: tasks.assign(task_id=row.pk, helper=cast.cadre2_user, by=cast.secretary),
        lambda: tasks.assign(task_id=row.pk, helper=cast.cadre_user, team=[cast.cadre2_user], by=cast.secretary),
        lambda: tasks.name_lead(task_id=row.pk, lead=cast.other_secretary, by=cast.secretary),
    ):
        with pytest.raises(Refused, match="does no tasks"), transaction.atomic():
            press()


def test_a_tick_alone_finishes_nothing(cast):
    row = task(cast, assignee=cast.cadre_user)
    with pytest.raises(Refused, match="Say what was done"):
        tasks.finish(task_id=row.pk, by=cast.cadre_user)


def test_an_errand_at_the_same_home_answers_it_and_one_elsewhere_does_not(cast, home):
    row = task(cast, dwelling=home, assignee=cast.cadre_user)
    done = factories.ErrandFactory(
        dwelling=home, assignee=cast.cadre_user, state=ErrandState.DELIVERED, delivered_at=timezone.now(),
        delivered_by=cast.cadre_user, outcome="handed",
    )  # fmt: skip
    elsewhere = factories.ErrandFactory(
        dwelling__entrance=home.entrance, assignee=cast.cadre_user, state=ErrandState.DELIVERED,
        delivered_at=timezone.now(), delivered_by=cast.cadre_user, outcome="handed",
    )  # fmt: skip
    with pytest.raises(Refused, match="does not answer"):
        tasks.finish(task_id=row.pk, answer=f"errand-{elsewhere.pk}", by=cast.cadre_user)
    ended = tasks.finish(task_id=row.pk, answer=f"errand-{done.pk}", by=cast.cadre_user)
    assert (ended.state, ended.answer_errand, bool(ended.result)) == (State.DONE, done, True)


def _found(by, home):
    stop = factories.StopFactory(dwelling=home, round__community=by.community)
    found = Finding.objects.create(community=by.community, stop=stop, kind="no_food", found_at=timezone.now())
    return task_sources.from_finding(found, by=by.user)


@pytest.mark.parametrize(
    ("make", "chinese", "english"),
    [
        (lambda by, home: task_sources.from_alert(factories.QuarantineCaseFactory(
            community=by.community, alert_since=timezone.now()), by=by.user), None,
            "Health alert: ring, then take a second temperature"),
        (lambda by, home: task_sources.from_errand(factories.ErrandFactory(dwelling=home), by=by.user), "跟进跑腿事项：代购",
            "Follow up the errand: groceries"),
        (lambda by, home: task_sources.from_matter(factories.MatterFactory(
            community=by.community, kind="lock_out"), by=by.user), None, "Brought up: locked out"),
        (_found, None, "food runs out"),
    ],
)  # fmt: skip
def test_the_portals_own_title_is_stored_in_chinese_and_read_in_each_language(cast, home, make, chinese, english):
    by = cast.worker.memberships.get()
    with override("en"):
        row = Task.objects.get(pk=make(by, home).pk)
        assert (str(row), bool(re.fullmatch("[^A-Za-z]+", row.title))) == (english, True)
    with override("zh-hans"):
        assert (str(row), row.title) == (row.title, chinese or row.title)
        typed = task(cast, title=row.title)
        row.title = "—"
    with override("en"):
        # What somebody typed stays, and so does what was taken out of the row.
        assert (str(typed), str(row)) == (typed.title, "—")


def test_a_health_check_answers_an_alert_and_stays_answered_when_it_is_erased(cast):
    case = factories.QuarantineCaseFactory(community=cast.qinghe, alert_since=timezone.now())
    row = task_sources.from_alert(case, by=cast.worker)
    assert (row.risk, row.case, row.dwelling) == (3, case, case.dwelling)
    assert task_sources.from_alert(case, by=cast.secretary) == row
    check = HealthCheck.objects.create(
        case=case, day=timezone.localdate(), slot="am", temperature="36.5", method="door", taken_at=timezone.now(),
        taken_by=cast.cadre_user,
    )  # fmt: skip
    tasks.name_lead(task_id=row.pk, lead=cast.worker, by=cast.worker)
    tasks.claim(task_id=row.pk, by=cast.cadre_user)
    tasks.finish(task_id=row.pk, answer=f"check-{check.pk}", by=cast.cadre_user)
    check.delete()
    row.refresh_from_db()
    assert (row.state, row.answer_check, "36.5" in row.result) == (State.DONE, None, False)


def test_what_a_round_found_becomes_one_task_and_is_answered_with_it(cast, home):
    stop = factories.StopFactory(round__community=cast.qinghe, dwelling=home)
    finding = Finding.objects.create(community=cast.qinghe, stop=stop, kind="no_food", found_at=timezone.now())
    row = task_sources.from_finding(finding, by=cast.worker)
    assert task_sources.from_finding(finding, by=cast.worker) == row
    assert (row.kind, row.source, row.dwelling) == ("supplies", "finding", home)
    tasks.claim(task_id=row.pk, by=cast.cadre_user)
    tasks.finish(task_id=row.pk, result="送去米面", by=cast.cadre_user)
    finding.refresh_from_db()
    assert (finding.handled_by, finding.handling) == (cast.cadre_user, "送去米面")


def test_a_task_called_off_leaves_the_finding_open(cast, home):
    stop = factories.StopFactory(round__community=cast.qinghe, dwelling=home)
    finding = Finding.objects.create(community=cast.qinghe, stop=stop, kind="dark", found_at=timezone.now())
    first = task_sources.from_finding(finding, by=cast.worker)
    tasks.cancel(task_id=first.pk, reason="误报", by=cast.worker)
    assert Finding.objects.open().get() == finding
    assert task_sources.from_finding(finding, by=cast.worker) != first


def test_late_tasks_are_told_once_to_the_owner_then_to_the_secretary(cast):
    now = timezone.now()
    row = task(cast, assignee=cast.cadre_user, due_at=now - dt.timedelta(minutes=5))
    nobodys = task(cast, due_at=now - dt.timedelta(minutes=5))
    assert [task_queue.escalate(now) for _ in range(3)] == [2, 0, 0]
    told = {(row.to.username, row.facts["task"]) for row in Message.objects.select_related("to")}
    assert told == {("cadre", str(row.pk)), ("worker", str(nobodys.pk))}
    assert [task_queue.escalate(now + dt.timedelta(minutes=61)) for _ in range(2)] == [2, 0]
    assert Message.objects.filter(to=cast.secretary, kind="task_late").count() == 2
    assert task_queue.escalate(now + dt.timedelta(days=1)) == 0


def test_the_trail_names_every_step_and_no_words(cast):
    row = write(cast, title="电话19900021234", what="高烧")
    tasks.claim(task_id=row.pk, by=cast.cadre_user)
    tasks.finish(task_id=row.pk, result="已送医", by=cast.cadre_user)
    lines = Event.objects.filter(table="residents.task").order_by("id")
    assert [line.kind for line in lines] == ["task.written", "task.accepted", "task.done"]
    assert not any(word in str(line.before) + str(line.after) for line in lines for word in ("1990", "高烧", "送医"))


def test_a_home_shows_its_tasks_on_the_timeline_and_in_the_picture(cast, home):
    task(cast, dwelling=home, kind="health", title="高烧复测")
    entries = list(task_view.entries(home, 10))
    assert [str(entry.what) for entry in entries] == ["Task: health"]
    assert entries[0] in timeline.of(home, reader=cast.cadre_user)
    assert task_view.open_tasks(type(home).objects.all()) == {home.pk: "new"}


MOVES = {
    "claim": lambda t, who, cast: tasks.claim(task_id=t, by=who),
    "assign": lambda t, who, cast: tasks.assign(task_id=t, helper=who, by=cast.secretary),
    "hand_over": lambda t, who, cast: tasks.hand_over(task_id=t, helper=cast.secretary, by=who),
    "lead": lambda t, who, cast: tasks.name_lead(task_id=t, lead=who, by=cast.secretary),
    "start": lambda t, who, cast: tasks.start(task_id=t, by=who),
    "finish": lambda t, who, cast: tasks.finish(task_id=t, result="x", by=who),
    "give_back": lambda t, who, cast: tasks.give_back(task_id=t, reason="x", by=who),
    "risky": lambda t, who, cast: tasks.change(task_id=t, risk=3, due_at=timezone.now(), by=cast.worker),
    "cancel": lambda t, who, cast: tasks.cancel(task_id=t, reason="x", by=cast.worker),
    "note": lambda t, who, cast: tasks.note(task_id=t, text="x", by=who),
}


@settings(max_examples=25, deadline=None, suppress_health_check=[Slow.function_scoped_fixture])
@given(pressed=st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 1)), max_size=12))
def test_no_order_of_presses_leads_astray(cast, pressed):
    helpers = (cast.cadre_user, cast.worker)
    pk = task(cast).pk
    for name, who in pressed:
        before = Task.objects.get(pk=pk)
        try:
            with transaction.atomic():
                MOVES[name](pk, helpers[who], cast)
        except Refused:
            assert Task.objects.get(pk=pk).state == before.state
            continue
        check(before, Task.objects.get(pk=pk))


def check(before, after):
    assert (after.assignee_id is None) is (after.state == State.NEW) or after.state == State.CANCELLED
    assert (after.ended_at is not None) is (after.state in ENDED)
    assert after.state in OPEN or after.result
    assert after.risk < 3 or after.lead_id or after.state not in (State.DOING, State.DONE)
    assert after.started_at is None or after.state not in (State.NEW, State.ASSIGNED)
    # What has ended stays so.
    assert before.state not in ENDED or after.state == before.state
    # Out of another's hands only the desk or whoever has it gives it.
    if before.state in IN_HAND and after.state in IN_HAND and after.assignee_id != before.assignee_id:
        assert after.assigned_by_id != after.assignee_id
