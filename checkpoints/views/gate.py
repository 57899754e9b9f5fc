"""The gate: what the people in the tent open."""

import json
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.access import device_of, gate_shifts, is_shut_out, leads_gate, logs_at_gate
from checkpoints.forms.gate import PassageForm
from checkpoints.models import Passage, PostStatus, Shift
from checkpoints.services import (
    entry_rules,
    homes,
    pass_overdue,
    pass_parties,
    pass_uses,
    pass_words,
    passages,
    quick,
    totals,
    written_rules,
)
from checkpoints.views.gate_steps import said
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.models import DutyPolicy, Resident
from residents.services.policies import duty_policy

# 200 passages of full length are less than half of it.
MOST_BYTES = 1024 * 1024
MOST_POURED, PIECE = 64 * 1024 * 1024, 64 * 1024
JUST_NOW = 10

# What is said most at a gate; anything else is typed.
REASONS = [
    gettext_lazy("shopping"),
    gettext_lazy("work"),
    gettext_lazy("doctor, medicine"),
    gettext_lazy("back home"),
    gettext_lazy("rubbish"),
    gettext_lazy("walking the dog"),
    gettext_lazy("testing"),
    gettext_lazy("visiting family"),
    pgettext_lazy("gate", "delivery"),
    gettext_lazy("repair"),
]
# Short enough for five of them in a row.
PEOPLE = [
    (Passage.Person.RESIDENT, pgettext_lazy("gate", "Resident")),
    (Passage.Person.VISITOR, pgettext_lazy("gate", "Visitor")),
    (Passage.Person.COURIER, pgettext_lazy("gate", "Courier")),
    (Passage.Person.STAFF, pgettext_lazy("gate", "Staff")),
    (Passage.Person.DRIVER, pgettext_lazy("gate", "Vehicle")),
]
DEGREES = ["36.2", "36.4", "36.5", "36.6", "36.8", "37.0"]


@cache
def _kept_reasons() -> list[str]:
    """The same as the register is written: what a button fills in is stored, whoever presses it."""
    with override("zh-hans"):
        return [str(reason) for reason in REASONS]


