"""What a phone's own scanner opens: the state of a pass, and nothing of whose it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from checkpoints.services import pass_asks, pass_cases, pass_rules, pass_words
from portal.accounts.access import public
from residents.views.limits import address_of, too_many


@never_cache
@public
@require_safe
def pass_public(request: HttpRequest, code: str) -> HttpResponse:
    """I scanned my pass: is it good, how many trips are left, by when must I be back?"""
    address = address_of(request)
    if not pass_asks.may_ask(address):
        return too_many(request, instead=_("Too many wrong codes from here. Wait ten minutes, or show the card at the gate."))
    card, problem = pass_asks.opened(code)
    if card is None:
        pass_asks.count_wrong(address)
        return render(request, "checkpoints/passes/public.html", {"problem": problem}, status=404)
    answer = pass_rules.judge(pass_cases.case_of(card, timezone.now(), way="in" if card.is_outsiders else "out"))
    said = pass_words.said(answer)
    context = {
        "said": said,
        "state": pass_words.STATES[answer["state"]],
        # Why a home is held is nobody's business who finds a card.
        "quiet": answer["state"] in {"suspended", "voided"},
        "kind": card.get_kind_display(),
        "until": card.valid_until,
        "community": card.community,
    }
    return render(request, "checkpoints/passes/public.html", context)
