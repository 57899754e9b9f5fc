"""What a phone's own scanner opens: the state of a pass, and nothing of whose it is."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from checkpoints.models import EntryPass
from checkpoints.services import pass_cases, pass_codes, pass_rules, pass_words
from portal.accounts.access import public
from portal.lib.crypto import lookup_hash

# Wrong codes from one address, behind which a whole mast of a mobile network may be; a guesser needs a million million.
MOST_GUESSES, WAIT = 60, 600


@never_cache
@public
@require_safe
def pass_public(request: HttpRequest, code: str) -> HttpResponse:
    """I scanned my pass: is it good, how many trips are left, by when must I be back?"""
    key = "pass-guesses-" + lookup_hash(str(get_adapter().get_client_ip(request)))
    if cache.get(key, 0) >= MOST_GUESSES:
        response = render(request, "checkpoints/passes/public.html", {"busy": True}, status=429)
        response["Retry-After"] = str(WAIT)
        return response
    card, problem = _read(code)
    if card is None:
        cache.set(key, cache.get(key, 0) + 1, WAIT)
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


def _read(code: str) -> tuple[EntryPass | None, str | Promise]:
    try:
        pk = pass_codes.read(code)
    except pass_codes.Unreadable as bad:
        return None, bad.why
    return EntryPass.objects.select_related(*pass_cases.RELATED).filter(pk=pk).first(), pass_codes.FORGED
