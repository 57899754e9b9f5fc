"""Two thumbs at once: real threads, real transactions. Each race is run again with the protection off, and must fail."""

import threading
import uuid

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Event
from portal.accounts.services import attempts
from portal.lib.errors import Refused
from residents.models import Errand, ErrandState, Pairing
from residents.models.errand_states import DONE, ENDED
from residents.services import errand_rounds, errands, pairings, stops
from residents.services.ask_sheets import Sheet
from residents.services.asks import opened, sheet_link
from residents.services.errand_requests import Place, ask
from tests import factories
from tests.people import make_cast
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 8
# Where a race looks before it writes.
ERRANDS, PAIRINGS = ('FROM "residents_errand"',), ('FROM "residents_pairing"',)
SENT_BEFORE = ("EXECUTE errand_known", "SELECT id, link_version FROM residents_errand")


@pytest.fixture
def scene():
    """One errand that waits, and many who may take it."""
    cast = make_cast()
    errand = factories.ErrandFactory(dwelling__entrance__building__compound=cast.hefengyuan)
    helpers = [row.user for row in factories.MembershipFactory.create_batch(MANY, community=cast.qinghe)]
    return cast, errand, helpers


def careless_claim(errand, helper, read_together, taken):
    """What claim() would be without its lock: look, then write, with everybody looking at the same moment."""
    seen = Errand.objects.get(pk=errand.pk)
    connection.close()  # nothing is held while the others look
    read_together.wait()
    if seen.assignee_id:
        raise Refused
    now = timezone.now()
    for _attempt in range(50):
        try:
            Errand.objects.filter(pk=errand.pk).update(
                assignee=helper, accepted_at=now, accepted_by=helper, state=ErrandState.ACCEPTED
            )
        except OperationalError:
            continue
        taken.append(helper)
        return


def careless_end(errand, read_together, believed, **facts):
    """What a step would be without its lock: look while the others look, then write what one believes."""
    seen = Errand.objects.get(pk=errand.pk)
    connection.close()
    read_together.wait()
    if seen.state in ENDED or seen.state in DONE:
        raise Refused
    for _attempt in range(50):
        try:
            Errand.objects.filter(pk=errand.pk).update(**facts)
        except OperationalError:
            continue
        believed.append(facts["state"])
        return


def test_an_errand_is_taken_by_one(scene):
    _cast, errand, helpers = scene
    answers = at_once([lambda h=h: errands.claim(errand_id=errand.pk, by=h) for h in helpers], look=ERRANDS)
    assert answers == ["Refused"] * (MANY - 1) + ["done"]


def test_control_without_lock_many_believe_they_have_it(scene):
    _cast, errand, helpers = scene
    together, taken = threading.Barrier(MANY), []
    at_once([lambda h=h: careless_claim(errand, h, together, taken) for h in helpers])
    assert len(taken) > 1


def test_a_request_sent_many_times_at_once_is_one(scene):
    cast, errand, _helpers = scene
    key, place = uuid.uuid4(), Place(cast.qinghe, errand.dwelling)
    answers = at_once(
        [lambda: ask(key=key, place=place, kind=errand.kind, what="盐", channel="own", by=None) for _ in range(MANY)],
        look=ERRANDS,
    )
    assert (answers, Errand.objects.filter(key=key).count()) == (["done"] * MANY, 1)


def test_cancelled_while_it_is_handed_over_ends_in_one_of_the_two(scene):
    cast, errand, _helpers = scene
    errands.claim(errand_id=errand.pk, by=cast.cadre_user)
    answers = at_once(
        [
            lambda: errands.cancel(errand_id=errand.pk, reason="x", by=cast.secretary),
            lambda: errands.deliver(errand_id=errand.pk, outcome="handed", by=cast.cadre_user),
        ],
        look=ERRANDS,
    )
    assert answers == ["Refused", "done"]


def test_control_without_lock_it_is_cancelled_and_handed_over(scene):
    cast, errand, _helpers = scene
    errands.claim(errand_id=errand.pk, by=cast.cadre_user)
    together, believed, now = threading.Barrier(2), [], timezone.now()
    gone = {"state": ErrandState.CANCELLED, "ended_at": now, "end_reason": "x", "delivered_at": None, "delivered_by": None}
    there = {"state": ErrandState.DELIVERED, "ended_at": None, "end_reason": "", "delivered_at": now}
    at_once(
        [
            lambda: careless_end(errand, together, believed, **gone, outcome=""),
            lambda: careless_end(errand, together, believed, **there, delivered_by=cast.cadre_user, outcome="handed"),
        ]
    )
    assert sorted(believed) == [ErrandState.CANCELLED, ErrandState.DELIVERED]


