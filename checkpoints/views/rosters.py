"""The roster of a week: posts, days, shifts, who stands there, where somebody is missing."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkpoints.forms.shifts import MakeForm
from checkpoints.models import Assignment, Post, Shift
from checkpoints.services import shifts
from checkpoints.services.patterns import Pattern
from checkpoints.views.communities import asked_community
from portal.lib import masks
from portal.lib.dates import asked_day, week_of
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, may_in, requires
from residents.models import Community


@require_safe
@requires(Permission.SHIFT_VIEW)
def roster(request: Request) -> HttpResponse:
    """Who stands where this week, and where are the gaps."""
    community, mine = asked_community(request)
    if community is None:
        return page(request, "checkpoints/board/nowhere.html")
    day = asked_day(request)
    first = max(min(week_of(day)), timezone.localdate())
    form = MakeForm(initial={"first": first, "last": max(*week_of(day), first), "pattern": Pattern.ROUND_THE_CLOCK})
    return _week(request, community, mine, day, form)


@require_POST
@requires(Permission.SHIFT_EDIT)
def roster_make(request: Request) -> HttpResponse:
    """The secretary makes the shifts of some days; those that stand already are left alone."""
    community, mine = asked_community(request)
    form = MakeForm(request.POST)
    if community is None or not form.is_valid():
        return _week(request, community or mine[0], mine, timezone.localdate(), form, status=422)
    try:
        made = shifts.make(community=community, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _week(request, community, mine, form.cleaned_data["first"], form, status=422)
    text = _("Shifts made: %(new)s; stood already: %(kept)s; left out because the post is sealed: %(sealed)s.")
    messages.success(request, text % {"new": made.new, "kept": made.kept, "sealed": made.sealed})
    return redirect(f"{reverse('checkpoints:roster')}?day={form.cleaned_data['first']}&community={community.pk}")


def _week(
    request: Request, community: Community, mine: list[Community], day: dt.date, form: MakeForm, *, status: int = 200
) -> HttpResponse:
    days = week_of(day)
    full_names = may_in(request.user, Permission.HANDOVER_VIEW, community)
    context = {
        "community": community,
        "communities": mine,
        "day": day,
        "days": days,
        "today": timezone.localdate(),
        "previous": days[0] - dt.timedelta(days=7),
        "next": days[0] + dt.timedelta(days=7),
        "rows": _rows(community, days, full_names=full_names),
        "form": form,
        "may_edit": may_in(request.user, Permission.SHIFT_EDIT, community),
        "may_assign": may_in(request.user, Permission.BOARD_VIEW, community),
    }
    return page(request, "checkpoints/roster/week.html", context, status=status)


def _rows(community: Community, days: list[dt.date], *, full_names: bool) -> list[dict[str, Any]]:
    """One row a post: a list of shifts for each day."""
    crew = Assignment.objects.standing().with_comes().select_related("cadre").order_by("seat")
    found = Shift.objects.within([community]).standing().filter(day__in=days).order_by("starts_at")
    cells: dict[tuple[int, dt.date], list[dict[str, Any]]] = defaultdict(list)
    for shift in found.prefetch_related(Prefetch("crew", crew, to_attr="placed")):
        names = [stand.cadre.name if full_names else masks.name(stand.cadre.name) for stand in shift.placed]
        missing = 0 if shift.is_over else max(shift.required - sum(stand.comes for stand in shift.placed), 0)
        cells[shift.post_id, shift.day].append({"shift": shift, "names": names, "missing": missing})
    posts = Post.objects.within([community]).in_use().select_related("compound").order_by("compound", "pk")
    return [{"post": post, "days": [(day, cells[post.pk, day]) for day in days]} for post in posts]
