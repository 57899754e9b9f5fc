"""Who of the staff was at an affected place, off duty at once, and their health until the days are over."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Assignment, Exposure, StaffCheck
from checkpoints.services import assignments
from deployments.models import Cadre, Leave, Secondment
from deployments.services import leave as leaves
from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.outbox import draft, send
from portal.lib.constraints import explained
from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import Compound, Resident, Slot, Stop
from residents.services import round_history
from residents.services.health_checks import slot_now
from residents.services.offices import office
from residents.services.policies import duty_policy

# Two weeks back somebody can have been infected; nobody is followed longer than this.
LOOK_BACK, LONGEST = 14, 30
# A cadre's last day.
Days = dict[int, dt.date]


@dataclass(frozen=True)
class Found:
    """Somebody of the staff who was there: how, and on which day last; not `sure` where no plan says which compound it was."""

    cadre: Cadre
    how: str
    last_on: dt.date
    sure: bool = True


def exposed(compound: Compound, since: dt.date) -> list[Found]:
    """Everybody serving who stood a shift or walked a round there since a day, or lives there; without those off duty."""
    serving = Secondment.objects.within([compound.community]).serving().on(timezone.localdate())
    off = Exposure.objects.filter(cadre=OuterRef("pk"), until__gte=timezone.localdate())
    people = Cadre.objects.filter(pk__in=serving.values("cadre")).exclude(Exists(off)).select_related("unit")
    last, perhaps = _last(compound, since, people)
    here = Resident.objects.living_in().filter(dwelling__entrance__building__compound=compound).exclude(id_hash="")
    living = set(people.filter(id_hash__in=here.values("id_hash")).values_list("pk", flat=True))
    found = people.filter(pk__in=living | set(last) | set(perhaps)).order_by("name", "pk")
    return [_found(cadre, living, last, perhaps) for cadre in found]


def _found(cadre: Cadre, living: set[int], last: Days, perhaps: Days) -> Found:
    """What is certain goes before what has to be asked."""
    if cadre.pk in living:
        return Found(cadre, Exposure.How.LIVES, timezone.localdate())
    sure = cadre.pk in last
    return Found(cadre, Exposure.How.STOOD, (last if sure else perhaps)[cadre.pk], sure)


def _last(compound: Compound, since: dt.date, people: "QuerySet[Cadre]") -> tuple[Days, Days]:
    """The last day each of the people stood there, at a post or at a door of a round, and who walked nobody knows where."""
    stood = Assignment.objects.standing().filter(
        shift__post__compound=compound, shift__day__gte=since, attendance__signed_in_at__isnull=False, cadre__in=people
    )
    last = dict(stood.order_by().values_list("cadre").annotate(last=Max("shift__day")))
    here, unplaced = round_history.walked(compound, since)
    for cadre, day in _days(here, people).items():
        last[cadre] = max(day, last.get(cadre, day))
    return last, _days(unplaced, people)


def _days(stops: "QuerySet[Stop]", people: "QuerySet[Cadre]") -> Days:
    rows = stops.filter(done_by__cadre__in=people).values_list("done_by__cadre").annotate(last=Max("done_at"))
    return {cadre: timezone.localdate(at) for cadre, at in rows}


@transaction.atomic
def stop_duty(*, cadre_id: int, compound: Compound, how: str, exposed_on: dt.date, days: int, by: User) -> Exposure:
    """Off duty at once: an approved leave, no shift within it, and health asked twice a day."""
    cadre = Cadre.objects.get(pk=cadre_id)
    today = timezone.localdate()
    until = exposed_on + dt.timedelta(days=days)
    far_back, far_ahead = today - dt.timedelta(days=LOOK_BACK), today + dt.timedelta(days=LONGEST)
    if not far_back <= exposed_on <= today <= until <= far_ahead:
        raise Refused(_("The exposure lies too far back, or the days end before today. Check the days."))
    secondment = Secondment.objects.within([compound.community]).serving().on(today).filter(cadre=cadre).first()
    if secondment is None:
        raise Refused(_("This cadre does not serve here today. Tell the sending unit instead."))
    ends_at = moment(min(until, secondment.ends_on or until), dt.time(23, 59))
    # Shifts are locked before cadres, here as everywhere.
    for assignment in _shifts(cadre, ends_at):
        assignments.unassign(assignment_id=assignment.pk, by=by)
    leave = leaves.ask(secondment=secondment, kind=Leave.Kind.QUARANTINE, starts_at=timezone.now(), ends_at=ends_at, by=by)
    leave = leaves.approve(leave_id=leave.pk, by=by)
    with explained(Exposure):
        row = Exposure.objects.create(
            community=compound.community, cadre=cadre, compound=compound, how=how, exposed_on=exposed_on, until=until,
            leave=leave, stopped_at=timezone.now(), stopped_by=by,
        )  # fmt: skip
    audit.record("exposure.off_duty", row, by=by, after={"how": how, "exposed_on": exposed_on, "until": until})
    return row


def _shifts(cadre: Cadre, ends_at: dt.datetime) -> "QuerySet[Any]":
    """What the cadre would have stood meanwhile; who has signed in is signed out at the post."""
    rows = Assignment.objects.standing().filter(cadre=cadre, ends_at__gt=timezone.now(), starts_at__lt=ends_at)
    return rows.filter(attendance=None).order_by("starts_at")


@transaction.atomic
def check(*, exposure_id: int, temperature: Decimal, symptoms: Sequence[str], by: User) -> StaffCheck:
    """Write down this half of the day; a second tap finds the first one."""
    exposure = (
        Exposure.objects.select_for_update(of=("self",), no_key=True)
        .select_related("community__subdistrict")
        .get(pk=exposure_id)
    )
    now = timezone.now()
    day, slot = timezone.localdate(now), slot_now(now)
    if stored := StaffCheck.objects.filter(exposure=exposure, day=day, slot=slot).first():
        return stored
    if day > exposure.until:
        raise Refused(_("The days of this exposure are over."))
    with explained(StaffCheck):
        row = StaffCheck.objects.create(
            exposure=exposure, day=day, slot=slot, temperature=temperature, symptoms=sorted(set(symptoms)), taken_at=now,
            taken_by=by, abnormal=_abnormal(exposure, temperature, symptoms, day),
        )  # fmt: skip
    if row.abnormal:
        _tell(row)
    audit.record("staffcheck.recorded", row, by=by, community=exposure.community, after={"slot": slot})
    return row


def _abnormal(exposure: Exposure, temperature: Decimal, symptoms: Sequence[str], day: dt.date) -> bool:
    return bool(symptoms) or temperature >= duty_policy(exposure.community, day).fever_limit


def _tell(check: StaffCheck) -> None:
    """The office rings at once; the message says neither who nor how ill."""
    offices = office([check.exposure.community_id])
    page = reverse("checkpoints:exposure_list")
    send(draft(user, "staff_alert", key=f"staff_alert-{check.pk}", link=page) for user in offices[check.exposure.community_id])


def followed(communities: Any) -> "QuerySet[Exposure]":
    """Who is off duty now, whether this half of the day is asked still, and who was `ill` last."""
    now = timezone.now()
    done = StaffCheck.objects.filter(exposure=OuterRef("pk"), day=timezone.localdate(now), slot=slot_now(now))
    rows = Exposure.objects.within(communities).on(timezone.localdate(now)).with_last().annotate(done=Exists(done))
    rows = rows.select_related("cadre__unit", "compound", "community")
    return rows.order_by(Coalesce("ill", False).desc(), "done", "cadre__name", "pk")


def own(user: User) -> Exposure | None:
    """Because of what somebody is off duty and followed today; `now` is this half of the day, `said` its check."""
    now = timezone.now()
    rows = Exposure.objects.filter(cadre__user=user).on(timezone.localdate(now)).select_related("compound", "community")
    row = rows.order_by("-until", "-pk").first()
    if row:
        slot = slot_now(now)
        row.now = Slot(slot).label  # type: ignore[attr-defined]
        row.said = row.checks.filter(day=timezone.localdate(now), slot=slot).first()  # type: ignore[attr-defined]
    return row
