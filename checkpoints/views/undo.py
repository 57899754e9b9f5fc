"""Taking the last step on the board back: the step stands in the address, so it works without script and session."""

import re
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from checkpoints.services.board import Board, Chip

# off-A: take A off again; on-S-C: put C back on S; back-A-S: move A back to S; swap-A-B: change back.
STEP = re.compile(r"(off|on|back|swap)-(\d{1,18})(?:-(\d{1,18}))?", re.ASCII)


@dataclass(frozen=True)
class Undo:
    """What was done, and the form that takes it back."""

    text: str
    action: str
    fields: dict[str, int]


def offer(shown: Board, step: str) -> Undo | None:
    """The way back from the step, as far as the board still shows it."""
    found = STEP.fullmatch(step)
    if not found:
        return None
    kind, first, second = found[1], int(found[2]), int(found[3] or 0)
    if kind == "on":
        return _put_back(shown, first, second)
    chip = next((c for c in shown.chips if c.assignment.pk == first), None)
    return _take_back(chip, kind, second) if chip and not chip.assignment.shift.is_over else None


def _put_back(shown: Board, shift: int, cadre: int) -> Undo | None:
    if shift not in shown.cells or shown.cells[shift].shift.is_over or cadre not in shown.cadres:
        return None
    facts = {"name": shown.cadres[cadre].name, "post": shown.cells[shift].shift.post.name}
    text = _("%(name)s has been taken off %(post)s.") % facts
    return Undo(text, reverse("checkpoints:board_assign"), {"shift": shift, "cadre": cadre})


def _take_back(chip: Chip, kind: str, second: int) -> Undo:
    stand = chip.assignment
    text = _("%(name)s now stands at %(post)s, %(hours)s.")
    text %= {"name": stand.cadre.name, "post": stand.shift.post.name, "hours": stand.shift.hours}
    if kind == "back":
        return Undo(text, reverse("checkpoints:board_move"), {"assignment": stand.pk, "shift": second})
    if kind == "swap":
        return Undo(text, reverse("checkpoints:board_swap"), {"assignment": stand.pk, "other": second})
    return Undo(text, reverse("checkpoints:board_unassign"), {"assignment": stand.pk})
