"""The cadre's day on the phone."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkpoints.models import Assignment, Attendance, Post, Shift
from checkpoints.services import attendance, exposure, pass_overdue
from deployments.models import Cadre
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.services import closed_places, errand_trips, rounds, task_queue
from residents.services.policies import duty_policies

COMING_DAYS = 7


@require_safe
@requires(Permission.MY_DAY)
def my_day(request: Request) -> HttpResponse:
    """My next shift, the button to sign in, and what I have served."""
    cadre = Cadre.objects.filter(user=request.user).first()
    shifts = _coming(cadre) if cadre else []
    context = {
        "cadre": cadre,
        "current": shifts[0] if shifts else None,
        "closed": _closed(shifts[0].shift.post) if shifts else None,
        "office": None if shifts else request.communities.exclude(phone="").first(),
        "later": shifts[1:],
        "served": attendance.served(cadre) if cadre else None,
        "rounds": rounds.mine(request.user),
        "errands": errand_trips.in_hand(request.user),
        "tasks": task_queue.mine(request.user),
        "late": pass_overdue.mine(request.user),
        "exposure": exposure.own(request.user) if cadre else None,
    }
    return page(request, "checkpoints/my/day.html", context, part="my-shift")


def _mine(request: Request) -> Any:
    return Assignment.objects.standing().filter(cadre__user=request.user)


def _closed(post: Post) -> closed_places.Closed | None:
    """Whether my post was sprayed just now: I sign in, and wait outside."""
    return closed_places.at(post.compound.community_id, post.compound_id, post.name)


def _coming(cadre: Cadre) -> list[Assignment]:
    """Shifts from now on, the running or unfinished one first, each with how it stands."""
    now = timezone.now()
    rows = list(
        Assignment.objects.standing()
        .filter(cadre=cadre, shift__state=Shift.State.PUBLISHED)
        .filter(ends_at__gt=now - attendance.SIGN_OUT_WITHIN, starts_at__lt=now + dt.timedelta(days=COMING_DAYS))
        .select_related("attendance", "shift__post__compound__community__subdistrict")
        .order_by("starts_at")
    )
    policies = duty_policies({a.shift.post.compound.community for a in rows}, timezone.localdate())
    for row in rows:
        policy = policies[row.shift.post.compound.community_id]
        row.standing = attendance.standing(row, policy, now)  # type: ignore[attr-defined]
        opens_at = row.starts_at - dt.timedelta(minutes=policy.sign_in_before_minutes)
        row.can_sign_in = opens_at <= now < row.ends_at and not hasattr(row, "attendance")  # type: ignore[attr-defined]
        row.opens_at = opens_at  # type: ignore[attr-defined]
    return [row for row in rows if row.ends_at > now or row.standing.state in {"present", "late"}]  # type: ignore[attr-defined]


@require_POST
@requires(Permission.MY_DAY)
def attendance_sign_in(request: Request, pk: int) -> HttpResponse:
    """I have arrived."""
    assignment = get_object_or_404(_mine(request), pk=pk)
    return _answer(request, lambda: attendance.sign_in(
        assignment_id=assignment.pk, method=Attendance.Method.BUTTON, by=request.user
    ), _("You are signed in. Thank you for standing here."))  # fmt: skip


@require_POST
@requires(Permission.MY_DAY)
def attendance_sign_out(request: Request, pk: int) -> HttpResponse:
    """I am going."""
    assignment = get_object_or_404(_mine(request), pk=pk)
    return _answer(
        request, lambda: attendance.sign_out(assignment_id=assignment.pk, by=request.user), _("You are signed out. Rest well.")
    )  # fmt: skip


@requires(Permission.MY_DAY)
def attendance_scan(request: Request, code: str) -> HttpResponse:
    """The poster of a post, opened by the phone's own scanner: which shift of mine is it?"""
    post = get_object_or_404(Post.objects.in_use().within(request.communities).select_related("compound"), code=code)
    now = timezone.now()
    mine = _mine(request).filter(shift__post=post, ends_at__gt=now).select_related("shift", "attendance")
    assignment = mine.order_by("starts_at").first()
    if request.method == "POST" and assignment:
        return _answer(request, lambda: attendance.sign_in(
            assignment_id=assignment.pk, method=Attendance.Method.SCAN, by=request.user
        ), _("You are signed in. Thank you for standing here."))  # fmt: skip
    return page(request, "checkpoints/my/scan.html", {"post": post, "assignment": assignment, "closed": _closed(post)})


def _answer(request: Request, act: Any, thanks: str) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, thanks)
    return redirect("checkpoints:my_day")