def test_merging_two_into_each_other_neither_deadlocks_nor_loses_both(scene):
    cast, errand, _helpers = scene
    other = factories.ErrandFactory(dwelling=errand.dwelling)
    pairs = [(errand.pk, other.pk), (other.pk, errand.pk)] * (MANY // 2)
    answers = at_once(
        [lambda a=a, b=b: errands.merge(errand_id=a, into_id=b, by=cast.secretary) for a, b in pairs], look=ERRANDS
    )
    assert answers == ["Refused"] * (MANY - 1) + ["done"]
    assert Errand.objects.waiting().count() == 1


def test_control_without_lock_two_that_merge_into_each_other_are_both_lost(scene):
    _cast, errand, _helpers = scene
    other, together, believed = factories.ErrandFactory(dwelling=errand.dwelling), threading.Barrier(2), []
    facts = {"state": ErrandState.MERGED, "ended_at": timezone.now(), "end_reason": "x"}
    pairs = ((errand, other), (other, errand))
    at_once([lambda a=a, b=b: careless_end(a, together, believed, **facts, merged_into=b) for a, b in pairs])
    assert (len(believed), Errand.objects.waiting().count()) == (2, 0)


def test_taken_by_hand_while_the_desk_sends_it_with_a_round_is_one_of_the_two(scene):
    cast, errand, _helpers = scene
    walk = factories.RoundFactory(community=cast.qinghe, plan__kind="rubbish")
    factories.StopFactory(round=walk, dwelling=errand.dwelling)
    answers = at_once(
        [
            lambda: errands.claim(errand_id=errand.pk, by=cast.cadre_user),
            lambda: errand_rounds.join(errand_id=errand.pk, round_id=walk.pk, by=cast.worker),
        ],
        look=ERRANDS,
    )
    assert answers == ["Refused", "done"]


def test_control_without_lock_it_is_taken_by_hand_and_sent_with_the_round(scene):
    """What join() would be without its lock: it looked while nobody had the errand, and writes after somebody took it."""
    cast, errand, _helpers = scene
    walk, seen = factories.RoundFactory(community=cast.qinghe), Errand.objects.get(pk=errand.pk)
    taken = errands.claim(errand_id=errand.pk, by=cast.cadre_user)
    assert seen.assignee_id is None
    Errand.objects.filter(pk=errand.pk).update(state=ErrandState.MERGED, merged_round=walk, ended_at=timezone.now())
    assert (taken.assignee, Errand.objects.get(pk=errand.pk).merged_round) == (cast.cadre_user, walk)


def test_a_stop_that_ends_while_an_errand_joins_loses_neither(scene):
    cast, errand, _helpers = scene
    walk = factories.RoundFactory(community=cast.qinghe, plan__kind="rubbish", walkers=[cast.cadre_user])
    stop = factories.StopFactory(round=walk, dwelling=errand.dwelling)
    at_once(
        [
            lambda: stops.do(stop_id=stop.pk, outcome="done", by=cast.cadre_user),
            lambda: errand_rounds.join(errand_id=errand.pk, round_id=walk.pk, by=cast.worker),
        ]
    )
    errand.refresh_from_db()
    # Done with the stop, or too late for it and waiting still; never with a round that has gone by.
    assert errand.state in {ErrandState.DELIVERED, ErrandState.REQUESTED}


def test_control_without_lock_an_errand_goes_with_a_stop_that_is_over(scene):
    """The same with a stop: it was open when join() looked, and is over when it writes."""
    cast, errand, _helpers = scene
    walk = factories.RoundFactory(community=cast.qinghe, plan__kind="rubbish", walkers=[cast.cadre_user])
    stop = factories.StopFactory(round=walk, dwelling=errand.dwelling)
    seen = stop.state
    stops.do(stop_id=stop.pk, outcome="done", by=cast.cadre_user)
    assert seen == stop.State.OPEN
    Errand.objects.filter(pk=errand.pk).update(state=ErrandState.MERGED, merged_round=walk, ended_at=timezone.now())
    # Nobody passes that door any more.
    assert Errand.objects.get(pk=errand.pk).state not in {ErrandState.DELIVERED, ErrandState.REQUESTED}


def test_merged_while_somebody_takes_it_is_one_of_the_two(scene):
    cast, errand, _helpers = scene
    into = factories.ErrandFactory(dwelling=errand.dwelling)
    answers = at_once(
        [
            lambda: errands.merge(errand_id=errand.pk, into_id=into.pk, by=cast.worker),
            lambda: errands.claim(errand_id=errand.pk, by=cast.cadre_user),
        ],
        look=ERRANDS,
    )
    errand.refresh_from_db()
    assert (answers, errand.merged_into is None) == (["Refused", "done"], errand.assignee == cast.cadre_user)


def test_another_merged_into_it_while_it_is_handed_over_is_brought_or_waits(scene):
    """What is merged is carried along: it never goes into a bag that was handed over."""
    cast, errand, _helpers = scene
    other = factories.ErrandFactory(dwelling=errand.dwelling)
    errands.claim(errand_id=errand.pk, by=cast.cadre_user)
    answers = at_once(
        [
            lambda: errands.merge(errand_id=other.pk, into_id=errand.pk, by=cast.worker),
            lambda: errands.deliver(errand_id=errand.pk, outcome="handed", by=cast.cadre_user),
        ],
        look=ERRANDS,
    )
    merged = Event.objects.filter(kind="errand.merged").values_list("pk", flat=True).first()
    delivered = Event.objects.get(kind="errand.delivered").pk
    assert (answers, merged) == (["Refused", "done"], None) or (answers == ["done", "done"] and merged < delivered)


def test_a_residents_form_sent_three_times_by_an_impatient_thumb_is_one(scene):
    """Through the page itself: each answer leads to the same errand."""
    _cast, errand, _helpers = scene
    page = reverse("residents:ask", args=[sheet_link(Sheet(errand.entrance.building.compound, errand.entrance))])
    form = {
        "key": str(uuid.uuid4()),
        "kind": errand.kind.code,
        "home": "702",
        "name": "王建国",
        "phone": "19900021234",
        "what": "盐",
    }
    answers = []
    at_once([lambda: answers.append(Client().post(page, form)) for _ in range(3)], look=SENT_BEFORE)
    (made,) = Errand.objects.filter(channel="own", what="盐")
    assert [answer.status_code for answer in answers] == [302] * 3
    assert [opened(answer.url.split("/")[2]) for answer in answers] == [made] * 3
    # The count of a press waits for no disk; whatever the connection stores next does.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = on")
            attempts.count({"somebody": attempts.ADDRESS})
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)
            cursor.execute("RESET synchronous_commit")


