"""Shifts: made from a pattern or one by one, moved, cancelled."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Assignment, Attendance, Post, PostStatus, Shift
from checkpoints.services import assignments, availability, patterns
from portal.accounts import audit, outbox
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.dates import clock, moment, period
from portal.lib.errors import Refused
from residents.models import Community
from residents.services.policies import duty_policy

# Kind, start and end of a shift to make.
Part = tuple[str, dt.datetime, dt.datetime]
MOST_DAYS = 31
LONGEST = dt.timedelta(hours=24)


@dataclass
class Made:
    """What making shifts did: how many are new, how many stood already, which posts were sealed."""

    new: int = 0
    kept: int = 0
    sealed: int = 0


@transaction.atomic
def add(*, post_id: int, day: dt.date, kind: str, starts: dt.time, ends: dt.time, required: int, by: User) -> Shift:
    """Make one shift; one that ends at or before its start time runs over midnight and keeps its first day."""
    post = Post.objects.select_for_update(of=("self",), no_key=True).get(pk=post_id)
    starts_at, ends_at = period(day, starts, ends)
    _check_opening_hours(post, day, starts_at, ends_at)
    _check_free(post, starts_at, ends_at, kind)
    with explained(Shift):
        shift = Shift.objects.create(post=post, day=day, kind=kind, starts_at=starts_at, ends_at=ends_at, required=required)
    audit.record("shift.added", shift, by=by, after={"day": day, "hours": shift.hours, "required": required})
    return shift


@transaction.atomic
def make(
    *, community: Community, first: dt.date, last: dt.date, pattern: str, by: User, posts: Collection[int] | None = None
) -> Made:
    """Make the shifts of a period at the community's posts (or only some); what stands already is left alone."""
    if last < first:
        raise Refused(_("The last day lies before the first."))
    if (last - first).days >= MOST_DAYS:
        raise Refused(_("At most %(days)s days at a time. Choose a shorter period.") % {"days": MOST_DAYS})
    chosen = Post.objects.within([community]).in_use().select_for_update(of=("self",), no_key=True).order_by("pk")
    rows = list(chosen.filter(pk__in=posts) if posts is not None else chosen)
    if not rows:
        raise Refused(_("There is no post to stand at yet. Set up the posts first."))

    made = Made()
    fresh: list[Shift] = []
    standing = _Standing(rows, first, last)
    for day in (first + dt.timedelta(days=n) for n in range((last - first).days + 1)):
        parts = [(kind, *period(day, *times)) for kind, *times in patterns.hours(pattern, duty_policy(community, day))]
        for post in rows:
            fresh += _of_day(post, day, parts, standing, made)
    Shift.objects.bulk_create(fresh)
    audit.record_many("shift.added", fresh, by=by, community=community)
    made.new = len(fresh)
    return made


@transaction.atomic
def change(*, shift_id: int, starts: dt.time, ends: dt.time, required: int, by: User) -> Shift:
    """Move a shift or change its size; its crew moves along and is told. Rest that becomes too short shows on the board."""
    shift = assignments.locked_shift(shift_id)
    if shift.state == Shift.State.CANCELLED:
        raise Refused(_("This shift is cancelled. Choose another shift."))
    _check_not_over(shift)
    if Attendance.objects.filter(assignment__shift=shift).exists():
        raise Refused(_("Somebody has already signed in to this shift: its hours stay as they are."))
    crew = list(shift.crew.standing().select_related("cadre__user").order_by("seat"))
    if len(crew) > required:
        raise Refused(_("More people are on this shift than you ask for. Take somebody off first."))
    before = {"hours": shift.hours, "required": shift.required}
    shift.starts_at, shift.ends_at = period(shift.day, starts, ends)
    shift.required = required
    if before["hours"] != shift.hours:
        # A post whose opening hours changed keeps the shifts it has, and their size may change.
        _check_opening_hours(shift.post, shift.day, shift.starts_at, shift.ends_at)
    _check_free(shift.post, shift.starts_at, shift.ends_at, shift.kind, apart_from=shift.pk)
    _check_crew_free(shift, crew)

    with explained(Shift):
        shift.save(update_fields=["starts_at", "ends_at", "required"])
    _move_crew(shift, crew)
    audit.record("shift.changed", shift, by=by, before=before, after={"hours": shift.hours, "required": required})
    if before["hours"] != shift.hours:
        tell(shift, [member for member in crew if member.told_at], "shift_moved", f"shift-moved-{timezone.now().isoformat()}")
    return shift


@transaction.atomic
def cancel(*, shift_id: int, by: User) -> Shift:
    """Call a shift off; its crew is free again, and told."""
    shift = assignments.locked_shift(shift_id)
    if shift.state == Shift.State.CANCELLED:
        raise Refused(_("This shift is already cancelled."))
    _check_not_over(shift)
    if Attendance.objects.filter(assignment__shift=shift).exists():
        raise Refused(_("Somebody has already signed in to this shift; it cannot be cancelled. Sign the crew out instead."))
    for member in shift.crew.standing().select_related("cadre__user"):
        member.shift = shift
        assignments.release(member, by=by)
    before, shift.state = shift.state, Shift.State.CANCELLED
    shift.save(update_fields=["state"])
    audit.record("shift.cancelled", shift, by=by, before={"state": before}, after={"state": shift.state})
    return shift


