"""What the figures are counted from: the rows of a day, one statement each, however many communities ask."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
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
from portal.lib.dates import day_bounds
from residents.models import (
    CaseStage,
    DutyPolicy,
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
    Transfer,
)
from residents.models.errands import DONE
from residents.services import errand_totals

NO_TIME = Value(dt.timedelta(0), output_field=DurationField())


@dataclass(frozen=True)
class Scope:
    """Which day is counted, up to which moment, for which communities and by whose policies."""

    day: dt.date
    as_of: dt.datetime
    communities: "QuerySet[Any]"  # of keys
    policies: Mapping[int, DutyPolicy]
    # All communities there are: two million rows need not be asked one by one whether theirs is among them.
    everywhere: bool = False

    @property
    def moment(self) -> Value:
        return Value(self.as_of, output_field=DateTimeField())

    @property
    def until(self) -> dt.datetime:
        """The last moment that is the day's own: a day counted a week later holds nothing of that week."""
        return min(self.as_of, day_bounds(self.day)[1] - dt.timedelta(microseconds=1))

    def by_policy(self, community: str, number: Callable[[DutyPolicy], Any]) -> Any:
        """Each community's own number: a constant, with one branch for every other number in force."""
        holders = defaultdict(list)
        for key, policy in self.policies.items():
            holders[number(policy)].append(key)
        usual = max(holders, key=lambda value: len(holders[value]), default=number(DutyPolicy()))
        branches = [When(**{f"{community}__in": keys}, then=Value(value)) for value, keys in holders.items() if value != usual]
        return Case(*branches, default=Value(usual)) if branches else Value(usual)


@dataclass(frozen=True)
class Source:
    """Rows of a day, and the way from a row to its community; `dimensions` of those that are grouped before counting."""

    name: str
    rows: Callable[[Scope], "QuerySet[Any]"]
    community: str
    dimensions: tuple[str, ...] = ()


def _secondments(at: Scope) -> "QuerySet[Any]":
    # Those that ended later did stand on the day; a submitted one has not begun.
    stood = set(Secondment.STANDING) - {Secondment.State.SUBMITTED}
    return Secondment.objects.within(at.communities).on(at.day).filter(state__in=sorted(stood))


def _stands(at: Scope) -> "QuerySet[Any]":
    # A night shift keeps the day on which it starts.
    return Assignment.objects.within(at.communities).standing().filter(shift__day=at.day, shift__state=Shift.State.PUBLISHED)


def signed(at: Scope) -> Q:
    """Assignments whose cadre has signed in."""
    return Q(attendance__signed_in_at__lte=at.as_of)


