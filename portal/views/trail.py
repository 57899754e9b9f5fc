"""The audit trail of one's communities."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portal import trail
from portal.accounts.models import Event
from portal.accounts.trail import of_verb
from portal.forms import TrailForm
from portal.lib.dates import day_bounds
from portal.lib.pages import page
from residents.access import Permission, Request, requires

PER_PAGE = 50


@require_safe
@requires(Permission.AUDIT_VIEW)
def event_list(request: Request) -> HttpResponse:
    """I read who did what in my community, newest first."""
    form = TrailForm(request.GET)
    form.is_valid()
    # A filter that cannot be understood is shown as such, and filters nothing.
    rows = _filtered(Event.objects.filter(community__in=request.communities), form.cleaned_data)
    # One more than is shown tells whether there are older ones, without counting a year.
    events = list(rows.select_related("by", "community").order_by("-id")[: PER_PAGE + 1])
    shown = trail.lines(events[:PER_PAGE], request.communities)
    context = {"form": form, "lines": shown, "older": shown[-1].event.pk if len(events) > PER_PAGE else None}
    return page(request, "portal/trail.html", context, part="event-rows")


def _filtered(rows: "QuerySet[Event]", asked: dict[str, Any]) -> "QuerySet[Event]":
    if day := asked.get("day"):
        start, end = day_bounds(day)
        rows = rows.filter(at__gte=start, at__lt=end)
    if who := asked.get("who"):
        rows = rows.filter(Q(by__name__contains=who) | Q(by__username=who))
    rows = of_verb(rows, asked.get("kind") or "")
    for name in ("table", "row"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if before := asked.get("before"):
        rows = rows.filter(pk__lt=before)
    return rows
