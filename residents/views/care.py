"""The lists of care a person is on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.forms.care import CareForm, EndCareForm, NewCareForm
from residents.models import CareProfile, Resident
from residents.services import care


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESIDENT_EDIT)
def care_create(request: Request, pk: int) -> HttpResponse:
    """The secretary puts somebody on a list of care."""
    rows = Resident.objects.within(request.communities).select_related("dwelling__entrance__building__compound")
    resident = get_object_or_404(rows, pk=pk)
    back = reverse("residents:resident_detail", args=[pk])
    form = NewCareForm(request.POST or None, submit=_("Add"), cancel=back)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            care.add(resident_id=pk, code=said["code"], since=said["since"], values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    return _form(request, form, _("Add to a list of care"), resident)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESIDENT_EDIT)
def care_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary changes what has to be known for somebody's care."""
    profile = _found(request, pk)
    back = reverse("residents:resident_detail", args=[profile.resident_id])
    form = CareForm(request.POST or None, instance=profile, submit=_("Save"), cancel=back)
    if request.method == "POST" and form.is_valid():
        care.update(profile_id=pk, values=form.values(), by=request.user)
        messages.success(request, _("Saved."))
        return redirect(back)
    return _form(request, form, profile.category.label, profile.resident)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESIDENT_EDIT)
def care_end(request: Request, pk: int) -> HttpResponse:
    """The secretary takes somebody off a list; what was stays on record."""
    profile = _found(request, pk)
    back = reverse("residents:resident_detail", args=[profile.resident_id])
    form = EndCareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            care.end(profile_id=pk, until=form.cleaned_data["until"], by=request.user)
        except Refused as refusal:
            form.add_error("until", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    said = {"name": profile.resident, "category": profile.category.label}
    context = {
        "question": _("Take %(name)s off the list “%(category)s”?") % said,
        "text": _("The last day counts. What was stays on record."),
        "action": _("Take off the list"),
        "back": back,
        "form": form,
    }
    return page(request, "confirm.html", context)


def _found(request: Request, pk: int) -> CareProfile:
    rows = CareProfile.objects.within(request.communities)
    rows = rows.select_related("category", "resident__dwelling__entrance__building__compound")
    return get_object_or_404(rows, pk=pk)


def _form(request: Request, form: CareForm, title: str, resident: Resident) -> HttpResponse:
    context = {"form": form, "title": title, "resident": resident, "dwelling": resident.dwelling, "name": resident.name}
    return page(request, "residents/people/form.html", context)
