"""Sign-in, sign-out, and what follows from the times: late, early, absent, overtime."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Assignment, Attendance, AttendanceCorrection, Shift
from deployments.models import Cadre, Secondment
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.dates import week_of
from portal.lib.errors import Refused
from residents.models import DutyPolicy
from residents.services.policies import duty_policy

# A sign-out after midnight is usual; half a day later it is a forgotten one, and asks for a correction.
SIGN_OUT_WITHIN = dt.timedelta(hours=12)

LENGTH = ExpressionWrapper(F("signed_out_at") - F("signed_in_at"), DurationField())

LABELS = {
    "expected": _("not yet due"),
    "waiting": _("not signed in"),
    "absent": _("absent"),
    "present": _("on duty"),
    "late": _("late"),
    "finished": _("finished"),
    "early_leave": _("left early"),
    "open": _("not signed out"),
}


@dataclass(frozen=True)
class Standing:
    """What an assignment's times say at a moment: a state, minutes late and over, hours served."""

    state: str
    late_minutes: int = 0
    overtime_minutes: int = 0
    hours: Decimal = Decimal(0)

    @property
    def label(self) -> str:
        return str(LABELS[self.state])

    @property
    def is_trouble(self) -> bool:
        return self.state in {"waiting", "absent", "open"}


def standing(assignment: Assignment, policy: DutyPolicy, now: dt.datetime) -> Standing:
    """Say how an assignment stands; `assignment.attendance` should be fetched with it."""
    attendance = getattr(assignment, "attendance", None)
    if attendance is None:
        return Standing(_missing(assignment, policy, now))
    late = _minutes(attendance.signed_in_at - assignment.starts_at)
    late = late if late > policy.late_after_minutes else 0
    if attendance.signed_out_at is None:
        if now > assignment.ends_at + SIGN_OUT_WITHIN:
            return Standing("open", late)
        return Standing("late" if late else "present", late)
    early = _minutes(assignment.ends_at - attendance.signed_out_at) > policy.late_after_minutes
    served = attendance.signed_out_at - attendance.signed_in_at
    return Standing(
        "early_leave" if early else "late" if late else "finished",
        late,
        _minutes(attendance.signed_out_at - assignment.ends_at),
        round(Decimal(served.total_seconds()) / 3600, 1),
    )


def _missing(assignment: Assignment, policy: DutyPolicy, now: dt.datetime) -> str:
    if now < assignment.starts_at:
        return "expected"
    return "absent" if now >= assignment.starts_at + dt.timedelta(minutes=policy.absent_after_minutes) else "waiting"


