"""The public board of a compound: for passers-by, a display at the gate and a poster. No resident, no room, no name."""

import datetime as dt
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from checkpoints.models import Post, Shift
from portal.accounts.access import public
from portal.lib.dates import clock
from portal.lib.pages import page
from residents.models import Compound, Notice

# A wall holds so many; the newest and the pinned ones.
SHOWN = 6


@public
@require_safe
def notice_board(request: HttpRequest, pk: int) -> HttpResponse:
    """I walk by: what holds here, who is on duty, whom do I ring?"""
    rows = Compound.objects.select_related("community").filter(community__active_from__isnull=False)
    compound = get_object_or_404(rows, pk=pk)
    notices = Notice.objects.filter(community=compound.community_id, audience=Notice.Audience.EVERYBODY).in_force()
    now = timezone.localtime()
    context = {
        "compound": compound,
        "notices": list(notices.filter(Q(compound=None) | Q(compound=compound))[:SHOWN]),
        "posts": _on_duty(compound, now),
        "now": now,
    }
    return page(request, "checkpoints/notice_board/board.html", context, part="board-live")


def _on_duty(compound: Compound, now: dt.datetime) -> list[dict[str, Any]]:
    """The posts that are manned today: hours and how many, now and later; not who."""
    shifts = Shift.objects.filter(post__compound=compound, post__closed_on=None, state=Shift.State.PUBLISHED)
    shifts = shifts.filter(starts_at__lt=now + dt.timedelta(hours=12), ends_at__gt=now)
    standing = Count("crew", filter=Q(crew__released_at=None))
    found: dict[int, dict[str, Any]] = {}
    for shift in shifts.select_related("post").annotate(people=standing).order_by("post", "starts_at"):
        post: Post = shift.post
        line = found.setdefault(post.pk, {"post": post, "now": None, "next": None})
        which = "now" if shift.starts_at <= now else "next"
        if line[which] is None:
            line[which] = {"clock": clock(shift.starts_at, shift.ends_at), "people": shift.people}
    return list(found.values())
