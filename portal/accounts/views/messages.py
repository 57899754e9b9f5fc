"""What the portal has told me."""

from typing import Any

from django.contrib import messages as notes
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import outbox
from portal.accounts.access import Request, signed_in
from portal.accounts.services import messages
from portal.lib.pages import page
from portal.lib.paging import paged

UNREAD = ExpressionWrapper(Q(read_at=None), output_field=BooleanField())
VIEWS: dict[str, dict[str, Any]] = {"unread": {"read_at": None}, "urgent": {"urgent": True}}


@require_safe
@signed_in
def message_list(request: Request) -> HttpResponse:
    """I read what I was told; what is new stands first."""
    view = request.GET.get("view", "")
    found = request.user.inbox.filter(**VIEWS.get(view, {})).order_by(UNREAD.desc(), "-id")
    rows = paged(request, found)
    for row in rows:
        row.heading, _, row.words = outbox.render(row).partition("\n")
    context = {"rows": rows, "unread": outbox.unread_count(request.user), "view": view if view in VIEWS else ""}
    return page(request, "accounts/messages/list.html", context, part="message-rows")


@require_POST
@signed_in
def message_read(request: Request, pk: int) -> HttpResponse:
    """I have read it, and go where it leads."""
    message = get_object_or_404(request.user.inbox, pk=pk)
    messages.read(message=message, by=request.user)
    if url_has_allowed_host_and_scheme(message.link, allowed_hosts=None) and message.link.startswith("/"):
        return redirect(message.link)
    return redirect("accounts:message_list")


@require_POST
@signed_in
def message_read_all(request: Request) -> HttpResponse:
    """I have seen them all."""
    count = messages.read_all(by=request.user)
    notes.success(
        request,
        ngettext("%(count)d message is marked as read.", "%(count)d messages are marked as read.", count) % {"count": count},
    )
    return redirect("accounts:message_list")