def _minutes(span: dt.timedelta) -> int:
    return max(int(span.total_seconds() // 60), 0)


@transaction.atomic
def sign_in(*, assignment_id: int, method: str, by: User) -> Attendance:
    """Mark the arrival; a second tap finds the first one's row."""
    assignment = _locked(assignment_id)
    if stored := Attendance.objects.filter(assignment=assignment).first():
        return stored
    _may_sign_in(assignment, timezone.now())
    with explained(Attendance):
        attendance = Attendance.objects.create(assignment=assignment, signed_in_at=timezone.now(), sign_in_method=method)
    audit.record("attendance.signed_in", attendance, by=by, after={"method": method, "cadre": assignment.cadre})
    return attendance


def _may_sign_in(assignment: Assignment, now: dt.datetime) -> None:
    shift, community = assignment.shift, assignment.shift.post.compound.community
    if assignment.released_at or shift.state != Shift.State.PUBLISHED:
        raise Refused(_("You are not on this shift any more. Look at your shifts again, or ask the community."))
    opens_at = shift.starts_at - dt.timedelta(minutes=duty_policy(community, shift.day).sign_in_before_minutes)
    if now < opens_at:
        raise Refused(_("Sign-in opens at %(time)s.") % {"time": f"{timezone.localtime(opens_at):%H:%M}"})
    if now >= shift.ends_at:
        raise Refused(_("This shift is over. Ask the community to correct your attendance."))
    # Shifts may be planned before somebody has arrived, duty begins with the identity check.
    if not Secondment.objects.reported().on(shift.day).filter(cadre=assignment.cadre, community=community).exists():
        raise Refused(_("You have not reported for duty here yet. Show your ID at the community, then sign in."))


@transaction.atomic
def sign_out(*, assignment_id: int, by: User) -> Attendance:
    """Mark the end; a second tap changes nothing."""
    assignment = _locked(assignment_id)
    attendance = Attendance.objects.select_for_update().filter(assignment=assignment).first()
    if attendance is None:
        raise Refused(_("You have not signed in to this shift. Sign in first, or ask for a correction."))
    if attendance.signed_out_at:
        return attendance
    now = timezone.now()
    if now > assignment.ends_at + SIGN_OUT_WITHIN:
        raise Refused(_("This shift ended long ago. Ask the community to correct your attendance."))
    attendance.signed_out_at = now
    with explained(Attendance):
        attendance.save(update_fields=["signed_out_at"])
    audit.record("attendance.signed_out", attendance, by=by, before={"signed_out_at": None}, after={"signed_out_at": now})
    return attendance


def _locked(assignment_id: int) -> Assignment:
    # Locked before it is read: an impatient thumb sends the same tap twice.
    Assignment.objects.select_for_update(no_key=True).get(pk=assignment_id)
    return Assignment.objects.select_related("cadre", "shift__post__compound__community__subdistrict").get(pk=assignment_id)


@transaction.atomic
def ask_correction(
    *, assignment_id: int, signed_in_at: dt.datetime, signed_out_at: dt.datetime | None, reason: str, by: User
) -> AttendanceCorrection:
    """Ask for other times, with a reason; they count once a second person has confirmed them."""
    assignment = _locked(assignment_id)
    if signed_in_at > timezone.now() or (signed_out_at and signed_out_at > timezone.now()):
        raise Refused(_("These times lie in the future. Correct what has happened."))
    if abs(signed_in_at - assignment.starts_at) > SIGN_OUT_WITHIN:
        raise Refused(_("The sign-in lies more than 12 hours from the start of the shift. Check the day."))
    with explained(AttendanceCorrection):
        correction = AttendanceCorrection.objects.create(
            assignment=assignment, signed_in_at=signed_in_at, signed_out_at=signed_out_at, reason=reason, asked_by=by
        )
    audit.record(
        "attendance.correction_asked", correction, by=by,
        after={"signed_in_at": signed_in_at, "signed_out_at": signed_out_at, "reason": reason},
    )  # fmt: skip
    return correction


@transaction.atomic
def decide_correction(*, correction_id: int, accept: bool, by: User) -> AttendanceCorrection:
    """Confirm or refuse a correction; nobody decides over their own."""
    correction = AttendanceCorrection.objects.select_for_update(no_key=True).get(pk=correction_id)
    if correction.decided_at:
        raise Refused(_("Somebody has already decided this correction."))
    if correction.asked_by_id == by.pk:
        raise Refused(_("You asked for this correction yourself: a second person has to confirm it."))
    correction.accepted, correction.decided_at, correction.decided_by = accept, timezone.now(), by
    with explained(AttendanceCorrection):
        correction.save(update_fields=["accepted", "decided_at", "decided_by"])
    times = _apply(correction, by) if accept else {}
    kind = "attendance.corrected" if accept else "attendance.correction_refused"
    after = {"accepted": accept, **{name: getattr(correction, name) for name in times}}
    audit.record(kind, correction, by=by, before={"accepted": None, **times}, after=after)
    return correction


def _apply(correction: AttendanceCorrection, by: User) -> dict[str, Any]:
    """Put the times right; return those that stood there."""
    stored = Attendance.objects.filter(assignment=correction.assignment_id).first()
    times = {"signed_in_at": correction.signed_in_at, "signed_out_at": correction.signed_out_at}
    attendance, _created = Attendance.objects.update_or_create(
        assignment_id=correction.assignment_id,
        defaults=times,
        create_defaults={**times, "sign_in_method": Attendance.Method.LEAD},
    )
    before = {name: getattr(stored, name) if stored else None for name in times}
    audit.record("attendance.changed", attendance, by=by, before=before, after=times)
    return before


def served(cadre: Cadre) -> dict[str, object]:
    """Days with attendance and hours served, over the cadre's whole time."""
    rows = Attendance.objects.filter(assignment__cadre=cadre)
    found = rows.aggregate(days=Count("assignment__shift__day", distinct=True), spent=Sum(LENGTH))
    return {"days": found["days"], "hours": hours(found["spent"])}


def served_by_each(rows: "QuerySet[Attendance]", day: dt.date) -> "QuerySet[Any]":
    """Of each cadre in these rows: days and time served in all, in the week of a day, and when the last shift ended."""
    week = week_of(day)
    in_week = Q(assignment__shift__day__range=(week[0], week[-1]))
    of_whom = {name: F(f"assignment__cadre__{name}") for name in ("name", "unit")}
    grouped = rows.values(cadre=F("assignment__cadre"), unit_name=F("assignment__cadre__unit__name"), **of_whom)
    return grouped.annotate(  # type: ignore[misc]
        days=Count("assignment__shift__day", distinct=True),
        spent=Sum(LENGTH),
        spent_in_week=Sum(LENGTH, filter=in_week),
        last_ended=Max("signed_out_at"),
    ).order_by("unit_name", "name", "cadre")


def hours(spent: dt.timedelta | None) -> int:
    """Whole hours of a sum of times; nothing served is nothing."""
    return round((spent or dt.timedelta()).total_seconds() / 3600)
