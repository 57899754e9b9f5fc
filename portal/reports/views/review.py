"""What an officer does with reports."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from portal.lib.errors import Refused
from portal.reports.forms import DayForm, ReturnForm
from portal.reports.models import DailyReport
from portal.reports.services import reminders, reports
from residents.access import Permission, Request, requires


@require_POST
@requires(Permission.REPORT_REVIEW)
def daily_return(request: Request, pk: int) -> HttpResponse:
    """I send a report back and say what is to be put right."""
    get_object_or_404(DailyReport.objects.within(request.communities), pk=pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Say what is to be put right, in at most 200 characters."))
        return redirect("reports:daily_detail", pk=pk)
    try:
        reports.send_back(report_id=pk, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Returned; the community is told."))
    return redirect("reports:daily_detail", pk=pk)


@require_POST
@requires(Permission.REPORT_REVIEW)
def daily_lock(request: Request, pk: int) -> HttpResponse:
    """I close an accepted report for good."""
    get_object_or_404(DailyReport.objects.within(request.communities), pk=pk)
    try:
        reports.lock(report_id=pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Locked. From now on a correction makes a new version."))
    return redirect("reports:daily_detail", pk=pk)


@require_POST
@requires(Permission.REPORT_REVIEW)
def overview_accept(request: Request) -> HttpResponse:
    """I accept one report or many."""
    chosen = [int(key) for key in request.POST.getlist("report") if key.isascii() and key.isdigit() and len(key) < 19]
    mine = list(DailyReport.objects.within(request.communities).filter(pk__in=chosen).values_list("pk", flat=True))
    try:
        accepted = reports.accept(report_ids=mine, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        said = ngettext("%(count)s report accepted.", "%(count)s reports accepted.", len(accepted))
        messages.success(request, said % {"count": len(accepted)})
    if len(mine) == 1 and request.POST.get("from") == "report":
        return redirect("reports:daily_detail", pk=mine[0])
    return _back(request)


@require_POST
@requires(Permission.REPORT_REVIEW)
def overview_remind(request: Request) -> HttpResponse:
    """I remind a community that has not reported."""
    form = DayForm(request.POST, communities=request.communities)
    if not form.is_valid():
        messages.warning(request, _("Choose a community and a day that has come."))
        return _back(request)
    try:
        reminders.remind(by=request.user, **form.cleaned_data)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("%(community)s is reminded.") % {"community": form.cleaned_data["community"]})
    return _back(request)


def _back(request: Request) -> HttpResponse:
    form = DayForm(request.POST, communities=request.communities)
    form.is_valid()
    day = form.cleaned_data.get("day")
    return redirect(reverse("reports:overview") + (f"?day={day}" if day else ""))
