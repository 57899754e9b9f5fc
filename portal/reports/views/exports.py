"""Sheets that leave the portal."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portal.jobs import tasks
from portal.lib.dates import asked_day
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.reports.exports.jobs import ask, seen_by
from portal.reports.exports.tables import TABLES
from portal.reports.forms import ExportForm
from residents.access import Permission, Request, has, requires

SHOWN = 10
WEEK = dt.timedelta(days=6)


@require_safe
@requires(Permission.EXPORT)
def export_list(request: Request) -> HttpResponse:
    """I choose a sheet and find those I asked for."""
    day = asked_day(request)
    first = day - WEEK if request.GET.get("week") and day - dt.date.min > WEEK else day
    wanted = request.GET.get("table", "")
    initial = {"table": wanted if wanted in TABLES else "daily", "first": first, "last": day}
    return _page(request, _form(request, initial=initial))


def _page(request: Request, form: ExportForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "jobs": seen_by(request.user)[:SHOWN], "today": timezone.localdate()}
    return page(request, "reports/exports/list.html", context, status=status)


@require_POST
@requires(Permission.EXPORT)
def export_new(request: Request) -> HttpResponse:
    """I ask for it and am shown how far it is."""
    form = _form(request, request.POST)
    if form.is_valid():
        try:
            job = ask(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            tasks.start(job)
            return redirect("jobs:job_detail", pk=job.pk)
    return _page(request, form, status=422)


def _form(request: Request, data: Any = None, **facts: Any) -> ExportForm:
    tables = [(name, table.label) for name, table in TABLES.items() if has(request.user, table.permission)]
    return ExportForm(
        data,
        communities=request.communities.filter(active_from__isnull=False),
        tables=tables,
        may_reveal=has(request.user, Permission.CADRE_REVEAL),
        **facts,
    )
