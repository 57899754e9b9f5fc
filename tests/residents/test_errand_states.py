"""Whatever is pressed in whatever order, an errand is never in two states of mind."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.errors import Refused
from residents.models import Errand, ErrandState, Outcome, Round, Stop
from residents.models.errand_states import DONE, ENDED, IN_HAND, SUCCESSES, WAITING
from residents.services import asks, errand_money, errand_rounds, errands, stops
from tests import factories

MOVES = {
    "claim": lambda e, who, cast: errands.claim(errand_id=e, by=who),
    "assign": lambda e, who, cast: errands.assign(errand_id=e, helper=who, by=cast.secretary),
    "start": lambda e, who, cast: errands.start(errand_id=e, by=who),
    "bought": lambda e, who, cast: errands.bought(errand_id=e, by=who),
    "deliver": lambda e, who, cast: errands.deliver(errand_id=e, outcome=Outcome.HANDED, by=who),
    "settle": lambda e, who, cast: errand_money.settle(errand_id=e, by=who),
    "give_back": lambda e, who, cast: errands.give_back(errand_id=e, reason="x", by=who),
    "no_answer": lambda e, who, cast: errands.fail(errand_id=e, outcome=Outcome.NO_ANSWER, note="", by=who),
    "other_service": lambda e, who, cast: errands.fail(errand_id=e, outcome=Outcome.OTHER_SERVICE, note="", by=who),
    "cancel": lambda e, who, cast: errands.cancel(errand_id=e, reason="x", by=cast.worker),
    "own_cancel": lambda e, who, cast: errand_rounds.withdraw(errand_id=e, reason="x"),
    "reopen": lambda e, who, cast: errands.reopen(errand_id=e, reason="x", by=None),
    "confirm": lambda e, who, cast: asks.confirm(errand_id=e),
    "join": lambda e, who, cast: errand_rounds.join(errand_id=e, round_id=walk_of(e).pk, by=cast.worker),
    "leave": lambda e, who, cast: errand_rounds.leave(errand_id=e, by=cast.worker),
    "stop_done": lambda e, who, cast: stops.do(stop_id=stop_of(e), outcome="done", by=who),
    "stop_missed": lambda e, who, cast: stops.do(stop_id=stop_of(e), outcome="no_answer", by=who),
    "stop_undone": lambda e, who, cast: stops.undo(stop_id=stop_of(e), by=cast.worker),
    "refer": lambda e, who, cast: errands.refer(errand_id=e, reason="x", by=cast.worker),
}


def walk_of(errand_id):
    """The open round that comes by the errand's home."""
    return Round.objects.open().get(stops__dwelling__entrance=Errand.objects.get(pk=errand_id).entrance_id, kind="rubbish")


def stop_of(errand_id):
    return Stop.objects.get(round__kind="rubbish", dwelling=Errand.objects.get(pk=errand_id).dwelling_id).pk


@pytest.fixture
def people(cast):
    return cast, (cast.cadre_user, cast.worker)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pressed=st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 1)), max_size=14))
def test_no_order_of_presses_leads_astray(people, pressed):
    cast, helpers = people
    errand = factories.ErrandFactory(dwelling__entrance__building__compound=cast.hefengyuan)
    made = factories.RoundFactory(community=cast.qinghe, plan__kind="rubbish")
    factories.StopFactory(round=made, dwelling=errand.dwelling)
    pk = errand.pk
    for name, who in pressed:
        before = Errand.objects.get(pk=pk)
        try:
            MOVES[name](pk, helpers[who], cast)
        except Refused:
            assert Errand.objects.get(pk=pk).state == before.state
            continue
        check(before, Errand.objects.get(pk=pk))


AFTER_THE_END = {
    (ErrandState.CLOSED, ErrandState.REOPENED),
    # One that goes with a round is done at its door, or waits again.
    (ErrandState.MERGED, ErrandState.DELIVERED),
    (ErrandState.MERGED, ErrandState.REQUESTED),
    (ErrandState.MERGED, ErrandState.CANCELLED),
}


def check(before, after):
    assert (after.assignee_id is not None) or after.state not in (*IN_HAND, *DONE)
    assert (after.assignee_id is None) or after.state not in WAITING
    assert (after.ended_at is not None) is (after.state in ENDED)
    assert (after.outcome in SUCCESSES) or after.state not in DONE
    assert after.first_accepted_at or not after.assignee_id
    # What has ended stays so, but for something wrong with what was brought.
    if before.state in ENDED and after.state != before.state:
        assert (before.state, after.state) in AFTER_THE_END
    assert (after.merged_round_id is not None) or after.state != ErrandState.MERGED
    # Nobody takes an errand out of another's hands but the desk.
    if before.assignee_id and after.assignee_id and before.assignee_id != after.assignee_id:
        assert after.accepted_by_id not in (before.assignee_id, after.assignee_id)
