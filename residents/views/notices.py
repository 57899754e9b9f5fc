"""What a community announces."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, may_in, requires
from residents.forms.notices import NoticeForm
from residents.models import Community, Notice, NoticeReceipt
from residents.services import notices


@require_safe
@requires(Permission.NOTICE_VIEW)
def notice_list(request: Request) -> HttpResponse:
    """I read what holds today."""
    every = Notice.objects.within(request.communities)
    past = request.GET.get("view") == "past"
    ahead = every.filter(withdrawn_at=None, effective_from__gt=timezone.now()).values("pk")
    chosen = every.exclude(pk__in=every.in_force().order_by().values("pk")).exclude(pk__in=ahead) if past else None
    current = every.filter(pk__in=every.in_force().order_by().values("pk")) | every.filter(pk__in=ahead)
    found = chosen if chosen is not None else current
    mine = NoticeReceipt.objects.filter(notice=OuterRef("pk"), user=request.user)
    found = found.select_related("community", "compound").annotate(reads=Count("receipts"), have_read=Exists(mine))
    rows = paged(request, found.order_by("-pinned", "-effective_from", "-id"))
    return page(request, "residents/notices/list.html", {"rows": rows, "past": past}, part="notice-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.NOTICE_EDIT)
def notice_create(request: Request) -> HttpResponse:
    """I announce something."""
    community = _community(request)
    back = reverse("residents:notice_list")
    form = NoticeForm(request.POST or None, community=community, submit=pgettext("notice", "Publish"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            notice = notices.publish(community=community, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Published. Those it is for are told when it begins to hold."))
            return redirect("residents:notice_detail", notice.pk)
    context = {"form": form, "community": community, "communities": request.communities}
    return page(request, "residents/notices/form.html", context)


@require_safe
@requires(Permission.NOTICE_VIEW)
def notice_detail(request: Request, pk: int) -> HttpResponse:
    """I read a notice; whoever published it sees who has read it."""
    notice = _found(request, pk)
    may_edit = may_in(request.user, Permission.NOTICE_EDIT, notice.community)
    receipts = {row.user_id: row for row in notice.receipts.all()}
    readers = list(notices.readers(notice)) if may_edit else []
    context = {
        "notice": notice,
        "may_edit": may_edit,
        "have_read": request.user.pk in receipts,
        "readers": [(user, receipts.get(user.pk)) for user in readers],
        "read": sum(user.pk in receipts for user in readers),
    }
    return page(request, "residents/notices/detail.html", context)


@require_POST
@requires(Permission.NOTICE_VIEW)
def notice_read(request: Request, pk: int) -> HttpResponse:
    """I have read it."""
    notices.read(notice=_found(request, pk), by=request.user)
    return redirect("residents:notice_detail", pk)


@require_POST
@requires(Permission.NOTICE_EDIT)
def notice_withdraw(request: Request, pk: int) -> HttpResponse:
    """It was wrong, or it no longer holds."""
    notice = _found(request, pk)
    try:
        notices.withdraw(notice_id=notice.pk, by=request.user)
        messages.success(request, _("Withdrawn. Whoever was told of it is told that it no longer holds."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("residents:notice_detail", pk)


def _found(request: Request, pk: int) -> Any:
    rows = Notice.objects.within(request.communities).select_related(
        "community__subdistrict", "compound", "published_by", "withdrawn_by"
    )
    return get_object_or_404(rows, pk=pk)


def _community(request: Request) -> Community:
    """The community a new notice is for: the one asked for, or the first of one's own."""
    asked = request.GET.get("community", "")
    key = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 16 else None
    return get_object_or_404(request.communities, pk=key) if key else request.communities.earliest("code")
