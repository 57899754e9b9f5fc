"""How often a home may send somebody out: the rules, past, present and to come."""

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.forms.pass_policies import EndForm, PassPolicyForm
from checkpoints.models import PassPolicy
from checkpoints.services import pass_policies, pass_words
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.models import Compound


@require_safe
@requires(Permission.PASS_VIEW)
def pass_policy_list(request: Request) -> HttpResponse:
    """Which rule holds where, in one sentence each."""
    today = timezone.localdate()
    rows = PassPolicy.objects.within(request.communities).select_related("community", "compound")
    listed = paged(request, rows.order_by("-starts_on", "-id"))
    lines = [(policy, pass_words.sentence(policy), _when(policy, today)) for policy in listed]
    context = {"page": listed, "lines": lines, "today": today}
    return page(request, "checkpoints/pass_policies/list.html", context, part="pass-policy-rows")


def _when(policy: PassPolicy, today: dt.date) -> str:
    if policy.starts_on > today:
        return "coming"
    return "over" if policy.ends_on and policy.ends_on < today else "now"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PASS_POLICY)
def pass_policy_add(request: Request) -> HttpResponse:
    """The secretary puts down what was decided."""
    compounds = Compound.objects.within(request.communities).select_related("community").order_by("community", "id")
    initial = {"starts_on": timezone.localdate()}
    form = PassPolicyForm(request.POST if request.method == "POST" else None, compounds=compounds, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            pass_policies.add(**form.where(), values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The rule is put down. The gates ask it from its first day on."))
            return redirect("checkpoints:pass_policy_list")
    status = 422 if form.errors else 200
    return page(request, "checkpoints/pass_policies/form.html", {"form": form}, status=status)


@require_POST
@requires(Permission.PASS_POLICY)
def pass_policy_end(request: Request, pk: int) -> HttpResponse:
    """The secretary says on which day a rule holds for the last time."""
    policy = get_object_or_404(PassPolicy.objects.within(request.communities), pk=pk)
    form = EndForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(_("Choose the last day."))
        pass_policies.end(policy_id=policy.pk, on=form.cleaned_data["on"], by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The rule has its last day."))
    return redirect("checkpoints:pass_policy_list")
