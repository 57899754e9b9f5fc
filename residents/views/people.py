"""One person: masked, kept right, coming and going."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, may_in, requires
from residents.forms.people import MoveForm, NewResidentForm, ResidentForm, RevealForm
from residents.masking import Eyes
from residents.models import CareProfile, Dwelling, Resident, ResidentChange
from residents.services import household_export, households, moves

Change = ResidentChange.Kind


@require_safe
@requires(Permission.RESIDENT_VIEW)
def resident_detail(request: Request, pk: int) -> HttpResponse:
    """Everything about one person, masked."""
    return _detail(request, pk)


@never_cache
@require_POST
@requires(Permission.RESIDENT_REVEAL)
def resident_reveal(request: Request, pk: int) -> HttpResponse:
    """The secretary needs one value in full; the trail will say why."""
    resident = _found(request, pk)
    form = RevealForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Write why you need to see it, in at most 200 characters."))
        return redirect("residents:resident_detail", pk)
    field = form.cleaned_data["field"]
    value = households.reveal(resident=resident, field=field, reason=form.cleaned_data["reason"], by=request.user)
    return _detail(request, pk, {field: value})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESIDENT_EDIT)
def resident_create(request: Request, pk: int) -> HttpResponse:
    """The secretary takes somebody up in a home."""
    rows = Dwelling.objects.within(request.communities).select_related("community", "entrance__building__compound")
    dwelling = get_object_or_404(rows, pk=pk)
    back = reverse("residents:dwelling_detail", args=[pk])
    form = NewResidentForm(request.POST or None, dwelling=dwelling, submit=_("Add"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            resident = households.add_person(dwelling_id=pk, values=form.values(), by=request.user, **form.arrival())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(name)s is on record.") % {"name": resident})
            return redirect(back)
    return page(request, "residents/people/form.html", {"form": form, "title": _("New person"), "dwelling": dwelling})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESIDENT_EDIT)
def resident_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary puts something right; what was masked and left alone stays as it is."""
    resident = _found(request, pk)
    back = reverse("residents:resident_detail", args=[pk])
    form = ResidentForm(request.POST or None, instance=resident, dwelling=resident.dwelling, submit=_("Save"), cancel=back)
    context = {"form": form, "title": _("Edit"), "dwelling": resident.dwelling, "resident": resident, "name": resident.name}
    if request.method == "POST" and form.is_valid():
        try:
            households.update_person(resident_id=pk, values=form.values(), seen=form.cleaned_data["seen"], by=request.user)
        except households.ChangedMeanwhile as change:
            messages.warning(request, str(change))
            context["differences"] = form.show_conflict(change.resident)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    return page(request, "residents/people/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESIDENT_EDIT)
def resident_move(request: Request, pk: int) -> HttpResponse:
    """The secretary puts down that somebody went, died, or came back."""
    resident = _found(request, pk)
    back = reverse("residents:resident_detail", args=[pk])
    form = MoveForm(request.POST or None, resident=resident, submit=_("Write it down"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            _move(resident, form.cleaned_data, request)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Written down."))
            return redirect(back)
    context = {"form": form, "title": _("Coming and going"), "dwelling": resident.dwelling, "resident": resident}
    return page(request, "residents/people/form.html", context | {"name": resident.name})


@require_POST
@requires(Permission.RESIDENT_EDIT)
def resident_head(request: Request, pk: int) -> HttpResponse:
    """The secretary names the head of a home."""
    resident = _found(request, pk)
    try:
        households.make_head(resident_id=pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("residents:dwelling_detail", resident.dwelling_id)


def _move(resident: Resident, said: dict[str, Any], request: Request) -> None:
    facts = {"resident_id": resident.pk, "on": said["on"], "by": request.user}
    ways: dict[str, Callable[[], Resident]] = {
        Change.MOVED_OUT: lambda: moves.leave(kind=Change.MOVED_OUT, note=said["note"], **facts),
        Change.DIED: lambda: moves.leave(kind=Change.DIED, note=said["note"], **facts),
        Change.MOVED_WITHIN: lambda: moves.move_within(to=said["home"], note=said["note"], **facts),
        Change.MOVED_IN: lambda: moves.come_back(to=said["home"], from_area=said["from_area"], **facts),
        Change.LEFT_FOR_A_TIME: lambda: moves.go_away(note=said["note"], **facts),
        Change.RETURNED: lambda: moves.return_home(from_area=said["from_area"], note=said["note"], **facts),
    }
    ways[said["change"]]()


def _found(request: Request, pk: int) -> Resident:
    rows = Resident.objects.within(request.communities).select_related(
        "community", "guardian", "dwelling__community", "dwelling__entrance__building__compound"
    )
    return get_object_or_404(rows, pk=pk)


def _detail(request: Request, pk: int, revealed: dict[str, str] | None = None) -> HttpResponse:
    care = CareProfile.objects.select_related("category").order_by("until", "id")
    rows = Resident.objects.within(request.communities).select_related(
        "community", "guardian", "dwelling__entrance__building__compound"
    )
    resident = get_object_or_404(rows.prefetch_related(Prefetch("care", care, to_attr="lists")), pk=pk)
    eyes = Eyes(request.user)
    eyes.show([resident], resident.community)
    may_look = may_in(request.user, Permission.QUARANTINE_VIEW, resident.community)
    context = {
        "resident": resident,
        "age": household_export.age(resident.born_on, timezone.localdate()),
        "guardian": resident.guardian and eyes.name(resident.guardian, resident.community),
        "changes": resident.changes.select_related("dwelling__entrance__building")[:50],
        "running": may_look and resident.cases.open().first(),
        "sees": eyes.sees(resident.community),
        "may_edit": may_in(request.user, Permission.RESIDENT_EDIT, resident.community),
        "may_reveal": may_in(request.user, Permission.RESIDENT_REVEAL, resident.community),
        "revealed": revealed or {},
    }
    return page(request, "residents/people/detail.html", context)
