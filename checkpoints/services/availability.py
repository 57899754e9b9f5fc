"""Whether a cadre may stand a shift, and if not, why: asked before each assignment, and again by the board."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Assignment, Shift
from deployments.models import Cadre, Leave, Secondment
from portal.lib.dates import clock


class Why(StrEnum):
    """The kinds of obstacle."""

    NOT_SECONDED = "not_seconded"
    ON_LEAVE = "on_leave"
    OVERLAP = "overlap"
    REST = "rest"


@dataclass(frozen=True)
class Obstacle:
    """Why a cadre may not stand a shift, with a sentence for whoever plans."""

    why: Why
    text: str

    @property
    def keeps_away(self) -> bool:
        """Whether somebody already placed will not come: the place is a gap."""
        return self.why in (Why.NOT_SECONDED, Why.ON_LEAVE)


@dataclass(frozen=True)
class Facts:
    """What is known of some cadres around some days; read once, then asked as often as needed."""

    secondments: dict[int, list[Secondment]]
    leaves: dict[int, list[Leave]]
    stands: dict[int, list[Assignment]]


def facts_of(cadre_ids: Collection[int], starts_at: dt.datetime, ends_at: dt.datetime) -> Facts:
    """Read the facts of these cadres between two moments: three statements, however many cadres."""
    secondments = Secondment.objects.serving().filter(cadre__in=cadre_ids)
    leaves = Leave.objects.filter(secondment__cadre__in=cadre_ids, state=Leave.State.APPROVED)
    leaves = leaves.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).select_related("secondment")
    stands = Assignment.objects.standing().filter(cadre__in=cadre_ids, starts_at__lt=ends_at, ends_at__gt=starts_at)
    return gathered(secondments, leaves, stands.select_related("shift__post__compound"))


def gathered(secondments: Collection[Secondment], leaves: Collection[Leave], stands: Collection[Assignment]) -> Facts:
    """Sort rows by cadre."""
    facts = Facts(defaultdict(list), defaultdict(list), defaultdict(list))
    for secondment in secondments:
        facts.secondments[secondment.cadre_id].append(secondment)
    for leave in leaves:
        facts.leaves[leave.secondment.cadre_id].append(leave)
    for stand in stands:
        facts.stands[stand.cadre_id].append(stand)
    return facts


def obstacle(
    cadre: Cadre, shift: Shift, facts: Facts, *, rest_hours: int, apart_from: Collection[int | None] = ()
) -> Obstacle | None:
    """The first thing that keeps a cadre from a shift; assignments named in `apart_from` do not count."""
    stands = [stand for stand in facts.stands.get(cadre.pk, ()) if stand.pk not in apart_from]
    return (
        _not_seconded(cadre, shift, facts)
        or _on_leave(cadre, shift, facts)
        or overlap(cadre, shift, stands)
        or _too_little_rest(cadre, shift, stands, rest_hours)
    )


def is_expected(cadre: Cadre, day: dt.date, facts: Facts) -> bool:
    """Whether the cadre may be planned for, but has not reported for duty: until then nobody can sign in."""
    rows = facts.secondments.get(cadre.pk, ())
    return any(row.state == Secondment.State.APPROVED and row.starts_on <= day <= (row.ends_on or day) for row in rows)


def rest_before(shift: Shift, stands: Collection[Assignment]) -> dt.timedelta | None:
    """How long the cadre has been off when the shift starts; None without an earlier shift at hand."""
    earlier = [shift.starts_at - stand.ends_at for stand in stands if stand.ends_at <= shift.starts_at]
    return min(earlier, default=None)


def _not_seconded(cadre: Cadre, shift: Shift, facts: Facts) -> Obstacle | None:
    community = shift.post.compound.community_id
    for row in facts.secondments.get(cadre.pk, ()):
        if row.community_id == community and row.starts_on <= shift.day and (row.ends_on is None or row.ends_on >= shift.day):
            return None
    text = _("%(name)s is not seconded here on %(day)s. Extend the secondment, or choose somebody else.")
    return Obstacle(Why.NOT_SECONDED, text % {"name": cadre.name, "day": shift.day})


def _on_leave(cadre: Cadre, shift: Shift, facts: Facts) -> Obstacle | None:
    for leave in facts.leaves.get(cadre.pk, ()):
        if leave.starts_at < shift.ends_at and leave.ends_at > shift.starts_at:
            text = _("%(name)s is on leave until %(until)s. Choose somebody else, or another day.")
            until = f"{timezone.localtime(leave.ends_at):%m-%d %H:%M}"
            return Obstacle(Why.ON_LEAVE, text % {"name": cadre.name, "until": until})
    return None


def overlap(cadre: Cadre, shift: Shift, stands: Collection[Assignment]) -> Obstacle | None:
    """Another shift at the same hours, among those given."""
    for stand in stands:
        if stand.starts_at < shift.ends_at and stand.ends_at > shift.starts_at:
            text = _("%(name)s already stands %(hours)s at %(place)s. Take them off there first, or choose somebody else.")
            facts = {"name": cadre.name, "hours": _when(stand), "place": _place(stand, shift)}
            return Obstacle(Why.OVERLAP, text % facts)
    return None


def _too_little_rest(cadre: Cadre, shift: Shift, stands: Collection[Assignment], rest_hours: int) -> Obstacle | None:
    for stand in stands:
        between = max(shift.starts_at - stand.ends_at, stand.starts_at - shift.ends_at)
        if between < dt.timedelta(hours=rest_hours):
            text = _("%(name)s would rest only %(rest)s hours beside the shift %(hours)s at %(place)s; %(least)s are needed.")
            facts = {
                "name": cadre.name,
                "rest": f"{between.total_seconds() / 3600:g}"[:4],
                "hours": _when(stand),
                "place": _place(stand, shift),
                "least": rest_hours,
            }
            return Obstacle(Why.REST, text % facts)
    return None


def _when(stand: Assignment) -> str:
    """With its day: it may stand on the board of another."""
    return f"{timezone.localtime(stand.starts_at):%m-%d} {clock(stand.starts_at, stand.ends_at)}"


def _place(stand: Assignment, asked: Shift) -> str:
    """Where the other shift is; another community's posts are not named."""
    post = stand.shift.post
    if post.compound.community_id != asked.post.compound.community_id:
        return _("another community")
    return f"{post.compound.name} {post.name}"
