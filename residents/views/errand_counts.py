"""The errands of many communities in numbers."""

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.lib.languages import in_language
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.models import Community, ErrandKind
from residents.services import errand_counts, levels


@require_safe
@requires(Permission.ERRAND_COUNT)
def errand_count(request: Request) -> HttpResponse:
    """Where do homes wait in vain: how many, by community and up the levels, or by kind in one of them; never who."""
    now, chosen = timezone.now(), _chosen(request)
    level = request.GET.get("level", "")
    level = level if level in levels.NAMES else "community"
    if chosen:
        names = {kind.pk: in_language(kind) for kind in ErrandKind.objects.all()}
        found = errand_counts.loads(Community.objects.filter(pk=chosen.pk), errand_counts.KIND, now)
        rows = [replace(row, name=names[row.key]) for row in found]
    else:
        rows = errand_counts.loads(request.communities, level, now)
        if level == "community":
            rows = errand_counts.with_all(rows, request.communities.filter(active_from__isnull=False).order_by("code"))
    context = {
        "rows": paged(request, rows),  # type: ignore[arg-type]
        "sum": errand_counts.total(rows),
        "chosen": chosen,
        "level": level,
        "levels": list(levels.NAMES.items()),
        "now": now,
    }
    return page(request, "residents/errands/counts.html", context, part="errand-counts")


def _chosen(request: Request) -> Community | None:
    key = request.GET.get("community", "")
    usable = key.isascii() and key.isdecimal() and len(key) < 16
    return get_object_or_404(request.communities, pk=key) if usable else None
