"""People held at a gate, and people turned back."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from checkpoints.forms.visits import FeverForm
from checkpoints.models import Fever, Passage
from checkpoints.services import fevers
from checkpoints.views.gate_steps import fever_limit, gate_shift
from portal.lib.dates import asked_day
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GATE_LOG)
def gate_fever(request: Request, pk: int, passage: UUID) -> HttpResponse:
    """Somebody has a fever: what I do now, one step after the other."""
    shift = gate_shift(request, pk)
    rows = Passage.objects.standing().filter(post__compound=shift.post.compound_id, result=Passage.Result.HELD)
    held = get_object_or_404(rows.select_related("community", "post"), pk=passage)
    form = FeverForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        facts = form.cleaned_data
        try:
            if facts["step"] == "closed":
                fevers.close(passage=held, handling=facts["handling"], by=request.user)
            else:
                fevers.step(passage=held, step=facts["step"], second=facts["second"], by=request.user)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        return redirect("checkpoints:gate_fever", shift.pk, held.pk)
    context = {"shift": shift, "held": held, "fever": fevers.of(held), "form": form, "limit": fever_limit(shift)}
    return page(request, "checkpoints/gate/held.html", context, status=422 if form.is_bound else 200)


@require_safe
@requires(Permission.PASSAGE_VIEW)
def turned_back(request: Request) -> HttpResponse:
    """Who was turned back on a day and with which words, how often each; and who was held."""
    day = asked_day(request)
    rows = Passage.objects.standing().within(request.communities).filter(day=day, result=Passage.Result.TURNED_BACK)
    words = rows.order_by().values("result_note").annotate(n=Count("pk")).order_by("-n", "result_note")[:20]
    people = dict(rows.order_by().values_list("person").annotate(n=Count("pk")))
    held = Fever.objects.within(request.communities).filter(found_at__date=day).select_related("post__compound")
    context = {
        "day": day, "rows": paged(request, rows.select_related("post__compound", "logged_by").order_by("-happened_at", "-id")),
        "words": words, "people": [(kind.label, people[kind.value]) for kind in Passage.Person if kind.value in people],
        "held": held, "total": sum(people.values()),
    }  # fmt: skip
    return page(request, "checkpoints/passages/turned_back.html", context, part="turned-back-rows")
