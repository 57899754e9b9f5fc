"""One stop: done, taken back, its photo, the number to call."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.lib.errors import Refused
from residents.access import Permission, Request, requires
from residents.forms.stops import StopForm
from residents.models import Stop
from residents.rounds import kind_of
from residents.services import rounds, stops
from residents.views.rounds import walk


@require_POST
@requires(Permission.ROUND_WALK)
def stop_do(request: Request, pk: int) -> HttpResponse:
    """I was there: this is what came of it."""
    stop = _found(request, pk)
    form = StopForm(request.POST, request.FILES, kind=kind_of(stop.round.kind))
    if not form.is_valid():
        return walk(request, stop.round, form=form, stop=stop)
    said = form.cleaned_data
    try:
        stops.do(
            stop_id=stop.pk,
            outcome=said["outcome"],
            answers=form.answers(),
            note=said["note"],
            photo=said["photo"],
            tap=stops.Tap(said["tap"], said["tapped_at"]),
            by=request.user,
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return _back(request, stop)


@require_POST
@requires(Permission.ROUND_WALK)
def stop_undo(request: Request, pk: int) -> HttpResponse:
    """That was the wrong door."""
    stop = _found(request, pk)
    try:
        stops.undo(stop_id=stop.pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return _back(request, stop)


@require_POST
@requires(Permission.ROUND_WALK)
def stop_number(request: Request, pk: int) -> HttpResponse:
    """I am about to call: show me the number, once, on the record."""
    stop = _found(request, pk)
    numbers = stops.show_number(stop_id=stop.pk, by=request.user)
    return walk(request, stop.round, stop=stop, numbers=numbers)


@require_safe
@requires(Permission.ROUND_WALK)
def stop_photo(request: Request, pk: int) -> HttpResponseBase:
    """The picture somebody took at a stop."""
    stop = _found(request, pk)
    if not stop.photo:
        raise Http404
    return FileResponse(stop.photo.open(), content_type="image/jpeg", filename=f"{stop.pk}.jpg")


def _found(request: Request, pk: int) -> Stop:
    rows = Stop.objects.filter(round__in=rounds.rounds_for(request.user)).select_related(
        "round__community__subdistrict",
        "round__plan",
        "dwelling__entrance__building__compound",
        "resident",
        "finding",
        "assignee",
    )
    return get_object_or_404(rows, pk=pk)


def _back(request: Request, stop: Stop) -> HttpResponse:
    """Without script back to the round; with it, the part that changed."""
    if request.htmx:  # type: ignore[attr-defined]
        stop.round.refresh_from_db()
        return walk(request, stop.round)
    address = reverse("residents:round_detail", args=[stop.round_id])
    building = request.POST.get("building", "")
    return redirect(f"{address}?building={building}" if building.isdecimal() else address)
