"""The demo's codes to scan at a gate: one pass of every state, and the codes that open nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import segno
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from checkpoints.models import EntryPass
from checkpoints.services import pass_cases, pass_codes, pass_words
from residents.models import Compound

# As other programs print them.
FOREIGN = "https://example.org/health?u=7f3a"


@dataclass(frozen=True)
class Line:
    """One code: what it is, what a hand would type, what the camera reads."""

    what: str
    typed: str
    text: str

    @property
    def drawing(self) -> SafeString:
        return mark_safe(segno.make(self.text, error="m").svg_inline(scale=4, border=4))  # noqa: S308 - letters and digits


def write(path: Path, compound: Compound, address: str) -> None:
    """Draw the sheet as a file to print; `address` is where the portal is opened."""
    rows = list(lines(compound, address))
    path.write_text(render_to_string("portal/demo_codes.html", {"rows": rows, "compound": compound}), encoding="utf-8")


def lines(compound: Compound, address: str) -> Iterator[Line]:
    """The first pass of each state in the compound; then another community's, an altered one, a torn one, a foreign one."""
    good = ""
    for state, card in sorted(_by_state(compound).items()):
        code = pass_codes.code_of(card.pk, card.key)
        good = code if state == "active" or not good else good
        yield _line(f"{pass_words.STATES[state]} · {card} {card.dwelling or card.holder}", code, address)
    if other := EntryPass.objects.exclude(community=compound.community_id).order_by("pk").first():
        yield _line(_("of another community"), pass_codes.code_of(other.pk, other.key), address)
    if good:
        yield _line(_("altered: the number was changed"), _altered(good), address)
        yield _line(_("torn: one letter is wrong"), good[:-1] + _next(good[-1]), address)
    yield Line(_("of another program"), "—", FOREIGN)


def _by_state(compound: Compound) -> dict[str, EntryPass]:
    cards = list(EntryPass.objects.filter(compound=compound).select_related(*pass_cases.RELATED).order_by("number"))
    now = pass_cases.states(cards, timezone.now())
    return {now[card.pk]: card for card in reversed(cards)}


def _line(what: str, code: str, address: str) -> Line:
    return Line(what, pass_codes.shown(code), address + reverse("checkpoints:pass_public", args=[code]))


def _altered(code: str) -> str:
    """Another number under the old signature, with a check letter that fits."""
    body = code[:6] + _next(code[6]) + code[7:-1]
    return body + pass_codes.check_letter(body)


def _next(letter: str) -> str:
    return pass_codes.LETTERS[(pass_codes.LETTERS.index(letter) + 1) % 32]
