"""Who was there, seen from the community's desk."""

import datetime as dt
from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkpoints.forms.attendance import CorrectionForm
from checkpoints.models import Assignment, Attendance, AttendanceCorrection, Shift, seen_on
from checkpoints.services import attendance, substitutes
from portal.lib.dates import asked_day
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, may_in, requires
from residents.services.policies import duty_policies

# The filters of the list: what people ask for.
TROUBLE = ("waiting", "absent", "late", "early_leave", "open")


@require_safe
@requires(Permission.ATTENDANCE_VIEW)
def attendance_list(request: Request) -> HttpResponse:
    """The crews of a day: who is here, who is late, who never came."""
    day = asked_day(request)
    rows = _of_day(request, day)
    counts = Counter(row.standing.state for row in rows)  # type: ignore[attr-defined]
    asked = request.GET.get("state", "")
    if asked in attendance.LABELS:
        rows = [row for row in rows if row.standing.state == asked]  # type: ignore[attr-defined]
    context = {
        "day": day,
        "previous": day - dt.timedelta(days=1),
        "next": day + dt.timedelta(days=1),
        "rows": rows,
        "asked": asked,
        "total": counts.total(),
        "filters": [(state, attendance.LABELS[state], counts[state]) for state in attendance.LABELS if counts[state]],
        "waiting": _waiting(request),
    }
    return page(request, "checkpoints/attendance/list.html", context, part="attendance-rows")


def _of_day(request: Request, day: dt.date) -> list[Assignment]:
    now = timezone.now()
    placed = Assignment.objects.within(request.communities)
    placed = placed.filter(seen_on(day, now, "shift__"), shift__state=Shift.State.PUBLISHED)
    rows = list(
        placed.standing()
        .select_related("attendance", "cadre__unit", "shift__post__compound__community__subdistrict")
        .order_by("shift__post__compound", "shift__post", "starts_at", "seat")
    )
    substitutes.pair(rows, placed.replaced().select_related("cadre", "shift").order_by("released_at"))
    policies = duty_policies({row.shift.post.compound.community for row in rows}, day)
    for row in rows:
        row.standing = attendance.standing(row, policies[row.shift.post.compound.community_id], now)  # type: ignore[attr-defined]
    return rows


def _waiting(request: Request) -> list[AttendanceCorrection]:
    rows = AttendanceCorrection.objects.within(request.communities).filter(decided_at=None)
    return list(
        rows.select_related("assignment__cadre", "assignment__shift__post__compound", "asked_by", "assignment__attendance")
    )


@require_POST
@requires(Permission.ATTENDANCE_CORRECT)
def attendance_enter(request: Request, pk: int) -> HttpResponse:
    """Sign somebody in who stands before me without a phone."""
    assignment = get_object_or_404(Assignment.objects.standing().within(request.communities), pk=pk)
    try:
        attendance.sign_in(assignment_id=assignment.pk, method=Attendance.Method.LEAD, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return _back(assignment)


@requires(Permission.SHIFT_VIEW)
def attendance_correct(request: Request, pk: int) -> HttpResponse:
    """Ask for other times: for myself, or for somebody of my community."""
    rows = Assignment.objects.standing().within(request.communities).select_related("cadre", "shift__post__compound__community")
    assignment = get_object_or_404(rows, pk=pk)
    community = assignment.shift.post.compound.community
    if assignment.cadre.user_id != request.user.pk and not may_in(request.user, Permission.ATTENDANCE_CORRECT, community):
        return redirect("checkpoints:my_day")
    form = CorrectionForm(
        request.POST if request.method == "POST" else None, assignment=assignment, initial=_initial(assignment)
    )
    if request.method == "POST" and form.is_valid():
        try:
            attendance.ask_correction(
                assignment_id=assignment.pk, signed_in_at=form.cleaned_data["signed_in_at"],
                signed_out_at=form.cleaned_data["signed_out_at"], reason=form.cleaned_data["reason"], by=request.user,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The correction waits for a second person."))
            mine = assignment.cadre.user_id == request.user.pk
            return redirect("checkpoints:my_day") if mine else _back(assignment)
    return page(request, "checkpoints/attendance/correct.html", {"form": form, "assignment": assignment})


def _initial(assignment: Assignment) -> dict[str, dt.time | None]:
    stored = getattr(assignment, "attendance", None)
    signed_in_at = stored.signed_in_at if stored else assignment.starts_at
    signed_out_at = stored.signed_out_at if stored else assignment.ends_at
    times = {"signed_in": signed_in_at, "signed_out": signed_out_at}
    return {name: timezone.localtime(at).time() if at else None for name, at in times.items()}


@require_POST
@requires(Permission.ATTENDANCE_CORRECT)
def attendance_decide(request: Request, pk: int) -> HttpResponse:
    """Confirm or refuse a correction somebody else asked for."""
    correction = get_object_or_404(
        AttendanceCorrection.objects.within(request.communities).select_related("assignment__shift"), pk=pk
    )
    try:
        attendance.decide_correction(correction_id=correction.pk, accept="accept" in request.POST, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return _back(correction.assignment)


def _back(assignment: Assignment) -> HttpResponse:
    response = redirect("checkpoints:attendance_list")
    response["Location"] += f"?day={assignment.shift.day}"
    return response
