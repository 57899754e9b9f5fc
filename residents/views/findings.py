"""What rounds have found."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.forms.findings import HandlingForm
from residents.models import Finding
from residents.models.finding_words import FINDINGS
from residents.services import findings


@require_safe
@requires(Permission.ROUND_VIEW)
def finding_list(request: Request) -> HttpResponse:
    """The secretary sees what was found and who is alone with it, newest first."""
    every = Finding.objects.within(request.communities)
    still = every.open()
    rows = every if request.GET.get("state") == "all" else still
    if (kind := request.GET.get("kind", "")) in FINDINGS:
        rows = rows.filter(kind=kind)
    listed = paged(
        request,
        rows.select_related(
            "stop__dwelling__entrance__building__compound", "stop__done_by", "stop__round", "handled_by"
        ).prefetch_related("tasks"),
    )
    for finding in listed:
        finding.what = FINDINGS.get(finding.kind, finding.kind)
    context = {
        "rows": listed,
        "kind": kind,
        "everything": request.GET.get("state") == "all",
        "open_count": still.count(),
        "kinds": [
            (code, FINDINGS.get(code, code), n) for code, n in still.order_by("kind").values_list("kind").annotate(Count("pk"))
        ],
    }
    return page(request, "residents/findings/list.html", context, part="finding-rows")


@require_POST
@requires(Permission.ROUND_EDIT)
def finding_handle(request: Request, pk: int) -> HttpResponse:
    """The office says what it did."""
    finding = get_object_or_404(Finding.objects.within(request.communities), pk=pk)
    form = HandlingForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Say in one sentence what was done, then save it again."))
        return redirect("residents:finding_list")
    try:
        findings.handle(finding_id=finding.pk, handling=form.cleaned_data["handling"], by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Written down."))
    return redirect("residents:finding_list")
