"""What may no longer be kept is deleted at night; the numbers stay."""

import datetime as dt

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone

from checkpoints.models import Passage
from deployments.models import Commendation
from portal import erasure
from portal.accounts import outbox
from portal.accounts.models import Event, Message
from portal.reports.models import DailyReport
from residents.models import (
    Finding,
    FirmCall,
    HotlineCall,
    Matter,
    MatterStep,
    MutualAid,
    Persuasion,
    Stop,
    Task,
    TaskNote,
)
from tests import factories
from tests.factories import ErrandFactory, PassageFactory, PostFactory, StopFactory, UserFactory

NOW = timezone.now()


@pytest.fixture
def post(db):
    return PostFactory()


def passage(post, days_ago, **values):
    return PassageFactory(post=post, happened_at=NOW - dt.timedelta(days=days_ago), **values)


def report(post, days_ago):
    day = timezone.localtime(NOW - dt.timedelta(days=days_ago)).date()
    return DailyReport.objects.create(
        community=post.compound.community, day=day, as_of=NOW, due_at=NOW, rolled_up_at=NOW, counted={"passages_in": 1}
    )


def left():
    return set(Passage.objects.values_list("pk", flat=True))


def test_passages_go_after_thirty_days_and_the_numbers_stay(post):
    kept, gone = passage(post, 30), passage(post, 31)
    counted = report(post, 31)

    assert erasure.erase(now=NOW) == 1
    counted.refresh_from_db()

    assert left() == {kept.pk}
    assert counted.counted == {"passages_in": 1}
    assert list(Event.objects.values_list("kind", "community", "by", "after__rows")) == [
        ("passage.erased", post.compound.community_id, None, 1)
    ]
    assert gone.pk not in left()


def test_days_without_a_report_are_waited_for_but_not_for_ever(post):
    waited_for, too_old = passage(post, 40), passage(post, 61)

    erasure.erase(now=NOW)

    assert left() == {waited_for.pk}
    assert too_old.pk not in left()


def test_a_voided_passage_goes_with_the_row_that_voids_it(post):
    voided = passage(post, 31)
    report(post, 31)
    report(post, 30)
    passage(post, 30, voids=voided, is_void=True)

    assert erasure.erase(now=NOW) == 0
    assert erasure.erase(now=NOW + dt.timedelta(days=1)) == 2


def test_twice_is_once(post):
    passage(post, 31)
    report(post, 31)

    assert [erasure.erase(now=NOW), erasure.erase(now=NOW), Event.objects.count()] == [1, 0, 1]


def test_messages_go_after_ninety_days(cast):
    outbox.tell(cast.secretary, "password_given", key="old")
    Message.objects.update(created_at=NOW - dt.timedelta(days=91))
    outbox.tell(cast.secretary, "password_given", key="new")

    erasure.erase(now=NOW)

    assert [message.key for message in Message.objects.all()] == ["new"]


@pytest.mark.parametrize(
    ("hour", "missed", "lines"), [(3, False, 1), (12, False, 0), (12, True, 1), (1, False, 0), (1, True, 1)]
)
def test_it_works_at_night_and_by_day_where_the_night_was_missed(post, hour, missed, lines):
    """As where the portal was away, or where a backup from before was put back."""
    with time_machine.travel(timezone.localtime(NOW).replace(hour=hour), tick=False):
        if not missed:
            erasure.due()
        passage(post, 61)
        erasure.due()
        erasure.due()

    assert Event.objects.count() == lines


def test_what_was_said_at_doors_goes_after_ninety_days_and_the_stop_stays(db):
    for days in (89, 91):
        done_at = NOW - dt.timedelta(days=days)
        stop = StopFactory(state="done", outcome="done", done_at=done_at, answers={"unwell": "咳嗽"}, note="敲门无人")
        Finding.objects.create(
            community=stop.round.community, stop=stop, kind="symptom", detail="咳嗽", found_at=done_at,
            handled_at=done_at, handled_by=UserFactory(), handling="已联系社区医生",
        )  # fmt: skip

    erasure.erase(now=NOW)

    assert list(Stop.objects.order_by("pk").values_list("note", flat=True)) == ["敲门无人", ""]
    assert list(Stop.objects.order_by("pk").values_list("answers", flat=True)) == [{"unwell": "咳嗽"}, {}]
    assert list(Finding.objects.order_by("pk").values_list("detail", flat=True)) == ["咳嗽", ""]


