"""Entry passes at the community's desk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.forms.passes import IssueAllForm, PassFilter, PassForm, ReasonForm
from checkpoints.models import EntryPass, PassUse
from checkpoints.models.passes import LIVE, PassQuerySet
from checkpoints.services import pass_cases, pass_codes, pass_rules, pass_sheet, pass_words, passes
from portal.lib.downloads import sheet
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires

State = EntryPass.State
USES_SHOWN = 30
MOST_EXPORTED = 20_000


@require_safe
@requires(Permission.PASS_VIEW)
def pass_list(request: Request) -> HttpResponse:
    """Which passes are there, and what is each now?"""
    form = PassFilter(request.GET, communities=request.communities)
    everything = form.applied(EntryPass.objects.within(request.communities))
    lists = _lists()
    counted = everything.order_by().aggregate(**{name: Count("pk", filter=asked) for name, (_label, asked) in lists.items()})
    asked = request.GET.get("list", "")
    asked = asked if asked in lists else ""
    rows = everything.filter(lists[asked][1] if asked else Q(state__in=LIVE))
    listed = paged(request, rows.select_related(*pass_cases.RELATED).order_by("compound", "number"))
    cards = list(listed)
    now = pass_cases.states(cards, timezone.now())
    context = {
        "form": form,
        "asked": asked,
        "pills": [(name, label, counted[name]) for name, (label, _asked) in lists.items()],
        "page": listed,
        "lines": [(card, pass_words.STATES[now[card.pk]], pass_words.TONES.get(now[card.pk], "")) for card in cards],
    }
    return page(request, "checkpoints/passes/list.html", context, part="pass-rows")


def _lists() -> dict[str, tuple[Any, Q]]:
    """The lists people ask for: label and rows."""
    over = Q(valid_until__lt=timezone.localdate())
    last = PassUse.objects.standing().filter(entry_pass=OuterRef("pk")).order_by("-happened_at", "-id").values("direction")[:1]
    out = Q(pk__in=EntryPass.objects.alias(last=Subquery(last)).filter(last="out", state__in=LIVE).values("pk"))
    return {
        "active": (pgettext("pass", "good"), Q(state=State.ACTIVE) & ~over),
        "requested": (_("requested"), Q(state=State.REQUESTED)),
        "out": (_("outside"), out & ~Q(kind__in=["worker", "carer"])),
        "suspended": (_("suspended"), Q(state=State.SUSPENDED)),
        "expired": (_("run out"), Q(state__in=LIVE) & over),
        "voided": (_("voided"), Q(state=State.VOIDED)),
    }


@never_cache
@require_POST
@requires(Permission.EXPORT)
def pass_export(request: Request) -> HttpResponseBase:
    """The rows of the list as a sheet, without names."""
    form = PassFilter(request.GET, communities=request.communities)
    rows = form.applied(EntryPass.objects.within(request.communities))
    asked = request.GET.get("list", "")
    rows = rows.filter(_lists()[asked][1] if asked in _lists() else Q(state__in=LIVE))
    cards = list(rows.select_related(*pass_cases.RELATED).order_by("compound", "number")[:MOST_EXPORTED])
    return sheet(pass_sheet.COLUMNS, pass_sheet.rows(cards, timezone.now()), title="出入证台账")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PASS_EDIT)
def pass_add(request: Request) -> HttpResponse:
    """A home asks for a pass: I write it down, or issue it at once."""
    form = PassForm(request.POST if request.method == "POST" else None, communities=request.communities)
    if request.method == "POST" and form.is_valid():
        try:
            card = passes.request(**form.facts(), by=request.user)
            if "issue" in request.POST:
                passes.issue(pass_id=card.pk, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Pass %(number)s is written down.") % {"number": card})
            return redirect("checkpoints:pass_detail", card.pk)
    return page(request, "checkpoints/passes/form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PASS_EDIT)
def pass_issue_all(request: Request) -> HttpResponse:
    """Every home of a compound gets its household pass."""
    form = IssueAllForm(request.POST if request.method == "POST" else None, communities=request.communities)
    if request.method == "POST" and form.is_valid():
        try:
            made = passes.issue_all(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            text = ngettext("%(n)s pass is issued. Print it next.", "%(n)s passes are issued. Print them next.", made)
            messages.success(request, text % {"n": made})
            return redirect("checkpoints:pass_list")
    return page(request, "checkpoints/passes/issue_all.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@requires(Permission.PASS_VIEW)
def pass_detail(request: Request, pk: int) -> HttpResponse:
    """One pass: may it go out now, where has it been, what may be done with it."""
    card = _one(request, pk)
    case = pass_cases.case_of(card, timezone.now(), way="in" if card.is_outsiders else "out")
    answer = pass_rules.judge(case)
    uses = card.uses.select_related("post", "override_by").order_by("-happened_at", "-id")[:USES_SHOWN]
    context = {
        "card": card,
        "said": pass_words.said(answer),
        "state": pass_words.STATES[answer["state"]],
        "tone": pass_words.TONES.get(answer["state"], ""),
        "uses": [(use, _against(use)) for use in uses],
        "steps": [(name, step) for name, step in STEPS.items() if card.state in step.states],
        "code": _code(card),
    }
    return page(request, "checkpoints/passes/detail.html", context)


def _against(use: PassUse) -> str:
    """What the rule had against a use, without its numbers."""
    return str(pass_words.FOUND.get(use.found, use.found)) if use.found else ""


def _code(card: EntryPass) -> str:
    try:
        return pass_codes.shown(pass_codes.code_of(card.pk, card.key))
    except KeyError:
        return ""


@dataclass(frozen=True)
class Step:
    """One button of a pass."""

    label: Any
    text: Any
    service: Callable[..., EntryPass]
    states: tuple[str, ...]
    asks: bool = False
    danger: bool = False


STEPS: dict[str, Step] = {
    "issue": Step(
        gettext_lazy("Issue"), gettext_lazy("From now on the gate lets it pass."), passes.issue, (State.REQUESTED,)
    ),
    "restore": Step(
        gettext_lazy("Restore"), gettext_lazy("From now on the gate lets it pass again."), passes.restore, (State.SUSPENDED,)
    ),
    "replace": Step(
        gettext_lazy("Replace"), gettext_lazy("The card is voided; a new one with a new number and code takes its place."),
        passes.replace, (State.ACTIVE, State.SUSPENDED), asks=True,
    ),
    "suspend": Step(
        gettext_lazy("Suspend"), gettext_lazy("The gate refuses it until it is restored."), passes.suspend, (State.ACTIVE,),
        asks=True, danger=True,
    ),
    "void": Step(
        gettext_lazy("Void"), gettext_lazy("The gate refuses it for good. Whoever is out may still come home."), passes.void,
        LIVE, asks=True, danger=True,
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PASS_EDIT)
def pass_step(request: Request, pk: int, step: str) -> HttpResponse:
    """I issue, suspend, restore, replace or void a pass, after reading what that does."""
    card = _one(request, pk)
    if step not in STEPS:
        raise Http404
    move = STEPS[step]
    form = ReasonForm(request.POST if request.method == "POST" else None) if move.asks else None
    if request.method == "POST" and (form is None or form.is_valid()):
        told = {"reason": form.cleaned_data["reason"]} if form else {}
        try:
            card = move.service(pass_id=pk, by=request.user, **told)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Done."))
        return redirect("checkpoints:pass_detail", card.pk)
    context = {
        "question": _("%(action)s: pass %(number)s of %(compound)s") % {
            "action": move.label, "number": card, "compound": card.compound,
        },
        "text": move.text, "form": form, "action": move.label, "danger": move.danger,
        "back": reverse("checkpoints:pass_detail", args=[pk]),
    }  # fmt: skip
    return page(request, "confirm.html", context, status=422 if request.method == "POST" else 200)


def _one(request: Request, pk: int) -> EntryPass:
    rows: PassQuerySet = EntryPass.objects.within(request.communities)
    return get_object_or_404(rows.select_related(*pass_cases.RELATED, "issued_by", "replaces", "replaced_by"), pk=pk)
