"""A request is taken down: by phone, at a door or gate, or out of a chat message pasted as it is."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.forms.errands import ErrandForm, PasteForm
from residents.models import Compound, Errand, ErrandKind, Stop, Task
from residents.services import errand_chat, errand_kinds
from residents.services.errand_chat import Guess
from residents.services.errand_requests import ask


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERRAND_ASK)
def errand_create(request: Request) -> HttpResponse:
    """Somebody rang, or said it at a door: take it down while they speak."""
    kind = _kind(request)
    if kind is None:
        return page(request, "residents/errands/kinds.html", {"kinds": errand_kinds.in_use()})
    if other := _other(request):
        return _shown(request, _form(request, other, _typed(request), sent=False))
    return _taken_down(request, kind, {**_heard(request), **_at_stop(request), **_at_task(request)})


def _other(request: Request) -> ErrandKind | None:
    """It turned out to be of another kind: the questions change, what was typed stays."""
    code = request.POST.get("other", "").replace("\x00", "")[:24]
    return errand_kinds.in_use().filter(code=code).first() if code else None


def _typed(request: Request) -> dict[str, Any]:
    return {name: value.replace("\x00", "") for name, value in request.POST.items() if value}


def _kind(request: Request) -> ErrandKind | None:
    code = (request.POST.get("kind") or request.GET.get("kind", "")).replace("\x00", "")[:24]
    return errand_kinds.in_use().filter(code=code).first()


def _heard(request: Request) -> dict[str, Any]:
    """How it came, and for which home, where somebody was led here from a place that knows."""
    channel, home = request.GET.get("channel", ""), request.GET.get("home", "").replace("\x00", "").strip()[:40]
    said = {"channel": channel} if channel in Errand.Channel.values[1:] else {}
    return {**said, "home": home} if home else said


def _at_stop(request: Request) -> dict[str, Any]:
    """The home at whose door somebody stands."""
    asked = request.GET.get("stop", "")
    rows = Stop.objects.within(request.communities).select_related("dwelling__entrance__building__compound")
    stop = rows.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 15 else None
    if stop is None or stop.dwelling is None:
        return {}
    compound = stop.dwelling.entrance.building.compound
    return {"stop": stop.pk, "compound": compound, "home": str(stop.dwelling), "channel": Errand.Channel.ROUND}


def _at_task(request: Request) -> dict[str, Any]:
    """The home of a task somebody is at: what it needs besides."""
    asked = request.GET.get("task", "")
    rows = Task.objects.within(request.communities).open().with_places().exclude(dwelling=None)
    task = rows.filter(pk=int(asked)).first() if asked.isascii() and asked.isdigit() and len(asked) < 15 else None
    if task is None or task.dwelling is None:
        return {}
    compound = task.dwelling.entrance.building.compound
    return {"source_task": task.pk, "compound": compound, "home": str(task.dwelling), "channel": Errand.Channel.DOOR}


def _taken_down(request: Request, kind: ErrandKind, initial: dict[str, Any]) -> HttpResponse:
    form = _form(request, kind, initial, sent=request.method == "POST")
    if form.is_bound and form.is_valid():
        try:
            errand = _store(request, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _stored(request, form, errand)
    return _shown(request, form, status=422 if form.is_bound else 200)


def _form(request: Request, kind: ErrandKind, initial: dict[str, Any], *, sent: bool) -> ErrandForm:
    first = Compound.objects.within(request.communities).order_by("community", "id").first()
    return ErrandForm(
        request.POST if sent else None, initial={"compound": first, **initial}, communities=request.communities, kind=kind,
        submit=_("Take it down"), cancel=reverse("residents:errand_list"),
    )  # fmt: skip


def _shown(request: Request, form: ErrandForm, *, guess: Guess | None = None, status: int = 200) -> HttpResponse:
    context = {"form": form, "kind": form.asked, "kinds": errand_kinds.in_use(), "guess": guess}
    return page(request, "residents/errands/form.html", context, status=status)


def _store(request: Request, form: ErrandForm) -> Errand:
    facts = form.cleaned_data
    return ask(
        key=facts["key"], place=form.place(), kind=form.asked, what=facts["what"], things=form.things(facts["what"]),
        details=form.details, urgency=facts["urgency"], channel=facts["channel"], need_by=facts["need_by"],
        stop=facts["stop"], source_task=facts["source_task"], by=request.user,
    )  # fmt: skip


def _stored(request: Request, form: ErrandForm, errand: Errand) -> HttpResponse:
    said = _("Taken down. Somebody has it by %(time)s.")
    messages.success(request, said % {"time": timezone.localtime(errand.promised_by).strftime("%H:%M")})
    compound, stop = form.cleaned_data["compound"], form.cleaned_data["stop"]
    if rest := form.cleaned_data["rest"]:
        # The same message sent again finds the same errands, so the next form may stand in the answer.
        (home, text), *left = rest
        return _read(request, compound, errand_chat.guess(home, text, community=errand.community, compound=compound, rest=left))
    return redirect("residents:round_detail", stop.round_id) if stop else redirect("residents:errand_detail", errand.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERRAND_ASK)
def errand_paste(request: Request) -> HttpResponse:
    """A message from the group is pasted as it is; what it says is filled in, and looked at before it counts."""
    form = PasteForm(
        request.POST if request.method == "POST" else None,
        communities=request.communities,
        cancel=reverse("residents:errand_list"),
    )
    if not (request.method == "POST" and form.is_valid()):
        return page(request, "residents/errands/paste.html", {"form": form}, status=422 if form.is_bound else 200)
    compound = form.cleaned_data["compound"]
    said = errand_chat.read(form.cleaned_data["text"], community=compound.community, compound=compound)
    return _read(request, compound, said)


def _read(request: Request, compound: Compound, guess: Guess) -> HttpResponse:
    if guess.kind is None:
        messages.warning(request, _("There is no kind of errand yet. Ask the operator to put the kinds down."))
        return redirect("residents:errand_list")
    initial = {
        "compound": compound, "home": guess.home, "name": guess.name, "phone": guess.phone, "urgency": guess.urgency,
        "what": guess.wish[: errand_chat.LONGEST_WISH], "channel": Errand.Channel.CHAT, "rest": errand_chat.carry(guess.rest),
    }  # fmt: skip
    return _shown(request, _form(request, guess.kind, initial, sent=False), guess=guess)
