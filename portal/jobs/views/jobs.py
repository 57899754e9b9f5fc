"""My jobs, and one job: how far it is, what it would do, what it did."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.access import Request, signed_in
from portal.jobs import services, tasks
from portal.jobs.access import Lines, asked_for, job_for
from portal.jobs.imports import write_refused
from portal.jobs.models import Job
from portal.jobs.registry import kind_of, kinds
from portal.lib.errors import Refused
from portal.lib.imports import DOES
from portal.lib.pages import page
from portal.lib.paging import paged
from portal.lib.sentences import told

PER_PAGE = 100


@require_safe
@signed_in
def job_list(request: Request) -> HttpResponse:
    """Somebody looks for what she imported or exported."""
    jobs = paged(request, Job.objects.filter(by=request.user, kind__in=kinds()).select_related("community"))
    for job in jobs:
        job.label = kind_of(job).label  # type: ignore[attr-defined]
    return page(request, "jobs/list.html", {"page": jobs}, part="job-rows")


@require_safe
@signed_in
def job_detail(request: Request, pk: int) -> HttpResponse:
    """Somebody waits for a job, reads a preview, or fetches what came out."""
    job = job_for(request.user, pk)
    kind, does = kind_of(job), asked_for(request.GET.get("does", ""))
    counts = job.outcome.get("counts", {})
    context = {
        "job": job,
        "label": kind.label,
        "back": reverse(kind.page) if kind.page else "",
        "next": [(words, f"{reverse(name)}?{query}") for words, name, query in kind.then],
        "does": does,
        "counts": [(name, counts[name]) for name in DOES if name in counts],
        "error": told(job.outcome.get("error", "")),
        "notices": told(job.outcome.get("notices", [])),
        "writes": job.writes,
        "page": Paginator(Lines(job, does), PER_PAGE).get_page(request.GET.get("page")),  # type: ignore[arg-type]
    }
    response = page(request, "jobs/detail.html", context, part="job-progress")
    if request.headers.get("HX-Target") == "job-progress" and not job.is_open:
        # It is over while the person looks at the bar: show the whole page.
        response["HX-Refresh"] = "true"
    return response


@require_POST
@signed_in
def job_apply(request: Request, pk: int) -> HttpResponse:
    """Somebody has read the preview and says yes."""
    job = job_for(request.user, pk)
    try:
        job = services.apply(job_id=job.pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        tasks.start(job)
    return redirect("jobs:job_detail", pk)


@require_POST
@signed_in
def job_cancel(request: Request, pk: int) -> HttpResponse:
    """Somebody does not want it after all."""
    job = job_for(request.user, pk)
    try:
        services.cancel(job_id=job.pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("jobs:job_detail", pk)


@require_safe
@signed_in
def job_result(request: Request, pk: int) -> FileResponse:
    """Somebody fetches the file that came out."""
    job = job_for(request.user, pk)
    if not job.result:
        raise Http404
    return _attached(FileResponse(job.result.open("rb"), as_attachment=True, filename=_safe(job.result_name)))


@require_safe
@signed_in
def job_refused(request: Request, pk: int) -> FileResponse:
    """Somebody fetches the refused rows, to correct them and send them again."""
    job = job_for(request.user, pk)
    if not job.lines or not job.outcome.get("counts", {}).get("refuse"):
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "refused.xlsx"
        write_refused(job, path)
        file = path.open("rb")
    name = _("%(file)s-refused rows") % {"file": Path(job.file_name).stem} + ".xlsx"
    return _attached(FileResponse(file, as_attachment=True, filename=_safe(name)))


def _safe(name: str) -> str:
    return get_valid_filename(name.strip(". ") or "file")


def _attached(response: FileResponse) -> FileResponse:
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
