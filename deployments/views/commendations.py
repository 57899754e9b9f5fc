"""Praise: the desk, the person praised, the sending unit, and the wall everybody reads."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments.access import supervises
from deployments.forms.commendations import CommendationForm
from deployments.models import Commendation
from deployments.services import commendations
from portal.accounts.access import public
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.models import Community, ErrandNote

DESK = Permission.COMMENDATION_DESK
MOST_THANKS, ON_WALL = 10, 60


@require_safe
@requires(DESK)
def commendation_list(request: Request) -> HttpResponse:
    """The desk sees what was said, what the unit has not heard yet, and thanks of residents that could become praise."""
    every = Commendation.objects.within(request.communities).with_unit()
    waiting = every.filter(forwarded_at=None, has_unit=True)
    rows = waiting if request.GET.get("state") == "waiting" else every
    context = {
        "rows": paged(request, rows.select_related("cadre__unit", "colleague", "unit", "community")),
        "waiting": waiting.count(),
        "only_waiting": request.GET.get("state") == "waiting",
        "thanks": list(commendations.thanks_waiting(request.communities)[:MOST_THANKS]),
        "walls": list(request.communities.filter(commendations__shown_at__isnull=False).distinct()),
    }
    return page(request, "deployments/commendations/list.html", context, part="commendation-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(DESK)
def commendation_create(request: Request) -> HttpResponse:
    """A letter came, or somebody said thank you."""
    form = CommendationForm(request.POST if request.method == "POST" else None, communities=request.communities)
    if form.is_bound and form.is_valid():
        try:
            commendations.write(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Written down. Forward it to the unit."))
            return redirect("deployments:commendation_list")
    context = {"form": form, "title": _("Write praise down"), "back": "deployments:commendation_list", "above": _("Praise")}
    return page(request, "parts/form_page.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(DESK)
def commendation_from_thanks(request: Request, pk: int) -> HttpResponse:
    """One press: a resident's thanks become praise."""
    notes = ErrandNote.objects.within(request.communities).filter(by=None, errand__confirmed_at__isnull=False)
    note = get_object_or_404(notes.select_related("errand__community", "errand__delivered_by"), pk=pk)
    commendations.from_thanks(note=note, by=request.user)
    messages.success(request, _("Written down. Forward it to the unit."))
    return redirect("deployments:commendation_list")


@require_POST
@requires(DESK)
def commendation_step(request: Request, pk: int, step: str) -> HttpResponse:
    """Forward it, put it on the wall, or take it off."""
    row = get_object_or_404(Commendation.objects.within(request.communities), pk=pk)
    if step not in commendations.STEPS:
        raise Http404
    try:
        commendations.STEPS[step](commendation_id=row.pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Done."))
    return redirect("deployments:commendation_list")


@require_safe
@requires(Permission.MY_DAY)
def commendation_mine(request: Request) -> HttpResponse:
    """What was said of me, and whether my name may stand beside it."""
    rows = Commendation.objects.said_to(request.user).select_related("community", "cadre", "colleague")
    return page(request, "deployments/commendations/mine.html", {"rows": paged(request, rows)})


@require_POST
@requires(Permission.MY_DAY)
def commendation_agree(request: Request, pk: int) -> HttpResponse:
    """My name may stand on the wall, or not."""
    row = get_object_or_404(Commendation.objects.said_to(request.user).filter(for_team=None), pk=pk)
    agrees = request.POST.get("agrees") == "yes"
    commendations.agree(commendation_id=row.pk, agrees=agrees, by=request.user)
    messages.success(request, _("Your name may stand on the wall.") if agrees else _("Your name stays off the wall."))
    return redirect("deployments:commendation_mine")


@require_safe
@supervises
def commendation_ours(request: HttpRequest) -> HttpResponse:
    """The unit reads what communities forwarded of its people."""
    rows = Commendation.objects.of_units(request.units).select_related("cadre", "unit", "community")  # type: ignore[attr-defined]
    return page(request, "deployments/commendations/ours.html", {"rows": paged(request, rows)})


@public
@require_safe
def commendation_wall(request: HttpRequest, code: str) -> HttpResponse:
    """Everybody reads what neighbours say of those who help; names stand there only where both agreed."""
    community = get_object_or_404(Community, code=code.replace("\x00", "")[:12])
    shown = Commendation.objects.filter(community=community).on_wall().order_by("-shown_at", "-id")
    rows = shown.select_related("cadre", "colleague", "unit", "for_team").prefetch_related("for_team__members__user")
    return page(request, "deployments/commendations/wall.html", {"community": community, "rows": list(rows[:ON_WALL])})
