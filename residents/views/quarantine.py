"""People in quarantine: who they are, one file each, and every step from the notice to the release."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import trail
from portal.accounts.models import Event
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from portal.lib.stats import Stat
from residents.access import Permission, Request, communities_for, requires
from residents.forms.quarantine import RegisterForm
from residents.forms.quarantine_lists import CaseFilter, SheetForm
from residents.models import Dwelling, HealthCheck, QuarantineCase, Resident
from residents.services import health_checks, quarantine, search
from residents.services import quarantine_moves as moves
from residents.services.quarantine_counts import LISTS, STOPPED, totals
from residents.views.quarantine_steps import STEPS, TRANSFER_STEPS

HOME = "dwelling__entrance__building__compound"


@require_safe
@requires(Permission.QUARANTINE_VIEW)
def quarantine_list(request: Request) -> HttpResponse:
    """The worker sees who is in quarantine: by class, by where they are, by what waits."""
    form = CaseFilter(request.GET, communities=request.communities)
    counted = totals(request.communities)
    asked = request.GET.get("list", "")
    terms = form.asked()
    mine = communities_for(request.user, Permission.QUARANTINE_DECIDE)
    rows = listed(request.communities, asked, terms)
    rows = rows.select_related("resident", HOME, "policy").in_place_order()
    context = {
        "form": form,
        "sheet": SheetForm(communities=mine, compound=terms.get("compound")),
        "asked": asked if asked in pills() else "",
        "pills": [(name, label, counted[name]) for name, label in pills().items()],
        "open": counted["open"],
        "rows": paged(request, rows),
        "stats": _stats(request, counted),
    }
    return page(request, "residents/quarantine/list.html", context, part="quarantine-rows")


def pills() -> dict[str, Any]:
    """The lists people ask for, in the order of the buttons."""
    return {
        "at_home": _("at home"), "to_move": _("waits for the transfer"), "at_site": _("at a site"), "alert": _("alert"),
        "waiting": _("waits for release"),
        "positive": _("positive"), "close": _("close contacts"), "secondary": _("secondary contacts"),
        "released": _("released"), "stopped": _("voided or closed"),
    }  # fmt: skip


def listed(communities: Any, asked: str, terms: dict[str, Any]) -> Any:
    """The cases of one list; without a list, all that run."""
    rows = QuarantineCase.objects.within(communities)
    waiting = asked == "waiting"
    lists = {**LISTS, "stopped": STOPPED}
    rows = rows.period_over(timezone.localdate()) if waiting else rows.filter(lists.get(asked, Q(ended_on=None)))
    if compound := terms.get("compound"):
        rows = rows.filter(**{HOME: compound})
    if group := terms.get("group"):
        rows = rows.filter(chat_group=group)
    if text := terms.get("q"):
        people = search.meant(communities, text).values("pk")
        # Who has left since is found by the name alone.
        rows = rows.filter(Q(resident__in=people) | Q(resident__name__contains=text) | Q(notice_no__contains=text))
    return rows


def _stats(request: Request, counted: dict[str, int]) -> list[Stat]:
    checks = health_checks.counts(request.communities, timezone.localdate(), timezone.now()).values()
    asked, done, missed = (sum(row[name] for row in checks) for name in ("asked", "done", "missed"))
    here = reverse("residents:health_check_list")
    return [
        Stat(_("in quarantine"), counted["open"]),
        Stat(_("alert"), counted["alert"], tone="bad" if counted["alert"] else "", address="?list=alert"),
        Stat(_("checks today"), done, of=asked, address=here),
        Stat(_("missed"), missed, tone="bad" if missed else "", address=f"{here}?show=missed"),
        Stat(_("to release"), counted["waiting"], tone="warn" if counted["waiting"] else "", address="?list=waiting"),
    ]


@require_safe
@requires(Permission.QUARANTINE_EDIT)
def quarantine_find(request: Request) -> HttpResponse:
    """The worker looks for the person to register."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    shown = search.meant(request.communities, text).select_related(HOME).order_by("dwelling__entrance", "dwelling__floor", "id")
    running = Prefetch("cases", QuarantineCase.objects.open(), to_attr="running")
    context = {"q": text, "rows": paged(request, shown.prefetch_related(running))}
    return page(request, "residents/quarantine/find.html", context, part="quarantine-found")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.QUARANTINE_EDIT)
