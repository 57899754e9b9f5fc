"""The report of my community and day."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from portal.reports import numbers
from portal.reports.figures import BY_KEY
from portal.reports.forms import CorrectionForm, DayForm, ListForm, ReturnForm, SpecialForm
from portal.reports.models import DailyReport
from portal.reports.services import reports, rollups
from residents.access import Permission, Request, communities_for, may_in, requires
from residents.models import Community


@require_safe
@requires(Permission.REPORT_VIEW)
def daily_list(request: Request) -> HttpResponse:
    """I find a day, and begin today's report."""
    form = ListForm(request.GET)
    form.is_valid()
    rows = _filtered(DailyReport.objects.newest().within(request.communities), form.cleaned_data)
    rows = rows.select_related("community", "submitted_by").defer("counted", "special").order_by("-day", "community__code")
    context = {"form": form, "reports": paged(request, rows), "waiting": _not_begun(request), "today": timezone.localdate()}
    return page(request, "reports/daily/list.html", context, part="report-rows")


def _filtered(rows: "QuerySet[DailyReport]", asked: dict[str, Any]) -> "QuerySet[DailyReport]":
    names = {"day": "day", "state": "state", "q": "community__name__contains"}
    return rows.filter(**{names[name]: value for name, value in asked.items() if value})


def _not_begun(request: Request) -> "QuerySet[Community]":
    """My communities on duty that have no report of today yet."""
    today = timezone.localdate()
    mine = communities_for(request.user, Permission.REPORT_EDIT).filter(active_from__lte=today)
    return mine.exclude(Exists(DailyReport.objects.filter(community=OuterRef("pk"), day=today)))


