"""Who does errands here: what each has done over a period, and whom to send where."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.lib.dates import day_bounds
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, communities_for, requires
from residents.forms.pairings import PeriodForm
from residents.models import Pairing
from residents.services import errand_totals, helpers


@require_safe
@requires(Permission.ERRAND_DESK)
def helper_list(request: Request) -> HttpResponse:
    """The secretary sees the numbers of a period, all together and by helper."""
    form = PeriodForm(request.GET)
    since, until = form.moments()
    first, last = form.days()
    numbers = errand_totals.by_helper(request.communities, since, until)
    people = list(helpers.list_of(request.communities).order_by("name", "pk"))
    # Whoever has left since still counts in what was done.
    gone = User.objects.filter(pk__in=set(numbers) - {user.pk for user in people}).order_by("name", "pk")
    rows = [(user, numbers.get(user.pk, {})) for user in [*people, *gone]]
    context = {
        "form": form,
        "first": first,
        "last": last,
        "totals": errand_totals.over(request.communities, since, until),
        "rows": sorted(rows, key=lambda row: -row[1].get("done", 0)),
    }
    return page(request, "residents/helpers/list.html", context)


@require_safe
@requires(Permission.ERRAND_CLAIM)
def helper_detail(request: Request, pk: int) -> HttpResponse:
    """My own totals and the homes I stand by; the desk opens anybody's of its own communities."""
    user = get_object_or_404(User, pk=pk)
    desk = communities_for(request.user, Permission.ERRAND_DESK)
    seen = request.communities if pk == request.user.pk else desk
    if pk != request.user.pk and not helpers.list_of(desk).filter(pk=pk).exists():
        raise Http404
    form = PeriodForm(request.GET)
    first, last = form.days()
    today = day_bounds(timezone.localdate())
    pairs = Pairing.objects.live().within(seen).filter(helper=user)
    context: dict[str, Any] = {
        "helper": user,
        "form": form,
        "first": first,
        "last": last,
        "period": errand_totals.by_helper(seen, *form.moments()).get(pk, {}),
        "today": errand_totals.by_helper(seen, *today).get(pk, {}),
        "pairs": pairs.select_related("dwelling__entrance__building__compound").in_place_order(),
    }
    return page(request, "residents/helpers/detail.html", context)


@require_POST
@requires(Permission.ERRAND_DESK)
def helper_stairs(request: Request, pk: int) -> HttpResponse:
    """The desk writes down that somebody carries nothing upstairs, or may again."""
    user = get_object_or_404(helpers.list_of(request.communities), pk=pk)
    climbs = request.POST.get("climbs") == "1"
    try:
        for community in request.communities.filter(memberships__user=user).distinct():
            helpers.set_climbs(user=user, community=community, climbs=climbs, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("residents:helper_list")