class Unreadable(Exception):  # noqa: N818 - it is an answer
    """The body is not a list of passages; the status and a sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


@require_safe
@requires(Permission.GATE_LOG)
def gate_choose(request: Request) -> HttpResponse:
    """At which gate do I stand now?"""
    now = timezone.now()
    shifts = gate_shifts(request.user).filter(state=Shift.State.PUBLISHED)
    shifts = shifts.filter(starts_at__lte=now + passages.EARLY, ends_at__gt=now - passages.LATE)
    rows = shifts.select_related("post__compound").order_by("-stands", "post__compound", "post", "starts_at")
    return page(request, "checkpoints/gate/choose.html", {"shifts": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.GATE_LOG)
def gate(request: Request, pk: int) -> HttpResponse:
    """I log who passes: one thumb, one tap each; without script one form each."""
    shift = _shift(request, pk)
    if is_shut_out(request.user, shift, device_of(request)):
        return redirect("checkpoints:gate_device_ask", pk=shift.pk)
    policy = duty_policy(shift.post.compound.community, shift.day)
    form = PassageForm(request.POST if request.method == "POST" else None, initial={"id": passages.new_id()})
    asked = None
    if request.method == "POST":
        try:
            answer = homes.log_written(
                row=form.row(), word=form.word(), shift=shift, fever_limit=policy.fever_limit, by=request.user
            )
        except pass_parties.Stopped as stopped:
            asked = stopped.asked
        except Refused as refusal:
            form.refuse("", str(refusal))
        else:
            if answer.status != passages.REFUSED:
                return said(request, shift, answer)
            form.refuse(answer.field, answer.why)
    wrong = bool(asked or form.errors)
    context = {
        **page_of(request, shift, policy, form),
        "totals": totals.of_day(shift.post),
        "rows": _just_now(shift, policy),
        "over": timezone.now() > shift.ends_at,
        "closed": PostStatus.objects.closing().filter(post=shift.post_id).first(),
        "late": pass_overdue.at_gate(shift),
        "asked": asked,
        "leads": wrong and leads_gate(request.user, shift),
    }
    return page(request, "checkpoints/gate/detail.html", context, part="gate-totals", status=422 if wrong else 200)


def page_of(
    request: Request, shift: Shift, policy: DutyPolicy | None = None, form: PassageForm | None = None
) -> dict[str, Any]:
    """What the gate page shows of a shift before anybody has passed."""
    policy = policy or duty_policy(shift.post.compound.community, shift.day)
    return {
        "shift": shift,
        "form": form or PassageForm(),
        "limit": policy.fever_limit,
        "people": PEOPLE,
        "codes": Passage.HealthCode.choices,
        "degrees": DEGREES,
        "reasons": list(zip(_kept_reasons(), REASONS, strict=True)),
        "facts": _facts(request, shift, policy),
        "pass_words": pass_words.for_phones(),
        "app": "gate.webmanifest",
        # A phone in the cold fetches a sixth less.
        "light": True,
    }


@require_POST
@logs_at_gate
def gate_passages(request: Request, shift: Shift, fever_limit: Decimal) -> HttpResponse:
    """The phone at the gate sends what was logged, up to 200 at once, and hears what became of each."""
    try:
        rows = homes.named(_rows(request), shift)
    except Unreadable as error:
        return JsonResponse({"error": error.why}, status=error.status)
    answers, numbers = passages.store_many(
        shift=shift, rows=rows, fever_limit=fever_limit, device=device_of(request), by=request.user
    )
    wrong = pass_uses.record_sent(shift=shift, rows=rows, answers=answers, by=request.user)
    told = {key: pass_words.against(found) for key, found in wrong.items()}
    return JsonResponse({"answers": [answer.as_json() for answer in answers], "totals": numbers, "passes": told})


@require_POST
@requires(Permission.GATE_LOG)
def gate_undo(request: Request, pk: int, passage: UUID) -> HttpResponse:
    """That was a slip of my thumb."""
    shift = _shift(request, pk)
    row = get_object_or_404(Passage.objects.within(request.communities), pk=passage, shift=shift)
    error = ""
    try:
        passages.undo(passage=row, by=request.user)
    except Refused as refusal:
        error = str(refusal)
    if request.headers.get("Accept") == "application/json":
        answer = {"error": error} if error else {"totals": totals.of_day(shift.post)}
        return JsonResponse(answer, status=409 if error else 200)
    messages.add_message(request, messages.WARNING if error else messages.SUCCESS, error or _("Taken back."))
    return redirect("checkpoints:gate", pk=shift.pk)


def _shift(request: Request, pk: int) -> Shift:
    shifts = gate_shifts(request.user).select_related("post__compound__community__subdistrict")
    return get_object_or_404(shifts, pk=pk)


def _just_now(shift: Shift, policy: DutyPolicy) -> list[Passage]:
    """The last rows of the shift, each with whether it may still be taken back and what was against a rule."""
    rows = list(Passage.objects.standing().filter(shift=shift).order_by("-happened_at", "-id")[:JUST_NOW])
    now = timezone.now()
    found = pass_uses.found_at([row.pk for row in rows])
    for row in rows:
        row.found = pass_words.against(found.get(row.pk, ""))  # type: ignore[attr-defined]
        row.can_undo = (now - row.received_at).total_seconds() < policy.undo_seconds  # type: ignore[attr-defined]
    return rows


def _facts(request: Request, shift: Shift, policy: DutyPolicy) -> dict[str, Any]:
    """What the script of the page needs to know."""
    return {
        "shift": shift.pk,
        "user": request.user.pk,
        "feverLimit": str(policy.fever_limit),
        "couriersEnter": policy.couriers_enter,
        "undoSeconds": policy.undo_seconds,
        "most": passages.MOST,
        "closes": passages.hours_of(shift)[1].isoformat(),
        "rules": written_rules.rules(),
        "entry": entry_rules.for_phones(),
        "quick": quick.rows(policy),
        "relations": {str(value): str(label) for value, label in Resident.Relation.choices},
    }


def _rows(request: HttpRequest) -> list[Any]:
    size = request.headers.get("Content-Length", "")
    if size.isdigit() and int(size) > MOST_BYTES:
        _pour_away(request)
        raise Unreadable(413, _("This is too much at once. Send at most 200 passages."))
    try:
        # Numbers stay as they were written: 36.6 is not a binary fraction, and a number of 5,000 digits is its row's fault.
        rows = json.loads(request.body, parse_float=str, parse_int=_int)
    except (ValueError, RecursionError) as error:
        raise Unreadable(400, _("This is not JSON.")) from error
    if not isinstance(rows, list):
        raise Unreadable(400, _("Send a list of passages."))
    if len(rows) > passages.MOST:
        raise Unreadable(413, _("This is too much at once. Send at most 200 passages."))
    return rows


def _pour_away(request: HttpRequest) -> None:
    """Hear out who sends too much: hung up on in the middle, a phone learns of no answer and sends the same again."""
    for _piece in range(MOST_POURED // PIECE):
        if not request.read(PIECE):
            return


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) < 20 else digits
