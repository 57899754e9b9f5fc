"""Who answers for which place."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from deployments.forms import responsibilities as forms
from deployments.models import Responsibility
from deployments.services import responsibilities
from portal.accounts import audit
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from portal.lib.stats import Stat
from residents.access import Permission, Request, requires
from residents.models import Compound

PLACE = ("cadre__unit", "community", "compound", "building__compound", "entrance__building__compound")


@require_safe
@requires(Permission.RESPONSIBILITY_VIEW)
def responsibility_list(request: Request) -> HttpResponse:
    """The secretary sees who answers for what, and how many places nobody answers for."""
    today = timezone.localdate()
    live = Responsibility.objects.within(request.communities).filter(Q(ends_on=None) | Q(ends_on__gte=today))
    tally = dict(live.order_by().values_list("role").annotate(n=Count("pk")))
    role = request.GET.get("role", "")
    role = role if role in Responsibility.Role.values else ""
    rows = responsibilities.with_homes(live.filter(role=role) if role else live)
    gaps = responsibilities.gaps(request.communities, today)
    context = {
        "rows": paged(request, rows.select_related(*PLACE).order_by("community", "compound", "building", "entrance", "id")),
        "roles": [(value, label, tally.get(value, 0)) for value, label in Responsibility.Role.choices],
        "role": role,
        "total": sum(tally.values()),
        "stats": [
            _missing(_("compounds without"), gaps.compounds),
            _missing(_("buildings without"), gaps.buildings),
            _missing(_("entrances without"), gaps.entrances),
        ],
    }
    return page(request, "deployments/responsibilities/list.html", context, part="responsibility-rows")


@require_safe
@requires(Permission.RESPONSIBILITY_VIEW)
def responsibility_gaps(request: Request) -> HttpResponse:
    """The secretary sees the places that nobody answers for, compound by compound."""
    gaps = responsibilities.gaps(request.communities, timezone.localdate())
    compounds = Compound.objects.within(request.communities).order_by("community", "id")
    touched = Q(pk__in=gaps.compounds) | Q(buildings__in=gaps.buildings) | Q(buildings__entrances__in=gaps.entrances)
    shown = paged(request, compounds.filter(touched).distinct().select_related("community"), 20)
    rows: dict[int, dict[str, Any]] = {c.pk: {"compound": c, "buildings": [], "entrances": []} for c in shown}
    for building in gaps.buildings.filter(compound__in=rows).order_by("id"):
        rows[building.compound_id]["buildings"].append(building)
    for entrance in gaps.entrances.filter(building__compound__in=rows).select_related("building").order_by("building", "id"):
        rows[entrance.building.compound_id]["entrances"].append(entrance)
    bare = set(gaps.compounds.filter(pk__in=rows).values_list("pk", flat=True))
    return page(request, "deployments/responsibilities/gaps.html", {"page": shown, "rows": rows.values(), "bare": bare})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESPONSIBILITY_EDIT)
def responsibility_create(request: Request) -> HttpResponse:
    """The secretary makes somebody answer for a place."""
    back = reverse("deployments:responsibility_list")
    # A link from the gaps names the role and the place.
    asked = {name: request.GET[name] for name in ("role", "compound", "building", "entrance") if name in request.GET}
    form = forms.AssignForm(request.POST or None, initial=asked, communities=request.communities, cancel=back)
    if request.method == "POST" and form.is_valid():
        place, data = form.place(), form.cleaned_data
        try:
            responsibilities.assign(
                community=audit.community_of(place),
                role=data["role"],
                place=place,
                person=form.person(),
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Assigned."))
            return redirect(back)
    return page(request, "deployments/responsibilities/form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESPONSIBILITY_EDIT)
def responsibility_end(request: Request, pk: int) -> HttpResponse:
    """The secretary lets it end with a day."""
    row = _found(request, pk)
    form = forms.EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        last = form.cleaned_data["last_day"]
        return _done(request, lambda: responsibilities.end(responsibility_id=pk, last_day=last, by=request.user))
    return _ask(request, row, form, _("End"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RESPONSIBILITY_EDIT)
def responsibility_hand_over(request: Request, pk: int) -> HttpResponse:
    """The secretary gives the place to somebody else; no day is without."""
    row = _found(request, pk)
    form = forms.HandOverForm(request.POST or None, communities=request.communities)
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["starts_on"]
        return _done(
            request,
            lambda: responsibilities.hand_over(responsibility_id=pk, person=form.person(), starts_on=day, by=request.user),
        )
    return _ask(request, row, form, _("Pass on"))


def _missing(label: str, places: Any) -> Stat:
    count = places.count()
    return Stat(label, count, tone="bad" if count else "ok", address=reverse("deployments:responsibility_gaps"))


def _found(request: Request, pk: int) -> Responsibility:
    return get_object_or_404(Responsibility.objects.within(request.communities).select_related(*PLACE), pk=pk)


def _ask(request: Request, row: Responsibility, form: Any, action: str) -> HttpResponse:
    context = {
        "question": _("%(action)s: %(place)s, %(person)s") % {"action": action, "place": row.place_name, "person": row.person},
        "form": form,
        "action": action,
        "back": reverse("deployments:responsibility_list"),
    }
    return page(request, "confirm.html", context)


def _done(request: Request, service: Callable[[], Any]) -> HttpResponse:
    try:
        service()
        messages.success(request, _("Done."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("deployments:responsibility_list")
