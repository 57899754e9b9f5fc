"""Talks with those who refuse."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, communities_for, requires
from residents.forms.persuasions import PersuasionForm
from residents.models import Persuasion
from residents.services import persuasions


@require_safe
@requires(Permission.PERSUADE)
def persuasion_list(request: Request) -> HttpResponse:
    """Who was talked to about what, how often, and what came of it; the office sees all, others their own."""
    every = Persuasion.objects.within(request.communities).filter(case=None)
    desk = communities_for(request.user, Permission.MATTER_DESK)
    rows = every.filter(community__in=desk) | every.filter(spoken_by=request.user)
    if (result := request.GET.get("result", "")) in Persuasion.Result.values:
        rows = rows.filter(result=result)
    listed = rows.select_related("dwelling__entrance__building__compound", "spoken_by").order_by("-spoken_at", "-id")
    counted = dict(every.filter(community__in=desk).order_by().values_list("result").annotate(Count("pk")))
    context = {
        "rows": paged(request, listed),
        "result": result,
        "results": [(code, label, counted.get(code, 0)) for code, label in Persuasion.Result.choices],
    }
    return page(request, "residents/persuasions/list.html", context, part="persuasion-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSUADE)
def persuasion_create(request: Request) -> HttpResponse:
    """I have just talked to somebody: where, about what, what they said."""
    form = PersuasionForm(request.POST if request.method == "POST" else None, communities=request.communities)
    if form.is_bound and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("topic", "method", "result", "note")}
        row = persuasions.record(place=form.place(), by=request.user, **facts)
        messages.success(request, _("Written down as attempt %(n)s.") % {"n": row.attempt_no})
        return redirect("residents:persuasion_list")
    context = {"form": form, "title": _("A talk"), "back": "residents:persuasion_list", "above": _("Persuasion")}
    return page(request, "parts/form_page.html", context, status=422 if form.is_bound else 200)