def quarantine_register(request: Request, pk: int) -> HttpResponse:
    """The worker opens a case for a resident."""
    rows = Resident.objects.within(request.communities).registered().select_related("community", HOME)
    resident = get_object_or_404(rows, pk=pk)
    form = RegisterForm(
        request.POST if request.method == "POST" else None, resident=resident, cancel=reverse("residents:quarantine_find")
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            case = quarantine.register(
                resident_id=pk, contact_class=data["contact_class"], reason=data["reason"], starts_on=data["starts_on"],
                policy=data["policy"], facts=form.facts(), by=request.user,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Registered. Serve the notice next."))
            return redirect("residents:quarantine_detail", case.pk)
    status = 422 if form.is_bound else 200
    return page(request, "residents/quarantine/register.html", {"form": form, "resident": resident}, status=status)


@require_safe
@requires(Permission.QUARANTINE_VIEW)
def quarantine_detail(request: Request, pk: int) -> HttpResponse:
    """The worker reads one person's file, and does the next step."""
    case = found(request, pk)
    missing = moves.missing_for_release(case) if case.state == "active" else []
    # What is missing comes before the release.
    steps = sorted(moves.open_steps(case), key=lambda step: step == "release" and bool(missing))
    transfer = next((row for row in case.transfers.all() if row.state not in {"arrived", "cancelled"}), None)
    lines = Event.objects.filter(table=case._meta.label_lower, row=str(pk)).select_related("by").order_by("-id")[:50]
    context = {
        "case": case,
        "stages": list(case.stages.all()),
        "steps": [(key, STEPS[key]) for key in steps if key in STEPS],
        "missing": missing,
        "days": _days(case),
        "tests": [test for test in case.tests.all() if test.test_result != "dropped"],
        "team": list(case.team.all()),
        "transfer": transfer,
        "transfer_steps": [(key, step) for key, step in TRANSFER_STEPS.items() if transfer and transfer.state in step.states],
        "proposed": [] if case.is_ended else quarantine.proposed(case.dwelling),
        "trail": [trail.line(event) for event in lines],
        "today": timezone.localdate(),
        "slot": health_checks.slot_now(timezone.now()),
    }
    return page(request, "residents/quarantine/detail.html", context)


def _days(case: QuarantineCase) -> list[dict[str, Any]]:
    """The days on which health was asked, newest first, with the two halves of each."""
    days: dict[Any, dict[str, Any]] = {}
    for check in HealthCheck.objects.filter(case=case).select_related("taken_by").order_by("-day", "slot"):
        days.setdefault(check.day, {"day": check.day})[check.slot] = check
    return list(days.values())


def found(request: Request, pk: int) -> QuarantineCase:
    """The case, if it is mine."""
    rows = QuarantineCase.objects.within(request.communities).select_related(
        "community", "resident", HOME, "policy", "chat_group__owner", "notice_served_by", "verified_by", "released_by"
    )
    related = ("transfers", "exits__approved_by", "verifications__verified_by", "persuasions", "tests", "site_calls__called_by")
    return get_object_or_404(rows.prefetch_related(*related), pk=pk)


@require_POST
@requires(Permission.QUARANTINE_EDIT)
def quarantine_home(request: Request, pk: int) -> HttpResponse:
    """The worker registers the others of a home in which somebody is positive."""
    home = get_object_or_404(Dwelling.objects.within(request.communities), pk=pk)
    asked = {int(value) for value in request.POST.getlist("resident") if value.isdecimal() and len(value) < 19}
    chosen = [resident.pk for resident in quarantine.proposed(home) if resident.pk in asked]
    try:
        made = quarantine.register_home(
            dwelling_id=pk, resident_ids=chosen, contact_class="close", reason=QuarantineCase.Reason.CLOSE_SPECIAL,
            starts_on=timezone.localdate(), by=request.user,
        )  # fmt: skip
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("%(count)s registered.") % {"count": len(made)})
    running = home.cases.open().order_by("id").first()
    if running is None:
        raise Http404
    return redirect("residents:quarantine_detail", running.pk)