def test_many_desks_give_a_home_one_helper(scene):
    cast, errand, helpers = scene
    day = timezone.localdate()
    answers = at_once(
        [lambda h=h: pairings.pair(dwelling_id=errand.dwelling_id, helper=h, starts_on=day, by=cast.worker) for h in helpers],
        look=PAIRINGS,
    )
    assert (answers, Pairing.objects.count()) == (["Refused"] * (MANY - 1) + ["done"], 1)


def test_one_desk_that_presses_many_times_makes_one_pairing(scene):
    cast, errand, helpers = scene
    facts = {"dwelling_id": errand.dwelling_id, "helper": helpers[0], "starts_on": timezone.localdate(), "by": cast.worker}
    answers = at_once([lambda: pairings.pair(**facts) for _ in range(MANY)], look=PAIRINGS)
    assert (answers, Pairing.objects.count(), Event.objects.filter(kind="pairing.made").count()) == (["done"] * MANY, 1, 1)


def test_control_without_lock_the_desk_is_refused_what_it_asked_for_itself(scene):
    """What pair() would be without its lock: everybody finds none, and the database refuses all but one."""
    _cast, errand, helpers = scene
    facts = {"dwelling": errand.dwelling, "helper": helpers[0], "starts_on": timezone.localdate()}
    together, found = threading.Barrier(3), []

    def careless():
        found.append(Pairing.objects.filter(dwelling=errand.dwelling).count())
        connection.close()  # nothing is held while the others look
        together.wait()
        try:
            Pairing.objects.create(community=errand.community, **facts)
        except OperationalError as error:  # PostgreSQL may call it a deadlock
            raise Refused from error

    answers = at_once([careless] * 3)
    assert (found, answers.count("done"), Pairing.objects.count()) == ([0] * 3, 1, 1)
