"""Two thumbs at once on a task: real threads, real transactions; with the protection off the race is lost."""

import threading
import uuid

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone

from residents.models import Finding, Task, TaskState
from residents.services import findings, stops, task_sources, tasks
from residents.services.tasks import Place
from tests import factories
from tests.people import make_cast
from tests.residents.test_errand_races import MANY, at_once

TASKS = ('FROM "residents_task"',)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene():
    """One task nobody has, and many who may take it."""
    cast = make_cast()
    row = factories.TaskFactory(community=cast.qinghe, created_by=cast.worker)
    return cast, row, [one.user for one in factories.MembershipFactory.create_batch(MANY, community=cast.qinghe)]


def test_a_task_is_taken_by_one(scene):
    _cast, row, helpers = scene
    answers = at_once([lambda h=h: tasks.claim(task_id=row.pk, by=h) for h in helpers], look=TASKS)
    assert answers == ["Refused"] * (MANY - 1) + ["done"]


def test_control_without_lock_many_believe_they_have_it(scene):
    _cast, row, helpers = scene
    together, taken = threading.Barrier(MANY), []

    def careless(helper):
        seen = Task.objects.get(pk=row.pk)
        connection.close()  # nothing is held while the others look
        together.wait()
        for _attempt in range(50) if seen.assignee_id is None else ():
            try:
                Task.objects.filter(pk=row.pk).update(
                    assignee=helper, assigned_at=timezone.now(), assigned_by=helper, state="assigned"
                )
            except OperationalError:
                continue
            taken.append(helper)
            return

    at_once([lambda h=h: careless(h) for h in helpers])
    assert len(taken) > 1


def test_one_press_by_many_on_what_was_found_makes_one_task(scene):
    cast, _row, _helpers = scene
    home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan)
    stop = factories.StopFactory(round__community=cast.qinghe, dwelling=home)
    finding = Finding.objects.create(community=cast.qinghe, stop=stop, kind="no_food", found_at=timezone.now())
    answers = at_once([lambda: task_sources.from_finding(finding, by=cast.worker) for _ in range(MANY)], look=TASKS)
    assert (answers, finding.tasks.count()) == (["done"] * MANY, 1)


def found_at_a_stop(cast):
    """Something a sweep has found, and the moves that meet over it: its stop is taken back, a task is made of it."""
    home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan)
    stop = factories.StopFactory(round__community=cast.qinghe, round__kind="sweep", dwelling=home)
    stops.do(stop_id=stop.pk, outcome="done", answers={"food": "no"}, by=cast.cadre_user)
    finding = task_sources.SOURCES["finding"][0]().get()
    return finding, [
        lambda: stops.undo(stop_id=stop.pk, by=cast.cadre_user),
        lambda: task_sources.from_finding(finding, by=cast.worker),
    ]


def test_a_stop_taken_back_while_a_task_is_made_of_what_it_found_ends_in_one_of_the_two(scene):
    cast, _row, _helpers = scene
    finding, moves = found_at_a_stop(cast)
    assert at_once(moves, look=TASKS) == ["Refused", "done"]
    assert Finding.objects.filter(pk=finding.pk).count() == Task.objects.filter(finding=finding.pk).count()


def test_control_without_the_lock_of_the_round_the_database_has_to_refuse(scene, monkeypatch):
    """What from_finding() would be without its second look: it makes a task of what is there no more."""
    cast, _row, _helpers = scene
    _finding, (take_back, make) = found_at_a_stop(cast)
    monkeypatch.setattr(findings, "locked", lambda pk: None)
    take_back()
    with pytest.raises(IntegrityError):
        make()


def test_the_same_form_sent_many_times_at_once_is_one_task(scene):
    cast, _row, _helpers = scene
    key, place = uuid.uuid4(), Place(cast.qinghe, words="东门")
    facts = {"key": key, "place": place, "title": "x", "kind": "other", "risk": 1, "by": cast.worker}
    answers = at_once([lambda: tasks.write(**facts) for _ in range(MANY)], look=TASKS)
    assert (answers, Task.objects.filter(key=key).count()) == (["done"] * MANY, 1)


def test_called_off_while_it_is_finished_ends_in_one_of_the_two(scene):
    cast, row, _helpers = scene
    tasks.claim(task_id=row.pk, by=cast.cadre_user)
    answers = at_once(
        [
            lambda: tasks.cancel(task_id=row.pk, reason="x", by=cast.secretary),
            lambda: tasks.finish(task_id=row.pk, result="x", by=cast.cadre_user),
        ],
        look=TASKS,
    )
    assert answers == ["Refused", "done"]


def test_control_without_lock_it_is_called_off_and_finished(scene):
    """What finish() would be without its lock: it looked before the task was called off, and writes after."""
    cast, row, _helpers = scene
    seen = tasks.claim(task_id=row.pk, by=cast.cadre_user)
    tasks.cancel(task_id=row.pk, reason="x", by=cast.secretary)
    assert seen.state == TaskState.ASSIGNED
    Task.objects.filter(pk=row.pk).update(state=TaskState.DONE, result="x", ended_at=timezone.now(), ended_by=cast.cadre_user)
    assert Task.objects.get(pk=row.pk).state == TaskState.DONE
