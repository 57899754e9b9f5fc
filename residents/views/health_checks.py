"""Health twice a day: what is due at which door, the check itself, the call to a site, and a resident's own report."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.access import public
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, may_in, requires
from residents.forms.health_checks import CheckForm, CorrectForm, OwnForm, SiteCallForm
from residents.models import HealthCheck, QuarantineCase, Slot
from residents.services import health_checks, transfers

HOME = "dwelling__entrance__building__compound"
SHOWN = {
    "open": gettext_lazy("to do"),
    "missed": gettext_lazy("missed"),
    "later": gettext_lazy("this evening"),
    "done": gettext_lazy("done"),
}


@require_safe
@requires(Permission.QUARANTINE_CHECK)
def health_check_list(request: Request) -> HttpResponse:
    """I see at which doors health is still asked today, in walking order."""
    now = timezone.now()
    rows = health_checks.due(request.communities, timezone.localdate(now), now)
    slot = health_checks.slot_now(now)
    counts = Counter(state for row in rows for state in _states(row, slot))
    asked = request.GET.get("show", "open")
    asked = asked if asked in SHOWN else "open"
    context = {
        "rows": paged(request, [row for row in rows if asked in _states(row, slot)]),
        "pills": [(state, label, counts[state]) for state, label in SHOWN.items()],
        "asked": asked,
        "total": len(rows),
        "done": counts["done"],
        "missed": counts["missed"],
        "calls": health_checks.calls_due(request.communities, timezone.localdate(now)).count(),
        "slot": Slot(slot).label,
    }
    return page(request, "residents/quarantine/checks.html", context, part="check-rows")


def _states(row: health_checks.Due, slot: str) -> list[str]:
    if row.check:
        return ["done"]
    # In the morning nobody goes to each door for the evening as well.
    if slot == Slot.AM and row.slot == Slot.PM:
        return ["later"]
    return ["open", "missed"] if row.missed else ["open"]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.QUARANTINE_CHECK)
def health_check_record(request: Request, pk: int) -> HttpResponse:
    """I write down a temperature at the door or on the phone."""
    case, slot = _case(request, pk), _slot(request)
    initial = {"half": f"{timezone.localdate()}-{slot}"}
    form = CheckForm(
        request.POST if request.method == "POST" else None, initial=initial, cancel=reverse("residents:health_check_list")
    )
    if request.method == "POST" and form.is_valid():
        try:
            check = health_checks.record(case_id=pk, by=request.user, **form.values())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _say(request, check)
            return redirect("residents:health_check_list")
    return _record(request, case, form, slot)


def _slot(request: Request) -> str:
    """The half of the day that was asked for, or this one."""
    asked = request.GET.get("slot", "")
    return asked if asked in Slot.values else health_checks.slot_now(timezone.now())


def _record(request: Request, case: QuarantineCase, form: CheckForm, slot: str, phone: str = "") -> HttpResponse:
    context = {
        "case": case, "form": form, "slot": slot, "label": Slot(slot).label, "phone": phone,
        "full_name": may_in(request.user, Permission.RESIDENT_NAME, case.community),
        "last": HealthCheck.objects.filter(case=case).order_by("-day", "-slot").first(),
    }  # fmt: skip
    return page(request, "residents/quarantine/check.html", context, status=422 if form.is_bound else 200)


def _say(request: HttpRequest, check: HealthCheck) -> None:
    if check.abnormal:
        messages.warning(request, _("Saved. This is an alert: the community has been told and calls at once."))
    else:
        messages.success(request, _("Saved."))


def _case(request: Request, pk: int) -> QuarantineCase:
    rows = QuarantineCase.objects.within(request.communities).open().select_related("community", "resident", HOME)
    return get_object_or_404(rows, pk=pk)


@never_cache
@require_POST
@requires(Permission.QUARANTINE_CHECK)
def health_check_phone(request: Request, pk: int) -> HttpResponse:
    """I need the number to ask by phone; that I looked stands in the trail."""
    case, slot = _case(request, pk), _slot(request)
    try:
        phone = health_checks.show_phone(case_id=pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("residents:health_check_list")
    if not phone:
        messages.warning(request, _("No phone is known. Go to the door."))
    form = CheckForm(
        initial={"half": f"{timezone.localdate()}-{slot}", "method": "phone", "at_home": "unchecked"},
        cancel=reverse("residents:health_check_list"),
    )
    form.helper.form_action = reverse("residents:health_check_record", args=[pk])
    return _record(request, case, form, slot, phone)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.QUARANTINE_EDIT)
def health_check_correct(request: Request, pk: int) -> HttpResponse:
    """The worker puts a mistyped check right."""
    check = get_object_or_404(HealthCheck.objects.within(request.communities).select_related("case__resident"), pk=pk)
    back = reverse("residents:quarantine_detail", args=[check.case_id])
    initial = {"temperature": check.temperature, "symptoms": check.symptoms}
    form = CorrectForm(request.POST if request.method == "POST" else None, initial=initial, cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            health_checks.correct(check_id=pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {"form": form, "check": check, "back": back}
    return page(request, "residents/quarantine/correct.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.QUARANTINE_CHECK)
def site_call_list(request: Request) -> HttpResponse:
    """I see who at a site has not been called today."""
    day = timezone.localdate()
    due = health_checks.calls_due(request.communities, day).select_related("resident", HOME).in_place_order()
    everybody = QuarantineCase.objects.within(request.communities).at_site().count()
    context = {"rows": paged(request, due), "total": everybody}
    return page(request, "residents/quarantine/calls.html", context, part="call-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.QUARANTINE_CHECK)
def site_call_record(request: Request, pk: int) -> HttpResponse:
    """I talk with somebody at a site and write down how they are."""
    case = _case(request, pk)
    form = SiteCallForm(request.POST if request.method == "POST" else None, cancel=reverse("residents:site_call_list"))
    if request.method == "POST" and form.is_valid():
        try:
            transfers.call(case_id=pk, by=request.user, **form.values())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("residents:site_call_list")
    context = {
        "case": case, "form": form, "full_name": may_in(request.user, Permission.RESIDENT_NAME, case.community),
        "last": case.site_calls.order_by("-called_at").first(),
    }  # fmt: skip
    return page(request, "residents/quarantine/call.html", context, status=422 if form.is_bound else 200)


@never_cache
@public
@require_http_methods(["GET", "HEAD", "POST"])
def health_check_own(request: HttpRequest, link: str) -> HttpResponse:
    """I report my own temperature, without a sign-in and without script."""
    case = health_checks.case_of(link)
    if case is None:
        return page(request, "residents/quarantine/own_over.html", status=404)
    now = timezone.now()
    slot = health_checks.slot_now(now)
    form = OwnForm(request.POST if request.method == "POST" else None, initial={"half": f"{timezone.localdate(now)}-{slot}"})
    if request.method == "POST" and form.is_valid():
        try:
            health_checks.record_own(case=case, **form.values())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("residents:health_check_own", link)
    check = HealthCheck.objects.filter(case=case, day=timezone.localdate(now), slot=slot).first()
    return page(request, "residents/quarantine/own.html", _own(case, form, check, slot), status=422 if form.is_bound else 200)


def _own(case: QuarantineCase, form: OwnForm, check: HealthCheck | None, slot: str) -> dict[str, Any]:
    left = max((case.ends_on - timezone.localdate()).days, 0)
    return {
        "form": form, "check": check, "label": Slot(slot).label, "phone": case.community.phone,
        "left": ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left},
    }  # fmt: skip
