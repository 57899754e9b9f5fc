"""Counts of people in quarantine up the levels, and the sheets of a day."""

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.forms.quarantine_lists import CaseFilter, SheetForm
from residents.models import Community
from residents.services import levels, quarantine_sheet
from residents.services.quarantine_counts import LISTS, PATHS, tallies
from residents.views.quarantine import listed, pills

# The temperature register goes back so far, as one sheet of paper does.
REGISTER_DAYS = dt.timedelta(days=13)


@require_safe
@requires(Permission.QUARANTINE_COUNT)
def quarantine_count(request: Request) -> HttpResponse:
    """How many, by compound and up the levels; never who."""
    level = request.GET.get("level", "")
    level = level if level in PATHS else "compound"
    heads = {name: label for name, label in pills().items() if name in LISTS}
    counted = tallies(request.communities, level)
    lines = [{"tally": tally, "numbers": [tally.numbers[name] for name in heads]} for tally in counted]
    context = {
        "level": level,
        "levels": [("compound", _("compound")), *levels.NAMES.items()],
        "heads": list(heads.values()),
        "rows": paged(request, lines),  # type: ignore[arg-type]
        "sums": [sum(tally.numbers[name] for tally in counted) for name in heads],
        "open": sum(tally.open for tally in counted),
    }
    return page(request, "residents/quarantine/counts.html", context, part="count-rows")


@never_cache
@require_POST
@requires(Permission.QUARANTINE_DECIDE)
def quarantine_export(request: Request) -> HttpResponseBase:
    """The secretary takes out sheet 5 of today: the rows of the list, with names and numbers; it is on record."""
    day = timezone.localdate()

    def write(path: Path, cases: Any, community: Community) -> int:
        return quarantine_sheet.write(path, cases, community=community, day=day, by=request.user)

    return _sheet(request, f"居家隔离台账{day}.xlsx", write)


@never_cache
@require_POST
@requires(Permission.QUARANTINE_DECIDE)
def quarantine_temperatures(request: Request) -> HttpResponseBase:
    """The secretary takes out the temperature register of the last two weeks."""
    day = timezone.localdate()

    def write(path: Path, cases: Any, community: Community) -> int:
        return quarantine_sheet.write_temperatures(
            path, cases, community=community, first=day - REGISTER_DAYS, last=day, by=request.user
        )

    return _sheet(request, f"体温登记表{day}.xlsx", write)


def _sheet(request: Request, name: str, write: Callable[[Path, Any, Community], int]) -> HttpResponseBase:
    """A sheet is of one community: the only one, the one of the filtered compound, or the one that was chosen."""
    terms = CaseFilter(request.GET, communities=request.communities).asked()
    form = SheetForm(request.POST, communities=request.communities, compound=terms.get("compound"))
    if (community := form.chosen) is None:
        messages.warning(request, _("Choose a community first."))
        return redirect("residents:quarantine_list")
    cases = listed([community], request.GET.get("list", ""), terms)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        write(path, cases, community)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{community.name}{name}")
