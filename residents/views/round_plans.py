"""The timetable of rounds."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.lib.constraints import lasts_on
from portal.lib.errors import Refused
from portal.lib.keys import unpacked
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.forms.round_plans import MOST_CHOSEN, NewPlanForm, RoundPlanForm
from residents.models import Dwelling, RoundPlan
from residents.rounds import KINDS, kind_of
from residents.services import round_plans


@require_safe
@requires(Permission.ROUND_VIEW)
def round_plan_list(request: Request) -> HttpResponse:
    """What is walked when, by whom, from when to when."""
    every = RoundPlan.objects.within(request.communities)
    over = request.GET.get("state") == "over"
    today = timezone.localdate()
    running = every.filter(lasts_on(today)) | every.filter(starts_on__gt=today)
    rows = every.filter(ends_on__lt=today) if over else running
    rows = rows.select_related("community", "compound", "building").prefetch_related("team", "categories")
    listed = paged(request, rows.annotate(homes_count=Count("dwellings", distinct=True)).order_by("name", "id"))
    for plan in listed:
        plan.what = kind_of(plan.kind)
    context = {"rows": listed, "over": over, "running": running.count(), "ended": every.filter(ends_on__lt=today).count()}
    return page(request, "residents/round_plans/list.html", context, part="plan-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ROUND_EDIT)
def round_new(request: Request) -> HttpResponse:
    """A new round: which kind, then whom, when and who; homes chosen in the picture come along."""
    # The form is sent to its own address, which says what was chosen first.
    asked = {**request.GET.dict(), **request.POST.dict()}
    where = {"kind": asked.get("kind"), "community": asked.get("community") or _only(request)}
    first = NewPlanForm(where, communities=request.communities)
    if not first.is_valid():
        context = {"kinds": KINDS.values(), "communities": request.communities, "dwellings": asked.get("dwellings", "")}
        return page(request, "residents/round_plans/kinds.html", context)
    kind, community = first.cleaned_data["kind"], first.cleaned_data["community"]
    form = RoundPlanForm(
        request.POST or None,
        community=community,
        kind=kind,
        initial=_chosen(request),
        submit=_("Begin the rounds"),
        cancel=reverse("residents:round_plan_list"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            plan = round_plans.create(community=community, kind=kind, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            return _made(request, plan)
    return _form(request, form, _("New round: %(kind)s") % {"kind": kind_of(kind).label})


def _only(request: Request) -> Any:
    """Somebody of one community need not choose it."""
    mine = list(request.communities[:2])
    return mine[0].pk if len(mine) == 1 else None


def _chosen(request: Request) -> dict[str, Any]:
    """The homes that were chosen in the compound's picture."""
    wanted = unpacked(request.GET.get("dwellings", ""))
    if not wanted:
        return {}
    rows = Dwelling.objects.filter(community__in=request.communities, pk__in=wanted[:MOST_CHOSEN])
    homes = rows.select_related("entrance__building").in_place_order()
    return {"whom": RoundPlan.Whom.CHOSEN, "homes": "\n".join(map(str, homes))}


def _made(request: Request, plan: RoundPlan) -> HttpResponse:
    opened = plan.rounds.annotate(count=Count("stops")).order_by("-starts_at").first()
    if opened:
        text = ngettext("The first round is open: %(count)s stop.", "The first round is open: %(count)s stops.", opened.count)
        text %= {"count": opened.count}
    else:
        text = _("Saved. The first round opens at its time.")
    messages.success(request, text)
    return redirect("residents:round_list" if opened else "residents:round_plan_list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ROUND_EDIT)
def round_plan_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary changes what the next round will be."""
    plan = _found(request, pk)
    back = reverse("residents:round_plan_list")
    form = RoundPlanForm(
        request.POST or None, instance=plan, community=plan.community, kind=plan.kind, submit=_("Save"), cancel=back
    )
    if request.method == "POST" and form.is_valid():
        try:
            round_plans.update(plan_id=plan.pk, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Saved. Rounds that are open stay as they are; the next one is made by this."))
            return redirect(back)
    return _form(request, form, plan.name, plan)


@require_POST
@requires(Permission.ROUND_EDIT)
def round_plan_end(request: Request, pk: int) -> HttpResponse:
    """No more rounds of this plan after today."""
    plan = _found(request, pk)
    try:
        round_plans.end(plan_id=plan.pk, until=timezone.localdate(), by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("%(name)s ends today.") % {"name": plan.name})
    return redirect("residents:round_plan_list")


def _found(request: Request, pk: int) -> RoundPlan:
    return get_object_or_404(RoundPlan.objects.within(request.communities).select_related("community"), pk=pk)


def _form(request: Request, form: RoundPlanForm, title: str, plan: RoundPlan | None = None) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "title": title, "plan": plan, "kind": form.kind}
    return page(request, "residents/round_plans/form.html", context, status=status)
