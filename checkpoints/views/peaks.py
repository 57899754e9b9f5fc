"""When the gates are busy, and one press for more people then."""

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from checkpoints.models import Post
from checkpoints.services import peaks
from portal.lib.dates import asked_day
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires


@require_safe
@requires(Permission.SHIFT_VIEW)
def peak_list(request: Request) -> HttpResponse:
    """When does each gate need more people than usual?"""
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    day = asked_day(request) if "day" in request.GET else tomorrow
    context = {"flows": peaks.flows(request.communities, day), "day": day, "days": peaks.WEEK}
    return page(request, "checkpoints/peaks/list.html", context)


@require_POST
@requires(Permission.SHIFT_EDIT)
def peak_offer(request: Request, pk: int) -> HttpResponse:
    """I put the extra shift on the roster. (pk: the post)"""
    gates = Post.objects.within(request.communities).in_use().gates().select_related("compound__community")
    post = get_object_or_404(gates, pk=pk)
    hour, day = request.POST.get("hour", ""), request.POST.get("day", "")
    try:
        on = dt.date.fromisoformat(day)
        starts = int(hour) if hour.isascii() and hour.isdigit() and len(hour) < 3 else 24
        if starts > 23 or not 0 <= (on - timezone.localdate()).days <= 31:
            raise ValueError
    except ValueError:
        messages.warning(request, _("Choose one of the hours shown, on a day of the next month."))
        return redirect("checkpoints:peak_list")
    try:
        shift = peaks.offer(post=post, day=on, starts=starts, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("%(hours)s is on the roster. Put people on it, then publish.") % {"hours": shift.hours})
    return redirect(f"{reverse('checkpoints:peak_list')}?day={on}")
