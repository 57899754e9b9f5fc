"""Two gates ask for the last trip of a home at once: real threads, real transactions; without the lock both get it."""

import datetime as dt
import threading
import uuid
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from checkpoints.models import EntryPass, Passage, PassUse
from checkpoints.services import homes, pass_uses, passages, passes
from portal.lib.errors import Refused
from tests import factories
from tests.people import make_cast
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

GATES = 6
LIMIT = Decimal("37.3")


@pytest.fixture
def scene():
    """One home with one trip left, six gates of its compound, somebody at each."""
    cast = make_cast()
    day = timezone.localdate()
    factories.PassPolicyFactory(community=cast.qinghe)
    home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan)
    card = factories.EntryPassFactory(dwelling=home)
    now = timezone.now()
    shifts = [
        factories.ShiftFactory(
            post__compound=cast.hefengyuan, day=day, starts_at=now - dt.timedelta(hours=1),
            ends_at=now + dt.timedelta(hours=1),
        )
        for _ in range(GATES)
    ]  # fmt: skip
    return cast, home, card, shifts


def test_two_gates_at_once_let_one_out(scene):
    cast, _home, card, shifts = scene

    def let_out(shift):
        return lambda: pass_uses.use(
            pass_id=card.pk, shift=shift, way="out", passage_id=str(passages.new_id()), fever_limit=LIMIT,
            by=cast.worker,
        )  # fmt: skip

    assert at_once([let_out(shift) for shift in shifts]) == ["Refused"] * (GATES - 1) + ["done"]
    assert (PassUse.objects.count(), Passage.objects.count()) == (1, 1)


def test_two_gates_without_script_let_one_family_out_and_a_press_sent_twice_is_one(scene):
    cast, home, card, shifts = scene
    person = factories.ResidentFactory(dwelling=home)
    key = uuid.uuid4()

    def let_out(shift, key):
        return lambda: homes.log(
            key=key, dwelling=home, residents=[person.pk], direction="out", reason="", shift=shift, fever_limit=LIMIT,
            by=cast.worker,
        )  # fmt: skip

    assert at_once([let_out(shift, uuid.uuid4()) for shift in shifts]) == ["Refused"] * (GATES - 1) + ["done"]
    assert (PassUse.objects.count(), Passage.objects.count()) == (1, 1)
    PassUse.objects.all().delete()

    assert at_once([let_out(shifts[0], key)] * GATES) == ["done"] * GATES
    assert list(PassUse.objects.values_list("entry_pass", "passage__shift")) == [(card.pk, shifts[0].pk)]
    assert Passage.objects.count() == 2


def test_looking_without_the_lock_lets_them_all_out(scene):
    """The control: what use() would be if it judged first and wrote afterwards."""
    cast, _home, card, shifts = scene
    looked = threading.Barrier(GATES)
    known = EntryPass.objects.select_related(
        "community", "compound__community", "dwelling__entrance__building__compound", "resident"
    ).get(pk=card.pk)

    def careless(shift):
        def run():
            answer = pass_uses.asked(known, shift, way="out")
            connections.close_all()  # nothing is held while the others look
            looked.wait()
            if answer["answer"] != "yes":
                raise Refused("")
            factories.PassUseFactory(entry_pass=known, post=shift.post, recorded_by=cast.worker)

        return run

    assert at_once([careless(shift) for shift in shifts]) == ["done"] * GATES
    assert PassUse.objects.count() == GATES


def test_everybody_who_issues_at_once_issues_one_pass_a_home(scene):
    cast, home, card, _shifts = scene
    EntryPass.objects.filter(pk=card.pk).delete()
    factories.ResidentFactory(dwelling=home)
    day = timezone.localdate()

    def issue():
        passes.issue_all(compound=cast.hefengyuan, valid_from=day, by=cast.secretary)

    assert at_once([issue] * 4) == ["done"] * 4
    assert [row.dwelling for row in EntryPass.objects.all()] == [home]
