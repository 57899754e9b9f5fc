"""The assignment board: a day's posts, shifts, people and gaps on one page."""

import datetime as dt
import hashlib
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from checkpoints.services.board import Board, Chip, board_of
from checkpoints.services.board_pool import Person
from checkpoints.services.suggestions import MOST
from checkpoints.views import undo
from checkpoints.views.communities import asked_community
from portal.lib.dates import asked_day
from portal.lib.pages import page
from portal.lib.stats import Stat
from residents.access import Permission, Request, may_in, requires
from residents.models import Community

PARTS = ("board-live", "board-inspector")
PARTY = ("member", "probationary")
FILTERS = {
    "": gettext_lazy("All"),
    "nights": gettext_lazy("Can do nights"),
    "skilled": gettext_lazy("Has a skill"),
    "party": gettext_lazy("Party member"),
}


@require_safe
@requires(Permission.BOARD_VIEW)
def board(request: Request) -> HttpResponse:
    """Where am I short today, who could go there, and what has become impossible since it was planned."""
    community, mine = asked_community(request)
    if community is None:
        return page(request, "checkpoints/board/nowhere.html")
    context = facts(request, community, mine, asked_day(request))
    if context["digest"] == request.GET.get("since"):
        # Nothing has changed: whatever is being read or typed stays untouched.
        return HttpResponse(status=204)
    target = getattr(request, "htmx", None) and request.htmx.target  # type: ignore[attr-defined]
    return page(request, "checkpoints/board/page.html", context, part=target if target in PARTS else "")


def facts(request: Request, community: Community, mine: list[Community], day: dt.date) -> dict[str, Any]:
    """Everything the page and its parts draw."""
    shown = board_of(community, day, full_names=may_in(request.user, Permission.HANDOVER_VIEW, community))
    asked = request.GET.get("pool", "")
    day_words = {"day": day.isoformat(), "community": community.pk}
    base = "?" + urlencode(day_words)
    return {
        "board": shown,
        "community": community,
        "communities": mine,
        "may_edit": may_in(request.user, Permission.BOARD_EDIT, community),
        "day": day,
        "today": timezone.localdate(),
        "previous": day - dt.timedelta(days=1),
        "next": day + dt.timedelta(days=1),
        "base": base,
        "here": base + ("&" + urlencode({"pool": asked}) if asked in FILTERS and asked else ""),
        "stats": _stats(shown, base),
        "pool": [person for person in shown.pool if _matches(person, asked)],
        "filters": [(key, label, sum(_matches(p, key) for p in shown.pool)) for key, label in FILTERS.items()],
        "asked": asked if asked in FILTERS else "",
        "legend": _legend(shown),
        "undo": undo.offer(shown, request.GET.get("undo", "")),
        "digest": digest(shown, asked),
        **selection(request.GET, shown),
    }


def selection(asked: Any, shown: Board) -> dict[str, Any]:
    """What the inspector is opened on: a gap (`?gap=`) with suggestions, or a person (`?person=`)."""
    chip = next((c for c in shown.chips if str(c.assignment.pk) == asked.get("person")), None)
    cell = shown.cells.get(_key(asked.get("gap")))
    if chip:
        cell = shown.cells[chip.assignment.shift_id]
        return {"chip": chip, "cell": cell, "swaps": _swaps(shown, chip), "suggestions": []}
    suggestions = shown.suggest(cell.shift) if cell and cell.missing else []
    return {"chip": None, "cell": cell, "suggestions": suggestions, "most": MOST}


def digest(shown: Board, asked: str) -> str:
    """A short word that changes whenever the page would look different."""
    cells = [
        (c.shift.pk, c.shift.state, c.shift.required, c.shift.hours, c.sealed, c.missing)
        for c in [*shown.cells.values(), *shown.running]
    ]
    chips = [
        (c.assignment.pk, c.assignment.is_lead, c.conflict, c.here, c.assignment.told_at)
        for cell in [*shown.cells.values(), *shown.running]
        for c in cell.chips
    ]
    posts = [(r.post.pk, r.post.name, getattr(r.post, "status", "")) for b in shown.blocks for r in b.rows]
    pool = [(p.cadre.pk, p.hours, p.away_until) for p in shown.pool]
    words = repr((cells, chips, posts, pool, [b.responsible for b in shown.blocks], [b.now for b in shown.bands], asked))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _stats(shown: Board, base: str) -> list[Stat]:
    cells = list(shown.cells.values())
    stats = [
        Stat(_("Compounds"), len(shown.blocks)),
        Stat(_("Posts"), sum(len(block.rows) for block in shown.blocks), address=reverse("checkpoints:post_list")),
    ]
    if shown.day == timezone.localdate():
        now = timezone.now()
        running = [c for c in [*cells, *shown.running] if c.shift.starts_at <= now < c.shift.ends_at]
        here = sum(chip.here for cell in running for chip in cell.chips)
        stats.append(Stat(_("On duty now"), here, of=sum(cell.shift.required for cell in running)))
    placed, needed = sum(cell.filled for cell in cells), sum(cell.shift.required for cell in cells)
    gaps, conflicts = shown.gaps, len(shown.conflicts)
    return [
        *stats,
        Stat(_("Places filled"), placed, of=needed),
        Stat(_("Gaps"), gaps, tone="bad" if gaps else "ok", address=f"{base}#board-todo" if gaps else ""),
        Stat(_("Not placed"), len(shown.pool), address=f"{base}#board-pool"),
        Stat(_("Conflicts"), conflicts, tone="warn" if conflicts else "", address=f"{base}#board-todo" if conflicts else ""),
    ]


def _matches(person: Person, asked: str) -> bool:
    if asked == "nights":
        return person.nights
    if asked == "skilled":
        return bool(person.cadre.skills)
    if asked == "party":
        return person.cadre.political_status in PARTY
    return True


def _legend(shown: Board) -> list[tuple[int, str]]:
    """The units whose tints are on the board."""
    cadres = [chip.assignment.cadre for chip in shown.chips] + [person.cadre for person in shown.pool]
    units = {cadre.unit_id: cadre.unit.name for cadre in cadres if cadre.unit_id and cadre.unit}
    return sorted(units.items())


def _swaps(shown: Board, chip: Chip) -> list[Chip]:
    """Those of the day with whom the person could change places: on other shifts that are not over."""
    mine = chip.assignment
    return [c for c in shown.chips if c.assignment.shift_id != mine.shift_id and not c.assignment.shift.is_over and not c.here]


def _key(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and text.isascii() and len(text) < 19 else 0


def address(day: dt.date, community_id: int, **more: object) -> str:
    """The board of a day of a community."""
    return f"{reverse('checkpoints:board')}?{urlencode({'day': day, 'community': community_id, **more})}"
