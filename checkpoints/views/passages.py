"""The log of the gates, at the community's desk."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.access import correctable_passages
from checkpoints.forms.passages import CorrectionForm, PassageFilter
from checkpoints.models import Passage
from checkpoints.services import passages
from checkpoints.services.written_fields import Invalid
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires

BLANK_LINES = 18
MOST_PRINTED = 2000


@require_safe
@requires(Permission.PASSAGE_VIEW)
def passage_list(request: Request) -> HttpResponse:
    """Who passed our gates on a day?"""
    form = PassageFilter(request.GET, communities=request.communities)
    rows = form.applied(Passage.objects.standing().within(request.communities))
    rows = rows.select_related("post__compound").order_by("-happened_at", "-id")
    context = {"form": form, "page": paged(request, rows), "day": form.asked_day, "query": request.GET.urlencode()}
    return page(request, "checkpoints/passages/list.html", context, part="passage-rows")


@require_safe
@requires(Permission.PASSAGE_VIEW)
def passage_print(request: Request) -> HttpResponse:
    """The register of a day on A4, or an empty form for the day the power fails."""
    form = PassageFilter(request.GET, communities=request.communities)
    rows = form.applied(Passage.objects.standing().within(request.communities))
    rows = rows.select_related("post__compound", "logged_by", "pass_use__entry_pass").order_by("happened_at", "id")[
        :MOST_PRINTED
    ]
    blank = "blank" in request.GET
    context = {"rows": [] if blank else rows, "blank": range(1, BLANK_LINES + 1) if blank else (), "day": form.asked_day}
    return page(request, "checkpoints/passages/print.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GATE_LOG)
def passage_detail(request: Request, pk: UUID) -> HttpResponse:
    """One passage was written wrongly: I put it right, with a reason; the old row stays on record."""
    row = _correctable(request, pk)
    form = CorrectionForm(request.POST if request.method == "POST" else None, passage=row)
    if request.method == "POST" and form.is_valid():
        try:
            new = passages.correct(passage=row, row=form.row(), reason=form.cleaned_data["why"], by=request.user)
        except Invalid as bad:
            form.add_error(bad.field if bad.field in form.fields else None, bad.why)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Corrected."))
            return redirect("checkpoints:passage_detail", pk=new.pk)
    context = {"row": row, "form": form, "voided_by": Passage.objects.filter(voids=row).first()}
    return page(request, "checkpoints/passages/detail.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.GATE_LOG)
def passage_void(request: Request, pk: UUID) -> HttpResponse:
    """This passage never happened: I strike it, with a reason."""
    row = _correctable(request, pk)
    try:
        passages.void(passage=row, reason=request.POST.get("why", ""), by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Struck. The row stays on record with your reason."))
    return redirect("checkpoints:passage_detail", pk=row.pk)


def _correctable(request: Request, pk: UUID) -> Passage:
    rows = correctable_passages(request.user).select_related("post__compound", "community__subdistrict", "logged_by")
    return get_object_or_404(rows.filter(is_void=False), pk=pk)