def missed(at: Scope) -> Q:
    """Assignments that began long enough ago without a sign-in, and without a leave."""
    begun = at.by_policy(
        "shift__post__compound__community", lambda policy: at.as_of - dt.timedelta(minutes=policy.absent_after_minutes)
    )
    leave = Leave.objects.filter(
        secondment__cadre=OuterRef("cadre"),
        state=Leave.State.APPROVED,
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    missing = Q(attendance=None) | Q(attendance__signed_in_at__gt=at.as_of)
    return Q(starts_at__lte=begun) & missing & Q(~Exists(leave))


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


def _rounds(at: Scope) -> "QuerySet[Any]":
    return Round.objects.within(at.communities).filter(day=at.day, starts_at__lte=at.as_of)


def _stops(at: Scope) -> "QuerySet[Any]":
    # A round walked past midnight belongs to the day of its slot.
    return Stop.objects.within(at.communities).filter(round__day=at.day, done_at__lte=at.as_of, state=Stop.State.DONE)


def _swept(at: Scope) -> "QuerySet[Any]":
    rows = Stop.objects.within(at.communities).filter(round__kind="sweep", round__day__lte=at.day, done_at__lte=at.as_of)
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


def _transfers(at: Scope) -> "QuerySet[Any]":
    first, after = day_bounds(at.day)
    rows = Transfer.objects.within(at.communities).filter(departed_at__gte=first, departed_at__lt=after)
    return rows.filter(departed_at__lte=at.as_of).exclude(to=Transfer.To.HOME)


def _errands(at: Scope) -> "QuerySet[Any]":
    start, end = day_bounds(at.day)
    asked = Errand.objects.within(at.communities).filter(requested_at__gte=start, requested_at__lt=end)
    # One that was merged is counted where it went.
    return asked.filter(requested_at__lte=at.as_of, merged_into=None)


def _errands_done(at: Scope) -> "QuerySet[Any]":
    """Done on the day, whenever they were asked: what a summary over many days counts as well."""
    return _of_the_day(Errand, "delivered_at")(at).filter(merged_into=None, state__in=DONE)


def _portions(at: Scope) -> "QuerySet[Any]":
    return errand_totals.portions(_errands_done(at))


def _matters(at: Scope) -> "QuerySet[Any]":
    """Brought up on the day, or ended on it."""
    start, end = day_bounds(at.day)
    reported = Q(reported_at__gte=start, reported_at__lt=end, reported_at__lte=at.as_of)
    return Matter.objects.within(at.communities).filter(reported | ended(at))


def _praise(at: Scope) -> "QuerySet[Any]":
    return Commendation.objects.within(at.communities).filter(received_on=at.day)


def ended(at: Scope) -> Q:
    """What ended on the day."""
    start, end = day_bounds(at.day)
    return Q(ended_at__gte=start, ended_at__lt=end, ended_at__lte=at.as_of)


def late(at: Scope) -> Q:
    """Errands that waited longer than promised, whether somebody has them by now or not."""
    return errand_totals.late(at.as_of)


def _middle(field: str) -> Callable[[Scope], "QuerySet[Any]"]:
    """The one or two errands in the middle of each community, by how long they took: their mean is the median."""
    return lambda at: errand_totals.middle(_errands(at).filter(**{f"{field}__lte": at.as_of}), field, "community")


def _of_the_day(model: Any, moment: str) -> Callable[[Scope], "QuerySet[Any]"]:
    """The rows of a model whose moment lies in the day, up to the hour that is counted."""

    def rows(at: Scope) -> "QuerySet[Any]":
        found: QuerySet[Any] = model.objects.within(at.communities)
        return found.filter(**{f"{moment}__gte": day_bounds(at.day)[0], f"{moment}__lte": at.until})

    return rows


def _posts(at: Scope) -> "QuerySet[Any]":
    sealed = PostStatus.objects.filter(lasts_on(at.day), post=OuterRef("pk"), status=PostStatus.Status.SEALED)
    return Post.objects.within(at.communities).filter(Q(closed_on=None) | Q(closed_on__gt=at.day)).exclude(Exists(sealed))


def _buildings(at: Scope) -> "QuerySet[Any]":
    return gaps(at.communities, at.day).buildings


def _entrances(at: Scope) -> "QuerySet[Any]":
    return gaps(at.communities, at.day).entrances


def _passages(at: Scope) -> "QuerySet[Any]":
    rows = Passage.objects.standing().filter(day=at.day, happened_at__lte=at.as_of)
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
HOTLINE = Source("hotline", _of_the_day(HotlineCall, "called_at"), "community")
TALKS = Source("talks", _of_the_day(Persuasion, "spoken_at"), "community")
PRAISE = Source("praise", _praise, "community")
MATTERS = Source("matters", _matters, "community")
ERRANDS_TAKEN = Source("errands_taken", _middle("first_accepted_at"), "community")
ERRANDS_DONE = Source("errands_done", _middle("delivered_at"), "community")
DELIVERIES = Source("deliveries", _of_the_day(DeliveryBatch, "arrived_at"), "community")
DROPS = Source("drops", _of_the_day(DeliveryDrop, "done_at"), "batch__community")
VISITS = Source("visits", _of_the_day(Visit, "asked_at"), "community")
NOTICES = Source("notices", _of_the_day(Notice, "published_at"), "community")
POSTS = Source("posts", _posts, "compound__community")
BUILDINGS = Source("buildings", _buildings, "compound__community")
ENTRANCES = Source("entrances", _entrances, "building__compound__community")
BY_PERSON = Source("by_person", _by_person, "community", ("direction", "person", "result", "fever", "vehicle"))
BY_HOUR = Source("by_hour", _by_hour, "community", ("direction", "hour"))
