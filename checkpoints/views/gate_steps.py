"""What else happens at a gate: who is inside, several of one home, one tap for ambulances and couriers, a vehicle's plate."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.access import device_of, gate_shifts, is_shut_out, leads_gate
from checkpoints.forms.visits import HomeForm
from checkpoints.models import Passage, Shift
from checkpoints.services import fevers, homes, inside, pass_overdue, pass_parties, passages, quick, vehicles
from checkpoints.services.written_fields import Invalid
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.models import Dwelling, Resident
from residents.services import search
from residents.services.policies import duty_policy

SHOWN = 200


def gate_shift(request: Request, pk: int) -> Shift:
    """The shift, if its gate is one where the person may log."""
    shifts = gate_shifts(request.user).select_related("post__compound__community__subdistrict")
    shift: Shift = get_object_or_404(shifts, pk=min(pk, 2**63 - 1))
    if is_shut_out(request.user, shift, device_of(request)):
        raise PermissionDenied(_("This phone was shut out of the shift. Ask the lead or the community."))
    return shift


def fever_limit(shift: Shift) -> Decimal:
    """From which temperature on somebody is held."""
    return duty_policy(shift.post.compound.community, shift.day).fever_limit


def said(request: Request, shift: Shift, answer: passages.Answer) -> HttpResponse:
    """Say what became of a passage; whoever is held leads to the procedure."""
    if answer.status == passages.REFUSED:
        messages.warning(request, answer.why)
    elif answer.result == Passage.Result.HELD:
        return redirect("checkpoints:gate_fever", shift.pk, answer.id)
    else:
        messages.success(request, _("Logged."))
    return redirect("checkpoints:gate", shift.pk)


@require_safe
@requires(Permission.GATE_LOG)
def gate_inside(request: Request, pk: int) -> HttpResponse:
    """Who came in and has not gone out, since when; and who of the residents is out too long."""
    shift = gate_shift(request, pk)
    rows = list(inside.rows(shift.post.compound).select_related("post")[:SHOWN])
    context = {
        "shift": shift, "rows": [(row, passages.new_id()) for row in rows], "full": len(rows) == SHOWN,
        "late": pass_overdue.at_gate(shift), "held": fevers.waiting(shift.post)[:SHOWN],
    }  # fmt: skip
    return page(request, "checkpoints/gate/inside.html", context)


@require_POST
@requires(Permission.GATE_LOG)
def gate_let_out(request: Request, pk: int, passage: UUID) -> HttpResponse:
    """Somebody who is inside goes out: one tap."""
    shift = gate_shift(request, pk)
    rows = Passage.objects.standing().filter(post__compound=shift.post.compound_id)
    row = get_object_or_404(rows, pk=passage)
    answer = inside.let_out(
        passage=row, number=request.POST.get("id", ""), shift=shift, fever_limit=fever_limit(shift), by=request.user
    )
    if answer.status == passages.REFUSED:
        messages.warning(request, answer.why)
    return redirect("checkpoints:gate_inside", shift.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GATE_LOG)
def gate_home(request: Request, pk: int) -> HttpResponse:
    """A family passes: I find the home, tick who is there, see whether they may go, and press once."""
    shift = gate_shift(request, pk)
    text = (request.POST.get("home") or request.GET.get("home", ""))[:60]
    compound = shift.post.compound
    dwelling = search.home_of(compound.community, text, compound=compound) if search.parts(text) else None
    people = homes.people(dwelling) if dwelling else []
    form = HomeForm(request.POST if request.method == "POST" else None, people=people)
    kept = homes.kept_in(dwelling, people) if dwelling else set()
    ticked = _ticked(form, people, kept)
    asked = pass_parties.ask(shift, dwelling, list(ticked)) if dwelling and ticked and not form.is_bound else None
    if form.is_bound and dwelling:
        try:
            done = _family(request, shift, dwelling, form)
        except pass_parties.Stopped as stopped:
            asked = stopped.asked
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("%(n)s logged.") % {"n": done})
            return redirect("checkpoints:gate", shift.pk)
    context = {
        "shift": shift, "text": text, "dwelling": dwelling, "people": people, "key": passages.new_id(), "kept": kept,
        "ticked": ticked, "reason": form["reason"].value() or "", "asked": asked,
        "leads": bool(asked) and asked.forbids and leads_gate(request.user, shift),
    }  # fmt: skip
    return page(request, "checkpoints/gate/home.html", context, status=422 if form.is_bound else 200)


def _ticked(form: HomeForm, people: list[Resident], kept: set[int]) -> Collection[int]:
    """Who was chosen; on a fresh page all who may go."""
    if form.is_bound:
        return form.cleaned_data.get("residents", ()) if form.is_valid() else ()
    return [one.pk for one in people if one.pk not in kept] or kept


def _family(request: Request, shift: Shift, dwelling: Dwelling, form: HomeForm) -> int:
    if not form.is_valid():
        raise Refused(_("Choose who passes, and press In or Out."))
    facts = {name: form.cleaned_data[name] for name in ("key", "residents", "direction", "reason")}
    homes.log(
        **facts, word=form.word(), dwelling=dwelling, shift=shift, fever_limit=fever_limit(shift), by=request.user
    )  # fmt: skip
    return len(facts["residents"])


@require_POST
@requires(Permission.GATE_LOG)
def gate_quick(request: Request, pk: int, what: str) -> HttpResponse:
    """An ambulance passes, a courier stays outside: one tap, no form."""
    shift = gate_shift(request, pk)
    if what not in quick.QUICK:
        messages.warning(request, _("Choose one of the buttons."))
        return redirect("checkpoints:gate", shift.pk)
    policy = duty_policy(shift.post.compound.community, shift.day)
    row = {**quick.row(what, policy), "id": request.POST.get("id", "")}
    answer = passages.store_one(shift=shift, row=row, fever_limit=policy.fever_limit, by=request.user)
    if answer.status != passages.REFUSED and what == "courier" and not quick.enters(what, policy):
        messages.success(request, _("Logged. Say: goods go to the shelf, the home is rung up."))
        return redirect("checkpoints:delivery_list")
    return said(request, shift, answer)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GATE_LOG)
def gate_vehicle(request: Request, pk: int) -> HttpResponse:
    """May this plate come in? Then I log it, with whoever rides along."""
    shift = gate_shift(request, pk)
    plate, error, verdict = (request.POST.get("plate") or request.GET.get("plate", ""))[:20], "", None
    try:
        verdict = vehicles.look_up(shift.post.compound.community, plate) if plate else None
    except Invalid as bad:
        error = bad.why
    if request.method == "POST" and verdict:
        try:
            return said(request, shift, _log_vehicle(request, shift, verdict))
        except Refused as refusal:
            error = str(refusal)
    context = {"shift": shift, "plate": plate, "error": error, "verdict": verdict, "number": passages.new_id()}
    context["leads"] = bool(verdict and verdict.answer == "no") and leads_gate(request.user, shift)
    return page(request, "checkpoints/gate/vehicle.html", context, status=422 if request.method == "POST" else 200)


def _log_vehicle(request: Request, shift: Shift, verdict: vehicles.Verdict) -> passages.Answer:
    vehicle = verdict.vehicle
    row = {name: request.POST.get(name, "") for name in ("id", "passengers", "reason", "direction", "override")}
    row |= {"person": "driver", "plate_no": verdict.plate, "home": vehicle.written_home if vehicle else ""}
    if request.POST.get("turn_back"):
        row |= {"direction": "in", "result": Passage.Result.TURNED_BACK, "result_note": verdict.stored}
    answer = passages.store_one(shift=shift, row=row, fever_limit=fever_limit(shift), by=request.user)
    if answer.status == passages.REFUSED:
        raise Refused(answer.why)
    return answer
