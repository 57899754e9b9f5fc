"""The first page of each role."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from deployments.access import units_for
from portal import nav, today
from portal.accounts.access import Request, signed_in
from portal.lib.pages import page
from residents.access import Permission, communities_for, has


@require_safe
@signed_in
def home(request: Request) -> HttpResponse:
    """I see where I am needed: whoever runs a community its day, whoever reviews the reports, everybody else their own."""
    user = request.user
    if has(user, Permission.BOARD_EDIT):
        return _community_day(request)
    if has(user, Permission.OVERVIEW_VIEW):
        return _reports(request)
    if has(user, Permission.BOARD_VIEW):
        return _posts(request)
    for address in _elsewhere(request):
        return redirect(address)
    return page(request, "portal/home/plain.html")


def _community_day(request: Request) -> HttpResponse:
    """The secretary: where am I short, who is not there, what waits for me."""
    communities = communities_for(request.user, Permission.BOARD_EDIT)
    day = today.community_day(communities, by=request.user)
    return page(request, "portal/home/secretary.html", {"day": day, "today": timezone.localdate()})


def _posts(request: Request) -> HttpResponse:
    """The community worker: whose door is due, and who stands where today."""
    communities = communities_for(request.user, Permission.BOARD_VIEW)
    shifts = today.shifts_of(communities)
    context = {"shifts": shifts, "absent": today.absent_of(shifts), "today": timezone.localdate()}
    if has(request.user, Permission.QUARANTINE_VIEW):
        context |= today.homes_day(communities_for(request.user, Permission.QUARANTINE_VIEW), by=request.user)
    return page(request, "portal/home/worker.html", context)


def _reports(request: Request) -> HttpResponse:
    """The officer: who has not reported."""
    overview = today.report_overview(communities_for(request.user, Permission.OVERVIEW_VIEW))
    return page(request, "portal/home/officer.html", {"overview": overview, "today": timezone.localdate()})


def _elsewhere(request: Request) -> list[str]:
    """Pages that are somebody's first page already."""
    wanted = {
        "checkpoints:my_day": has(request.user, Permission.MY_DAY),
        "checkpoints:supervision_today": units_for(request.user).exists(),
        "admin:index": request.user.is_staff,
    }
    return [address for view, suits in wanted.items() if suits and (address := nav.address_of(view))]
