"""The steps of a case: each asks what it needs, says what it does, and does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, may_in, requires
from residents.forms import quarantine as forms
from residents.models import CaseTest, QuarantineCase, Transfer
from residents.services import quarantine, transfers
from residents.services import quarantine_moves as moves

EDIT, DECIDE = Permission.QUARANTINE_EDIT, Permission.QUARANTINE_DECIDE
State = Transfer.State


@dataclass(frozen=True)
class Step:
    """One button of a case's page: what it asks, what it does, who may."""

    action: Any
    text: Any
    form: type[forms.StepForm]
    service: Callable[..., Any]
    icon: str
    permission: Permission = EDIT
    danger: bool = False
    # Of a transfer: where it stands before.
    states: tuple[str, ...] = ()
    # What the service is told besides.
    told: tuple[tuple[str, Any], ...] = ()


def _tell(agreed: bool) -> Callable[..., Any]:
    def told(*, transfer_id: int, by: Any) -> Any:
        return transfers.notify(transfer_id=transfer_id, agreed=agreed, by=by)

    return told


STEPS: dict[str, Step] = {
    "notice": Step(
        gettext_lazy("Serve the notice"),
        gettext_lazy("The notice gets its number. Print it next, read it out and have it signed."),
        forms.StepForm, quarantine.serve_notice, "clipboard-list",
    ),
    "assess": Step(
        gettext_lazy("Assess the home"), gettext_lazy("Together with the doctor, at the door."),
        forms.AssessForm, quarantine.assess, "home",
    ),
    "start": Step(
        gettext_lazy("Start"),
        gettext_lazy("From now on health is asked twice a day, and the home's passes do not open the gate."),
        forms.StartForm, quarantine.start, "player-play",
    ),
    "clear-alert": Step(
        gettext_lazy("Clear the alert"), gettext_lazy("Somebody has looked at the person and found nothing to worry about."),
        forms.NoteForm, moves.clear_alert, "circle-check",
    ),
    "back": Step(
        gettext_lazy("Back at home"), gettext_lazy("The person is back and stays."), forms.StepForm, moves.end_violation,
        "home",
    ),
    "return": Step(
        gettext_lazy("Record the return"), gettext_lazy("Back from the approved exit."), forms.StepForm, moves.return_home,
        "arrow-back-up",
    ),
    "release": Step(
        gettext_lazy("Release"),
        gettext_lazy("The period is over, tests are negative, no symptom, verified. The release notice gets its number."),
        forms.StepForm, moves.release, "lock-open", DECIDE,
    ),
    "verify": Step(
        gettext_lazy("Spot check"), gettext_lazy("Look whether the person is there, unannounced."),
        forms.VerifyForm, moves.verify, "eye",
    ),
    "transfer": Step(
        gettext_lazy("Order a transfer"), gettext_lazy("To a site, a hospital, or home. It is told before it leaves."),
        forms.TransferForm, transfers.order, "car",
    ),
    "exit": Step(
        gettext_lazy("Approve an exit"), gettext_lazy("With a person and a car, nobody met on the way."),
        forms.ExitForm, moves.approve_exit, "walk", DECIDE,
    ),
    "persuade": Step(
        gettext_lazy("Write down a talk"), gettext_lazy("By phone first, then at the door."),
        forms.PersuadeForm, moves.persuade, "message",
    ),
    "team": Step(
        gettext_lazy("Care team"), gettext_lazy("Five people look after one: name and phone of each stand on the door sign."),
        forms.TeamForm, quarantine.set_team, "users-group",
    ),
    "plan": Step(
        gettext_lazy("Plan and needs"), gettext_lazy("One person, one plan."), forms.PlanForm, quarantine.describe, "edit"
    ),
    "extend": Step(
        gettext_lazy("Extend"), gettext_lazy("A new exposure: the last day moves, and that day is tested."),
        forms.ExtendForm, moves.extend, "calendar-event", DECIDE,
    ),
    "violation": Step(
        gettext_lazy("Report a violation"), gettext_lazy("The person refuses, or has left the home."),
        forms.NoteForm, moves.violate, "alert-triangle", danger=True,
    ),
    "void": Step(
        gettext_lazy("Void"), gettext_lazy("The case was opened by mistake. It stays on record as voided."),
        forms.ReasonForm, moves.void, "trash", DECIDE, danger=True,
    ),
    "close": Step(
        gettext_lazy("Close the case"),
        gettext_lazy("Somebody else goes on with it: another area, a hospital; or the person died."),
        forms.ReasonForm, moves.close, "x", DECIDE, danger=True,
    ),
}  # fmt: skip

