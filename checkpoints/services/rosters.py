"""The roster of a whole day: copied from another day, and published to the crews."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Assignment, Shift
from checkpoints.services import assignments, shifts
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.dates import period
from portal.lib.errors import Refused
from portal.lib.languages import listed
from residents.models import Community


@dataclass
class Copied:
    """What copying a day did; refusals are sentences, the last of them for all whose place somebody else has."""

    shifts: int = 0
    people: int = 0
    refusals: list[str] = field(default_factory=list)
    outnumbered: list[str] = field(default_factory=list)


@dataclass
class Published:
    """Who was told, and who has no account and must be told by phone."""

    told: int = 0
    by_phone: list[str] = field(default_factory=list)


@transaction.atomic
def copy_day(*, community: Community, source: dt.date, target: dt.date, by: User) -> Copied:
    """Repeat a day's shifts and crews on another day; whoever cannot stand again is named with the reason."""
    found = Shift.objects.within([community]).standing().filter(day=source, post__closed_on=None).order_by("pk")
    models = list(found.select_related("post__compound"))
    if not models:
        raise Refused(_("There is no shift on %(day)s to copy. Make the shifts of the day instead.") % {"day": source})
    coming = [model for model in models if _hours_on(model, target)[1] > timezone.now()]
    if not coming:
        raise Refused(_("All these shifts would be over on %(day)s already. Choose a later day.") % {"day": target})
    copied, twins = Copied(), {}
    for model in coming:
        twin = _twin(model, target, by=by, copied=copied)
        if twin:
            twins[model.pk] = twin
    crew = list(Assignment.objects.standing().filter(shift__in=twins).select_related("cadre").order_by("shift", "seat"))
    # All at once and by rising key, as everywhere: two plans that cross wait, but never for each other.
    list(
        Shift.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[t.pk for t in twins.values()]).order_by("pk")
    )
    assignments.locked_cadres([member.cadre_id for member in crew])
    for member in crew:
        _repeat(member, twins[member.shift_id], by=by, copied=copied)
    if copied.outnumbered:
        # One sentence for all: on a day that is planned already there may be as many as places.
        text = _("These places were filled already and stay as they are; not copied: %(names)s.")
        copied.refusals.append(text % {"names": listed(copied.outnumbered)})
    if len(coming) < len(models):
        copied.refusals.append(_("What would be over by now is not copied."))
    return copied


@transaction.atomic
def publish(*, community: Community, day: dt.date, by: User) -> Published:
    """Make a day's plan binding; everybody who does not know of their shift yet is told."""
    found = Shift.objects.within([community]).standing().filter(day=day).select_for_update(of=("self",), no_key=True)
    rows = list(found.select_related("post__compound__community").order_by("pk"))
    if not rows:
        raise Refused(_("There is no shift on this day yet. Make the shifts first."))
    drafts = [shift for shift in rows if shift.state == Shift.State.DRAFT]
    Shift.objects.filter(pk__in=[shift.pk for shift in drafts]).update(state=Shift.State.PUBLISHED)
    states = {"before": {"state": Shift.State.DRAFT}, "after": {"state": Shift.State.PUBLISHED}}
    audit.record_many("shift.published", drafts, by=by, community=community, **states)
    return _tell_crews({shift.pk: shift for shift in rows})


def _tell_crews(plan: dict[int, Shift]) -> Published:
    done, told = Published(), []
    waiting = Assignment.objects.standing().with_comes().filter(shift__in=plan, told_at=None, comes=True)
    for member in waiting.select_related("cadre__user").order_by("pk"):
        shift = plan[member.shift_id]
        if shift.is_over:
            continue
        if member.cadre.user is None:
            done.by_phone.append(member.cadre.name)
            continue
        shifts.tell(shift, [member], "shift_assigned", "assignment")
        told.append(member.pk)
    Assignment.objects.filter(pk__in=told).update(told_at=timezone.now())
    done.told = len(told)
    return done


def _hours_on(model: Shift, target: dt.date) -> tuple[dt.datetime, dt.datetime]:
    starts, ends = (timezone.localtime(at).time() for at in (model.starts_at, model.ends_at))
    return period(target, starts, ends)


def _twin(model: Shift, target: dt.date, *, by: User, copied: Copied) -> Shift | None:
    """The same shift on the target day: the one that stands there, or a new one."""
    starts_at, ends_at = _hours_on(model, target)
    local = [timezone.localtime(at).time() for at in (starts_at, ends_at)]
    if (
        standing := Shift.objects.standing()
        .select_related("post__compound")
        .filter(post=model.post, starts_at=starts_at)
        .first()
    ):
        return standing
    try:
        twin = shifts.add(
            post_id=model.post_id, day=target, kind=model.kind, starts=local[0], ends=local[1], required=model.required, by=by
        )
    except Refused as refusal:
        copied.refusals.append(f"{model.post.compound.name} {model.post.name}: {refusal}")
        return None
    copied.shifts += 1
    return twin


def _repeat(member: Assignment, twin: Shift, *, by: User, copied: Copied) -> None:
    if twin.crew.standing().filter(cadre=member.cadre_id).exists():
        return
    try:
        # A transaction of its own: a refusal by the database leaves the others in place.
        assignments.assign(shift_id=twin.pk, cadre_id=member.cadre_id, by=by)
    except assignments.Full:
        copied.outnumbered.append(f"{member.cadre.name} ({twin.post.name} {twin.hours})")
    except Refused as refusal:
        copied.refusals.append(str(refusal))
    else:
        copied.people += 1
