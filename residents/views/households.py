"""The homes of a compound, and one home with everything that was done for it."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.jobs import services, tasks
from portal.jobs.blanks import blank_form
from portal.lib import masks
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents import timeline
from residents.access import Permission, Request, has, may_in, requires
from residents.forms.households import BaseListForm, DwellingFilter, DwellingForm
from residents.masking import Eyes
from residents.models import Dwelling
from residents.services import (
    closed_places,
    household_export,
    household_list,
    household_sheet,
    households,
    mutual_aid,
    pairings,
    quarantine_view,
)
from residents.services.policies import duty_policy


@require_safe
@requires(Permission.RESIDENT_VIEW)
def dwelling_list(request: Request) -> HttpResponse:
    """The secretary looks through the homes of a compound."""
    form = DwellingFilter(request.GET, communities=request.communities)
    asked = form.asked()
    crowded_from = household_list.crowded_from(form.chosen.community if form.chosen else None)
    found = household_list.narrowed(household_list.listed(request.communities), asked)
    chosen = household_list.in_group(found, asked["group"], crowded_from)
    rows = paged(request, household_list.with_people(chosen))
    eyes = Eyes(request.user)
    for dwelling in rows:
        eyes.show(dwelling.people, dwelling.community)
        dwelling.care_shown = list(dict.fromkeys(word for person in dwelling.people for word in person.care_shown))
    context = {
        "rows": rows,
        "form": form,
        "compound": form.chosen,
        "group": asked["group"],
        "groups": household_list.counts(found, crowded_from),
        "may_import": form.chosen and may_in(request.user, Permission.RESIDENT_IMPORT, form.chosen.community),
        # Not even a compound is there: the list brings it along.
        "begins": form.chosen is None and not request.GET and has(request.user, Permission.RESIDENT_IMPORT),
    }
    return page(request, "residents/households/list.html", context, part="dwelling-rows")


@require_POST
@requires(Permission.RESIDENT_IMPORT)
def dwelling_export(request: Request) -> HttpResponse:
    """The secretary takes the same homes out as the base list; the trail knows."""
    form = DwellingFilter(request.POST, communities=request.communities)
    if form.chosen is None:
        return redirect("residents:dwelling_list")
    job = services.ask(
        kind="export_residents", community=form.chosen.community, params={"asked": form.asked()}, by=request.user
    )
    tasks.start(job)
    return redirect("jobs:job_detail", job.pk)


@require_safe
@requires(Permission.RESIDENT_VIEW)
def dwelling_detail(request: Request, pk: int) -> HttpResponse:
    """One home: who lives there, what they need, and everything that was done for it."""
    dwelling = get_object_or_404(household_list.with_people(household_list.listed(request.communities)), pk=pk)
    community = dwelling.community
    eyes, today = Eyes(request.user), timezone.localdate()
    eyes.show(dwelling.people, community)
    for person in dwelling.people:
        person.age = household_export.age(person.born_on, today)
    left = list(dwelling.residents.exclude(left_on=None).order_by("-left_on", "id")[:20])
    eyes.show(left, community)
    cases = list(quarantine_view.of_home(dwelling)) if may_in(request.user, Permission.QUARANTINE_VIEW, community) else []
    for case in cases:
        case.shown = eyes.name(case.resident, community)
    found = timeline.of(dwelling, reader=request.user)
    entries = [(entry, entry.name if eyes.sees(community) else masks.name(entry.name)) for entry in found]
    policy = duty_policy(community, today)
    context = {
        "dwelling": dwelling,
        "pairing": pairings.of_home(dwelling),
        "buyers": mutual_aid.buyers_for([pk], reader=request.user).get(pk),
        "left": left,
        "cases": cases,
        "entries": entries,
        "proposed": not dwelling.watch_level and dwelling.living_in >= policy.crowded_from,
        "may_edit": may_in(request.user, Permission.RESIDENT_EDIT, community),
        "sees": eyes.sees(community),
        "closed": closed_places.at_home(dwelling),
    }
    return page(request, "residents/households/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESIDENT_EDIT)
def dwelling_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary puts down that a home is empty, or that somebody keeps an eye on it."""
    dwelling = _found(request, pk)
    back = reverse("residents:dwelling_detail", args=[pk])
    form = DwellingForm(request.POST or None, instance=dwelling, submit=_("Save"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            households.update_dwelling(dwelling_id=pk, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    context = {"form": form, "title": _("Edit the home"), "dwelling": dwelling}
    return page(request, "residents/households/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESIDENT_IMPORT)
def household_import(request: Request) -> HttpResponse:
    """The secretary hands in a base list and sees what it would do."""
    form = BaseListForm(
        request.POST or None, request.FILES or None, communities=request.communities, cancel=reverse("residents:dwelling_list")
    )
    if request.method == "POST" and form.is_valid():
        job = services.ask(
            kind="import_residents",
            community=form.cleaned_data["community"],
            upload=form.cleaned_data["file"],
            params={"gone": form.cleaned_data["gone"]},
            by=request.user,
        )
        tasks.start(job)
        return redirect("jobs:job_detail", job.pk)
    context = {
        "form": form,
        "heading": _("Base list import"),
        "columns": household_sheet.COLUMNS,
        "template": reverse("residents:household_form"),
    }
    return page(request, "jobs/upload.html", context)


@require_safe
@requires(Permission.RESIDENT_IMPORT)
def household_form(request: Request) -> FileResponse:
    """The secretary gives building heads the form to fill in."""
    named = {column.heading: column for column in household_sheet.COLUMNS}
    columns = [named[heading] for heading in household_sheet.SHEET if heading in named]
    return blank_form(columns, household_sheet.IGNORED[0], "小区居民底册")


def _found(request: Request, pk: int) -> Dwelling:
    rows = Dwelling.objects.within(request.communities).select_related("community", "entrance__building__compound")
    return get_object_or_404(rows, pk=pk)
