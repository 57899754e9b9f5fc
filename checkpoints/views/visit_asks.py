"""The page of the home: somebody wants to visit us. No account, no script."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from checkpoints.models import Visit
from checkpoints.services import visit_asks
from portal.accounts.access import public
from portal.lib.errors import Refused
from residents.views.limits import address_of, too_many


@never_cache
@public
@require_http_methods(["GET", "HEAD", "POST"])
def visit_own(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody stands at the gate and wants to see me: may they come?"""
    try:
        question = visit_asks.opened(token)
    except visit_asks.Expired as ended:
        context = {"community": ended.community, "ended": True}
        return render(request, "checkpoints/visits/own.html", context, status=410)
    if question is None:
        raise Http404
    if request.method != "POST":
        return render(request, "checkpoints/visits/own.html", {"visit": question.visit, "community": question.visit.community})
    if not visit_asks.within_limits(visit=question.visit, address=address_of(request)):
        return too_many(request, question.visit.community)
    said = request.POST.get("answer", "")
    try:
        if said not in Visit.Answer.values:
            raise Refused(_("Press yes or no."))
        visit_asks.answer(question, answer=said)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("checkpoints:visit_own", token)
