"""Where cadres are sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deployments.forms import secondments as forms
from deployments.models import Secondment
from deployments.services import secondments
from portal.accounts.models import Event
from portal.lib.errors import Refused
from portal.lib.pages import page, warn_of
from portal.lib.paging import paged
from residents.access import Permission, Request, requires

State = Secondment.State
# As many as are ended in one go: each writes a line of the trail and tells its cadre.
AT_ONCE = 200


@dataclass(frozen=True)
class Move:
    """One button of a secondment's page: what it asks, what it does."""

    action: Any
    text: Any
    form: type[forms.MoveForm]
    service: Callable[..., Any]
    icon: str
    danger: bool = False


# In the order of the buttons; the key is the state it leads to, and the last part of the address.
MOVES: dict[str, Move] = {
    State.APPROVED: Move(
        gettext_lazy("Approve"),
        gettext_lazy("The cadre belongs to the community on these days and can be planned for."),
        forms.MoveForm,
        secondments.approve,
        "check",
    ),
    State.ON_DUTY: Move(
        gettext_lazy("Mark arrived"),
        gettext_lazy("The cadre has reported for duty and may sign in to shifts."),
        forms.ArrivalForm,
        secondments.report_for_duty,
        "user-check",
    ),
    State.COMPLETED: Move(
        gettext_lazy("Complete"),
        gettext_lazy("Ends the secondment as planned. Shifts after the last day show as gaps."),
        forms.CompleteForm,
        secondments.complete,
        "flag",
    ),
    State.RECALLED: Move(
        gettext_lazy("Recall"),
        gettext_lazy("The sending unit takes the cadre back. Shifts after the last day show as gaps."),
        forms.RecallForm,
        secondments.recall,
        "arrow-back-up",
        danger=True,
    ),
    State.NO_SHOW: Move(
        gettext_lazy("Did not report"),
        gettext_lazy("The cadre never came; the days are free again."),
        forms.MoveForm,
        secondments.no_show,
        "user-x",
        danger=True,
    ),
    State.REFUSED: Move(
        gettext_lazy("Refuse"),
        gettext_lazy("The offer is turned down; the days are free again."),
        forms.ReasonForm,
        secondments.refuse,
        "x",
        danger=True,
    ),
    State.CANCELLED: Move(
        gettext_lazy("Cancel the secondment"),
        gettext_lazy("It is called off before the arrival; the days are free again."),
        forms.ReasonForm,
        secondments.cancel,
        "circle-x",
        danger=True,
    ),
}


@require_safe
@requires(Permission.CADRE_VIEW)
def secondment_list(request: Request) -> HttpResponse:
    """The secretary sees who is offered, expected, here and gone."""
    form = forms.SecondmentFilter(request.GET, communities=request.communities)
    asked = form.asked()
    found = Secondment.objects.within(request.communities)
    if asked.get("q"):
        found = found.filter(cadre__name__contains=asked["q"])
    if asked.get("compound"):
        found = found.filter(compound=asked["compound"])
    tally = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    state = request.GET.get("state", "")
    state = state if state in State.values else ""
    rows = found.filter(state=state) if state else found
    rows = rows.select_related("cadre__unit", "community", "compound").order_by("-starts_on", "compound", "id")
    context = {
        "form": form,
        "state": state,
        "states": [(value, label, tally.get(value, 0)) for value, label in State.choices],
        "total": sum(tally.values()),
        "rows": paged(request, rows),
        "overdue": Secondment.objects.within(request.communities).overdue().count(),
    }
    return page(request, "deployments/secondments/list.html", context, part="secondment-rows")


@require_safe
@requires(Permission.CADRE_VIEW)
def secondment_detail(request: Request, pk: int) -> HttpResponse:
    """One secondment: what was decided, by whom, when, and what may be done now."""
    row = _found(request, pk)
    trail = Event.objects.filter(table=row._meta.label_lower, row=str(pk)).select_related("by").order_by("id")
    following = Secondment.objects.filter(previous=row).select_related("community").first()
    opened = secondments.open_moves(row)
    context = {
        "row": row,
        "trail": [(_trail_label(line.kind), line) for line in trail],
        "following": following,
        "moves": [(state, move) for state, move in MOVES.items() if state in opened],
        "redeployable": State.REDEPLOYED in opened,
        "changeable": row.state in Secondment.UNDECIDED,
    }
    return page(request, "deployments/secondments/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SECONDMENT_MANAGE)
def secondment_move(request: Request, pk: int, state: str) -> HttpResponse:
    """The secretary decides; the page says what will happen before it does."""
    if state not in MOVES:
        raise Http404
    move, row = MOVES[state], _found(request, pk)
    form = move.form(request.POST or None, secondment=row)
    # A move that asks nothing has nothing to be invalid.
    if request.method == "POST" and (form.is_valid() or not form.fields):
        values = form.cleaned_data if form.fields else {}
        return _done(request, pk, lambda: move.service(secondment_id=pk, by=request.user, **values))
    return _ask(request, row, form, move.action, move.text, danger=move.danger)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SECONDMENT_MANAGE)
