"""The steps of an errand: each asks what it needs, says what it does, and does it."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.models import User
from portal.lib.languages import in_language
from residents.access import Permission, Request, may_in, requires
from residents.forms import errands as forms
from residents.forms.steps import NoteForm, ReasonForm
from residents.models import Errand, ErrandLine, ErrandState
from residents.models.errand_states import DONE, IN_HAND, OPEN, WAITING
from residents.services import errand_lines, errand_money, errand_rounds, errands
from residents.views.steps import Step, Steps

CLAIM, DESK = Permission.ERRAND_CLAIM, Permission.ERRAND_DESK
State = ErrandState


def _has(errand: Errand, user: User) -> bool:
    return bool(errand.assignee_id == user.pk)


def _settles(errand: Errand, user: User) -> bool:
    return _has(errand, user) or may_in(user, DESK, errand.community)


def _walks_along(errand: Errand, _user: User) -> bool:
    return bool(errand.merged_round_id)


def _named(errand: Errand) -> str:
    return f"{in_language(errand.kind)} {errand.home}"


ERRAND_STEPS = Steps(
    {
        "claim": Step(gettext_lazy("I take it"), errands.claim, WAITING, "hand-stop", CLAIM, main=True),
        "start": Step(gettext_lazy("Set out"), errands.start, (State.ACCEPTED,), "walk", CLAIM, own=True, main=True),
        "bought": Step(
            gettext_lazy("I have everything"), errands.bought, (State.IN_PROGRESS,), "shopping-bag", CLAIM, own=True, main=True
        ),
        "deliver": Step(
            pgettext_lazy("errand", "Handed over"), errands.deliver, IN_HAND, "circle-check", CLAIM, forms.DeliverForm,
            own=True, main=True, text=gettext_lazy("The resident sees at once that it is done."),
        ),
        "settle": Step(
            gettext_lazy("Settle"), errand_money.settle, (State.DELIVERED,), "check", CLAIM, main=True, fits=_settles,
        ),
        "fail": Step(
            gettext_lazy("It did not work out"), errands.fail, IN_HAND, "circle-x", CLAIM, forms.FailForm, own=True,
            text=gettext_lazy("It waits again, is passed on or ends, by what you choose."),
        ),
        "hand-over": Step(
            gettext_lazy("Give it to a colleague"), errands.hand_over, IN_HAND, "arrows-exchange", CLAIM, forms.HelperForm,
            own=True,
        ),
        "give-back": Step(
            gettext_lazy("Give it back"), errands.give_back, IN_HAND, "arrow-back-up", CLAIM, ReasonForm, own=True,
            text=gettext_lazy("It waits again for somebody else."),
        ),
        "note": Step(
            gettext_lazy("Add a note"), errands.note, (*OPEN, State.DELIVERED), "note", Permission.ERRAND_ASK, NoteForm,
            text=gettext_lazy("The resident does not see it."),
        ),
        "assign": Step(
            gettext_lazy("Give it to somebody"), errands.assign, OPEN, "user-plus", DESK, forms.HelperForm,
            prefilled=("helper",),
        ),
        "urgency": Step(gettext_lazy("Change the urgency"), errands.urge, OPEN, "urgent", DESK, forms.UrgencyForm),
        "merge": Step(
            gettext_lazy("Merge"), errands.merge, WAITING, "plus", DESK, forms.MergeForm,
            text=gettext_lazy("The home asked twice: its things go along with the other errand."),
        ),
        "round": Step(
            gettext_lazy("Send it along with a round"), errand_rounds.join, WAITING, "walk", DESK, forms.RoundForm,
            text=gettext_lazy("Whoever walks past the door does it there. If nobody opens, it waits again."),
        ),
        "leave-round": Step(
            gettext_lazy("Take it out of the round"), errand_rounds.leave, (State.MERGED,), "arrow-back-up", DESK,
            fits=_walks_along,
            text=gettext_lazy("It waits again for somebody of its own."),
        ),
        "refer": Step(
            gettext_lazy("Pass it on"), errands.refer, OPEN, "external-link", DESK, ReasonForm,
            text=gettext_lazy("Another service does it. Say which; the resident sees it."),
        ),
        "reopen": Step(
            gettext_lazy("Open it again"), errands.reopen, DONE, "refresh", DESK, ReasonForm,
            text=gettext_lazy("Something is wrong with what was brought. It waits again."),
        ),
        "link": Step(
            gettext_lazy("New link for the resident"), errands.renew_link, (*OPEN, *DONE), "link", DESK,
            text=gettext_lazy("The old link shows nothing any more. Send the new one to the resident."),
        ),
        "cancel": Step(
            gettext_lazy("Cancel the errand"), errands.cancel, OPEN, "trash", DESK, ReasonForm, danger=True,
            text=gettext_lazy("Nobody goes any more. The resident sees the reason."),
        ),
    },
    row_name="errand_id",
    view="residents:errand_detail",
    step_view="residents:errand_step",
    above=("residents:errand_list", gettext_lazy("Errands")),
    has=_has,
    named=_named,
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERRAND_VIEW)
def errand_step(request: Request, pk: int, step: str) -> HttpResponse:
    """Do the next thing with an errand; one that asks something has a page of its own."""
    rows = Errand.objects.within(request.communities).with_places().select_related("community__subdistrict")
    return ERRAND_STEPS.answer(request, get_object_or_404(rows, pk=pk), step, back=_back(request))


def _back(request: Request) -> str:
    return "residents:errand_mine" if "mine" in (request.POST.get("back"), request.GET.get("back")) else ""


@require_POST
@requires(Permission.ERRAND_CLAIM)
def errand_line(request: Request, pk: int) -> HttpResponse:
    """In the shop: it is in the bag, it is out of stock, or something else is there."""
    lines = ErrandLine.objects.within(request.communities).select_related("errand")
    line = get_object_or_404(lines.filter(errand__assignee=request.user), pk=pk)
    form = forms.LineForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose what became of it."))
        return redirect("residents:errand_detail", line.errand_id)
    act = partial(errand_lines.mark, line_id=pk, by=request.user, **form.cleaned_data)
    return ERRAND_STEPS.done(request, line.errand, act, back=_back(request))
