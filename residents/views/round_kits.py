"""What a walker's phone asks behind the walker's back: the stops to take along, the page without people, and to send taps."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import uuid4

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.lib.crypto import shared_secret
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.forms import taps
from residents.forms.stops import StopForm
from residents.models import Round, Stop
from residents.rounds import kind_of
from residents.services import stops
from residents.views.rounds import WINDOWS, buildings_of, facts_of, found_round, stops_of, windows_of

MOST = 50
MOST_BYTES = 512 * 1024
# More doors than anybody walks in a day.
STOPS_KEPT = 300
# The largest compound has 2,160 homes.
WINDOWS_KEPT = 3000


def tells_strangers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A phone that is signed out hears it with 401: a redirect would look like success to it."""

    @wraps(view)
    def guarded(request: Request, pk: int) -> HttpResponse:
        if not request.user.is_authenticated:
            error = _("You are signed out. Sign in again; what you tapped stays on this phone.")
            return JsonResponse({"error": error}, status=401)
        return view(request, pk)

    return guarded


@require_safe
@tells_strangers
@requires(Permission.ROUND_WALK)
def round_kit(request: Request, pk: int) -> HttpResponse:
    """My phone takes along the doors that are left."""
    found = found_round(request, pk)
    seal = shared_secret(f"round-queue:{request.user.pk}:{found.pk}")
    common = facts_of(request, found)
    if kind_of(found.kind).windows:
        pictures = _pictures(request, found, common)
        return JsonResponse(
            {"seal": seal, "stops": [], "buildings": pictures, "total": common["total"], "done": common["done"]}
        )
    office = common["office"]
    mine = stops_of(found) if office else stops_of(found).filter(Q(assignee=None) | Q(assignee=request.user))
    kept = [[stop.pk, _drawn(request, stop, common)] for stop in mine.open()[:STOPS_KEPT]]
    return JsonResponse({"seal": seal, "stops": kept, "total": common["total"], "done": common["done"]})


@require_safe
@requires(Permission.ROUND_WALK)
def round_shell(request: Request, pk: int) -> HttpResponse:
    """The walker's page without any door on it: what a phone keeps to open without network."""
    found = found_round(request, pk)
    context = {**facts_of(request, found), "shell": True, "total": 0, "done": 0, "left": 0}
    return page(request, WINDOWS if kind_of(found.kind).windows else "residents/rounds/detail.html", context)


@require_POST
@tells_strangers
@requires(Permission.ROUND_WALK)
def round_taps(request: Request, pk: int) -> HttpResponse:
    """My phone sends what I tapped without network, up to 50 doors at once, and hears what became of each."""
    found = found_round(request, pk)
    rows = _rows(request)
    if rows is None:
        return JsonResponse({"error": _("Send a list of at most 50 taps.")}, status=400)
    mine = {stop.pk: stop for stop in Stop.objects.filter(round=found).select_related("round")}
    return JsonResponse({"answers": [_done(row, mine, request.user) for row in rows]})


def _done(row: Any, mine: dict[int, Stop], by: User) -> dict[str, str]:
    """What became of one tap; one that cannot be taken holds up none of the others."""
    answer = {"id": taps.key(row), "why": ""}
    try:
        stop, form = taps.read(row, mine)
        if stop.tap == form.cleaned_data["tap"]:
            return {**answer, "status": "already_stored"}
        said = form.cleaned_data
        tap = stops.Tap(said["tap"], said["tapped_at"])
        stops.do(stop_id=stop.pk, outcome=said["outcome"], answers=form.answers(), note=said["note"], tap=tap, by=by)
    except (taps.Unreadable, Refused) as refusal:
        return {**answer, "status": "refused", "why": str(refusal)}
    return {**answer, "status": "stored"}


def _pictures(request: Request, found: Round, common: dict[str, Any]) -> list[list[Any]]:
    """Every building with its windows as the page would show it, those with windows left first."""
    buildings = buildings_of(found)
    windows: dict[int, list[Stop]] = {}
    for stop in stops_of(found).filter(dwelling__isnull=False)[:WINDOWS_KEPT]:
        windows.setdefault(stop.dwelling.entrance.building_id, []).append(stop)
    return [
        [
            building.pk,
            render_to_string(
                f"{WINDOWS}#round-walk",
                {**common, "buildings": buildings, **windows_of(found, building, windows[building.pk])},
                request=request,
            ),
        ]
        for building in sorted(buildings, key=lambda building: not building.left)
        if building.pk in windows
    ]


def _drawn(request: Request, stop: Stop, common: dict[str, Any]) -> str:
    form = StopForm(kind=common["kind"], initial={"tap": uuid4()})
    return render_to_string("residents/rounds/stop.html", {**common, "stop": stop, "form": form}, request=request)


def _rows(request: Request) -> list[Any] | None:
    if len(request.body) > MOST_BYTES:
        return None
    try:
        rows = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return rows if isinstance(rows, list) and len(rows) <= MOST else None
