"""What I have in hand: one shopping list, one walk; several taken along at once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, has, requires
from residents.forms.errands import LineForm
from residents.models import Errand, ErrandLine
from residents.services import errand_lines, errand_trips, helpers

MOST_LINES = 300


@require_safe
@requires(Permission.ERRAND_CLAIM)
def errand_mine(request: Request) -> HttpResponse:
    """What I have in hand, as one walk and one shopping list."""
    rows = list(errand_trips.mine(request.user))
    waiting = Errand.objects.within(request.communities).waiting()
    context = {
        "rows": rows,
        "shopping": errand_trips.shopping(rows),
        "asked": errand_trips.asked(rows),
        "to_start": any(row.state == "accepted" for row in rows),
        "along": errand_trips.along(request.user, request.communities) if rows else [],
        "waiting": waiting.count(),
        "done": errand_trips.done_today(request.user),
    }
    return page(request, "residents/errands/mine.html", context)


@require_POST
@requires(Permission.ERRAND_CLAIM)
def errand_take(request: Request) -> HttpResponse:
    """I take several along on one trip; the desk gives several to one."""
    chosen = _numbers(request.POST.getlist("errand"), errand_trips.MOST_AT_ONCE)
    mine = Errand.objects.within(request.communities).filter(pk__in=chosen).values_list("pk", flat=True)
    ids = list(mine)
    if not ids:
        messages.warning(request, _("Tick at least one errand."))
        return redirect("residents:errand_list")
    if helper := request.POST.get("helper", ""):
        return _given(request, ids, helper)
    _say(request, errand_trips.take(errand_ids=ids, by=request.user), len(ids))
    return redirect("residents:errand_mine")


def _given(request: Request, ids: list[int], helper: str) -> HttpResponse:
    if not has(request.user, Permission.ERRAND_DESK):
        raise PermissionDenied
    keys = _numbers([helper], 1)
    chosen = get_object_or_404(helpers.list_of(request.communities), pk=keys[0] if keys else 0)
    _say(request, errand_trips.give(errand_ids=ids, helper=chosen, by=request.user), len(ids))
    return redirect("residents:errand_list")


def _say(request: Request, done: int, wanted: int) -> None:
    said = ngettext("%(count)d errand given out.", "%(count)d errands given out.", done) % {"count": done}
    if done < wanted:
        gone = wanted - done
        said += ngettext(
            " Somebody else has %(count)d of them meanwhile.", " Somebody else has %(count)d of them meanwhile.", gone
        ) % {"count": gone}
    (messages.success if done else messages.warning)(request, said)


@require_POST
@requires(Permission.ERRAND_CLAIM)
def errand_set_out(request: Request) -> HttpResponse:
    """I set out: everything I have is on the way, and the residents see it."""
    done = errand_trips.set_out(by=request.user)
    messages.success(request, ngettext("%(count)d is on its way.", "%(count)d are on their way.", done) % {"count": done})
    return redirect("residents:errand_mine")


@require_POST
@requires(Permission.ERRAND_CLAIM)
def errand_bag(request: Request) -> HttpResponse:
    """One thing for several homes is in the bag, is not to be had, or something else is there."""
    keys = _numbers(request.POST.get("lines", "").split(","), MOST_LINES)
    rows: Any = ErrandLine.objects.within(request.communities).filter(pk__in=keys, errand__assignee=request.user)
    form = LineForm({"state": "bought", **request.POST.dict()})
    try:
        if not form.is_valid():
            raise Refused(_("Choose what became of it."))
        errand_lines.bag(line_ids=list(rows.order_by("pk").values_list("pk", flat=True)), by=request.user, **form.cleaned_data)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("residents:errand_mine")


def _numbers(words: list[str], most: int) -> list[int]:
    """Keys that a page sent back; whatever is none is left out."""
    field = forms.IntegerField(min_value=1, max_value=2**53)
    found = []
    for word in words[:most]:
        try:
            found.append(field.clean(word))
        except forms.ValidationError:
            continue
    return found
