"""The register of vehicles, at the desk."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.forms.visits import VehicleForm
from checkpoints.models import Vehicle
from checkpoints.services import vehicles
from checkpoints.services.written_fields import Invalid
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.services.search import UNREADABLE


@require_safe
@requires(Permission.PASSAGE_VIEW)
def vehicle_list(request: Request) -> HttpResponse:
    """Which plates are known, whose they are, which may come in."""
    rows = Vehicle.objects.within(request.communities).select_related("community", "dwelling__entrance__building")
    if asked := UNREADABLE.sub("", request.GET.get("q", ""))[:12].strip().upper():
        rows = rows.filter(plate_no__contains=asked)
    kind = request.GET.get("kind", "")
    if kind in Vehicle.Kind.values:
        rows = rows.filter(kind=kind)
    context = {
        "rows": paged(request, rows.order_by("community", "plate_no")), "asked": asked, "kind": kind,
        "kinds": Vehicle.Kind.choices,
    }  # fmt: skip
    return page(request, "checkpoints/vehicles/list.html", context, part="vehicle-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VEHICLE_EDIT)
def vehicle_add(request: Request) -> HttpResponse:
    """I write a plate into the register."""
    return _edited(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VEHICLE_EDIT)
def vehicle_edit(request: Request, pk: int) -> HttpResponse:
    """I change what stands there."""
    return _edited(request, get_object_or_404(Vehicle.objects.within(request.communities), pk=pk))


def _edited(request: Request, row: Vehicle | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    back = reverse("checkpoints:vehicle_list")
    form = VehicleForm(data, instance=row, communities=request.communities, cancel=back)
    if form.is_bound and form.is_valid():
        values = {name: form.cleaned_data[name] for name in vehicles.FIELDS}
        community = row.community if row else form.cleaned_data["community"]
        try:
            vehicles.save(
                community=community, plate=form.cleaned_data["plate_no"], vehicle_id=row.pk if row else None, by=request.user,
                **values,
            )  # fmt: skip
        except Invalid as bad:
            form.add_error("plate_no", bad.why)
        except Refused as refusal:
            form.add_error("plate_no", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {"form": form, "row": row}
    return page(request, "checkpoints/vehicles/form.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.VEHICLE_EDIT)
def vehicle_remove(request: Request, pk: int) -> HttpResponse:
    """This plate does not come here any more."""
    row = get_object_or_404(Vehicle.objects.within(request.communities), pk=pk)
    try:
        vehicles.remove(vehicle_id=row.pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Struck from the register."))
    return redirect("checkpoints:vehicle_list")
