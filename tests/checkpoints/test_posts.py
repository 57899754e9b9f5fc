"""Posts and their status: the rules, by service."""

import datetime as dt

import pytest
from django.utils import timezone

from checkpoints.models import Post, PostStatus, Shift
from checkpoints.services import posts
from portal.accounts.models import Event
from portal.lib.errors import Refused
from tests import factories

DAY = dt.timedelta(days=1)
SEALED, OPEN = PostStatus.Status.SEALED, PostStatus.Status.OPEN


@pytest.fixture
def gates(cast):
    return [factories.PostFactory(compound=cast.hefengyuan, name=name) for name in ("东门", "西门")]


def seal(post, by, starts_on=None, **more):
    today = timezone.localdate()
    return posts.set_status(post_id=post.pk, status=SEALED, starts_on=starts_on or today, by=by, **more)


def rows(post):
    return list(post.statuses.order_by("starts_on").values_list("status", "starts_on", "ends_on"))


def test_add_refuses_a_name_twice(cast):
    values = {"name": "东门", "kind": Post.Kind.CHECKPOINT, "crew_required": 2, "opens_at": None, "closes_at": None}
    post = posts.add(compound_id=cast.hefengyuan.pk, by=cast.secretary, **values)
    assert Event.objects.get().community == cast.qinghe
    assert len(post.code) == 20
    with pytest.raises(Refused, match="already has a post of this name"):
        posts.add(compound_id=cast.hefengyuan.pk, by=cast.secretary, **values)


def test_one_gate_may_be_sealed_but_not_the_last(cast, gates):
    seal(gates[0], cast.secretary)
    with pytest.raises(Refused, match="荷风苑 would have no open gate"):
        seal(gates[1], cast.secretary)
    assert rows(gates[1]) == []


def test_gates_sealed_on_different_days_are_fine_until_the_days_meet(cast, gates):
    today = timezone.localdate()
    seal(gates[0], cast.secretary, ends_on=today + 2 * DAY)
    seal(gates[1], cast.secretary, starts_on=today + 3 * DAY)
    with pytest.raises(Refused, match="no open gate"):
        seal(gates[0], cast.secretary, starts_on=today + 5 * DAY)


def test_a_tent_does_not_stand_in_for_a_gate(cast, gates):
    factories.PostFactory(compound=cast.hefengyuan, kind=Post.Kind.TENT)
    seal(gates[0], cast.secretary)
    with pytest.raises(Refused, match="no open gate"):
        seal(gates[1], cast.secretary)
    with pytest.raises(Refused, match="no open gate"):
        posts.give_up(post_id=gates[1].pk, by=cast.secretary)
    with pytest.raises(Refused, match="no open gate"):
        posts.change(post_id=gates[1].pk, kind=Post.Kind.TENT, by=cast.secretary)


def test_a_new_status_takes_its_days_and_leaves_the_rest(cast, gates):
    today = timezone.localdate()
    seal(gates[0], cast.secretary)
    posts.set_status(post_id=gates[0].pk, status=OPEN, starts_on=today + 2 * DAY, ends_on=today + 3 * DAY, by=cast.secretary)
    assert rows(gates[0]) == [
        (SEALED, today, today + DAY),
        (OPEN, today + 2 * DAY, today + 3 * DAY),
        (SEALED, today + 4 * DAY, None),
    ]


def test_the_past_is_not_changed_afterwards(cast, gates):
    with pytest.raises(Refused, match="not changed afterwards"):
        seal(gates[0], cast.secretary, starts_on=timezone.localdate() - DAY)


def test_give_up_cancels_what_was_planned(cast, gates):
    shift = factories.ShiftFactory(post=gates[0], day=timezone.localdate() + DAY)
    stand = factories.AssignmentFactory(shift=shift)
    assert posts.coming_shifts(gates[0]) == 1
    posts.give_up(post_id=gates[0].pk, by=cast.secretary)
    shift.refresh_from_db()
    stand.refresh_from_db()
    assert (shift.state, stand.released_at is not None) == (Shift.State.CANCELLED, True)
    assert list(Post.objects.in_use()) == [gates[1]]
    with pytest.raises(Refused, match="already been given up"):
        posts.give_up(post_id=gates[0].pk, by=cast.secretary)


def test_with_status_tells_the_day(cast, gates):
    today = timezone.localdate()
    seal(gates[0], cast.secretary, starts_on=today + DAY)
    assert [p.status for p in Post.objects.with_status(today)] == [OPEN, OPEN]
    assert [p.status for p in Post.objects.with_status(today + DAY)] == [SEALED, OPEN]