TRANSFER_STEPS: dict[str, Step] = {
    "told": Step(
        gettext_lazy("Told, agrees"), gettext_lazy("The person knows when the car comes and what to take along."),
        forms.StepForm, _tell(True), "check", states=(State.ORDERED, State.REFUSED),
    ),
    "refused": Step(
        gettext_lazy("Refuses to go"), gettext_lazy("Write down the talks until the person agrees."),
        forms.StepForm, _tell(False), "hand-stop", states=(State.ORDERED, State.NOTIFIED),
    ),
    "left": Step(
        gettext_lazy("The car leaves"), gettext_lazy("With an escort, everybody protected, nobody met on the way."),
        forms.DepartForm, transfers.depart, "car", states=(State.NOTIFIED,),
    ),
    "arrived": Step(
        gettext_lazy("Arrived"), gettext_lazy("Handed over. Who comes home begins the next stage there."),
        forms.ArriveForm, transfers.arrive, "map-pin", states=(State.ON_WAY,),
    ),
    "disinfected": Step(
        gettext_lazy("Home disinfected"), gettext_lazy("It stays closed until it has worked."),
        forms.DisinfectedForm, transfers.disinfected, "circle-check", states=(State.ON_WAY,),
    ),
    "cancel": Step(
        gettext_lazy("Call it off"), gettext_lazy("The transfer does not take place."),
        forms.StepForm, transfers.cancel, "x", states=(State.ORDERED, State.NOTIFIED, State.REFUSED), danger=True,
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.QUARANTINE_EDIT)
def quarantine_step(request: Request, pk: int, step: str) -> HttpResponse:
    """The worker does the next step; the page says what will happen before it does."""
    if step not in STEPS:
        raise Http404
    case = _case(request, pk)
    return _answer(request, case, STEPS[step], lambda values: {"case_id": pk, **values})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.QUARANTINE_EDIT)
def transfer_step(request: Request, pk: int, step: str) -> HttpResponse:
    """The worker follows a transfer from the order to the arrival."""
    if step not in TRANSFER_STEPS:
        raise Http404
    row = get_object_or_404(Transfer.objects.within(request.communities), pk=pk)
    case = _case(request, row.case_id)
    return _answer(request, case, TRANSFER_STEPS[step], lambda values: {"transfer_id": pk, **values})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.QUARANTINE_EDIT)
def quarantine_test(request: Request, pk: int) -> HttpResponse:
    """The worker writes a test's result down."""
    row = get_object_or_404(CaseTest.objects.within(request.communities), pk=pk)
    step = Step(
        _("Test of %(day)s") % {"day": row.due_on},
        _("A positive one waits for the transfer, and the others of the home are proposed."),
        forms.TestForm, moves.record_test, "virus",
    )  # fmt: skip
    return _answer(request, _case(request, row.case_id), step, lambda values: {"test_id": pk, **values})


def _case(request: Request, pk: int) -> QuarantineCase:
    rows = QuarantineCase.objects.within(request.communities)
    return get_object_or_404(rows.select_related("community", "resident", "dwelling__entrance__building"), pk=pk)


def _answer(
    request: Request, case: QuarantineCase, step: Step, values: Callable[[dict[str, Any]], dict[str, Any]]
) -> HttpResponse:
    if not may_in(request.user, step.permission, case.community):
        raise PermissionDenied
    form = step.form(request.POST if request.method == "POST" else None, case=case)
    back = reverse("residents:quarantine_detail", args=[case.pk])
    # A step that asks nothing has nothing to be invalid.
    if request.method == "POST" and (form.is_valid() or not form.fields):
        try:
            step.service(**values(form.values()), by=request.user)
        except Refused as refusal:
            if not form.fields:
                messages.warning(request, str(refusal))
                return redirect(back)
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Done."))
            return redirect(back)
    context = {
        "question": _("%(action)s: %(name)s, %(home)s") % {"action": step.action, "name": case.resident, "home": case.dwelling},
        "text": step.text,
        "form": form if form.fields else None,
        "action": step.action,
        "danger": step.danger,
        "back": back,
    }
    return page(request, "confirm.html", context, status=422 if request.method == "POST" else 200)
