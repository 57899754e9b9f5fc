"""What is done on the board: put on, take off, move, swap, lead; copy and publish a day."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from checkpoints.forms.board import DayForm, KeysForm
from checkpoints.models import Assignment, Shift
from checkpoints.services import assignments, rosters
from checkpoints.views import board as boards
from checkpoints.views import undo
from portal.lib.errors import Refused
from portal.lib.languages import listed
from portal.lib.pages import page, warn_of
from residents.access import Permission, Request, requires


@require_POST
@requires(Permission.BOARD_EDIT)
def board_assign(request: Request) -> HttpResponse:
    """The secretary puts somebody on a shift."""
    keys = _keys(request, "shift", "cadre")

    def step() -> dict[str, Any]:
        made = assignments.assign(shift_id=keys["shift"].pk, cadre_id=keys["cadre"].pk, by=request.user)
        return {"gap": made.shift_id, "undo": f"off-{made.pk}"}

    return _taken(request, [keys["shift"]], step)


@require_POST
@requires(Permission.BOARD_EDIT)
def board_unassign(request: Request) -> HttpResponse:
    """The secretary takes somebody off a shift."""
    stand = _keys(request, "assignment")["assignment"]

    def step() -> dict[str, Any]:
        assignments.unassign(assignment_id=stand.pk, by=request.user)
        return {"gap": stand.shift_id, "undo": f"on-{stand.shift_id}-{stand.cadre_id}"}

    return _taken(request, [stand], step)


@require_POST
@requires(Permission.BOARD_EDIT)
def board_move(request: Request) -> HttpResponse:
    """The secretary takes somebody from one shift to another."""
    keys = _keys(request, "assignment", "shift")
    stand = keys["assignment"]

    def step() -> dict[str, Any]:
        made = assignments.move(assignment_id=stand.pk, shift_id=keys["shift"].pk, by=request.user)
        return {"person": made.pk, "undo": f"back-{made.pk}-{stand.shift_id}"}

    return _taken(request, [stand, keys["shift"]], step)


@require_POST
@requires(Permission.BOARD_EDIT)
def board_swap(request: Request) -> HttpResponse:
    """The secretary lets two people change places."""
    keys = _keys(request, "assignment", "other")

    def step() -> dict[str, Any]:
        first, second = assignments.swap(first_id=keys["assignment"].pk, second_id=keys["other"].pk, by=request.user)
        return {"person": first.pk, "undo": f"swap-{first.pk}-{second.pk}"}

    return _taken(request, [keys["assignment"], keys["other"]], step)


@require_POST
@requires(Permission.BOARD_EDIT)
def board_lead(request: Request) -> HttpResponse:
    """The secretary names who leads a shift."""
    stand = _keys(request, "assignment")["assignment"]

    def step() -> dict[str, Any]:
        assignments.make_lead(assignment_id=stand.pk, by=request.user)
        return {"person": stand.pk}

    return _taken(request, [stand], step)


@require_POST
@requires(Permission.BOARD_EDIT)
def board_copy(request: Request) -> HttpResponse:
    """The secretary lets the day be as the day before."""
    form = _day(request)
    community, day = form["community"], form["day"]
    try:
        done = rosters.copy_day(community=community, source=day - dt.timedelta(days=1), target=day, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _copied(done.shifts, done.people))
        warn_of(request, done.refusals)
    return redirect(boards.address(day, community.pk))


@require_POST
@requires(Permission.BOARD_EDIT)
def board_publish(request: Request) -> HttpResponse:
    """The secretary makes the day binding; the crews are told."""
    form = _day(request)
    community, day = form["community"], form["day"]
    try:
        done = rosters.publish(community=community, day=day, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        text = ngettext("Published. %(n)s person has been told.", "Published. %(n)s people have been told.", done.told)
        messages.success(request, text % {"n": done.told} if done.told else _("Published. Nobody had to be told anew."))
        if done.by_phone:
            text = _("Without an account, so tell them by phone: %(names)s.")
            messages.warning(request, text % {"names": listed(done.by_phone)})
    return redirect(boards.address(day, community.pk))


def _copied(shifts: int, people: int) -> str:
    made = ngettext("%(n)s shift", "%(n)s shifts", shifts) % {"n": shifts}
    placed = ngettext("%(n)s person", "%(n)s people", people) % {"n": people}
    return _("Copied from the day before: %(shifts)s, %(people)s.") % {"shifts": made, "people": placed}


def _keys(request: Request, *fields: str) -> dict[str, Any]:
    """The rows a form names; what is not there and what is not yours are both not found."""
    form = KeysForm(request.POST, communities=request.communities, fields=fields)
    if not form.is_valid():
        raise Http404
    return form.cleaned_data


def _day(request: Request) -> dict[str, Any]:
    form = DayForm(request.POST, communities=request.communities)
    if not form.is_valid():
        raise Http404
    return form.cleaned_data


def _taken(request: Request, rows: list[Shift | Assignment], step: Callable[[], dict[str, Any]]) -> HttpResponse:
    """Take the step, then show the board again, or with htmx only what changed on it; `rows` are those it touches."""
    first = rows[0]
    shift = first if isinstance(first, Shift) else first.shift
    refusal = ""
    try:
        more = step()
    except Refused as refused:
        refusal, more = str(refused), {"gap": shift.pk}
        if isinstance(first, Assignment):
            # Who it was about stays in view; the gap is what is left of it where another took them off meanwhile.
            more["person"] = first.pk
    if getattr(request, "htmx", False):
        return _changed(request, shift, rows, refusal, more)
    if refusal:
        messages.warning(request, refusal)
    return redirect(boards.address(shift.day, shift.post.compound.community_id, **more))


def _changed(
    request: Request, shift: Shift, rows: list[Shift | Assignment], refusal: str, more: dict[str, Any]
) -> HttpResponse:
    community = shift.post.compound.community
    context = boards.facts(request, community, [community], shift.day)
    shown = context["board"]
    asked = {name: str(value) for name, value in more.items()}
    context |= {"refusal": refusal, "undo": undo.offer(shown, asked.get("undo", "")), **boards.selection(asked, shown)}
    shifts = {row.pk if isinstance(row, Shift) else row.shift_id for row in rows}
    cadres = {row.cadre_id for row in rows if isinstance(row, Assignment)}
    context["changed"] = [
        cell
        for cell in shown.cells.values()
        # The person's other shifts too: a conflict there may have come or gone.
        if cell.shift.pk in shifts or any(chip.assignment.cadre_id in cadres for chip in cell.chips)
    ]
    return page(request, "checkpoints/board/changed.html", context)
