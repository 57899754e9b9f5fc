"""Taking in the roster a sending unit mailed."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from deployments.forms.rosters import RosterForm
from deployments.services.roster_sheet import COLUMNS, IGNORED
from portal.jobs import services, tasks
from portal.jobs.blanks import blank_form
from portal.lib.pages import page
from residents.access import Permission, Request, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CADRE_IMPORT)
def roster_import(request: Request) -> HttpResponse:
    """The secretary hands in a roster and sees what it would do."""
    form = RosterForm(
        request.POST or None, request.FILES or None, communities=request.communities, cancel=reverse("jobs:job_list")
    )
    if request.method == "POST" and form.is_valid():
        job = services.ask(
            kind="import_cadres",
            community=form.cleaned_data["community"],
            upload=form.cleaned_data["file"],
            by=request.user,
        )
        tasks.start(job)
        return redirect("jobs:job_detail", job.pk)
    context = {"form": form, "heading": _("Roster import"), "columns": COLUMNS, "template": reverse("deployments:roster_form")}
    return page(request, "jobs/upload.html", context)


@require_safe
@requires(Permission.CADRE_IMPORT)
def roster_form(request: Request) -> FileResponse:
    """The secretary sends units the form to fill in."""
    return blank_form(COLUMNS, IGNORED[0], "下沉干部花名册")
