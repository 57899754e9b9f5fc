"""Several errands on one trip: taken together, bought thing by thing, walked door by door."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.errors import Refused
from residents.models import Errand, ErrandLine, ErrandState
from residents.services import errand_kinds, errand_trips, errands
from tests import factories


@pytest.fixture
def entrance(cast):
    errand_kinds.ensure()
    return factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)


def waiting(entrance, count=1, **more):
    homes = factories.DwellingFactory.create_batch(count, entrance=entrance)
    return [factories.ErrandFactory(dwelling=home, **more) for home in homes]


def wants(errand, name, quantity, **more):
    return ErrandLine.objects.create(
        errand=errand, position=errand.lines.count() + 1, name=name, quantity=quantity, unit="斤", **more
    )


def url(name, *args):
    return reverse(f"residents:errand_{name}", args=args)


def test_several_are_taken_at_once_and_what_another_has_stays_theirs(cast, sign_in, entrance):
    one, two, gone = waiting(entrance, 3)
    Errand.objects.filter(pk=gone.pk).update(
        assignee=cast.worker, accepted_by=cast.worker, accepted_at=gone.requested_at, state=ErrandState.ACCEPTED
    )
    page = sign_in(cast.cadre_user).post(url("take"), {"errand": [one.pk, two.pk, gone.pk, "x", "9" * 40]}, follow=True)
    assert [row.assignee for row in Errand.objects.order_by("id")] == [cast.cadre_user, cast.cadre_user, cast.worker]
    assert "Somebody else has 1 of them" in str(next(iter(page.context["messages"])))


def test_nothing_ticked_and_nothing_of_elsewhere(cast, sign_in, entrance):
    (errand,) = waiting(entrance)
    for client, sent in ((sign_in(cast.cadre_user), {}), (sign_in(cast.cadre2_user), {"errand": errand.pk})):
        assert client.post(url("take"), sent).status_code == 302
    assert Errand.objects.get().state == ErrandState.REQUESTED


def test_the_desk_gives_several_to_one_and_a_cadre_cannot(cast, sign_in, entrance):
    ids = [row.pk for row in waiting(entrance, 2)]
    sent = {"errand": ids, "helper": cast.cadre_user.pk}
    assert sign_in(cast.cadre_user).post(url("take"), sent).status_code == 403
    assert sign_in(cast.worker).post(url("take"), {**sent, "helper": cast.cadre2_user.pk}).status_code == 404
    assert sign_in(cast.worker).post(url("take"), sent).status_code == 302
    assert set(Errand.objects.values_list("assignee", flat=True)) == {cast.cadre_user.pk}
    # Whoever has one hears that the desk decided otherwise; what they give on themselves, they know.
    errands.cancel(errand_id=ids[0], reason="x", by=cast.worker)
    errands.hand_over(errand_id=ids[1], helper=cast.worker, by=cast.cadre_user)
    assert cast.cadre_user.inbox.filter(kind="errand_taken_away").count() == 1


def test_one_thing_for_many_homes_is_one_line_of_the_list(cast, sign_in, entrance):
    one, two = waiting(entrance, 2, assignee=cast.cadre_user, state=ErrandState.ACCEPTED)
    for errand, quantity in ((one, 10), (two, "2.5")):
        wants(errand, "大米", quantity)
    wants(two, "盐", 1, state="agreed", substitute="低钠盐")
    wants(two, "糖", 1, state="out_of_stock")
    client = sign_in(cast.cadre_user)
    goods = client.get(url("mine")).context["shopping"]
    assert [str(thing) for thing in goods] == ["大米 12.5斤", "低钠盐 1斤"]
    client.post(url("bag"), {"lines": goods[0].keys})
    assert list(ErrandLine.objects.filter(name="大米").values_list("state", flat=True)) == ["bought", "bought"]
    sign_in(cast.worker).post(url("bag"), {"lines": goods[1].keys})
    assert ErrandLine.objects.get(name="盐").state == "agreed"
    # All of one home is in the bag, so it comes; of the other something is still to be bought.
    assert [row.state for row in (one, two) if row.refresh_from_db() is None] == ["in_delivery", "accepted"]
    refused = client.post(url("bag"), {"lines": goods[1].keys, "state": "asked"}, follow=True).context["messages"]
    assert [str(said) for said in refused] == ["Say what would do instead."]
    client.post(url("bag"), {"lines": goods[1].keys, "state": "asked", "substitute": "海盐"})
    (line,) = client.get(url("mine")).context["asked"]
    client.post(url("line", line.pk), {"state": "declined", "back": "mine"})
    client.post(url("bag"), {"lines": goods[1].keys, "state": "agreed"})
    assert [(row.state, row.substitute) for row in ErrandLine.objects.filter(name="盐")] == [("declined", "海盐")]


def test_from_the_walk_each_door_leads_back_to_it(cast, sign_in, entrance):
    (errand,) = waiting(entrance, assignee=cast.cadre_user, state=ErrandState.ACCEPTED)
    client, step = sign_in(cast.cadre_user), f"{url('step', errand.pk, 'deliver')}?back=mine"
    page = client.get(url("mine")).content.decode()
    assert (step in page, f'href="{url("mine")}"' in client.get(step).content.decode()) == (True, True)
    assert client.post(step, {"outcome": "handed"}).url == url("mine")


def test_setting_out_puts_everything_on_its_way(cast, sign_in, entrance):
    waiting(entrance, 2, assignee=cast.cadre_user, state=ErrandState.ACCEPTED)
    sign_in(cast.cadre_user).post(url("set_out"))
    assert set(Errand.objects.values_list("state", flat=True)) == {ErrandState.IN_PROGRESS}


def test_what_waits_in_the_same_building_is_offered_on_the_way(cast, sign_in, entrance):
    waiting(entrance, assignee=cast.cadre_user, state=ErrandState.ACCEPTED)
    (near,) = waiting(entrance)
    waiting(factories.EntranceFactory(building__compound=cast.hefengyuan))
    assert [row.pk for row in sign_in(cast.cadre_user).get(url("mine")).context["along"]] == [near.pk]


def test_the_page_asks_a_fixed_number_of_statements(cast, sign_in, entrance, queries):
    client, seen = sign_in(cast.cadre_user), []
    for count in (1, 2):
        for errand in waiting(entrance, count, assignee=cast.cadre_user, state=ErrandState.ACCEPTED):
            wants(errand, "盐", 1)
        waiting(entrance, count)
        with queries() as asked:
            client.get(url("mine"))
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 12


def test_what_somebody_has_who_left_waits_for_another(cast, sign_in, entrance):
    gone, stays = waiting(entrance, 2)
    errands.claim(errand_id=gone.pk, by=cast.cadre_user)
    errands.claim(errand_id=stays.pk, by=cast.worker)
    assert [one.pk for one in sign_in(cast.cadre_user).get(reverse("checkpoints:my_day")).context["errands"]] == [gone.pk]
    assert errand_trips.left_behind() == 0
    # The desk gave it to somebody else, between the look and the step.
    with pytest.raises(Refused, match="already taken"):
        errands.leave_behind(errand_id=stays.pk, assignee_id=cast.cadre_user.pk)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    cast.cadre_user.memberships.update(starts_on=yesterday, ends_on=yesterday)
    assert (list(errand_trips.mine(User.objects.get(pk=cast.cadre_user.pk))), errand_trips.left_behind()) == ([], 1)
    assert errand_trips.left_behind() == 0
    assert [(row.state, row.assignee) for row in Errand.objects.order_by("id")] == [
        ("requested", None),
        ("accepted", cast.worker),
    ]


def test_no_more_than_two_arms_carry(cast, entrance):
    ids = [row.pk for row in waiting(entrance, errand_trips.MOST_AT_ONCE + 1)]
    assert errand_trips.take(errand_ids=ids, by=cast.cadre_user) == errand_trips.MOST_AT_ONCE
