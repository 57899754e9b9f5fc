"""Passes on paper: one card, or an A4 sheet of many."""

from dataclasses import dataclass

import segno
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from checkpoints.forms.passes import SIZES, PrintForm
from checkpoints.models import EntryPass
from checkpoints.services import pass_cases, pass_codes, pass_words, passes
from checkpoints.services.pass_cases import Ground
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.models import Resident

# More than these are printed building by building.
MOST = 240


@dataclass(frozen=True)
class Card:
    """What stands on one card."""

    card: EntryPass
    rule: str
    code: str
    drawing: SafeString
    # How many live in the home: the guard sees whether a card fits who carries it.
    people: int


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PASS_EDIT)
def pass_print(request: Request) -> HttpResponse:
    """I choose a building and a size; the sheet is drawn, and it stays on record that I printed."""
    form = PrintForm(request.POST if request.method == "POST" else None, communities=request.communities)
    if request.method == "POST" and form.is_valid():
        compound = form.cleaned_data["compound"]
        rows = form.asked().select_related(*pass_cases.RELATED)
        cards = list(rows.order_by("dwelling__entrance__building", "dwelling__entrance", "number")[: MOST + 1])
        if cards:
            passes.printed(cards=cards[:MOST], compound=compound, by=request.user)
        return _sheet(request, cards, form.cleaned_data["size"])
    return page(request, "checkpoints/passes/print_choose.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_POST
@requires(Permission.PASS_EDIT)
def pass_print_one(request: Request, pk: int) -> HttpResponse:
    """I print the card of one pass."""
    rows = EntryPass.objects.within(request.communities).select_related(*pass_cases.RELATED)
    card = get_object_or_404(rows, pk=pk)
    passes.printed(cards=[card], compound=card.compound, by=request.user)
    size = request.POST.get("size", "")
    return _sheet(request, [card], size if size in dict(SIZES) else "card")


def _sheet(request: Request, cards: list[EntryPass], size: str) -> HttpResponse:
    ground = Ground([card.compound for card in cards], timezone.now())
    people = _people(request, cards)
    drawn = [_drawn(request, card, ground, people.get(card.dwelling_id, 0)) for card in cards[:MOST]]
    many = ngettext(
        "More than %(n)s pass: print building by building.", "More than %(n)s passes: print building by building.", MOST
    )
    context = {"cards": drawn, "size": size, "left": many % {"n": MOST} if len(cards) > MOST else ""}
    return page(request, "checkpoints/passes/sheet.html", context)


def _people(request: Request, cards: list[EntryPass]) -> dict[int | None, int]:
    homes = [card.dwelling_id for card in cards if card.dwelling_id]
    living = Resident.objects.within(request.communities).living_in().filter(dwelling__in=homes)
    return dict(living.order_by().values_list("dwelling").annotate(n=Count("pk")))


def _drawn(request: Request, card: EntryPass, ground: Ground, people: int) -> Card:
    level = ground.level(card.compound_id, card.dwelling.entrance.building_id if card.dwelling else None)
    policy = ground.policy(card.compound, level)
    rule = pass_words.sentence(policy) if policy and not card.is_outsiders else ""
    try:
        code = pass_codes.code_of(card.pk, card.key)
    except KeyError:
        # Its key is given up: the sheet says to replace it.
        return Card(card, rule, "", mark_safe(""), people)
    return Card(card, rule, pass_codes.shown(code), drawing(request, code), people)


def drawing(request: Request, code: str) -> SafeString:
    """The QR code of a pass: the address of its public page, so that any phone's scanner opens it."""
    address = request.build_absolute_uri(reverse("checkpoints:pass_public", args=[code]))
    # Drawn here from letters and digits alone; nothing of a person is in it.
    return mark_safe(segno.make(address, error="m").svg_inline(scale=1, border=4, omitsize=True))  # noqa: S308
