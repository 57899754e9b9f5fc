"""The psychological hotline: my calls, and how many there were."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, communities_for, requires
from residents.forms.hotline_calls import CounsellorForm, HotlineCallForm
from residents.models import HotlineCall, Membership, Role
from residents.services import hotline_calls


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.HOTLINE_COUNT)
def hotline_call_list(request: Request) -> HttpResponse:
    """A counsellor took a call; the secretary reads how many there were, and names counsellors."""
    answers = communities_for(request.user, Permission.HOTLINE_ANSWER)
    manages = communities_for(request.user, Permission.ACCOUNT_MANAGE)
    form = _form(request, answers)
    if form and form.is_bound and _recorded(request, form):
        return redirect("residents:hotline_call_list")
    context = {
        "form": form,
        # The words stay in the database until somebody opens one call.
        "rows": paged(request, HotlineCall.objects.within(answers).of(request.user).defer("content")),
        "counted": hotline_calls.counted(request.communities),
        "counsellors": hotline_calls.counsellors(manages),
        "closed": hotline_calls.closed(manages),
        "name_form": CounsellorForm(communities=manages) if manages.exists() else None,
    }
    return page(request, "residents/hotline_calls/list.html", context, status=422 if form and form.is_bound else 200)


def _form(request: Request, answers: Any) -> HotlineCallForm | None:
    """Only a counsellor writes calls down."""
    if answers.exists():
        return HotlineCallForm(request.POST if request.method == "POST" else None, communities=answers)
    if request.method == "POST":
        raise PermissionDenied
    return None


def _recorded(request: Request, form: HotlineCallForm) -> bool:
    if not form.is_valid():
        return False
    try:
        hotline_calls.record(by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Written down. Only you read what was said."))
    return True


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def hotline_counsellor_name(request: Request) -> HttpResponse:
    """The secretary says who answers the hotline, and until when."""
    form = CounsellorForm(request.POST, communities=request.communities)
    if not form.is_valid():
        messages.warning(request, _("Choose somebody of the community, and a day that is not past."))
        return redirect("residents:hotline_call_list")
    return _named(request, lambda: hotline_calls.name_counsellor(by=request.user, **form.cleaned_data))


@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def hotline_counsellor_end(request: Request, pk: int) -> HttpResponse:
    """They answer it no more; what was said to them is closed to them as well."""
    row = get_object_or_404(Membership.objects.within(request.communities).filter(role=Role.COUNSELLOR), pk=pk)
    return _named(request, lambda: hotline_calls.end_counsellor(membership_id=row.pk, by=request.user))


def _named(request: Request, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Done."))
    return redirect("residents:hotline_call_list")


@never_cache
@require_safe
@requires(Permission.HOTLINE_ANSWER)
def hotline_call_detail(request: Request, pk: int) -> HttpResponse:
    """I read again what was said to me; nobody else opens it, whatever their role."""
    call = get_object_or_404(HotlineCall.objects.within(request.communities).of(request.user), pk=pk)
    return page(request, "residents/hotline_calls/detail.html", {"call": call})
