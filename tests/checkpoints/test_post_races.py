"""Two people seal two gates at once: one stays open. Run again without the lock, both would be shut."""

import threading

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from checkpoints.models import Post, PostStatus
from checkpoints.services import posts
from tests import factories
from tests.people import make_cast
from tests.residents.test_errand_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scene():
    """A compound with two gates."""
    cast = make_cast()
    return cast, factories.PostFactory.create_batch(2, compound=cast.hefengyuan)


def sealed() -> int:
    return PostStatus.objects.filter(status=PostStatus.Status.SEALED).values("post").distinct().count()


def test_of_two_gates_sealed_at_once_one_stays_open(scene):
    cast, gates = scene
    today = timezone.localdate()
    answers = at_once(
        [lambda g=g: posts.set_status(post_id=g.pk, status="sealed", starts_on=today, by=cast.secretary) for g in gates]
    )
    assert (answers, sealed()) == (["Refused", "done"], 1)


def test_given_up_and_sealed_at_once_one_stays_open(scene):
    cast, (one, two) = scene
    answers = at_once(
        [
            lambda: posts.give_up(post_id=one.pk, by=cast.secretary),
            lambda: posts.set_status(post_id=two.pk, status="sealed", starts_on=timezone.localdate(), by=cast.secretary),
        ]
    )
    assert answers == ["Refused", "done"]
    assert Post.objects.in_use().count() - sealed() == 1


def test_control_without_lock_both_are_sealed(scene):
    _cast, gates = scene
    together = threading.Barrier(2)

    def careless(gate):
        others = Post.objects.gates().exclude(pk=gate.pk).exclude(statuses__status=PostStatus.Status.SEALED).count()
        connection.close()  # nothing is held while the other looks
        together.wait()
        assert others
        for _attempt in range(50):
            try:
                PostStatus.objects.create(post=gate, status=PostStatus.Status.SEALED)
            except OperationalError:
                continue
            return

    at_once([lambda g=g: careless(g) for g in gates])
    assert sealed() == 2
