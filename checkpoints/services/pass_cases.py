"""Gathers what pass_rules judges by: for one pass or two thousand, in the same few statements."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone

from checkpoints.models import EntryPass, PassPolicy, PassUse
from checkpoints.services import pass_policies, pass_rules
from portal.accounts.models import Event
from portal.lib.dates import moment
from residents.models import Compound, ControlLevel, Dwelling, ResidentChange
from residents.services import control
from residents.services.quarantine_exits import Held, held_homes

Case = dict[str, Any]
# The longest period of a rule, and a little; slips reach back to the beginning of theirs.
FAR_BACK = dt.timedelta(days=62)
NO_LEVEL = ControlLevel.OPEN
# What moves a pass from one state to another; whoever issues one finds it requested.
MOVES = tuple(f"entrypass.{step}" for step in ("issued", "suspended", "allowed_again", "voided"))
# Read with the passes, so that nothing is asked for each.
RELATED = ("community", "compound__community", "dwelling__entrance__building__compound", "resident")


class Ground:
    """What holds at a moment in some compounds: rules and control levels; two statements."""

    def __init__(self, compounds: Iterable[Compound], at: dt.datetime) -> None:
        self.at, self.day = at, timezone.localtime(at).date()
        chosen = {compound.pk: compound for compound in compounds}
        self.policies = pass_policies.in_force({c.community_id for c in chosen.values()}, self.day)
        self.levels = control.levels(chosen.values(), self.day)

    def level(self, compound_id: int, building_id: int | None) -> str:
        """Of the building where it has its own, else of the compound."""
        whole = self.levels.get((compound_id, None), NO_LEVEL)
        return str(self.levels.get((compound_id, building_id), whole) if building_id else whole)

    def policy(self, compound: Compound, level: str) -> PassPolicy | None:
        return pass_policies.choose(self.policies, compound, level)


def local(at: dt.datetime) -> str:
    """A moment as pass_rules writes it."""
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def cases(
    passes: Sequence[EntryPass], at: dt.datetime, *, way: str = "out", ground: Ground | None = None,
    held: dict[int, Held] | None = None,
) -> dict[int, Case]:  # fmt: skip
    """The case of each pass at the gate of its own compound; the passes are read with RELATED.

    `held` are the homes in quarantine, where the caller has them already.
    """
    ground = ground or Ground([card.compound for card in passes], at)
    homes = {card.dwelling_id for card in passes if card.dwelling_id}
    held = held_homes(homes, at) if held is None else held
    returned, uses = _returned(homes, ground), _uses(passes, ground)
    before = _states_then([card for card in passes if card.state_at > at], at)
    found = {}
    for card in passes:
        building = card.dwelling.entrance.building_id if card.dwelling else None
        level = ground.level(card.compound_id, building)
        policy = ground.policy(card.compound, level)
        found[card.pk] = {
            "at": local(at),
            "way": way,
            "compound": card.compound_id,
            "level": level,
            "pass": as_card(card, before.get(card.pk, card.state)),
            "policy": pass_policies.as_rule(policy) if policy else None,
            "uses": uses_of(card, policy, uses),
            "quarantine": held.get(card.dwelling_id or 0, Held()).said(card.resident_id),
            "returned_on": returned.get(card.dwelling_id),
            "persons": 1,
            "proofs": [],
        }
    return found


def case_of(card: EntryPass, at: dt.datetime, *, who: int | None = None, **facts: Any) -> Case:
    """The case of one pass; `who` is the resident who goes with it, where the gate knows."""
    held = held_homes([card.dwelling_id] if card.dwelling_id else [], at)
    case = cases([card], at, held=held)[card.pk]
    if who and not card.resident_id:
        case["quarantine"] = held.get(card.dwelling_id or 0, Held()).said(who)
    return {**case, **facts}


def without_pass(
    dwelling: Dwelling, resident_id: int | None, at: dt.datetime, *, ground: Ground | None = None, held: Held | None = None
) -> Case:
    """The case of somebody of a home that has no pass; `held` is its quarantine, where the caller has that already."""
    building = dwelling.entrance.building
    ground = ground or Ground([building.compound], at)
    level = ground.level(building.compound_id, building.pk)
    policy = ground.policy(building.compound, level)
    held = held_homes([dwelling.pk], at).get(dwelling.pk, Held()) if held is None else held
    return {
        "at": local(at), "way": "out", "compound": building.compound_id, "level": level, "pass": None, "uses": [],
        "policy": pass_policies.as_rule(policy) if policy else None, "quarantine": held.said(resident_id),
        "returned_on": None, "persons": 1, "proofs": [],
    }  # fmt: skip


def states(passes: Sequence[EntryPass], at: dt.datetime) -> dict[int, str]:
    """What each pass is at a moment."""
    return {pk: pass_rules.state_of(case) for pk, case in cases(passes, at).items()}


def as_card(card: EntryPass, state: str) -> Case:
    """What pass_rules needs of a pass that stood in a state."""
    return {
        "kind": card.kind,
        "state": state,
        "compound": card.compound_id,
        "issued": local(card.issued_at or card.asked_at),
        "from": card.valid_from.isoformat(),
        "until": card.valid_until.isoformat() if card.valid_until else None,
    }


def _states_then(changed: Sequence[EntryPass], at: dt.datetime) -> dict[int, str]:
    """In which state passes stood at a moment that were moved since: the trail says from where the first move led.

    A trip may be sent after its pass was suspended and restored again.
    """
    if not changed:
        return {}
    stopped = {EntryPass.State.SUSPENDED, EntryPass.State.VOIDED}
    found = {card.pk: str(EntryPass.State.ACTIVE if card.state in stopped else card.state) for card in changed}
    moves = Event.objects.filter(
        table=EntryPass._meta.label_lower, row__in=[str(pk) for pk in found], kind__in=MOVES, at__gt=at
    )
    for row, before in moves.order_by("-id").values_list("row", "before"):
        found[int(row)] = before.get("state", EntryPass.State.REQUESTED.value)
    return found


Uses = dict[tuple[str, int | None], list[PassUse]]


def uses_of(card: EntryPass, policy: PassPolicy | None, uses: Uses) -> list[Case]:
    """The uses that count for a pass: its own; by household those of the home, by person those of the same person."""
    rows = list(uses["pass", card.pk])
    by_person = policy is not None and policy.scope == PassPolicy.Scope.PERSON
    if by_person and card.resident_id:
        rows += [use for use in uses["resident", card.resident_id] if use.entry_pass_id != card.pk]
    elif not by_person and card.dwelling_id:
        rows += [use for use in uses["dwelling", card.dwelling_id] if use.entry_pass_id != card.pk]
    return [
        {
            "at": local(use.happened_at), "way": use.direction, "own": use.entry_pass_id == card.pk,
            "kind": use.kind,
        }
        for use in sorted(rows, key=lambda use: (use.happened_at, use.pk))
    ]  # fmt: skip


def _uses(passes: Sequence[EntryPass], ground: Ground) -> Uses:
    slips = [policy.starts_on for policy in ground.policies if policy.scope == PassPolicy.Scope.SLIPS]
    since = min([*slips, ground.day - FAR_BACK])
    homes = {card.dwelling_id for card in passes if card.dwelling_id}
    rows = PassUse.objects.standing().filter(
        Q(entry_pass__in=[card.pk for card in passes]) | Q(entry_pass__dwelling__in=homes),
        community__in={card.community_id for card in passes},
        happened_at__lte=ground.at,
        happened_at__gte=moment(since, dt.time.min),
    )
    found: Uses = defaultdict(list)
    for use in rows.select_related("entry_pass").order_by("happened_at", "id"):
        found["pass", use.entry_pass_id].append(use)
        found["dwelling", use.entry_pass.dwelling_id].append(use)
        found["resident", use.entry_pass.resident_id].append(use)
    return found


def _returned(homes: set[int], ground: Ground) -> dict[int | None, str]:
    """When somebody last came back from another area into each home; asked only where a rule asks."""
    if not any("returnee" in policy.voids for policy in ground.policies):
        return {}
    rows = ResidentChange.objects.filter(dwelling__in=homes, kind=ResidentChange.Kind.RETURNED, on__lte=ground.day)
    return {home: day.isoformat() for home, day in rows.order_by().values_list("dwelling").annotate(Max("on"))}
