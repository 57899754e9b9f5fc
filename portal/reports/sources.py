"""What is counted: the rows of a day or a period, one statement each, however many communities ask."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import (
    Case,
    DurationField,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from checkpoints.models import Assignment, DeliveryBatch, DeliveryDrop, Passage, Post, PostStatus, Shift, Visit
from deployments.models import Commendation, Leave, Secondment
from deployments.services.responsibilities import gaps
from portal.lib.constraints import lasts_on
from portal.reports.periods import Period, Scope, Source
from residents.models import (
    CaseStage,
    Dwelling,
    Errand,
    HotlineCall,
    Matter,
    Notice,
    Persuasion,
    QuarantineCase,
    Resident,
    ResidentChange,
    Round,
    Stop,
    Task,
    Transfer,
)
from residents.models.errand_states import DONE
from residents.rounds import SWEEPS
from residents.services import errand_totals

NO_TIME = Value(dt.timedelta(0), output_field=DurationField())


def _secondments(at: Scope) -> "QuerySet[Any]":
    # Those that ended later did stand on the day; a submitted one has not begun.
    stood = set(Secondment.STANDING) - {Secondment.State.SUBMITTED}
    return Secondment.objects.within(at.communities).on(at.day).filter(state__in=sorted(stood))


def of(model: Any, moment: str, **equal: Any) -> Callable[[Period], "QuerySet[Any]"]:
    """The rows of a model whose moment lies in the period."""
    return lambda at: model.objects.within(at.communities).filter(**at.moments(moment), **equal)


def on(model: Any, day: str, **equal: Any) -> Callable[[Period], "QuerySet[Any]"]:
    """The rows of a model whose day lies in the period."""
    return lambda at: model.objects.within(at.communities).filter(**at.days(day), **equal)


def _stands(at: Period) -> "QuerySet[Any]":
    # A night shift keeps the day on which it starts.
    rows = Assignment.objects.within(at.communities).standing()
    return rows.filter(**at.days("shift__day"), shift__state=Shift.State.PUBLISHED)


def _stood(at: Period) -> "QuerySet[Any]":
    return _stands(at).filter(signed(at))


def signed(at: Period) -> Q:
    """Assignments whose cadre has signed in."""
    return Q(attendance__signed_in_at__lte=at.as_of)


def missed(at: Scope) -> Q:
    """Assignments that began long enough ago without a sign-in, and without a leave."""
    begun = at.by_policy(
        "shift__post__compound__community", lambda policy: at.as_of - dt.timedelta(minutes=policy.absent_after_minutes)
    )
    missing = Q(attendance=None) | Q(attendance__signed_in_at__gt=at.as_of)
    return Q(starts_at__lte=begun) & missing & Q(~on_leave())


def on_leave() -> Exists:
    """Of assignments: whether the cadre has leave for some of the time."""
    leave = Leave.objects.filter(
        secondment__cadre=OuterRef("cadre"),
        state=Leave.State.APPROVED,
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    return Exists(leave)


def _dwellings(at: Scope) -> "QuerySet[Any]":
    return Dwelling.objects.within(at.communities)


def _living_in(at: Scope) -> "QuerySet[Any]":
    """Who is really there, of those who belonged to a home on the day."""
    rows = Resident.objects.within(at.communities).filter(came_on__lte=at.day, lives_in=True)
    return rows.filter(Q(left_on=None) | Q(left_on__gt=at.day))


def _came(at: Scope) -> "QuerySet[Any]":
    """Back from another area on the day, or moved in from one."""
    kinds = ResidentChange.Kind
    back = Q(kind=kinds.RETURNED) | Q(kind=kinds.MOVED_IN) & ~Q(from_area="")
    return ResidentChange.objects.within(at.communities).filter(back, on=at.day)


def _rounds(at: Period) -> "QuerySet[Any]":
    return Round.objects.within(at.communities).filter(**at.days("day"), starts_at__lte=at.as_of)


def _stops(at: Period) -> "QuerySet[Any]":
    # A round walked past midnight belongs to the day of its slot.
    return Stop.objects.within(at.communities).filter(**at.days("round__day"), done_at__lte=at.as_of, state=Stop.State.DONE)


def _swept(at: Scope) -> "QuerySet[Any]":
    rows = Stop.objects.within(at.communities).filter(round__kind__in=SWEEPS, round__day__lte=at.day, done_at__lte=at.as_of)
    return rows.filter(state=Stop.State.DONE)


def _cases(at: Scope) -> "QuerySet[Any]":
    """Everybody whose quarantine has begun; `kind` is the stage of the day, `place` where the last transfer led."""
    stages = CaseStage.objects.filter(case=OuterRef("pk"), starts_on__lte=at.day, ends_on__gte=at.day).order_by("-position")
    led = Transfer.objects.filter(case=OuterRef("pk"), arrived_at__lte=at.until).order_by("-arrived_at")
    rows = QuarantineCase.objects.within(at.communities).filter(started_at__lte=at.until)
    return rows.annotate(kind=Subquery(stages.values("kind")[:1]), place=Subquery(led.values("to")[:1]))


def running(at: Scope) -> Q:
    """Cases that have not ended on the day."""
    return Q(ended_on=None) | Q(ended_on__gt=at.day)


AWAY = Q(place__in=[Transfer.To.SITE, Transfer.To.CLINIC, Transfer.To.HOSPITAL])


def _transfers(at: Period) -> "QuerySet[Any]":
    return of(Transfer, "departed_at")(at).exclude(to=Transfer.To.HOME)


# One that was merged is counted where it went.
_errands = of(Errand, "requested_at", merged_into=None)
# Done in the period, whenever they were asked.
_errands_done = of(Errand, "delivered_at", merged_into=None, state__in=DONE)


def _portions(at: Period) -> "QuerySet[Any]":
    return errand_totals.portions(_errands_done(at))


# The one or two errands in the middle, of each community or of all, by how long they took: their mean is the median.
def _taken_after(by: str | None) -> Callable[[Period], "QuerySet[Any]"]:
    moment = "first_accepted_at"
    return lambda at: errand_totals.middle(_errands(at).filter(first_accepted_at__lte=at.until), moment, by)


def _done_after(by: str | None) -> Callable[[Period], "QuerySet[Any]"]:
    return lambda at: errand_totals.middle(_errands_done(at), "delivered_at", by)


def late(at: Period) -> Q:
    """Errands that waited longer than promised, whether somebody has them by now or not."""
    return errand_totals.late(at.as_of)


def _matters(at: Period) -> "QuerySet[Any]":
    """Brought up in the period, or ended in it."""
    return Matter.objects.within(at.communities).filter(reported(at) | ended(at))


def reported(at: Period) -> Q:
    """What was brought up in the period."""
    return Q(**at.moments("reported_at"))


def ended(at: Period) -> Q:
    """What ended in the period."""
    return Q(**at.moments("ended_at"))


def _posts(at: Scope) -> "QuerySet[Any]":
    sealed = PostStatus.objects.filter(lasts_on(at.day), post=OuterRef("pk"), status=PostStatus.Status.SEALED)
    return Post.objects.within(at.communities).filter(Q(closed_on=None) | Q(closed_on__gt=at.day)).exclude(Exists(sealed))


def _buildings(at: Scope) -> "QuerySet[Any]":
    return gaps(at.communities, at.day).buildings


def _entrances(at: Scope) -> "QuerySet[Any]":
    return gaps(at.communities, at.day).entrances


def _passages(at: Period) -> "QuerySet[Any]":
    rows = Passage.objects.standing().filter(**at.days("day"), happened_at__lte=at.as_of)
    return rows if at.everywhere else rows.within(at.communities)


def _by_person(at: Scope) -> "QuerySet[Any]":
    limit = at.by_policy("community", lambda policy: policy.fever_limit)
    return _passages(at).annotate(
        fever=_yes(Q(temperature__gte=limit)),
        vehicle=_yes(~Q(plate_no="")),
    )


def _by_hour(at: Scope) -> "QuerySet[Any]":
    return _passages(at).filter(result=Passage.Result.PASSED)


def _yes(condition: Q) -> Case:
    return Case(When(condition, then=1), default=0, output_field=IntegerField())


SECONDMENTS = Source("secondments", _secondments, "community")
STANDS = Source("stands", _stands, "shift__post__compound__community")
STOOD = Source("stood", _stood, "shift__post__compound__community")
DWELLINGS = Source("dwellings", _dwellings, "community")
LIVING_IN = Source("living_in", _living_in, "community")
CAME = Source("came", _came, "community")
ROUNDS = Source("rounds", _rounds, "community")
STOPS = Source("stops", _stops, "round__community")
SWEPT = Source("swept", _swept, "round__community")
CASES = Source("cases", _cases, "community")
TRANSFERS = Source("transfers", _transfers, "case__community")
ERRANDS = Source("errands", _errands, "community")
DELIVERED = Source("errands_delivered", _errands_done, "community")
PORTIONS = Source("portions", _portions, "errand__community")
HOTLINE = Source("hotline", of(HotlineCall, "called_at"), "community")
TALKS = Source("talks", of(Persuasion, "spoken_at"), "community")
TASKS_DONE = Source("tasks_done", of(Task, "ended_at", state="done"), "community")
PRAISE = Source("praise", on(Commendation, "received_on"), "community")
MATTERS = Source("matters", _matters, "community")
TAKEN_AFTER = Source("taken_after", _taken_after("community"), "community")
DONE_AFTER = Source("done_after", _done_after("community"), "community")
# A median of all is none of the medians: it is counted once more, without the communities.
TAKEN_AFTER_OF_ALL = Source("taken_after", _taken_after(None), "community")
DONE_AFTER_OF_ALL = Source("done_after", _done_after(None), "community")
DELIVERIES = Source("deliveries", of(DeliveryBatch, "arrived_at"), "community")
DROPS = Source("drops", of(DeliveryDrop, "done_at"), "batch__community")
VISITS = Source("visits", of(Visit, "asked_at"), "community")
NOTICES = Source("notices", of(Notice, "published_at"), "community")
POSTS = Source("posts", _posts, "compound__community")
BUILDINGS = Source("buildings", _buildings, "compound__community")
ENTRANCES = Source("entrances", _entrances, "building__compound__community")
PASSAGES = Source("passages", _passages, "community")
BY_PERSON = Source("by_person", _by_person, "community", ("direction", "person", "result", "fever", "vehicle"))
BY_HOUR = Source("by_hour", _by_hour, "community", ("direction", "hour"))
