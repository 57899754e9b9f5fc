"""May this person go out now? One screen for whoever stands at the gate."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from checkpoints.access import leads_gate
from checkpoints.forms.passes import LookUpForm, UseForm
from checkpoints.models import EntryPass, Shift
from checkpoints.services import pass_lookup, pass_overdue, pass_uses, passages
from checkpoints.views.gate_steps import gate_shift
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.services.policies import duty_policy


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GATE_LOG)
def pass_check(request: Request, pk: int) -> HttpResponse:
    """I scan, type or am told; the answer is yes, no or look first, and why. What is asked stands in no address or log."""
    shift = gate_shift(request, pk)
    form = LookUpForm(request.POST if request.method == "POST" else None)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "way": ""}
    way = asked["way"] or "out"
    found = pass_lookup.look_up(shift, asked["q"], way=way, at=timezone.now()) if asked["q"].strip() else None
    context = {
        "shift": shift,
        "asked": asked["q"],
        "way": way,
        "found": found,
        "leads": leads_gate(request.user, shift),
        "late": pass_overdue.at_gate(shift) if found is None else [],
        "number": passages.new_id(),
    }
    return page(request, "checkpoints/passes/check.html", context, part="pass-answer")


@require_POST
@requires(Permission.GATE_LOG)
def pass_use(request: Request, pk: int, card: int) -> HttpResponse:
    """I let them through, and it is logged."""
    shift = gate_shift(request, pk)
    row = get_object_or_404(EntryPass.objects.filter(community=shift.post.compound.community_id), pk=card)
    form = UseForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("This cannot be read. Look the pass up again."))
        return redirect("checkpoints:pass_check", pk=shift.pk)
    try:
        _use(request, shift, row, form.cleaned_data)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("checkpoints:pass_check", pk=shift.pk)


def _use(request: Request, shift: Shift, card: EntryPass, said: dict[str, Any]) -> None:
    limit = duty_policy(shift.post.compound.community, shift.day).fever_limit
    use = pass_uses.use(
        pass_id=card.pk, shift=shift, way=said["way"], passage_id=str(said["passage"]), persons=said["persons"] or 1,
        proofs=said["proofs"], confirmed=said["confirmed"], override=said["override"], temperature=said["temperature"],
        fever_limit=limit, by=request.user,
    )  # fmt: skip
    if use is None:
        messages.error(request, _("Held: a fever. The person stays; no trip is spent."))
    elif said["way"] == "out":
        messages.success(request, _("Let out with pass %(number)s, and logged.") % {"number": card})
    else:
        messages.success(request, _("Let in with pass %(number)s, and logged.") % {"number": card})
