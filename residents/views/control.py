"""How far each compound is closed, and which is declared free of the epidemic."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, may_in, requires
from residents.forms.control import ApplyForm, ControlForm, StatusForm
from residents.models import Building, Compound, ControlLevel, EpidemicFreeStatus, QuarantineCase
from residents.services import control

State = EpidemicFreeStatus.State
HOME = "dwelling__entrance__building__compound"


@require_safe
@requires(Permission.QUARANTINE_COUNT)
def control_list(request: Request) -> HttpResponse:
    """I see the level of every compound, its days without a case, its status."""
    compounds = Compound.objects.within(request.communities).select_related("community").order_by("community__code", "id")
    rows = paged(request, compounds)
    today = timezone.localdate()
    shown = list(rows)
    levels = control.levels(shown, today)
    open_ = EpidemicFreeStatus.objects.filter(compound__in=shown).exclude(state=State.CANCELLED)
    statuses = {status.compound_id: status for status in open_}
    cases = QuarantineCase.objects.filter(**{f"{HOME}__in": shown}, positive_on__isnull=False).order_by()
    last = dict(cases.values_list(HOME).annotate(last=Max("positive_on")))
    numbers = dict(Building.objects.filter(pk__in=[key[1] for key in levels if key[1]]).values_list("pk", "number"))
    lines = [
        _line(
            compound=compound, levels=levels, numbers=numbers, status=statuses.get(compound.pk),
            last=last.get(compound.pk), today=today,
        )
        for compound in shown
    ]  # fmt: skip
    return page(request, "residents/control/list.html", {"rows": rows, "lines": lines}, part="control-rows")


def _line(
    *, compound: Compound, levels: dict[Any, str], numbers: dict[int, str], status: EpidemicFreeStatus | None,
    last: dt.date | None, today: dt.date,
) -> dict[str, Any]:  # fmt: skip
    whole = levels.get((compound.pk, None), ControlLevel.OPEN)
    apart = [
        (numbers[building], ControlLevel(level))
        for (key, building), level in levels.items()
        if key == compound.pk and building and level != whole
    ]
    return {
        "compound": compound, "level": ControlLevel(whole), "apart": apart, "status": status,
        "clear": (today - last).days if last else None, "free_days": control.free_days(status, today) if status else None,
    }  # fmt: skip


@require_safe
@requires(Permission.QUARANTINE_COUNT)
def control_detail(request: Request, pk: int) -> HttpResponse:
    """I read the decisions about one compound; the secretary records the next."""
    return _detail(request, _compound(request, pk))


def _compound(request: Request, pk: int) -> Compound:
    rows = Compound.objects.within(request.communities).select_related("community__subdistrict")
    return get_object_or_404(rows, pk=pk)


def _detail(request: Request, compound: Compound, form: Any = None, apply_form: Any = None) -> HttpResponse:
    today = timezone.localdate()
    status = compound.free_statuses.exclude(state=State.CANCELLED).first()
    context = {
        "compound": compound,
        "level": ControlLevel(control.level_on(compound, today)),
        "changes": paged(request, compound.control_changes.select_related("building", "decided_by")),
        "status": status,
        "free_days": control.free_days(status, today) if status else None,
        "criteria": control.criteria(compound, today, status.tested_on if status else None),
        "steps": [(key, step) for key, step in STEPS.items() if status and status.state in step.states],
        "history": compound.free_statuses.filter(state=State.CANCELLED)[:20],
        "may_decide": may_in(request.user, Permission.CONTROL_DECIDE, compound.community),
        "form": form or ControlForm(compound=compound, action=reverse("residents:control_decide", args=[compound.pk])),
        "apply_form": apply_form or ApplyForm(action=reverse("residents:control_apply", args=[compound.pk])),
    }
    return page(request, "residents/control/detail.html", context, status=422 if form or apply_form else 200)


@require_POST
@requires(Permission.CONTROL_DECIDE)
def control_decide(request: Request, pk: int) -> HttpResponse:
    """The secretary writes down a decision about the compound or one building."""
    compound = _compound(request, pk)
    form = ControlForm(request.POST, compound=compound, action=reverse("residents:control_decide", args=[pk]))
    if not form.is_valid():
        return _detail(request, compound, form=form)
    try:
        control.decide(compound=compound, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _detail(request, compound, form=form)
    messages.success(request, _("Recorded."))
    return redirect("residents:control_detail", pk)


@require_POST
@requires(Permission.CONTROL_DECIDE)
def control_apply(request: Request, pk: int) -> HttpResponse:
    """The secretary asks for the status; the portal has looked at the conditions first."""
    compound = _compound(request, pk)
    form = ApplyForm(request.POST, action=reverse("residents:control_apply", args=[pk]))
    if not form.is_valid():
        return _detail(request, compound, apply_form=form)
    try:
        control.apply(compound=compound, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error("tested_on", str(refusal))
        return _detail(request, compound, apply_form=form)
    messages.success(request, _("Applied."))
    return redirect("residents:control_detail", pk)


@dataclass(frozen=True)
class Step:
    """One button of the status: from which states, what it asks, what it does."""

    action: Any
    label: Any
    field: str
    service: Callable[..., Any]
    states: tuple[str, ...]
    danger: bool = False


STEPS: dict[str, Step] = {
    "grant": Step(
        gettext_lazy("Granted"), gettext_lazy("Batch of the published list"), "batch", control.grant, (State.APPLIED,)
    ),
    "restore": Step(gettext_lazy("Restore"), "", "", control.restore, (State.SUSPENDED,)),
    "suspend": Step(gettext_lazy("Suspend"), gettext_lazy("Reason"), "reason", control.suspend, (State.GRANTED,), danger=True),
    "cancel": Step(
        gettext_lazy("Cancel the status"), gettext_lazy("Reason"), "reason", control.cancel,
        (State.APPLIED, State.GRANTED, State.SUSPENDED), danger=True,
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CONTROL_DECIDE)
def control_step(request: Request, pk: int, step: str) -> HttpResponse:
    """The secretary writes down what became of the application."""
    if step not in STEPS:
        raise Http404
    row = get_object_or_404(EpidemicFreeStatus.objects.within(request.communities).select_related("compound"), pk=pk)
    move = STEPS[step]
    form = StatusForm(request.POST if request.method == "POST" else None, label=move.label) if move.field else None
    back = reverse("residents:control_detail", args=[row.compound_id])
    if request.method == "POST" and (form is None or form.is_valid()):
        told = {move.field: form.cleaned_data["text"]} if form else {}
        try:
            move.service(status_id=pk, by=request.user, **told)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Done."))
        return redirect(back)
    context = {
        "question": _(": ").join([str(row.compound), str(move.action)]), "form": form, "action": move.action,
        "danger": move.danger, "back": back,
        "text": _("Epidemic-free status, now “%(state)s”.") % {"state": row.get_state_display()},
    }  # fmt: skip
    return page(request, "confirm.html", context, status=422 if request.method == "POST" else 200)
