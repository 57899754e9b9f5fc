"""Staff who were at an affected place."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.forms.exposure import PlaceForm, StaffCheckForm, StopForm
from checkpoints.models import Exposure
from checkpoints.services import exposure
from deployments.models import Cadre
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires


@require_safe
@requires(Permission.QUARANTINE_VIEW)
def exposure_list(request: Request) -> HttpResponse:
    """I find who of the staff was there, and see who is off duty and how they are."""
    form = PlaceForm(request.GET, communities=request.communities)
    asked = form.is_bound and form.is_valid()
    found = exposure.exposed(form.cleaned_data["compound"], form.cleaned_data["since"]) if asked else []
    context = {
        "form": form, "asked": asked, "found": found,
        "compound": form.cleaned_data["compound"] if asked else None,
        "rows": paged(request, exposure.followed(request.communities)),
    }  # fmt: skip
    return page(request, "checkpoints/exposure/list.html", context, part="exposure-rows")


@require_POST
@requires(Permission.QUARANTINE_DECIDE)
def exposure_stop(request: Request) -> HttpResponse:
    """The secretary takes somebody off duty at once."""
    form = StopForm(request.POST, communities=request.communities)
    if not form.is_valid():
        messages.warning(request, _("Choose the person from the list, and 1 to 21 days."))
        return redirect("checkpoints:exposure_list")
    data = form.cleaned_data
    cadre = get_object_or_404(Cadre.objects.within(request.communities), pk=data["cadre"])
    try:
        exposure.stop_duty(
            cadre_id=cadre.pk, compound=data["compound"], how=data["how"], exposed_on=data["exposed_on"], days=data["days"],
            by=request.user,
        )  # fmt: skip
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is off duty and is followed from now on.") % {"name": cadre.name})
    return redirect("checkpoints:exposure_list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.QUARANTINE_EDIT)
def exposure_check(request: Request, pk: int) -> HttpResponse:
    """I write down how somebody off duty is."""
    row = get_object_or_404(Exposure.objects.within(request.communities).select_related("cadre"), pk=pk)
    back = reverse("checkpoints:exposure_list")
    form = StaffCheckForm(request.POST if request.method == "POST" else None, submit=_("Save the check"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            exposure.check(exposure_id=pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {"form": form, "row": row, "back": back}
    return page(request, "checkpoints/exposure/check.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MY_DAY)
def exposure_own(request: Request) -> HttpResponse:
    """I am off duty because of an exposure and report my own temperature, twice a day."""
    row = exposure.own(request.user)
    posted = request.POST if request.method == "POST" and row else None
    form = StaffCheckForm(posted, submit=_("Send"), cancel=reverse("checkpoints:my_day"))
    if row and form.is_bound and form.is_valid():
        try:
            exposure.check(exposure_id=row.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("checkpoints:exposure_own")
    context = {"form": form, "row": row}
    return page(request, "checkpoints/exposure/own.html", context, status=422 if form.is_bound else 200)
