"""What a phone takes along for one shift, so that it can decide without network: the least that is needed.

Names as far as the reader sees them, no phone numbers, no ID numbers, no illnesses; of a home only its number and whether
it is in quarantine or away. The phone seals it with a key that ends with the sign-in or the shift.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from django.db.models import FilteredRelation, Q
from django.utils import timezone

from checkpoints.access import leads_gate
from checkpoints.models import Shift, Vehicle
from checkpoints.services import entries, entry_rules, pass_cases, pass_kits, passages
from portal.accounts.models import User
from portal.lib import masks
from portal.lib.crypto import shared_secret
from residents.masking import Eyes
from residents.models import DutyPolicy, Dwelling
from residents.services.quarantine_exits import Held, held_in

COLUMNS = (
    "id", "entrance__building__number", "entrance__number", "room_no", "state",
    "there__name", "there__initials", "there__id", "there__relation",
)  # fmt: skip
# What stands at a home: few letters, for there are thousands of homes.
QUARANTINED, AWAY = "q", "a"


@dataclass(frozen=True)
class Asked:
    """For which shift, by what policy and before whose eyes a kit is made; what several parts need is asked once."""

    shift: Shift
    policy: DutyPolicy
    reader: User
    now: dt.datetime
    # By the key of the home, and how each home of the compound is written.
    held: dict[int, Held]
    leads: bool
    labels: dict[int, str] = field(default_factory=dict)


def kit(*, shift: Shift, policy: DutyPolicy, reader: User, leads: bool | None = None) -> dict[str, Any]:
    """The kit of a shift as the reader may see it; `version` is equal as long as nothing has changed.

    `leads` says whether the reader may let somebody go against the rule, where the caller knows it already.
    """
    now = timezone.now()
    leads = leads_gate(reader, shift) if leads is None else leads
    asked = Asked(shift, policy, reader, now, held_in(shift.post.compound, now), leads)
    whole = {name: part(asked) for name, part in PARTS.items()}
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, default=str)
    return {**whole, "version": hashlib.sha256(text.encode()).hexdigest()[:16]}


def seal(*, shift: Shift, reader: User) -> str:
    """The secret (base64) that closes this person's unsent passages of this shift on any phone.

    It is always the same, so that what was sealed before a sign-out can be opened and sent after the next sign-in.
    """
    return shared_secret(f"gate-queue:{reader.pk}:{shift.pk}")


def _shift(asked: Asked) -> dict[str, Any]:
    opens, closes = passages.hours_of(asked.shift)
    return {"id": asked.shift.pk, "opens": opens.isoformat(), "closes": closes.isoformat()}


def _policy(asked: Asked) -> dict[str, Any]:
    return {
        "feverLimit": str(asked.policy.fever_limit),
        "couriersEnter": asked.policy.couriers_enter,
        "undoSeconds": asked.policy.undo_seconds,
    }


def _homes(asked: Asked) -> list[list[Any]]:
    """[home, what stands at it, [name, initials, key, relation], ...] for every home of the compound, as people walk."""
    compound = asked.shift.post.compound
    shown = str if Eyes(asked.reader).sees(compound.community) else masks.name
    there = FilteredRelation("residents", condition=Q(residents__left_on=None))
    homes = Dwelling.objects.filter(entrance__building__compound=compound.pk).in_place_order().annotate(there=there)
    found: dict[int, list[Any]] = {}
    for home, building, entrance, room, state, name, initials, *rest in homes.values_list(*COLUMNS):
        if home not in found:
            asked.labels[home] = f"{building}-{entrance}-{room}"
            marks = QUARANTINED * (home in asked.held) + AWAY * (state == Dwelling.State.AWAY)
            found[home] = [asked.labels[home], marks]
        if name is not None:
            found[home].append([shown(name), initials.strip(), *rest])
    return [[label, marks, *sorted(people, key=itemgetter(2))] for label, marks, *people in found.values()]


def _passes(asked: Asked) -> dict[str, Any]:
    """Every pass, what holds without one, and whether the reader may let somebody go against it."""
    ground = pass_cases.Ground([asked.shift.post.compound], asked.now)
    return {
        "cards": pass_kits.passes_for_kit(asked.shift, ground, asked.held),
        "without": pass_kits.rules_for_kit(asked.shift, ground),
        "leads": asked.leads,
    }


def _entry(asked: Asked) -> dict[str, Any]:
    """What visitors, vehicles and quarantined homes are judged by: of a visitor the first character of the name."""
    compound = asked.shift.post.compound
    said = entries.visits_of(compound, timezone.localdate(asked.now))
    vehicles = Vehicle.objects.filter(community=compound.community_id)
    return {
        "taxis": asked.policy.taxis_enter,
        "visits": {home: [entry_rules.as_visit(visit) for visit in visits] for home, visits in said.items()},
        "vehicles": {row.plate_no: entry_rules.as_vehicle(row) for row in vehicles},
        "held": {
            asked.labels[home]: [one.everybody, sorted(one.people), sorted(one.permitted)] for home, one in asked.held.items()
        },
    }


Part = Callable[[Asked], Any]
# Whatever else a gate has to know without network is one more line here: a function that answers what JSON can hold. In
# this order: the homes say how each is written.
PARTS: dict[str, Part] = {"shift": _shift, "policy": _policy, "homes": _homes, "passes": _passes, "entry": _entry}
