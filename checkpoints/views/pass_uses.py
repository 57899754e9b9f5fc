"""What the community looks at: who is out too long, what was against the rule, whom somebody let go."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from checkpoints.models import PassUse
from checkpoints.services import pass_overdue, pass_words
from portal.lib.dates import asked_day, day_bounds
from portal.lib.pages import page
from portal.lib.paging import paged
from portal.lib.stats import Stat
from residents.access import Permission, Request, requires


@require_safe
@requires(Permission.PASS_VIEW)
def pass_use_list(request: Request) -> HttpResponse:
    """The day's trips with passes: all, those against the rule, those somebody let go; and who is late now."""
    day = asked_day(request)
    first, end = day_bounds(day)
    rows = PassUse.objects.within(request.communities).standing().filter(happened_at__gte=first, happened_at__lt=end)
    lists = _lists(rows)
    asked = request.GET.get("list", "wrong")
    asked = asked if asked in lists else "wrong"
    shown = lists[asked][1].select_related("entry_pass__dwelling__entrance__building", "post__compound", "override_by")
    # One statement for all of them.
    counted = rows.aggregate(
        **{name: Count("pk", filter=Q(pk__in=found.values("pk"))) for name, (_label, found) in lists.items()}
    )
    late = pass_overdue.overdue(request.communities) if day == timezone.localdate() else []
    # Fetched beside them: passages are erased sooner than uses.
    listed = paged(request, shown.prefetch_related("passage").order_by("-happened_at", "-id"))
    context = {
        "day": day,
        "asked": asked,
        "pills": [(name, label, counted[name]) for name, (label, _found) in lists.items()],
        "page": listed,
        "lines": [(use, pass_words.FOUND.get(use.found, use.found)) for use in listed],
        "late": late,
        "stats": [
            Stat(_("trips out"), counted["out"], address=f"?list=out&day={day}"),
            Stat(_("late now"), len(late), tone="bad" if late else ""),
            Stat(
                _("against the rule"),
                counted["wrong"],
                tone="warn" if counted["wrong"] else "",
                address=f"?list=wrong&day={day}",
            ),
            Stat(_("let go"), counted["overridden"], address=f"?list=overridden&day={day}"),
        ],
    }
    return page(request, "checkpoints/passes/uses.html", context, part="pass-use-rows")


def _lists(rows: Any) -> dict[str, tuple[str, Any]]:
    return {
        "wrong": (_("against the rule"), rows.wrong()),
        "overridden": (_("let go by the lead"), rows.overridden()),
        "out": (_("all trips out"), rows.filter(direction="out")),
    }