def tell(shift: Shift, crew: Collection[Assignment], kind: str, key: str) -> None:
    """A key for each assignment: telling twice is telling once."""
    link, facts = reverse("checkpoints:my_day"), assignments.told_facts(shift)
    for member in crew:
        if member.cadre.user:
            outbox.tell(member.cadre.user, kind, key=f"{key}-{member.pk}", link=link, **facts)


class _Standing:
    """What stands at some posts in a period: hours already covered, days on which a post is sealed."""

    def __init__(self, posts: Collection[Post], first: dt.date, last: dt.date) -> None:
        self.taken: dict[int, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
        starts_at, ends_at = moment(first, dt.time.min), moment(last, dt.time.max) + LONGEST
        rows = Shift.objects.standing().filter(post__in=posts, starts_at__lt=ends_at, ends_at__gt=starts_at)
        for post, starts_at, ends_at in rows.values_list("post_id", "starts_at", "ends_at"):
            self.taken[post].append((starts_at, ends_at))
        self.seals: dict[int, list[PostStatus]] = defaultdict(list)
        seals = PostStatus.objects.filter(post__in=posts, status=PostStatus.Status.SEALED, starts_on__lte=last)
        for seal in seals.exclude(ends_on__lt=first):
            self.seals[seal.post_id].append(seal)

    def sealed(self, post: Post, day: dt.date) -> bool:
        return any(row.starts_on <= day and (row.ends_on is None or row.ends_on >= day) for row in self.seals[post.pk])

    def covered(self, post: Post, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
        return any(starts < ends_at and ends > starts_at for starts, ends in self.taken[post.pk])


def _of_day(post: Post, day: dt.date, parts: list[Part], standing: _Standing, made: Made) -> list[Shift]:
    """The shifts a post still lacks on a day."""
    parts = [part for part in parts if _in_opening_hours(post, day, part[1], part[2])]
    if standing.sealed(post, day):
        made.sealed += len(parts)
        return []
    free = [part for part in parts if not standing.covered(post, part[1], part[2])]
    made.kept += len(parts) - len(free)
    return [
        Shift(post=post, day=day, kind=kind, starts_at=starts_at, ends_at=ends_at, required=post.crew_required)
        for kind, starts_at, ends_at in free
    ]


def _in_opening_hours(post: Post, day: dt.date, starts_at: dt.datetime, ends_at: dt.datetime) -> bool:
    if post.opens_at is None or post.closes_at is None:
        return True
    opens_at, closes_at = period(day, post.opens_at, post.closes_at)
    return starts_at < closes_at and ends_at > opens_at


def _check_opening_hours(post: Post, day: dt.date, starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    """A shift may begin before its post opens and end after it closes, to set up and clear away; all of it outside is a slip.

    The day before and the day after as well: a post that is open over midnight, a shift that runs into the morning.
    """
    if not any(_in_opening_hours(post, day + dt.timedelta(days=beside), starts_at, ends_at) for beside in (-1, 0, 1)):
        text = _("This post is open %(hours)s. Choose hours that reach into these, or change when the post is open.")
        raise Refused(text % {"hours": f"{post.opens_at:%H:%M}–{post.closes_at:%H:%M}"})


def _check_not_over(shift: Shift) -> None:
    # Whoever did not come stays absent.
    if shift.is_over:
        raise Refused(_("This shift is over and stays as it was. Correct the attendance of its crew instead."))


def _check_free(post: Post, starts_at: dt.datetime, ends_at: dt.datetime, kind: str, apart_from: int | None = None) -> None:
    """Two shifts of a post do not cover the same hours, or nobody would know which one is short.

    Peak hours stand beside the usual shift: they bring the people who come on top of its crew.
    """
    others = Shift.objects.standing().filter(post=post, starts_at__lt=ends_at, ends_at__gt=starts_at).exclude(pk=apart_from)
    peak = Q(kind=Shift.Kind.PEAK)
    others = others.filter(peak if kind == Shift.Kind.PEAK else ~peak)
    if other := others.first():
        text = _("This post already has a shift %(hours)s on %(day)s. Choose other hours, or change that shift.")
        raise Refused(text % {"hours": clock(other.starts_at, other.ends_at), "day": other.day})


def _check_crew_free(shift: Shift, crew: Collection[Assignment]) -> None:
    ids = [member.cadre_id for member in crew]
    facts = availability.facts_of(ids, shift.starts_at, shift.ends_at)
    own = [member.pk for member in crew]
    for member in crew:
        stands = [stand for stand in facts.stands[member.cadre_id] if stand.pk not in own]
        if found := availability.overlap(member.cadre, shift, stands):
            raise Refused(found.text)


def _move_crew(shift: Shift, crew: Collection[Assignment]) -> None:
    """The copied times follow; seats close up so that none is beyond the new size."""
    _take_along([member.seat for member in crew], shift)
    for seat, member in enumerate(crew, start=1):
        member.seat, member.starts_at, member.ends_at = seat, shift.starts_at, shift.ends_at
        with explained(Assignment):
            member.save(update_fields=["seat", "starts_at", "ends_at"])


def _take_along(held: list[int], shift: Shift) -> None:
    """Who was taken off stays in the seat of who stands in for them; seats that nobody holds come behind."""
    gone = list(shift.crew.exclude(released_at=None))
    seats = [*held, *sorted({member.seat for member in gone}.difference(held))]
    for member in gone:
        member.seat = seats.index(member.seat) + 1
    Assignment.objects.bulk_update(gone, ["seat"])
