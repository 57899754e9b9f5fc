"""The steps of an errand: each asks what it needs, says what it does, and does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.models import User
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, may_in, requires
from residents.forms import errands as forms
from residents.models import Errand, ErrandLine, ErrandState
from residents.models.errands import DONE, IN_HAND, OPEN, WAITING
from residents.services import errand_lines, errand_money, errand_rounds, errands, helpers

CLAIM, DESK = Permission.ERRAND_CLAIM, Permission.ERRAND_DESK
State = ErrandState


@dataclass(frozen=True)
class Step:
    """One button of an errand's page: what it asks, what it does, from where, who may."""

    label: Any
    service: Callable[..., Any]
    states: tuple[str, ...]
    icon: str
    permission: Permission = DESK
    form: type[forms.StepForm] | None = None
    # Only whoever has the errand.
    own: bool = False
    text: Any = ""
    main: bool = False
    danger: bool = False


STEPS: dict[str, Step] = {
    "claim": Step(gettext_lazy("I take it"), errands.claim, WAITING, "hand-stop", CLAIM, main=True),
    "start": Step(gettext_lazy("Set out"), errands.start, (State.ACCEPTED,), "walk", CLAIM, own=True, main=True),
    "bought": Step(
        gettext_lazy("I have everything"), errands.bought, (State.IN_PROGRESS,), "shopping-bag", CLAIM, own=True, main=True
    ),
    "deliver": Step(
        pgettext_lazy("errand", "Handed over"), errands.deliver, IN_HAND, "circle-check", CLAIM, forms.DeliverForm, own=True,
        main=True, text=gettext_lazy("The resident sees at once that it is done."),
    ),
    "settle": Step(
        gettext_lazy("Settle"), errand_money.settle, (State.DELIVERED,), "check", CLAIM, own=True, main=True,
    ),
    "fail": Step(
        gettext_lazy("It did not work out"), errands.fail, IN_HAND, "circle-x", CLAIM, forms.FailForm, own=True,
        text=gettext_lazy("It waits again, is passed on or ends, by what you choose."),
    ),
    "hand-over": Step(
        gettext_lazy("Give it to a colleague"), errands.hand_over, IN_HAND, "arrows-exchange", CLAIM, forms.HelperForm,
        own=True,
    ),
    "give-back": Step(
        gettext_lazy("Give it back"), errands.give_back, IN_HAND, "arrow-back-up", CLAIM, forms.ReasonForm, own=True,
        text=gettext_lazy("It waits again for somebody else."),
    ),
    "note": Step(
        gettext_lazy("Add a note"), errands.note, (*OPEN, State.DELIVERED), "note", Permission.ERRAND_ASK, forms.NoteForm,
        text=gettext_lazy("The resident does not see it."),
    ),
    "assign": Step(gettext_lazy("Give it to somebody"), errands.assign, OPEN, "user-plus", DESK, forms.HelperForm),
    "urgency": Step(gettext_lazy("Change the urgency"), errands.urge, OPEN, "urgent", DESK, forms.UrgencyForm),
    "merge": Step(
        gettext_lazy("Merge"), errands.merge, WAITING, "plus", DESK, forms.MergeForm,
        text=gettext_lazy("The home asked twice: its things go along with the other errand."),
    ),
    "round": Step(
        gettext_lazy("Send it along with a round"), errand_rounds.join, WAITING, "walk", DESK, forms.RoundForm,
        text=gettext_lazy("Whoever walks past the door does it there. If nobody opens, it waits again."),
    ),
    "leave-round": Step(
        gettext_lazy("Take it out of the round"), errand_rounds.leave, (State.MERGED,), "arrow-back-up", DESK,
        text=gettext_lazy("It waits again for somebody of its own."),
    ),
    "refer": Step(
        gettext_lazy("Pass it on"), errands.refer, OPEN, "external-link", DESK, forms.ReasonForm,
        text=gettext_lazy("Another service does it. Say which; the resident sees it."),
    ),
    "reopen": Step(
        gettext_lazy("Open it again"), errands.reopen, DONE, "refresh", DESK, forms.ReasonForm,
        text=gettext_lazy("Something is wrong with what was brought. It waits again."),
    ),
    "link": Step(
        gettext_lazy("New link for the resident"), errands.renew_link, (*OPEN, *DONE), "link", DESK,
        text=gettext_lazy("The old link shows nothing any more. Send the new one to the resident."),
    ),
    "cancel": Step(
        gettext_lazy("Cancel it"), errands.cancel, OPEN, "trash", DESK, forms.ReasonForm, danger=True,
        text=gettext_lazy("Nobody goes any more. The resident sees the reason."),
    ),
}  # fmt: skip


def steps_for(errand: Errand, user: User) -> list[tuple[str, Step]]:
    """What this person may do with this errand now."""
    return [(name, step) for name, step in STEPS.items() if errand.state in step.states and _may(step, errand, user)]


def _may(step: Step, errand: Errand, user: User) -> bool:
    if step.service is errand_money.settle and may_in(user, DESK, errand.community):
        return True
    if step.service is errand_rounds.leave and not errand.merged_round_id:
        return False
    return may_in(user, step.permission, errand.community) and not (step.own and errand.assignee_id != user.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERRAND_VIEW)
def errand_step(request: Request, pk: int, step: str) -> HttpResponse:
    """Do the next thing with an errand; one that asks something has a page of its own."""
    rows = Errand.objects.within(request.communities).with_places().select_related("community__subdistrict")
    errand = get_object_or_404(rows, pk=pk)
    wanted = STEPS.get(step)
    if wanted is None:
        raise Http404
    if not may_in(request.user, wanted.permission, errand.community):
        raise PermissionDenied
    form = _form(request, wanted, errand)
    if request.method == "POST" and (form is None or form.is_valid()):
        values = form.cleaned_data if form else {}
        return _answered(request, lambda: wanted.service(errand_id=pk, by=request.user, **values), errand)
    context = {"errand": errand, "step": wanted, "name": step, "form": form}
    return page(request, "residents/errands/step.html", context, status=422 if form and form.is_bound else 200)


def _form(request: Request, step: Step, errand: Errand) -> forms.StepForm | None:
    if step.form is None:
        return None
    more: dict[str, Any] = {}
    if step.form is forms.HelperForm:
        more["helpers"] = helpers.here(errand.community_id).exclude(pk=errand.assignee_id or 0)
        more["initial"] = {"helper": request.GET.get("helper")}
    back = reverse("residents:errand_detail", args=[errand.pk])
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    return step.form(*sent, errand=errand, submit=step.label, cancel=back, danger=step.danger, **more)


def _answered(request: Request, act: Callable[[], Any], errand: Errand) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Done."))
    if request.POST.get("back") == "mine":
        return redirect("residents:errand_mine")
    return redirect("residents:errand_detail", errand.pk)


@require_POST
@requires(Permission.ERRAND_CLAIM)
def errand_line(request: Request, pk: int) -> HttpResponse:
    """In the shop: it is in the bag, it is out of stock, or something else is there."""
    lines = ErrandLine.objects.within(request.communities).select_related("errand")
    line = get_object_or_404(lines.filter(errand__assignee=request.user), pk=pk)
    form = forms.LineForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose what became of it."))
        return redirect("residents:errand_detail", line.errand_id)
    return _answered(request, lambda: errand_lines.mark(line_id=pk, by=request.user, **form.cleaned_data), line.errand)
