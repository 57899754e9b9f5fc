"""Taking in a gate's paper register."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from checkpoints.forms.registers import RegisterForm
from checkpoints.services.register_sheet import COLUMNS, IGNORED
from portal.jobs import services, tasks
from portal.jobs.blanks import blank_form
from portal.lib.pages import page
from residents.access import Permission, Request, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PASSAGE_IMPORT)
def register_import(request: Request) -> HttpResponse:
    """The worker hands in what was written on paper while the network was away."""
    form = RegisterForm(
        request.POST or None, request.FILES or None, communities=request.communities, cancel=reverse("jobs:job_list")
    )
    if request.method == "POST" and form.is_valid():
        compound = form.cleaned_data["compound"]
        job = services.ask(
            kind="import_passages",
            community=form.cleaned_data["community"],
            params={"compound": compound.pk if compound else None},
            upload=form.cleaned_data["file"],
            by=request.user,
        )
        tasks.start(job)
        return redirect("jobs:job_detail", job.pk)
    context = {
        "form": form,
        "heading": _("Paper register import"),
        "columns": COLUMNS,
        "template": reverse("checkpoints:register_form"),
    }
    return page(request, "jobs/upload.html", context)


@require_safe
@requires(Permission.PASSAGE_IMPORT)
def register_form(request: Request) -> FileResponse:
    """The worker fetches the register to print or to type into."""
    return blank_form(COLUMNS, IGNORED[0], "出入登记表")
