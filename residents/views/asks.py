"""The resident's own pages: no account, no script, nothing shown of a home."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.access import public
from portal.lib.errors import Refused
from residents.forms.asks import AskForm, WordForm, blank
from residents.models import Errand, ErrandKind, Urgency
from residents.models.errand_states import BY_RESIDENT, DONE, FAILURES, IN_HAND, WAITING
from residents.services import ask_sheets, asks, errand_kinds, errand_money, errand_rounds, matter_asks
from residents.services.ask_sheets import Sheet
from residents.services.asks import Crowd
from residents.views.limits import address_of, astray, too_many


@public
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """I scanned the sheet at the door, or opened my own link."""
    try:
        found = asks.opened(token)
    except asks.Expired as ended:
        return render(request, "residents/asks/ended.html", {"community": ended.community}, status=410)
    if found is None:
        return astray(request)
    if isinstance(found, Errand):
        return _private(request, token, found)
    return _sheet(request, token, found)


@public
@require_safe
def ask_start(request: HttpRequest) -> HttpResponse:
    """I typed the address without what stands behind it: where the way in is, and whom to ring."""
    return render(request, "residents/asks/start.html")


def _sheet(request: HttpRequest, token: str, sheet: Sheet) -> HttpResponse:
    code = (request.POST.get("kind") or request.GET.get("kind", "")).replace("\x00", "")[:24]
    kind = ask_sheets.kind_of(code) if code else None
    if kind is None:
        context = {"sheet": sheet, "kinds": errand_kinds.in_use()}
        return render(request, "residents/asks/kinds.html", context)
    if request.method != "POST":
        fields = blank(kind, at_door=sheet.entrance is not None)
        context = {"sheet": sheet, "kind": kind, "key": uuid.uuid4(), "fields": fields}
        return render(request, "residents/asks/form.html", context)
    return _sent(request, sheet, kind)


def _sent(request: HttpRequest, sheet: Sheet, kind: ErrandKind) -> HttpResponse:
    form, status = AskForm(request.POST, kind=kind, at_door=sheet.entrance is not None), 422
    if form.is_valid():
        if known := asks.stored(sheet, form.cleaned_data["key"], _words(sheet, form)):
            return redirect("residents:ask", asks.errand_link(known))
        full = _crowd(request, sheet, form)
        if full is Crowd.FLOOD:
            return too_many(request, sheet.community)
        if full is Crowd.FEW and (errand := _stored(sheet, form)):
            return redirect("residents:ask", asks.errand_link(errand))
        if full is Crowd.MANY:
            form.ask_sum()
            status = 429
    context = {"sheet": sheet, "kind": kind, "key": form["key"].value() or "", "form": form}
    return render(request, "residents/asks/form.html", context, status=status)


def _words(sheet: Sheet, form: AskForm) -> str:
    facts = form.cleaned_data
    return asks.words(
        sheet=sheet, home=facts["home"], phone=facts["phone"], kind=form.asked, what=facts["what"], details=form.details
    )  # fmt: skip


def _crowd(request: HttpRequest, sheet: Sheet, form: AskForm) -> Crowd:
    phone, is_person = form.cleaned_data["phone"], form.is_counted_right()
    return asks.crowd(sheet=sheet, address=address_of(request), phone=phone, is_person=is_person)


def _stored(sheet: Sheet, form: AskForm) -> Errand | None:
    facts = form.cleaned_data
    try:
        return asks.request(
            sheet=sheet, key=facts["key"], home=facts["home"], name=facts["name"], phone=facts["phone"], kind=form.asked,
            what=facts["what"], things=form.things(facts["what"]), details=form.details,
            urgency=facts["urgency"] or Urgency.NORMAL, need_by=form.need_by(),
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def _private(request: HttpRequest, token: str, errand: Errand) -> HttpResponse:
    if request.method != "POST":
        notes = errand.notes.filter(by=None)
        context = {
            "errand": errand,
            "lines": errand.lines.all(),
            "said": [note for note in notes if not note.is_thanks],
            "thanks": [note for note in notes if note.is_thanks],
            "waiting": errand.state in WAITING,
            "in_hand": errand.state in IN_HAND,
            "done": errand.state in DONE,
            "may_cancel": errand.state in (*WAITING, "accepted") or errand.merged_round_id,
            "matters": matter_asks.of_errand(errand),
            "may_add": errand.state in asks.BEFORE_BUYING,
            "money": errand_money.of_errand(errand),
            # It came back to the queue: whoever was at the door found it shut, or the shop had none.
            "last_try": errand.get_outcome_display() if errand.state in WAITING and errand.outcome in FAILURES else "",
            "today": timezone.localdate(),
        }
        return render(request, "residents/asks/private.html", context)
    if not asks.within_limits(errand=errand, address=address_of(request)):
        return too_many(request, errand.community)
    form = WordForm(request.POST)
    act = _acts(request, errand, form.cleaned_data["text"] if form.is_valid() else "").get(request.POST.get("do", ""))
    if act is None or not form.is_valid():
        messages.warning(request, _("This cannot be read. Please type it again, in fewer words."))
        return redirect("residents:ask", token)
    try:
        act()
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Thank you, we have it."))
    return redirect("residents:ask", token)


def _acts(request: HttpRequest, errand: Errand, text: str) -> dict[str, Callable[[], Any]]:
    """What the resident may press."""
    written = request.POST.get("line", "")
    line = int(written) if written.isascii() and written.isdigit() and len(written) < 15 else 0
    return {
        "cancel": lambda: errand_rounds.withdraw(errand_id=errand.pk, reason=text or BY_RESIDENT),
        "add": lambda: asks.add(errand_id=errand.pk, text=text),
        "confirm": lambda: asks.confirm(errand_id=errand.pk, thanks=text),
        "wrong": lambda: asks.complain(errand_id=errand.pk, text=text),
        "agree": lambda: asks.answer(errand=errand, line_id=line, agreed=True),
        "decline": lambda: asks.answer(errand=errand, line_id=line, agreed=False),
    }
