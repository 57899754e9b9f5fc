"""The nightly erasure: what the table of portal/privacy no longer lets be kept. Numbers stay."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from checkpoints.models import DeliveryDrop, Fever, Passage, PassUse, Visit
from deployments.models import Commendation
from portal.accounts import audit
from portal.accounts.models import Attempt, Erasure, Message, Session
from portal.privacy import TABLE
from portal.reports.models import DailyReport
from residents.models import (
    Community,
    Errand,
    ErrandLine,
    ErrandNote,
    Finding,
    FirmCall,
    HealthCheck,
    HotlineCall,
    Matter,
    MatterStep,
    MutualAid,
    Persuasion,
    SiteCall,
    Stop,
    Task,
    TaskNote,
)
from residents.models.errand_states import OPEN

NIGHT = range(2, 5)
# A day whose report was never rolled up is waited for, but not for ever.
GRACE_DAYS = 30
# Longer lists of keys are slow to ask by.
AT_ONCE = 5000
# Stands for words that are gone where a rule wants some.
GONE = "—"


def due() -> None:
    """Erase at night; by day where the last night was missed: the portal was away, or this is a backup from before."""
    now = timezone.now()
    night = timezone.localdate(now - dt.timedelta(hours=NIGHT.start))
    if timezone.localtime(now).hour in NIGHT or not Erasure.objects.filter(night=night).exists():
        erase(now=now)
        Erasure.objects.bulk_create([Erasure(night=night)], ignore_conflicts=True)


def after_restore() -> int:
    """Make a restored database what it may be: nobody is signed in, and nothing is there that was erased since.

    Returns how many sessions it ended. Who signed out since, or lost the role, would be in again otherwise.
    """
    ended: int = Session.objects.all()._raw_delete(using="default")
    erase(now=timezone.now())
    return ended


def erase(*, now: dt.datetime) -> int:
    """Delete what is older than it may be; returns how many passages it was."""
    Attempt.objects.filter(at__lt=_limit("accounts.Attempt", now)).delete()
    Message.objects.filter(created_at__lt=_limit("accounts.Message", now)).delete()
    HealthCheck.objects.filter(day__lt=_day("residents.HealthCheck", now), case__ended_on__isnull=False).delete()
    SiteCall.objects.filter(day__lt=_day("residents.SiteCall", now), case__ended_on__isnull=False).delete()
    _said_at_stops(now)
    _goods(now)
    Visit.objects.filter(until__lt=_day("checkpoints.Visit", now)).delete()
    Fever.objects.filter(found_at__lt=_limit("checkpoints.Fever", now), closed_at__isnull=False).delete()
    _said_in_errands(now)
    _said_in_tasks(now)
    _said_in_matters(now)
    _said_between_neighbours(now)
    PassUse.objects.filter(happened_at__lt=_limit("checkpoints.PassUse", now)).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    return sum(_passages(community, now=now) for community in Community.objects.filter(Exists(_old(now, OuterRef("pk")))))


def _said_at_stops(now: dt.datetime) -> None:
    """Empty what was said, found and photographed at doors; that somebody was there stays."""
    old = Stop.objects.filter(done_at__lt=_limit("residents.Stop", now))
    for stop in old.exclude(photo="").only("photo").iterator():
        stop.photo.delete(save=True)
    old.exclude(answers={}, note="").update(answers={}, note="")
    found = Finding.objects.filter(found_at__lt=_limit("residents.Finding", now), handled_at__isnull=False)
    found.exclude(detail="", handling=GONE).update(detail="", handling=GONE)


def _goods(now: dt.datetime) -> None:
    """Forget whose goods they were; how many went where stays."""
    old = DeliveryDrop.objects.exclude(written_home=GONE)
    limit = _limit("checkpoints.DeliveryDrop", now)
    old.filter(Q(done_at__lt=limit) | Q(batch__ended_at__lt=limit)).update(
        dwelling=None, written_home=GONE, written_name="", written_phone="", collector="", is_special=False
    )


def _said_in_errands(now: dt.datetime) -> None:
    """Empty what a home asked for, who asked, and the photo at its door; that somebody was helped stays, and the money."""
    over = Q(ended_at__lt=_limit("residents.Errand", now)) | Q(delivered_at__lt=_limit("residents.Errand", now))
    old = Errand.objects.filter(over).exclude(state__in=OPEN)
    for errand in old.exclude(photo="").only("photo").iterator():
        errand.photo.delete(save=True)
    kept = old.exclude(what="", details={}, written_name="", written_phone="", end_reason__in=("", GONE))
    while gone := list(kept.values_list("pk", flat=True)[:AT_ONCE]):
        _forget_errands(gone)


def _forget_errands(gone: list[int]) -> None:
    ErrandLine.objects.filter(errand__in=gone).update(name=GONE, substitute=GONE)
    ErrandNote.objects.filter(errand__in=gone).update(text=GONE)
    rows = Errand.objects.filter(pk__in=gone)
    rows.exclude(end_reason="").update(end_reason=GONE)
    rows.filter(dwelling=None).update(written_home=GONE)
    rows.filter(dwelling__isnull=False).update(written_home="")
    rows.update(what="", details={}, written_name="", written_phone="")


def _said_in_tasks(now: dt.datetime) -> None:
    """Empty what was to be done and what was said of it; that it was done, when and by whom stays."""
    old = Task.objects.filter(ended_at__lt=_limit("residents.Task", now)).exclude(result=GONE)
    while gone := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        _forget_tasks(gone)


def _forget_tasks(gone: list[int]) -> None:
    TaskNote.objects.filter(task__in=gone).update(text=GONE)
    rows = Task.objects.filter(pk__in=gone)
    rows.exclude(place="").update(place=GONE)
    rows.update(title=GONE, what="", result=GONE)


def _said_in_matters(now: dt.datetime) -> None:
    """Empty what was brought up, by whom, and what was said of it; that it was brought up and how soon it ended stays."""
    old = Matter.objects.filter(ended_at__lt=_limit("residents.Matter", now)).exclude(what=GONE)
    while gone := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        _forget_matters(gone)


def _forget_matters(gone: list[int]) -> None:
    MatterStep.objects.filter(matter__in=gone).update(text=GONE)
    FirmCall.objects.filter(matter__in=gone).update(reply="")
    rows = Matter.objects.filter(pk__in=gone)
    rows.exclude(place="").update(place=GONE)
    rows.exclude(parties="").update(parties=GONE)
    rows.update(what=GONE, outcome=GONE, written_name="", written_phone="")


def _said_between_neighbours(now: dt.datetime) -> None:
    """Empty what neighbours gave each other, what was said to those who refused and on the hotline, and letters of thanks."""
    aid = MutualAid.objects.filter(written_at__lt=_limit("residents.MutualAid", now)).exclude(state__in=["open", "matched"])
    aid = aid.exclude(what=GONE)
    aid.exclude(place="").update(place=GONE)
    aid.update(what=GONE, written_name="", written_phone="")
    talks = Persuasion.objects.filter(spoken_at__lt=_limit("residents.Persuasion", now))
    talks.exclude(note="").update(note="")
    talks.exclude(place__in=("", GONE)).update(place=GONE)
    calls = HotlineCall.objects.filter(called_at__lt=_limit("residents.HotlineCall", now))
    calls.exclude(content="").update(content="")
    # What both agreed to show stays on the wall until somebody takes it down.
    praise = Commendation.objects.filter(received_on__lt=_day("deployments.Commendation", now), shown_at=None)
    praise.exclude(text=GONE).update(text=GONE, sender="")


@transaction.atomic
def _passages(community: Community, *, now: dt.datetime) -> int:
    """Erase a community's old passages and say so in its trail."""
    # One statement: the ORM would look at each row for others that point to it.
    erased: int = _old(now, community.pk)._raw_delete(using="default")
    if erased:
        until = str(_day("checkpoints.Passage", now))
        audit.record("passage.erased", community, by=None, after={"rows": erased, "before": until})
    return erased


def _old(now: dt.datetime, community: Any) -> "QuerySet[Passage]":
    """Passages whose time is over and whose totals stand in the day's report."""
    limit = _day("checkpoints.Passage", now)
    counted = DailyReport.objects.filter(community=OuterRef("community"), day=OuterRef("day"), rolled_up_at__isnull=False)
    # The row that voids another leaves with it, not before it.
    voided_later = Passage.objects.filter(voids=OuterRef("pk"), day__gte=limit)
    return Passage.objects.filter(
        Q(Exists(counted)) | Q(day__lt=limit - dt.timedelta(days=GRACE_DAYS)),
        ~Exists(voided_later),
        community=community,
        day__lt=limit,
    )


def _limit(label: str, now: dt.datetime) -> dt.datetime:
    days = TABLE[label].days
    assert days is not None  # noqa: S101 - the table says so of every model erased here
    return now - dt.timedelta(days=days)


def _day(label: str, now: dt.datetime) -> dt.date:
    return timezone.localtime(_limit(label, now)).date()
