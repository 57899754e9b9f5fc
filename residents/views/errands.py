"""The queue of errands, one errand, and how one is taken down."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, may_in, requires
from residents.forms.errands import ErrandForm, PasteForm
from residents.models import Compound, Errand, ErrandKind
from residents.services import errand_chat, errand_kinds, errand_money, errand_queue, helpers
from residents.services.asks import errand_link
from residents.services.errand_requests import ask
from residents.views.errand_steps import steps_for


@require_safe
@requires(Permission.ERRAND_VIEW)
def errand_list(request: Request) -> HttpResponse:
    """The desk sees who waits for what, the worst and the longest first; a helper chooses one."""
    now, view = timezone.now(), request.GET.get("view", "")
    rows = _filtered(request, Errand.objects.within(request.communities))
    view = view if view in errand_queue.VIEWS else "waiting"
    context = {
        "rows": paged(request, errand_queue.chosen(rows.with_places(), view, now)),
        "counts": errand_queue.counts(rows, now),
        "view": view,
        "now": now,
        "kinds": errand_kinds.in_use(),
        "compounds": Compound.objects.within(request.communities).order_by("community", "id"),
        "chosen": {name: request.GET.get(name, "") for name in ("kind", "compound")},
    }
    return page(request, "residents/errands/list.html", context, part="errand-rows")


def _filtered(request: Request, rows: Any) -> Any:
    kind, compound = request.GET.get("kind", ""), request.GET.get("compound", "")
    if kind:
        rows = rows.filter(kind__code=kind.replace("\x00", "")[:24])
    if compound.isascii() and compound.isdigit() and len(compound) < 10:
        rows = rows.filter(entrance__building__compound=int(compound))
    return rows


@require_safe
@requires(Permission.ERRAND_VIEW)
def errand_detail(request: Request, pk: int) -> HttpResponse:
    """One errand: what, for whom, who has it, what was spent, and what may be done next."""
    rows = Errand.objects.within(request.communities).with_places()
    errand = get_object_or_404(rows.select_related("community__subdistrict", "requested_by", "delivered_by"), pk=pk)
    mine = errand.assignee_id == request.user.pk
    desk = may_in(request.user, Permission.ERRAND_DESK, errand.community)
    context = {
        "errand": errand,
        "lines": errand.lines.all(),
        "notes": errand.notes.select_related("by"),
        "payments": errand.payments.select_related("helper", "reversal"),
        "balance": errand_money.of_errand(errand),
        "steps": steps_for(errand, request.user),
        # Whoever goes to the door must know whom to ring; others see that there is somebody.
        "in_full": mine or desk,
        "mine": mine,
        "desk": desk,
        "suggestions": helpers.suggestions(errand) if desk and errand.is_open and not errand.assignee_id else [],
        "link": request.build_absolute_uri(reverse("residents:ask", args=[errand_link(errand)])) if desk else "",
        "now": timezone.now(),
    }
    return page(request, "residents/errands/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERRAND_ASK)
def errand_create(request: Request) -> HttpResponse:
    """Somebody rang: take it down while they speak."""
    kind = _kind(request)
    if kind is None:
        return page(request, "residents/errands/kinds.html", {"kinds": errand_kinds.in_use()})
    return _taken_down(request, kind, {})


def _kind(request: Request) -> ErrandKind | None:
    code = (request.POST.get("kind") or request.GET.get("kind", "")).replace("\x00", "")[:24]
    return errand_kinds.in_use().filter(code=code).first()


def _taken_down(request: Request, kind: ErrandKind, initial: dict[str, Any], more: Any = None) -> HttpResponse:
    compounds = Compound.objects.within(request.communities)
    form = ErrandForm(
        request.POST if request.method == "POST" and "home" in request.POST else None,
        initial={"compound": compounds.order_by("community", "id").first(), **initial},
        communities=request.communities, kind=kind, submit=_("Take it down"), cancel=reverse("residents:errand_list"),
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        try:
            errand = _store(request, form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Taken down. Somebody has it by %(time)s.") % {
                "time": timezone.localtime(errand.promised_by).strftime("%H:%M")})  # fmt: skip
            return redirect("residents:errand_detail", errand.pk)
    context = {"form": form, "kind": kind, "kinds": errand_kinds.in_use(), "guess": more}
    return page(request, "residents/errands/form.html", context, status=422 if form.is_bound else 200)


def _store(request: Request, form: ErrandForm) -> Errand:
    facts = form.cleaned_data
    return ask(
        key=facts["key"], place=form.place(), kind=form.asked, what=facts["what"], things=form.things(facts["what"]),
        details=form.details, urgency=facts["urgency"], channel=facts["channel"], need_by=facts["need_by"], by=request.user,
    )  # fmt: skip


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
    guess = errand_chat.read(form.cleaned_data["text"], community=compound.community, compound=compound)
    if guess.kind is None:
        messages.warning(request, _("There is no kind of errand yet. Ask the operator to put the kinds down."))
        return redirect("residents:errand_list")
    initial = {
        "compound": compound, "home": guess.home, "name": guess.name, "phone": guess.phone, "what": guess.text[:1000],
        "urgency": guess.urgency, "channel": Errand.Channel.CHAT,
    }  # fmt: skip
    return _taken_down(request, guess.kind, initial, guess)


@require_safe
@requires(Permission.ERRAND_CLAIM)
def errand_mine(request: Request) -> HttpResponse:
    """What I have in hand, as one walk and one shopping list."""
    rows = list(errand_queue.mine(request.user))
    waiting = Errand.objects.within(request.communities).waiting()
    context = {
        "rows": rows,
        "walk": _shopping(rows),
        "waiting": waiting.count(),
        "done": errand_queue.done_today(request.user),
    }
    return page(request, "residents/errands/mine.html", context)


def _shopping(rows: list[Errand]) -> list[tuple[Errand, list[Any]]]:
    """Everything that is still to be bought, home by home."""
    buying = [(row, [line for line in row.lines.all() if line.state in {"wanted", "agreed"}]) for row in rows]
    return [(row, lines) for row, lines in buying if lines]