def test_what_a_home_asked_for_is_emptied_after_half_a_year(db):
    def asked(days, **more):
        at = NOW - dt.timedelta(days=days)
        errand = ErrandFactory(
            state="cancelled",
            ended_at=at,
            end_reason="家人已买",
            details={"drug": "胰岛素"},
            photo=ContentFile(b"x", "a.jpg"),
            **more,
        )
        errand.lines.create(position=1, name="胰岛素")
        errand.notes.create(text="门禁 1234")
        return errand

    kept, gone = asked(179), asked(181)
    waiting = ErrandFactory(requested_at=NOW - dt.timedelta(days=400))
    photos = [kept.photo.name, gone.photo.name]
    erasure.erase(now=NOW)
    for errand in (kept, gone, waiting):
        errand.refresh_from_db()

    said = [gone.what, gone.details, gone.written_name, gone.written_phone, gone.end_reason, gone.photo.name]
    assert (said, gone.state) == (["", {}, "", "", "—", ""], "cancelled")
    assert (gone.lines.get().name, gone.notes.get().text) == ("—", "—")
    assert [kept.photo.storage.exists(name) for name in photos] == [True, False]
    assert (kept.what, kept.lines.get().name, waiting.what) == ("大米 10 斤", "胰岛素", "大米 10 斤")


OLD, YOUNG = dt.timedelta(days=400), dt.timedelta(days=60)


@pytest.mark.parametrize(("ago", "gone"), [(OLD, True), (YOUNG, False)])
def test_of_what_was_done_for_homes_numbers_stay_and_words_go(cast, ago, gone):
    """Tasks, matters, mutual aid, talks, calls and praise, each with all its words."""
    at, words = NOW - ago, "CANARY"
    ended = {"ended_at": at, "ended_by": cast.worker}
    task = factories.TaskFactory(
        community=cast.qinghe, created_by=cast.worker, title=words, what=words, place=words, result=words,
        state="cancelled", **ended,
    )  # fmt: skip
    task.notes.create(text=words, by=cast.worker)
    matter = factories.MatterFactory(
        community=cast.qinghe, kind="dispute", what=words, parties=words, place=words, written_name=words,
        written_phone=words, handler=cast.worker, handled_at=at, outcome=words, state="solved", **ended,
    )  # fmt: skip
    matter.steps.create(text=words)
    matter.firm_calls.create(firm="热力公司", reply=words, called_by=cast.worker)
    MutualAid.objects.create(
        community=cast.qinghe, kind="gift", what=words, place=words, written_name=words, written_phone=words,
        written_at=at, written_by=cast.worker, state="withdrawn",
    )  # fmt: skip
    Persuasion.objects.create(
        community=cast.qinghe, topic="mask", attempt_no=1, method="door", result="agreed", place=words, note=words,
        spoken_at=at, spoken_by=cast.worker,
    )  # fmt: skip
    HotlineCall.objects.create(community=cast.qinghe, counsellor=cast.worker, topic="sleep", content=words, called_at=at)
    Commendation.objects.create(
        community=cast.qinghe, kind="letter", team="配送队", text=words, sender=words, received_on=at.date(),
        recorded_by=cast.worker,
    )  # fmt: skip
    rows = (Task, TaskNote, Matter, MatterStep, FirmCall, MutualAid, Persuasion, HotlineCall, Commendation)

    # The night that stops half-way is followed by another.
    erasure.erase(now=NOW)
    erasure.erase(now=NOW)

    said = [str([one.__dict__ for one in model.objects.all()]) for model in rows]
    assert [words in one for one in said] == [not gone] * len(rows)
    assert [model.objects.count() for model in rows] == [1] * len(rows)


def test_what_is_still_open_keeps_its_words(cast):
    task = factories.TaskFactory(community=cast.qinghe, created_by=cast.worker, title="TITLE", created_at=NOW - OLD)
    matter = factories.MatterFactory(community=cast.qinghe, what="WORDS", reported_at=NOW - OLD)
    erasure.erase(now=NOW)
    task.refresh_from_db()
    matter.refresh_from_db()
    assert (task.title, matter.what) == ("TITLE", "WORDS")
