"""The passes a phone takes along: what pass_rules.js needs to answer without network, and nothing of whose they are."""

from typing import Any

from checkpoints.models import EntryPass, Shift
from checkpoints.services import pass_cases, pass_codes, pass_policies
from residents.models import Building, Compound
from residents.services.quarantine_exits import Held


def passes_for_kit(shift: Shift, ground: pass_cases.Ground, held: dict[int, Held]) -> list[dict[str, Any]]:
    """The cases of the compound's passes without the moment: `number`, `code`, `home`, and what judge() is told.

    The phone adds `at`, `way`, `persons` and `proofs`; a pass that runs out or whose home goes into quarantine comes with the
    next kit, and what was decided on an older one is judged again when it is sent.
    """
    rows = EntryPass.objects.filter(compound=shift.post.compound_id).exclude(state=EntryPass.State.VOIDED)
    cards = list(rows.select_related(*pass_cases.RELATED).order_by("number"))
    found = pass_cases.cases(cards, ground.at, ground=ground, held=held)
    return [_line(card, found[card.pk]) for card in cards]


def rules_for_kit(shift: Shift, ground: pass_cases.Ground) -> dict[str, Any]:
    """What holds for a home without a pass: `level` and `policy`; by number, the same for buildings with their own level."""
    compound = shift.post.compound
    own = [building for _compound, building in ground.levels if building]
    numbers = dict(Building.objects.filter(pk__in=own).values_list("pk", "number")) if own else {}
    buildings = {numbers[pk]: _rule(ground, compound, pk) for pk in own}
    return {**_rule(ground, compound, None), "buildings": buildings}


def _rule(ground: pass_cases.Ground, compound: Compound, building_id: int | None) -> dict[str, Any]:
    level = ground.level(compound.pk, building_id)
    policy = ground.policy(compound, level)
    return {"level": level, "policy": pass_policies.as_rule(policy) if policy else None}


def _line(card: EntryPass, case: pass_cases.Case) -> dict[str, Any]:
    told = ("compound", "level", "pass", "policy", "uses", "quarantine", "returned_on")
    try:
        code = pass_codes.code_of(card.pk, card.key)
    except KeyError:
        code = ""
    facts = {"key": card.pk, "number": str(card), "code": code, "home": str(card.dwelling or ""), "who": card.resident_id}
    return {**facts, **{name: case[name] for name in told}}
