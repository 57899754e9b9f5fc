"""Two people on one round: never the same stop twice, and no stop done while the round is being closed."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from portal.lib.errors import Refused
from residents.models import Round, RoundPlan, Stop
from residents.services import rounds, stops
from tests.factories import DwellingFactory, RoundFactory, RoundPlanFactory, StopFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*moves: Callable[[], object]) -> list[object]:
    """Do all moves in the same moment; what each of them answered, or how it was refused."""
    start, answers = Barrier(len(moves)), [None] * len(moves)

    def run(number: int, move: Callable[[], object]) -> None:
        try:
            start.wait(10)
            answers[number] = move()
        except (Refused, OperationalError) as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(moves)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def one_stop() -> Stop:
    found = RoundFactory()
    return StopFactory(round=found, dwelling=DwellingFactory(entrance__building__compound__community=found.community))


def test_of_five_people_at_one_door_one_has_done_it():
    stop, people = one_stop(), UserFactory.create_batch(5)

    answers = at_once(*(lambda by=by: stops.do(stop_id=stop.pk, outcome="done", by=by) for by in people))

    done = [answer for answer in answers if isinstance(answer, Stop)]
    stop.refresh_from_db()
    assert [answer.done_by for answer in done] == [stop.done_by]
    assert sum(isinstance(answer, Refused) for answer in answers) == 4


def test_without_the_lock_several_believe_they_have_done_it(monkeypatch):
    """The control run: it is the lock that keeps them apart."""
    stop, people = one_stop(), UserFactory.create_batch(5)
    meet = Barrier(5)

    def do_unlocked(by):
        found = Stop.objects.get(pk=stop.pk)
        meet.wait(10)
        if found.is_open:
            Stop.objects.filter(pk=stop.pk).update(state="done", outcome="done", done_by=by, done_at=found.round.starts_at)
            return found
        raise Refused("late")

    answers = at_once(*(lambda by=by: do_unlocked(by) for by in people))

    assert sum(isinstance(answer, Stop) for answer in answers) > 1


def test_a_stop_taken_back_while_the_round_closes_leaves_no_closed_round_with_an_open_stop():
    for _ in range(5):
        stop, by = one_stop(), UserFactory()
        stops.do(stop_id=stop.pk, outcome="done", by=by)

        at_once(
            lambda found=stop.round_id, by=by: rounds.close(round_id=found, by=by),
            lambda pk=stop.pk, by=by: stops.undo(stop_id=pk, by=by),
        )

        assert Round.objects.filter(closed_at__isnull=False, stops__state="open").count() == 0


def test_two_clocks_open_a_slot_once():
    plan = RoundPlanFactory(slots=["00:00"], minutes=1440)
    moment = timezone.now()

    at_once(*(lambda: rounds.open_slots(RoundPlan.objects.get(pk=plan.pk), moment) for _ in range(4)))

    assert plan.rounds.filter(day=timezone.localdate(moment)).count() == 1
