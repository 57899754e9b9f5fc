"""An errand goes along with a round: done at the door, or waiting again; and a door is where one is heard of."""

import pytest
from django.urls import reverse

from portal.lib.errors import Refused
from residents.models import Errand, ErrandState, Stop
from residents.services import asks, errand_kinds, errand_queue, errand_rounds, stops
from tests import factories


@pytest.fixture
def entrance(cast):
    return factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)


@pytest.fixture
def home(entrance):
    return factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")


@pytest.fixture
def walk(cast, entrance):
    """An open rubbish round with one stop in the building, at another home."""
    made = factories.RoundFactory(community=cast.qinghe, plan__kind="rubbish", walkers=[cast.cadre_user])
    factories.StopFactory(round=made, dwelling=factories.DwellingFactory(entrance=entrance))
    return made


def joined(cast, home, walk, **more):
    errand = factories.ErrandFactory(dwelling=home, **more)
    return errand_rounds.join(errand_id=errand.pk, round_id=walk.pk, by=cast.worker)


def stop_at(walk, home):
    return Stop.objects.get(round=walk, dwelling=home)


def test_done_at_the_door_is_done(cast, home, walk):
    errand = joined(cast, home, walk)
    assert (errand.state, errand_queue.counts(Errand.objects.all(), errand.requested_at)["with_round"]) == ("merged", 1)
    stops.do(stop_id=stop_at(walk, home).pk, outcome="done", by=cast.cadre_user)
    errand.refresh_from_db()
    assert (errand.state, errand.delivered_by, errand.outcome) == (ErrandState.DELIVERED, cast.cadre_user, "handed")
    assert errand.ended_at is None


def test_when_nobody_opens_it_waits_again(cast, home, walk):
    errand = joined(cast, home, walk)
    stops.do(stop_id=stop_at(walk, home).pk, outcome="no_answer", by=cast.cadre_user)
    errand.refresh_from_db()
    assert (errand.state, errand.merged_round, errand.ended_at) == (ErrandState.REQUESTED, None, None)
    assert errand.promised_by > errand.waits_since


def test_a_stop_taken_back_takes_the_errand_back(cast, home, walk):
    errand = joined(cast, home, walk)
    stop = stops.do(stop_id=stop_at(walk, home).pk, outcome="done", by=cast.cadre_user)
    stops.undo(stop_id=stop.pk, by=cast.cadre_user)
    errand.refresh_from_db()
    assert (errand.state, errand.assignee, errand.delivered_at) == (ErrandState.MERGED, None, None)
    stops.do(stop_id=stop.pk, outcome="done", by=cast.cadre_user)
    errand.refresh_from_db()
    assert errand.state == ErrandState.DELIVERED


def test_joining_twice_is_joining_once_and_leaving_waits(cast, home, walk):
    errand = joined(cast, home, walk)
    errand_rounds.join(errand_id=errand.pk, round_id=walk.pk, by=cast.worker)
    assert walk.stops.filter(dwelling=home).count() == 1
    assert errand_rounds.leave(errand_id=errand.pk, by=cast.worker).state == ErrandState.REQUESTED
    with pytest.raises(Refused, match="goes with no round"):
        errand_rounds.leave(errand_id=errand.pk, by=cast.worker)


@pytest.mark.parametrize("kind", ["temperature", "light_count", "wellbeing_call", "patrol"])
def test_rounds_that_carry_nothing_are_not_offered(cast, home, entrance, kind):
    made = factories.RoundFactory(community=cast.qinghe, plan__kind=kind)
    factories.StopFactory(round=made, dwelling=home)
    assert list(errand_rounds.open_for(factories.ErrandFactory(dwelling=home))) == []


def test_a_round_elsewhere_closed_or_past_the_door_is_refused(cast, home, walk):
    far = factories.RoundFactory(community=cast.qinghe, plan__kind="rubbish")
    with pytest.raises(Refused, match="does not come by"):
        joined(cast, home, far)
    errand = joined(cast, home, walk)
    stops.do(stop_id=stop_at(walk, home).pk, outcome="done", by=cast.cadre_user)
    with pytest.raises(Refused, match="been at the home already"):
        joined(cast, home, walk)
    errand.refresh_from_db()
    assert errand.state == ErrandState.DELIVERED


def test_the_desk_sends_it_along_and_the_walker_sees_what(cast, sign_in, home, walk):
    errand = factories.ErrandFactory(dwelling=home, what="两袋垃圾")
    step = reverse("residents:errand_step", args=[errand.pk, "round"])
    assert sign_in(cast.cadre_user).post(step, {"round_id": walk.pk}).status_code == 403
    assert sign_in(cast.worker).post(step, {"round_id": "x"}).status_code == 422
    assert sign_in(cast.worker).post(step, {"round_id": walk.pk}).status_code == 302
    page = sign_in(cast.cadre_user).get(reverse("residents:round_detail", args=[walk.pk]), {"stop": stop_at(walk, home).pk})
    assert "两袋垃圾" in page.content.decode()


def test_what_is_heard_at_a_door_becomes_an_errand(cast, sign_in, walk):
    errand_kinds.ensure()
    client, stop = sign_in(cast.cadre_user), walk.stops.get()
    address = f"{reverse('residents:errand_create')}?kind=groceries&stop={stop.pk}"
    form = client.get(address).context["form"]
    assert (form.initial["home"], form.initial["channel"]) == (str(stop.dwelling), "round")
    sent = {
        "kind": "groceries", "stop": stop.pk, "compound": cast.hefengyuan.pk, "home": str(stop.dwelling), "what": "盐",
        "urgency": "4", "channel": "round",
    }  # fmt: skip
    assert client.post(reverse("residents:errand_create"), sent).headers["Location"].endswith(f"/rounds/{walk.pk}/")
    errand = Errand.objects.get()
    assert (errand.stop, errand.channel, errand.dwelling) == (stop, "round", stop.dwelling)
    for bad in ("x", "²", "9" * 30):
        assert client.get(reverse("residents:errand_create"), {"kind": "groceries", "stop": bad}).status_code == 200


def test_a_stop_of_elsewhere_is_no_way_in(cast, sign_in):
    errand_kinds.ensure()
    stop = factories.StopFactory(round__community=cast.yushu, dwelling__entrance__building__compound=cast.yushu_rental)
    address = reverse("residents:errand_create")
    assert "stop" not in sign_in(cast.cadre_user).get(address, {"kind": "groceries", "stop": stop.pk}).context["form"].initial
    sent = {"kind": "groceries", "stop": stop.pk, "compound": cast.hefengyuan.pk, "home": "1-1-101", "what": "盐",
            "urgency": "4", "channel": "round"}  # fmt: skip
    assert sign_in(cast.cadre_user).post(address, sent).status_code == 422


def test_the_resident_cancels_what_goes_along_and_the_walker_is_told(cast, client, home, walk):
    errand = joined(cast, home, walk)
    walk.stops.update(assignee=cast.cadre_user)
    address = reverse("residents:ask", args=[asks.errand_link(errand)])
    assert 'value="cancel"' in client.get(address).content.decode()
    assert client.post(address, {"do": "cancel"}).status_code == 302
    errand.refresh_from_db()
    assert (errand.state, errand.merged_round, list(errand_rounds.waiting_at(walk.stops.get(dwelling=home)))) == (
        ErrandState.CANCELLED, None, [],
    )  # fmt: skip
    assert cast.cadre_user.inbox.filter(kind="errand_cancelled").count() == 1
