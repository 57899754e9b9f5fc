"""Rounds: today's, one round on the phone, its sheet at the desk."""

from itertools import groupby
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.lib.dates import asked_day
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from portal.lib.stats import Stat
from residents.access import Permission, Request, may_in, requires
from residents.forms.rounds import HandOverForm
from residents.forms.stops import StopForm
from residents.models import Building, Finding, Round, Stop
from residents.models.finding_words import FINDINGS
from residents.rounds import KINDS, kind_of
from residents.services import closed_places, errand_rounds, rounds, stops

STOPS_SHOWN = 40
WINDOWS = "residents/rounds/windows.html"


@require_safe
@requires(Permission.ROUND_VIEW)
def round_list(request: Request) -> HttpResponse:
    """The secretary sees the day's rounds: what is late first, then how far each is."""
    day, now = asked_day(request), timezone.now()
    every = Round.objects.within(request.communities).of_day(day)
    rows = _asked_state(every, state := request.GET.get("state", ""), now)
    if (kind := request.GET.get("kind", "")) in KINDS:
        rows = rows.filter(kind=kind)
    rows = rows.with_progress().select_related("community", "plan__compound").prefetch_related("walkers")
    listed = paged(request, rows.order_by("closed_at", "due_at", "id"))
    for found in listed:
        found.what = kind_of(found.kind)
    context = {
        "rows": listed,
        "day": day,
        "state": state,
        "kind": kind,
        "kinds": KINDS.values(),
        "counts": _counts(every, now),
        "findings": Finding.objects.within(request.communities).open().count(),
    }
    return page(request, "residents/rounds/list.html", context, part="round-rows")


def _asked_state(rows: "QuerySet[Any]", state: str, now: Any) -> Any:
    chosen = {"late": Q(closed_at=None, due_at__lt=now), "open": Q(closed_at=None), "closed": Q(closed_at__isnull=False)}
    return rows.filter(chosen.get(state, Q()))


def _counts(rows: "QuerySet[Any]", now: Any) -> dict[str, int]:
    late, still = Q(closed_at=None, due_at__lt=now), Q(closed_at=None)
    return rows.aggregate(all=Count("pk"), late=Count("pk", filter=late), open=Count("pk", filter=still))


@require_safe
@requires(Permission.ROUND_WALK)
def round_detail(request: Request, pk: int) -> HttpResponse:
    """Somebody walks: the next door, one button, what was done just now."""
    return walk(request, found_round(request, pk))


