"""Teams that do tasks together."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.forms.teams import TeamForm
from residents.models import Community, Task, Team
from residents.services import teams

TASKS_SHOWN = 30


@require_safe
@requires(Permission.TASK_VIEW)
def team_list(request: Request) -> HttpResponse:
    """Which teams there are, who leads them and what they have to do."""
    rows, closed = Team.objects.within(request.communities), request.GET.get("view") == "closed"
    chosen = rows.exclude(closed_on=None).order_by("-closed_on", "-id") if closed else rows.live()
    context = {
        "rows": paged(request, teams.counted(chosen)),
        "closed": closed,
        "live": rows.live().count(),
        "communities": request.communities.order_by("code")[:50],
    }
    return page(request, "residents/teams/list.html", context)


@require_safe
@requires(Permission.TASK_VIEW)
def team_detail(request: Request, pk: int) -> HttpResponse:
    """One team: who belongs to it since when, and what it has to do."""
    team = get_object_or_404(teams.counted(Team.objects.within(request.communities)), pk=pk)
    tasks = Task.objects.open().filter(for_team=team).with_places().in_order()
    context = {"team": team, "members": team.members.select_related("user"), "tasks": tasks[:TASKS_SHOWN]}
    return page(request, "residents/teams/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TASK_DESK)
def team_create(request: Request) -> HttpResponse:
    """The desk puts a team together."""
    community = _community(request)
    form = _form(request, community, {}, reverse("residents:team_list"))
    if form.is_bound and form.is_valid():
        try:
            team = teams.form(community=community, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("residents:team_detail", team.pk)
    return _shown(request, form, _("New team"), community)


def _community(request: Request) -> Community:
    """The one that was asked for; most have one alone."""
    asked = request.GET.get("community", "")
    rows = request.communities.order_by("code")
    return get_object_or_404(rows, pk=int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 15 else rows[0]


def _form(request: Request, community: Community, initial: dict[str, Any], cancel: str) -> TeamForm:
    data = request.POST if request.method == "POST" else None
    return TeamForm(data, initial=initial, community=community, cancel=cancel)


def _shown(request: Request, form: TeamForm, title: str, community: Community, team: Team | None = None) -> HttpResponse:
    context = {"form": form, "title": title, "community": community, "team": team}
    return page(request, "residents/teams/form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TASK_DESK)
def team_change(request: Request, pk: int) -> HttpResponse:
    """Another leader, somebody more or less."""
    team = _found(request, pk)
    members = list(team.members.live().values_list("user", flat=True))
    initial = {
        "name": team.name,
        "kind": team.kind,
        "leader": team.leader_id,
        "chat_group": team.chat_group_id,
        "members": members,
    }
    form = _form(request, team.community, initial, reverse("residents:team_detail", args=[pk]))
    if form.is_bound and form.is_valid():
        try:
            teams.change(team_id=pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("residents:team_detail", pk)
    return _shown(request, form, _("Change the team"), team.community, team)


def _found(request: Request, pk: int) -> Team:
    return get_object_or_404(Team.objects.within(request.communities).select_related("community__subdistrict"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TASK_DESK)
def team_close(request: Request, pk: int) -> HttpResponse:
    """The desk dissolves a team; what was stays on record."""
    team = _found(request, pk)
    if request.method == "POST":
        try:
            teams.close(team_id=pk, by=request.user)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Done."))
        return redirect("residents:team_detail", pk)
    context = {
        "question": _("Dissolve %(team)s?") % {"team": team}, "action": _("Dissolve it"),
        "back": reverse("residents:team_detail", args=[pk]), "text": _("Who belonged to it and what it did stays on record."),
    }  # fmt: skip
    return page(request, "confirm.html", context)
