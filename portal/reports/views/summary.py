"""The work summary of a period."""

import datetime as dt
from typing import Any

from django.http import FileResponse, HttpResponse, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext
from django.views.decorators.http import require_POST, require_safe

from portal.accounts import audit
from portal.lib import downloads
from portal.lib.dates import day_of
from portal.lib.pages import page
from portal.lib.sheets import Column
from portal.reports import summary as counted
from portal.reports import team_totals
from portal.reports.periods import Period
from residents.access import Permission, Request, requires
from residents.models import Community

# So many communities stand side by side; more are summed by subdistrict or opened one by one.
SIDE_BY_SIDE = 6
MONTH = dt.timedelta(days=29)


@require_safe
@requires(Permission.REPORT_VIEW)
def summary(request: Request) -> HttpResponse:
    """I need the numbers of a month for the summary that is asked of me."""
    places = _places(request, request.GET)
    period, numbers = _counted(request.GET, places)
    columns = places if 1 < len(places) <= SIDE_BY_SIDE else []
    sums = counted.total(numbers)
    blocks = [
        (label, [_line(item, columns, numbers, sums) for item in counted.ITEMS if item.block == block])
        for block, label in counted.BLOCKS.items()
    ]
    context = {
        "first": period.first,
        "last": period.last,
        "blocks": blocks,
        "columns": columns,
        "places": places,
        "teams": team_totals.by_team(period),
        "choices": list(request.communities.order_by("code")[:200]),
        "chosen": places[0] if len(places) == 1 else None,
        "today": timezone.localdate(),
    }
    return page(request, "reports/summary/summary.html", context, part="summary-rows")


@require_POST
@requires(Permission.EXPORT)
def summary_export(request: Request) -> FileResponse | StreamingHttpResponse:
    """I hand it in as a sheet: one row a number, one column a community."""
    places = _places(request, request.POST)
    period, numbers = _counted(request.POST, places)
    sums = counted.total(numbers)
    # The form is a Chinese paper, whatever language its reader has chosen.
    with override("zh-hans"):
        title = f"{_('Work summary')} {period.first:%Y-%m-%d}—{period.last:%Y-%m-%d}"
        columns = [Column("序号", 6), Column("类别", 16), Column("项目", 24), Column("单位", 8), Column("合计", 10)]
        columns += [Column(place.name, 14) for place in places]
        rows = [
            [number, str(counted.BLOCKS[item.block]), str(item.label), str(item.unit), sums[item.key],
             *(numbers.get(place.pk, counted.EMPTY)[item.key] for place in places)]
            for number, item in enumerate(counted.ITEMS, 1)
        ]  # fmt: skip
        rows += _team_lines(period, places, len(rows))
    for place in places:
        audit.record("summary.exported", place, by=request.user, after={"rows": len(rows)})
    if request.POST.get("format") == "csv":
        return downloads.csv(columns, rows, title=title)
    return downloads.sheet(columns, rows, title=title, unit=places[0].name if len(places) == 1 else "")


def _team_lines(period: Period, places: list[Community], before: int) -> list[list[Any]]:
    """A row for each team, in the column of its community."""
    return [
        [number, _("Teams"), f"{team}·{_('tasks done')}", pgettext("unit", "tasks"), team.tasks_done,  # type: ignore[attr-defined]
         *(team.tasks_done if team.community_id == place.pk else 0 for place in places)]  # type: ignore[attr-defined]
        for number, team in enumerate(team_totals.by_team(period), before + 1)
    ]  # fmt: skip


def _counted(asked: QueryDict, places: list[Community]) -> tuple[Period, dict[int, counted.Numbers]]:
    """The period asked for, cut to what is allowed, and its numbers."""
    today = timezone.localdate()
    last = min(day_of(asked.get("last", "")) or today, today)
    first = min(day_of(asked.get("first", "")) or last - MONTH, last)
    first = max(first, last - dt.timedelta(days=counted.LONGEST_DAYS - 1))
    keys = Community.objects.filter(pk__in=[place.pk for place in places]).order_by().values("pk")
    period = Period(first, last, keys)
    return period, counted.count(period)


def _places(request: Request, asked: QueryDict) -> list[Community]:
    """The community asked for, if it is mine; else all of mine that are on duty."""
    key = asked.get("community", "")
    if key.isascii() and key.isdecimal() and len(key) < 16 and (one := request.communities.filter(pk=key).first()):
        return [one]
    return list(request.communities.filter(active_from__isnull=False).order_by("code")) or list(request.communities[:1])


def _line(item: counted.Item, columns: list[Community], numbers: dict[int, counted.Numbers], sums: counted.Numbers) -> Any:
    return {
        "label": item.label,
        "unit": item.unit,
        "total": sums[item.key],
        "by": [numbers.get(place.pk, counted.EMPTY)[item.key] for place in columns],
    }