@require_POST
@requires(Permission.REPORT_EDIT)
def daily_count(request: Request) -> HttpResponse:
    """I have a day counted, for the first time or again."""
    form = DayForm(request.POST, communities=request.communities)
    if not form.is_valid():
        messages.warning(request, _("Choose a community and a day that has come."))
        return redirect("reports:daily_list")
    community, day = form.cleaned_data["community"], form.cleaned_data["day"]
    try:
        rows = rollups.count_by_hand(day=day, communities=Community.objects.filter(pk=community.pk), by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("reports:daily_list")
    messages.success(request, _("Counted up to %(time)s.") % {"time": f"{timezone.localtime(rows[0].as_of):%H:%M}"})
    return redirect("reports:daily_detail", pk=rows[0].pk)


@require_safe
@requires(Permission.REPORT_VIEW)
def daily_detail(request: Request, pk: int) -> HttpResponse:
    """I read a day, see what is missing, correct and submit it."""
    return _detail(request, _report(request, pk))


def _detail(request: Request, report: DailyReport, form: CorrectionForm | None = None, special: Any = None) -> HttpResponse:
    may_edit = report.is_open and may_in(request.user, Permission.REPORT_EDIT, report.community)
    context = {
        "report": report,
        "blocks": numbers.blocks(report),
        "passages": numbers.Passages(numbers.numbers_of(report)),
        "missing": reports.missing_in(report),
        "too_early": reports.too_early(report) if may_edit else "",
        "may_edit": may_edit,
        "may_renew": report.state == DailyReport.State.LOCKED
        and may_in(request.user, Permission.REPORT_EDIT, report.community),
        "may_review": may_in(request.user, Permission.REPORT_REVIEW, report.community),
        "correction": form or (_correction(request, report) if may_edit else None),
        "special": special or _special(report),
        "return_form": ReturnForm(action=reverse("reports:daily_return", args=[report.pk])),
        "newer": DailyReport.objects.filter(replaces=report).first(),
    }
    return page(request, "reports/daily/detail.html", context, status=422 if form or special else 200)


def _correction(request: Request, report: DailyReport, data: Any = None) -> CorrectionForm | None:
    key = (data or request.GET).get("figure", "")
    if key not in BY_KEY:
        return None
    here = reverse("reports:daily_detail", args=[report.pk])
    now = numbers.numbers_of(report).get(key)
    row = {one.figure: one for one in report.corrections.all()}.get(key)
    initial = {"figure": key, "seen": now, "value": now, "reason": row.reason if row else ""}
    form = CorrectionForm(data, initial=initial, action=reverse("reports:daily_correct", args=[report.pk]), cancel=here)
    form.fields["value"].label = f"{BY_KEY[key].label} ({BY_KEY[key].unit})"
    return form


def _special(report: DailyReport, data: Any = None) -> SpecialForm:
    action = reverse("reports:daily_describe", args=[report.pk])
    return SpecialForm(data, initial={"seen": report.special, "special": report.special}, action=action)


@require_POST
@requires(Permission.REPORT_EDIT)
def daily_correct(request: Request, pk: int) -> HttpResponse:
    """I write the right number and why; the counted one stays beside it."""
    report = _report(request, pk)
    form = _correction(request, report, request.POST)
    if form is None:
        messages.warning(request, _("There is no such figure. Reload the page."))
        return redirect("reports:daily_detail", pk=pk)
    if form.is_valid():
        try:
            reports.correct(report_id=pk, by=request.user, **form.cleaned_data)
        except reports.Changed as changed:
            # What the person typed stays; saving again is meant to replace what they have now seen.
            form.data = form.data.copy()
            form.data["seen"] = "" if changed.now is None else changed.now
            form.add_error("value", str(changed))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. Both numbers stay in the report."))
            return redirect("reports:daily_detail", pk=pk)
    return _detail(request, report, form=form)


@require_POST
@requires(Permission.REPORT_EDIT)
def daily_describe(request: Request, pk: int) -> HttpResponse:
    """I write down what no number says."""
    report = _report(request, pk)
    form = _special(report, request.POST)
    if form.is_valid():
        try:
            reports.describe(report_id=pk, by=request.user, special=form.cleaned_data["special"], seen=_lines(form))
        except reports.Changed as changed:
            form.data = form.data.copy()
            form.data["seen"] = changed.now
            form.add_error("special", str(changed))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("reports:daily_detail", pk=pk)
    return _detail(request, report, special=form)


def _lines(form: SpecialForm) -> str:
    # A browser sends line ends as CRLF.
    return str(form.cleaned_data["seen"]).replace("\r\n", "\n")


@require_POST
@requires(Permission.REPORT_EDIT)
def daily_take_back(request: Request, pk: int) -> HttpResponse:
    """I let the counted number stand again."""
    key = request.POST.get("figure", "")
    return _done(
        request, pk, lambda: reports.take_back(report_id=pk, figure=key, by=request.user), _("The counted number stands again.")
    )


@require_POST
@requires(Permission.REPORT_EDIT)
def daily_submit(request: Request, pk: int) -> HttpResponse:
    """I send it to the subdistrict."""
    return _done(request, pk, lambda: reports.submit(report_id=pk, by=request.user), _("Submitted to the subdistrict."))


@require_POST
@requires(Permission.REPORT_EDIT)
def daily_new_version(request: Request, pk: int) -> HttpResponse:
    """I begin a correction of a locked report."""
    _report(request, pk)
    try:
        fresh = reports.new_version(report_id=pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("reports:daily_detail", pk=pk)
    return redirect("reports:daily_detail", pk=fresh.pk)


def _done(request: Request, pk: int, move: Callable[[], Any], said: str) -> HttpResponse:
    """Make a move with a report of mine and say how it went."""
    _report(request, pk)
    try:
        move()
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("reports:daily_detail", pk=pk)


def _report(request: Request, pk: int) -> DailyReport:
    rows = DailyReport.objects.within(request.communities).select_related(
        "community__subdistrict", "submitted_by", "reviewed_by"
    )
    return get_object_or_404(rows.prefetch_related("corrections__corrected_by"), pk=pk)
