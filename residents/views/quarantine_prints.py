"""Papers of a quarantine: the notice, the sign at the door, the card with the own link, the release notice."""

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.models import QuarantineCase
from residents.services import health_checks, quarantine
from residents.views.quarantine import found


@never_cache
@require_POST
@requires(Permission.QUARANTINE_EDIT)
def quarantine_notice(request: Request, pk: int) -> HttpResponse:
    """The worker prints the notice, with everything that must stand on it."""
    return _paper(request, pk, "notice", "residents/quarantine/notice.html")


@never_cache
@require_POST
@requires(Permission.QUARANTINE_EDIT)
def quarantine_release_notice(request: Request, pk: int) -> HttpResponse:
    """The worker prints the paper that ends it."""
    return _paper(request, pk, "release", "residents/quarantine/release_notice.html")


def _paper(request: Request, pk: int, what: str, template: str) -> HttpResponse:
    case = found(request, pk)
    try:
        quarantine.printed(case_id=pk, what=what, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("residents:quarantine_detail", pk)
    return page(request, template, _facts(case))


@require_safe
@requires(Permission.QUARANTINE_EDIT)
def quarantine_sign(request: Request, pk: int) -> HttpResponse:
    """The worker prints the sign for the door: days and whom to call, no name of who lives there."""
    case = found(request, pk)
    people = case.dwelling.cases.open().exclude(state="transferred").count()
    return page(request, "residents/quarantine/sign.html", {**_facts(case), "people": people})


@require_safe
@requires(Permission.QUARANTINE_EDIT)
def quarantine_link(request: Request, pk: int) -> HttpResponse:
    """The worker prints the card by which a resident reports their own temperature."""
    case = found(request, pk)
    if case.is_ended:
        messages.warning(request, _("This case has ended, and its link with it."))
        return redirect("residents:quarantine_detail", pk)
    address = request.build_absolute_uri(reverse("residents:health_check_own", args=[health_checks.link_of(case)]))
    code = segno.make(address, error="m").svg_data_uri(scale=6, border=2)
    return page(request, "residents/quarantine/link.html", {**_facts(case), "address": address, "code": code})


@require_POST
@requires(Permission.QUARANTINE_EDIT)
def quarantine_link_renew(request: Request, pk: int) -> HttpResponse:
    """The worker makes a lost card worthless."""
    found(request, pk)
    quarantine.renew_link(case_id=pk, by=request.user)
    messages.success(request, _("The old links no longer work. Hand out the new card."))
    return redirect("residents:quarantine_link", pk)


def _facts(case: QuarantineCase) -> dict[str, object]:
    return {
        "case": case,
        "resident": case.resident,
        "stages": list(case.stages.all()),
        "team": list(case.team.all()),
        "today": timezone.localdate(),
    }