def walk(
    request: Request,
    found: Round,
    *,
    form: StopForm | None = None,
    stop: Stop | None = None,
    numbers: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    """The page of a walker, also after an answer that was not understood, or with the numbers to call."""
    kind = kind_of(found.kind)
    if kind.windows:
        return _windows(request, found)
    office = may_in(request.user, Permission.ROUND_VIEW, found.community)
    mine = stops_of(found) if office else stops_of(found).filter(Q(assignee=None) | Q(assignee=request.user))
    waiting = list(mine.open()[:STOPS_SHOWN])
    asked = request.GET.get("stop", "")
    if stop is None and asked.isdecimal() and len(asked) < 18:
        stop = mine.open().filter(pk=asked).first()
    current = stop or (waiting[0] if waiting else None)
    context = {
        **facts_of(request, found),
        "current": current,
        "form": form or StopForm(kind=kind, initial={"tap": uuid4()}),
        "waiting": [s for s in waiting if s != current],
        "recent": _described(
            found, list(stops_of(found).exclude(state=Stop.State.OPEN).order_by("-done_at", "-id")[:STOPS_SHOWN])
        ),
        "numbers": numbers,
        "brings": errand_rounds.waiting_at(current) if current and current.dwelling_id else [],
        "closed": closed_places.at_stop(current) if current else None,
        "found_words": FINDINGS,
    }
    status = 422 if form and form.errors else 200
    return page(request, "residents/rounds/detail.html", context, part="round-walk", status=status)


def _windows(request: Request, found: Round) -> HttpResponse:
    """The windows of one building as they stand, floors from the top."""
    buildings = buildings_of(found)
    asked = request.POST.get("building") or request.GET.get("building", "")
    building = next((b for b in buildings if str(b.pk) == asked), None) or next((b for b in buildings if b.left), None)
    building = building or (buildings[0] if buildings else None)
    shown = stops_of(found).filter(dwelling__entrance__building=building)
    context = {**facts_of(request, found), "buildings": buildings, **windows_of(found, building, list(shown))}
    return page(request, WINDOWS, context, part="round-walk")


def buildings_of(found: Round) -> list[Any]:
    """The buildings whose windows are counted, with how many `windows` there are and how many are `left`."""
    return list(
        Building.objects.filter(entrances__dwellings__stops__round=found)
        .annotate(windows=Count("entrances__dwellings__stops", filter=Q(entrances__dwellings__stops__round=found)),
                  left=Count("entrances__dwellings__stops",
                             filter=Q(entrances__dwellings__stops__round=found, entrances__dwellings__stops__state="open")))
        .select_related("compound")
        .order_by("compound", "id")
    )  # fmt: skip


def windows_of(found: Round, building: Any, shown: list[Stop]) -> dict[str, Any]:
    """One building with its windows, for the page or for a phone that takes it along."""
    known = kind_of(found.kind).known
    for stop in shown:
        stop.known = known(stop)  # type: ignore[attr-defined]
    return {"building": building, "entrances": _entrances(_described(found, shown))}


def _entrances(windows: list[Stop]) -> list[tuple[Any, list[tuple[int, list[Stop]]]]]:
    """The windows by entrance and floor, floors from the top, rooms from the left."""
    ordered = sorted(
        (stop for stop in windows if stop.dwelling),
        key=lambda s: (len(s.dwelling.entrance.number), s.dwelling.entrance.number, -s.dwelling.floor, s.dwelling.room_no),
    )
    by_entrance = groupby(ordered, key=lambda stop: stop.dwelling.entrance)
    return [
        (entrance, [(floor, list(row)) for floor, row in groupby(rows, key=lambda stop: stop.dwelling.floor)])
        for entrance, rows in by_entrance
    ]


def stops_of(found: Round) -> Any:
    """The stops of a round in the order of the walk, with all that is shown of them."""
    rows = Stop.objects.filter(round=found).select_related(
        "dwelling__entrance__building__compound", "resident", "done_by", "assignee", "finding"
    )
    return rows.in_order()


def _described(found: Round, rows: list[Stop]) -> list[Stop]:
    """Give each stop the words of its ending."""
    ends = kind_of(found.kind).ends()
    for stop in rows:
        stop.ending = ends.get(stop.outcome)  # type: ignore[attr-defined]
    return rows


def facts_of(request: Request, found: Round) -> dict[str, Any]:
    """What every page of a round shows."""
    total = found.stops.count()
    left = found.stops.open().count()
    return {
        "round": found,
        "kind": kind_of(found.kind),
        "title": rounds.title(found),
        "total": total,
        "left": left,
        "done": total - left,
        "office": may_in(request.user, Permission.ROUND_VIEW, found.community),
        "named": may_in(request.user, Permission.RESIDENT_NAME, found.community),
        "is_walker": found.walkers.filter(pk=request.user.pk).exists(),
    }


@require_safe
@requires(Permission.ROUND_WALK)
def round_sheet(request: Request, pk: int) -> HttpResponse:
    """Every stop of the round with what came of it, on the screen and on paper; and to whom it goes."""
    found = found_round(request, pk)
    rows = paged(request, stops_of(found).prefetch_related("findings"), 200)
    _described(found, rows.object_list)
    by_outcome = found.stops.exclude(outcome="").values_list("outcome").annotate(count=Count("pk")).order_by("-count")
    ends = kind_of(found.kind).ends()
    context = {
        **facts_of(request, found),
        "rows": rows,
        "words": FINDINGS,
        "stats": [Stat(ends[outcome].label, count) for outcome, count in by_outcome if outcome in ends],
        "walkers": found.walkers.all(),
        "form": None if found.closed_at else HandOverForm(of=found),
    }
    return page(request, "residents/rounds/sheet.html", context, part="stop-rows")


@require_POST
@requires(Permission.ROUND_WALK)
def round_close(request: Request, pk: int) -> HttpResponse:
    """Every stop is explained: the round is done."""
    found = found_round(request, pk)
    try:
        rounds.close(round_id=found.pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The round is closed. Thank you."))
    return redirect("residents:round_detail", found.pk)


@require_POST
@requires(Permission.ROUND_WALK)
def round_hand_over(request: Request, pk: int) -> HttpResponse:
    """A walker gives the round, or chosen stops of it, to somebody else; the office gives anything to anybody."""
    found = found_round(request, pk)
    office = may_in(request.user, Permission.ROUND_EDIT, found.community)
    form = HandOverForm(request.POST, of=found)
    if not form.is_valid():
        messages.warning(request, _("Choose to whom the round goes."))
        return redirect("residents:round_sheet", found.pk)
    to = form.cleaned_data["to"]
    chosen = [int(pk) for pk in request.POST.getlist("stops") if pk.isdecimal() and len(pk) < 18]
    try:
        if chosen:
            rounds.hand_over_stops(round_id=found.pk, stop_ids=chosen, to=to, by=request.user)
        else:
            rounds.hand_over(round_id=found.pk, to=to, giver=None if office else request.user, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("%(name)s has been told.") % {"name": to})
    # Who has given everything away does not see the round any more.
    still = rounds.rounds_for(request.user).filter(pk=found.pk).exists()
    return redirect("residents:round_sheet", found.pk) if still else redirect("home")


@require_POST
@requires(Permission.ROUND_WALK)
def round_rest(request: Request, pk: int) -> HttpResponse:
    """All windows of this building that I have not tapped are alike."""
    found = found_round(request, pk)
    building = request.POST.get("building", "")
    try:
        count = stops.do_rest(
            round_id=found.pk,
            building_id=int(building) if building.isdecimal() and len(building) < 18 else 0,
            outcome=request.POST.get("outcome", ""),
            by=request.user,
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, ngettext("%(count)d window written.", "%(count)d windows written.", count) % {"count": count})
    if request.htmx:  # type: ignore[attr-defined]
        return walk(request, found)
    return redirect("residents:round_detail", found.pk)


@require_POST
@requires(Permission.ROUND_WALK)
def round_revisit(request: Request, pk: int) -> HttpResponse:
    """Who did not open is visited again today."""
    found = found_round(request, pk)
    try:
        again = stops.revisit(round_id=found.pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("residents:round_sheet", found.pk)
    messages.success(request, _("They are on a round of their own now."))
    return redirect("residents:round_detail", again.pk)


def found_round(request: Request, pk: int) -> Round:
    rows = rounds.rounds_for(request.user).select_related("community__subdistrict", "plan__compound")
    return get_object_or_404(rows, pk=pk)
