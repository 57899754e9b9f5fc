"""The psychological hotline: my calls, and how many there were."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, communities_for, requires
from residents.forms.hotline_calls import HotlineCallForm
from residents.models import HotlineCall
from residents.services import hotline_calls


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.HOTLINE_ANSWER)
def hotline_call_list(request: Request) -> HttpResponse:
    """I took a call: in one word what it was about; below are mine, and beside them how many there were."""
    form = HotlineCallForm(request.POST if request.method == "POST" else None, communities=request.communities)
    if form.is_bound and form.is_valid():
        try:
            hotline_calls.record(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Written down. Only you read what was said."))
            return redirect("residents:hotline_call_list")
    context = {
        "form": form,
        # The words stay in the database until somebody opens one call.
        "rows": paged(request, HotlineCall.objects.within(request.communities).of(request.user).defer("content")),
        "counted": hotline_calls.counted(communities_for(request.user, Permission.HOTLINE_COUNT)),
    }
    return page(request, "residents/hotline_calls/list.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_safe
@requires(Permission.HOTLINE_ANSWER)
def hotline_call_detail(request: Request, pk: int) -> HttpResponse:
    """I read again what was said to me; nobody else opens it, whatever their role."""
    call = get_object_or_404(HotlineCall.objects.within(request.communities).of(request.user), pk=pk)
    return page(request, "residents/hotline_calls/detail.html", {"call": call})
