"""What residents bring up: problems, disputes, incidents; one mechanism with three lists."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import audit
from portal.lib.downloads import sheet
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import MOST, paged
from residents.access import Permission, Request, requires
from residents.forms.matters import DoneForm, FirmForm, GiveForm, LevelForm, MatterForm, SolveForm
from residents.forms.steps import ReasonForm
from residents.models import Matter, MatterKind, MatterState
from residents.models.matters import APPEALS, ENDED, INCIDENTS, MEDIATIONS, OPEN, SIGNS
from residents.services import matter_asks, matters
from residents.services.matter_view import COLUMNS, sheet_rows
from residents.views.steps import Step, Steps

RAISE, DESK = Permission.MATTER_RAISE, Permission.MATTER_DESK
GROUPS = {
    "appeals": (pgettext_lazy("matter", "Problems and suggestions"), APPEALS),
    "mediations": (pgettext_lazy("matter", "Mediation"), MEDIATIONS),
    "incidents": (pgettext_lazy("matter", "Incidents"), INCIDENTS),
    "signs": (pgettext_lazy("matter", "Mood of residents"), SIGNS),
}
STATES = {"open": OPEN, "new": (MatterState.NEW,), "solved": (MatterState.SOLVED,), "unsolved": (MatterState.UNSOLVED,)}

# Whoever can open a matter has it in hand or works at the desk: no step is the handler's alone.
MATTER_STEPS = Steps(
    {
        "take": Step(gettext_lazy("I take it"), matters.take, (MatterState.NEW,), "hand-stop", DESK, main=True),
        "step": Step(
            gettext_lazy("Write down what was done"), matters.step, OPEN, "note", RAISE, DoneForm, main=True
        ),
        "solve": Step(
            pgettext_lazy("matter", "Solved"), matters.solve, (MatterState.IN_HAND,), "circle-check", RAISE, SolveForm,
            main=True, text=gettext_lazy("Whoever brought it up sees how it ended."),
        ),
        "weigh": Step(
            gettext_lazy("Nearer or calmer"), matters.weigh, (MatterState.IN_HAND,), "temperature", RAISE, LevelForm,
            fits=lambda matter, _user: matter.kind == MatterKind.SIGN,
        ),
        "give": Step(gettext_lazy("Give it to somebody"), matters.give, OPEN, "user-plus", DESK, GiveForm),
        "firm": Step(
            gettext_lazy("The firm was called"), matters.call_firm, OPEN, "phone", RAISE, FirmForm,
            text=gettext_lazy("For water, power, gas and heating: whom you rang, and what they said."),
        ),
        "give-up": Step(
            gettext_lazy("End it without a solution"), matters.give_up, (MatterState.IN_HAND,), "circle-x", RAISE, ReasonForm,
            text=gettext_lazy("Say why, or who does it now. Whoever brought it up sees it."),
        ),
        "reopen": Step(
            gettext_lazy("Open it again"), matters.reopen, ENDED, "refresh", RAISE, ReasonForm,
            text=gettext_lazy("It is not settled after all."),
        ),
    },
    row_name="matter_id",
    view="residents:matter_detail",
    step_view="residents:matter_step",
    above=("residents:matter_list", gettext_lazy("Problems and disputes")),
    has=lambda _matter, _user: True,
)  # fmt: skip


@require_safe
@requires(RAISE)
def matter_list(request: Request) -> HttpResponse:
    """The desk sees what was brought up and what nobody has; a handler sees their own."""
    group, state = request.GET.get("group", ""), request.GET.get("state", "")
    group, state = group if group in GROUPS else "appeals", state if state in STATES else "open"
    rows = matters.readable(request.user)
    kinds = GROUPS[group][1]
    of_group = rows.filter(kind__in=kinds)
    if (kind := request.GET.get("kind", "")) in kinds:
        of_group = of_group.filter(kind=kind)
    counted = rows.order_by().aggregate(
        **{name: Count("pk", filter=Q(kind__in=of, state__in=OPEN)) for name, (_label, of) in GROUPS.items()},
        new=Count("pk", filter=Q(kind__in=kinds, state=MatterState.NEW)),
    )
    context = {
        "rows": paged(request, of_group.filter(state__in=STATES[state]).with_places().order_by("-reported_at", "-id")),
        "groups": [(name, label, counted[name]) for name, (label, _of) in GROUPS.items()],
        "group": group,
        "state": state,
        "kind": kind,
        "kinds": [(one.value, one.label) for one in kinds],
        "counts": {"open": counted[group], "new": counted["new"]},
    }
    return page(request, "residents/matters/list.html", context, part="matter-rows")


@never_cache
@require_POST
@requires(DESK)
def matter_export(request: Request) -> HttpResponseBase:
    """The register of one group, of those I may read; it is on record."""
    group = request.POST.get("group", "")
    _label, kinds = GROUPS.get(group, GROUPS["appeals"])
    rows = matters.readable(request.user).within(request.communities).filter(kind__in=kinds).with_places()
    rows = rows.prefetch_related("steps", "firm_calls", "helpers").order_by("-reported_at", "-id")[:MOST]
    for community in request.communities:
        audit.record("matter.exported", community, by=request.user, after={"rows": len(rows), "sheet": group})
    title = {"mediations": "矛盾调解台账", "incidents": "应急事件台账", "signs": "居民思想动态台账"}.get(group, "困难诉求台账")
    return sheet(COLUMNS, sheet_rows(rows), title=title, file=f"{title}{timezone.localdate()}")


def _found(request: Request, pk: int) -> Matter:
    rows = matters.readable(request.user).within(request.communities).with_places()
    return get_object_or_404(rows.select_related("community__subdistrict", "reported_by", "ended_by"), pk=pk)


@require_safe
@requires(RAISE)
def matter_detail(request: Request, pk: int) -> HttpResponse:
    """One matter: what, who brought it up, what was done, how it ended."""
    matter = _found(request, pk)
    steps = [
        (name, step)
        for name, step in MATTER_STEPS.open_to(matter, request.user)
        if name != "firm" or matter.kind == MatterKind.FAULT
    ]
    own = (
        "" if matter.is_inward else request.build_absolute_uri(reverse("residents:matter_own", args=[matter_asks.link(matter)]))
    )
    context = {
        "matter": matter,
        "done": matter.steps.select_related("by"),
        "calls": matter.firm_calls.select_related("called_by"),
        "helpers": matter.helpers.all(),
        "steps": steps,
        "link": own,
    }
    return page(request, "residents/matters/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(RAISE)
def matter_create(request: Request) -> HttpResponse:
    """Somebody rings, or stands at the desk: take it down."""
    initial = {"kind": request.GET.get("kind", "")}
    data = request.POST if request.method == "POST" else None
    form = MatterForm(data, initial=initial, communities=request.communities, cancel=reverse("residents:matter_list"))
    if form.is_bound and form.is_valid():
        try:
            matter = matters.report(place=form.place(), by=request.user, **_facts(form.cleaned_data))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Taken down. The desk was told."))
            return _after(request, matter)
    return page(request, "residents/matters/form.html", {"form": form}, status=422 if form.is_bound else 200)


def _facts(cleaned: dict[str, Any]) -> dict[str, Any]:
    return {name: cleaned[name] for name in ("key", "kind", "what", "parties", "level", "name", "phone")}


def _after(request: Request, matter: Matter) -> HttpResponse:
    """To the matter, if whoever wrote it may read it."""
    if matters.readable(request.user).filter(pk=matter.pk).exists():
        return redirect("residents:matter_detail", matter.pk)
    return redirect("residents:matter_list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(RAISE)
def matter_step(request: Request, pk: int, step: str) -> HttpResponse:
    """Do the next thing; one that asks something has a page of its own."""
    return MATTER_STEPS.answer(request, _found(request, pk), step)
