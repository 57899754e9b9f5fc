"""Leave: asked for on the phone, decided at the desk."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments.forms.leave import LeaveForm
from deployments.models import Leave, Secondment
from deployments.services import leave
from portal.lib.dates import day_bounds
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires

State = Leave.State


@require_safe
@requires(Permission.CADRE_VIEW)
def leave_list(request: Request) -> HttpResponse:
    """The secretary decides what was asked, and sees who is away today."""
    now = timezone.now()
    found = Leave.objects.within(request.communities)
    away = found.filter(state=State.APPROVED, starts_at__lte=now, ends_at__gt=now)
    tally = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    show = request.GET.get("state", "")
    rows = away if show == "away" else found.filter(state=show) if show in State.values else found
    context = {
        "rows": paged(
            request, rows.select_related("secondment__cadre__unit", "secondment__compound").order_by("-starts_at", "id")
        ),
        "states": [(value, label, tally.get(value, 0)) for value, label in State.choices],
        "away": away.count(),
        "total": sum(tally.values()),
        "state": show,
        "now": now,
    }
    return page(request, "deployments/leave/list.html", context, part="leave-rows")


@require_POST
@requires(Permission.SECONDMENT_MANAGE)
def leave_approve(request: Request, pk: int) -> HttpResponse:
    """The secretary says yes."""
    row = get_object_or_404(Leave.objects.within(request.communities), pk=pk)
    return _done(request, lambda: leave.approve(leave_id=row.pk, by=request.user), "deployments:leave_list")


@require_POST
@requires(Permission.SECONDMENT_MANAGE)
def leave_refuse(request: Request, pk: int) -> HttpResponse:
    """The secretary says no."""
    row = get_object_or_404(Leave.objects.within(request.communities), pk=pk)
    return _done(request, lambda: leave.refuse(leave_id=row.pk, by=request.user), "deployments:leave_list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MY_DAY)
def leave_mine(request: Request) -> HttpResponse:
    """A cadre asks for leave, and sees what became of it."""
    current = Secondment.objects.filter(cadre__user=request.user).current().order_by("starts_on").first()
    form = LeaveForm(request.POST or None, initial=_tomorrow(), cancel=reverse("deployments:leave_mine"))
    if request.method == "POST" and current and form.is_valid():
        try:
            leave.ask(secondment=current, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked. You see the answer here."))
            return redirect("deployments:leave_mine")
    rows = Leave.objects.filter(secondment__cadre__user=request.user).order_by("-starts_at")[:20]
    context = {"form": form, "secondment": current, "rows": rows, "now": timezone.now()}
    return page(request, "deployments/leave/mine.html", context)


@require_POST
@requires(Permission.MY_DAY)
def leave_cancel(request: Request, pk: int) -> HttpResponse:
    """A cadre does not need it any more."""
    row = get_object_or_404(Leave.objects.filter(secondment__cadre__user=request.user), pk=pk)
    return _done(request, lambda: leave.cancel(leave_id=row.pk, by=request.user), "deployments:leave_mine")


def _tomorrow() -> dict[str, Any]:
    """What is mostly asked for: the whole next day."""
    start, end = day_bounds(timezone.localdate() + dt.timedelta(days=1))
    return {"starts_at": start, "ends_at": end}


def _done(request: Request, service: Callable[[], Any], back: str) -> HttpResponse:
    try:
        service()
        messages.success(request, _("Done."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect(back)
