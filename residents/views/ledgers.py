"""Ledgers: the named lists a community keeps over its records."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.lib import downloads
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, may_in, requires
from residents.forms.ledgers import LedgerForm, RowFilter
from residents.ledgers import SOURCES
from residents.models import Community, Ledger
from residents.services import ledgers

PER_PAGE = 200


@require_safe
@requires(Permission.LEDGER_VIEW)
def ledger_list(request: Request) -> HttpResponse:
    """I look for the ledger I am asked for."""
    aside = request.GET.get("aside") == "1"
    every = Ledger.objects.within(request.communities)
    rows = paged(request, every.filter(is_kept=not aside).select_related("community").order_by("community", "id"))
    for ledger in rows:
        ledger.of = SOURCES[ledger.source].label
    missing = [c for c in request.communities.filter(ledgers=None) if may_in(request.user, Permission.LEDGER_EDIT, c)]
    context = {"rows": rows, "aside": aside, "has_aside": every.filter(is_kept=False).exists(), "missing": missing}
    return page(request, "residents/ledgers/list.html", context, part="ledger-rows")


@require_POST
@requires(Permission.LEDGER_EDIT)
def ledger_start(request: Request, pk: int) -> HttpResponse:
    """The secretary takes over the seven ledgers most communities keep."""
    community = get_object_or_404(request.communities, pk=pk)
    made = len(ledgers.start(community=community, by=request.user))
    messages.success(request, ngettext("%(n)s ledger put down.", "%(n)s ledgers put down.", made) % {"n": made})
    return redirect("residents:ledger_list")


@require_safe
@requires(Permission.LEDGER_VIEW)
def ledger_detail(request: Request, pk: int) -> HttpResponse:
    """I read a ledger, narrow it and print it; it is as new as the records."""
    ledger = _found(request, pk)
    form = RowFilter(request.GET, source=SOURCES[ledger.source], ledger=ledger)
    asked = form.asked()
    rows = paged(request, ledgers.rows(ledger, asked), PER_PAGE)
    context = {
        "ledger": ledger,
        "form": form,
        "asked": asked,
        "rows": rows,
        "columns": ledgers.columns_of(ledger),
        "lines": list(ledgers.table(ledger, rows, full=False, first=rows.start_index())),
        "may_edit": may_in(request.user, Permission.LEDGER_EDIT, ledger.community),
        "today": timezone.localdate(),
    }
    return page(request, "residents/ledgers/detail.html", context, part="line-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEDGER_EDIT)
def ledger_create(request: Request) -> HttpResponse:
    """The secretary puts down a ledger that somebody wants from her."""
    source = SOURCES.get(request.GET.get("source", ""), next(iter(SOURCES.values())))
    community = _community(request)
    back = reverse("residents:ledger_list")
    form = LedgerForm(request.POST or None, source=source, community=community, submit=_("Add"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            ledger = ledgers.create(community=community, source=source.key, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("residents:ledger_detail", ledger.pk)
    context = {"form": form, "title": _("New ledger"), "source": source, "sources": SOURCES.values(), "community": community}
    return page(request, "residents/ledgers/form.html", context | {"communities": request.communities})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEDGER_EDIT)
def ledger_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary changes columns and filters, or puts the ledger aside."""
    ledger = _found(request, pk)
    back = reverse("residents:ledger_detail", args=[pk])
    source = SOURCES[ledger.source]
    form = LedgerForm(
        request.POST or None, instance=ledger, source=source, community=ledger.community, submit=_("Save"), cancel=back
    )
    if request.method == "POST" and form.is_valid():
        try:
            ledgers.update(ledger_id=pk, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    return page(request, "residents/ledgers/form.html", {"form": form, "title": _("Edit the ledger"), "source": source})


@require_POST
@requires(Permission.LEDGER_EDIT)
def ledger_export(request: Request, pk: int) -> FileResponse:
    """The secretary hands the ledger in as a sheet, in full; the trail says so."""
    ledger = _found(request, pk)
    asked = RowFilter(request.POST, source=SOURCES[ledger.source], ledger=ledger).asked()
    columns, rows = ledgers.sheet(ledger=ledger, more=asked, by=request.user)
    return downloads.sheet(columns, rows, title=ledger.name, unit=ledger.community.name)


def _found(request: Request, pk: int) -> Any:
    rows = Ledger.objects.within(request.communities).select_related("community__subdistrict")
    return get_object_or_404(rows, pk=pk)


def _community(request: Request) -> Community:
    """The community a new ledger is for: the one asked for, or the first of one's own."""
    asked = request.GET.get("community", "")
    key = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 16 else None
    return get_object_or_404(request.communities, pk=key) if key else request.communities.earliest("code")