def secondment_days(request: Request, pk: int) -> HttpResponse:
    """The secretary extends or shortens it."""
    row = _found(request, pk)
    form = forms.DaysForm(request.POST or None, secondment=row)
    if request.method == "POST" and form.is_valid():
        return _done(request, pk, lambda: secondments.set_days(secondment_id=pk, by=request.user, **form.cleaned_data))
    return _ask(request, row, form, _("Change the days"), _("Shifts outside the new days show as gaps."))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SECONDMENT_MANAGE)
def secondment_redeploy(request: Request, pk: int) -> HttpResponse:
    """The secretary lets a cadre go where she is needed more."""
    row = _found(request, pk)
    form = forms.RedeployForm(request.POST or None, secondment=row)
    if request.method == "POST" and form.is_valid():
        return _done(request, pk, lambda: secondments.redeploy(secondment_id=pk, terms=form.terms(), by=request.user))
    return _ask(
        request, row, form, _("Redeploy"), _("Ends here the day before the first day there. Later shifts show as gaps.")
    )


@require_POST
@requires(Permission.SECONDMENT_MANAGE)
def secondment_arrivals(request: Request) -> HttpResponse:
    """The secretary receives a bus full of people."""
    form = forms.ArrivalsForm(request.POST, communities=request.communities)
    if not form.is_valid():
        for error in form.errors.get("secondment", []):
            messages.warning(request, str(error))
        return redirect("deployments:secondment_list")
    arrived, refusals = secondments.report_many(by=request.user, **_many(form.cleaned_data))
    if arrived:
        messages.success(request, _("%(count)s marked as arrived.") % {"count": arrived})
    warn_of(request, refusals)
    return redirect("deployments:secondment_list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SECONDMENT_MANAGE)
def secondment_overdue(request: Request) -> HttpResponse:
    """The secretary closes at once what is over: ticks it, reads what will happen, says yes."""
    form = forms.OverdueForm(request.POST or None, communities=request.communities)
    if form.is_valid() and form.cleaned_data["sure"]:
        return _completed(request, form.cleaned_data)
    if form.is_valid():
        ticked = list(form.cleaned_data["secondment"])
        told = sum(1 for row in ticked if row.cadre.user_id)
        context = {"form": form, "ticked": ticked, "told": told, "places": secondments.places_left(ticked)}
        return page(request, "deployments/secondments/overdue_sure.html", context)
    over = Secondment.objects.within(request.communities).overdue().select_related("cadre__unit", "community", "compound")
    rows = paged(request, over, AT_ONCE)
    kept = request.POST.getlist("secondment")
    here = [row.pk for row in rows if row.state == State.ON_DUTY]
    context = {"form": form, "rows": rows, "ticked": [pk for pk in here if not form.is_bound or str(pk) in kept]}
    return page(request, "deployments/secondments/overdue.html", context, status=422 if form.is_bound else 200)


def _completed(request: Request, values: dict[str, Any]) -> HttpResponse:
    done, refusals = secondments.complete_many(secondments=values["secondment"], report=values["report"], by=request.user)
    if done:
        text = ngettext("%(count)s secondment completed.", "%(count)s secondments completed.", done)
        messages.success(request, text % {"count": done})
    warn_of(request, refusals)
    return redirect("deployments:secondment_overdue")


def _trail_label(kind: str) -> Any:
    what = kind.partition(".")[2]
    return State(what).label if what in State.values else _("days changed")


def _many(values: dict[str, Any]) -> dict[str, Any]:
    return {"secondments": values["secondment"], "identity_checked": values["identity_checked"]}


def _found(request: Request, pk: int) -> Secondment:
    rows = Secondment.objects.within(request.communities)
    related = ("cadre__unit", "community__subdistrict", "compound", "reported_by", "previous__community")
    return get_object_or_404(rows.select_related(*related), pk=pk)


def _ask(request: Request, row: Secondment, form: Any, action: Any, text: Any, *, danger: bool = False) -> HttpResponse:
    context = {
        "question": _("%(action)s: %(name)s, %(community)s")
        % {"action": action, "name": row.cadre, "community": row.community},
        "text": text,
        "form": form if form.fields else None,
        "action": action,
        "danger": danger,
        "back": reverse("deployments:secondment_detail", args=[row.pk]),
    }
    return page(request, "confirm.html", context)


def _done(request: Request, pk: int, service: Callable[[], Any]) -> HttpResponse:
    try:
        service()
        messages.success(request, _("Done."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("deployments:secondment_detail", pk)
