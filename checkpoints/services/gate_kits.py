"""What a phone takes along for one shift, so that it can decide without network: the least that is needed.

Names as far as the reader sees them, no phone numbers, no ID numbers, no illnesses; of a home only its number and whether
it is in quarantine or away. The phone seals it with a key that ends with the sign-in or the shift.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from checkpoints.access import leads_gate
from checkpoints.models import Shift, Vehicle
from checkpoints.services import entries, entry_rules, pass_cases, pass_kits, passages
from portal.accounts.models import User
from portal.lib import masks
from portal.lib.crypto import shared_secret
from residents.masking import Eyes
from residents.models import DutyPolicy, Dwelling, QuarantineCase, Resident

# What stands at a home: few letters, for there are thousands of homes.
QUARANTINED, AWAY = "q", "a"


def kit(*, shift: Shift, policy: DutyPolicy, reader: User) -> dict[str, Any]:
    """The kit of a shift as the reader may see it; `version` is equal as long as nothing has changed."""
    whole = {name: part(shift, policy, reader) for name, part in PARTS.items()}
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, default=str)
    return {**whole, "version": hashlib.sha256(text.encode()).hexdigest()[:16]}


def seal(*, shift: Shift, reader: User) -> str:
    """The secret (base64) that closes this person's unsent passages of this shift on any phone.

    It is always the same, so that what was sealed before a sign-out can be opened and sent after the next sign-in.
    """
    return shared_secret(f"gate-queue:{reader.pk}:{shift.pk}")


def _shift(shift: Shift, policy: DutyPolicy, reader: User) -> dict[str, Any]:
    opens, closes = passages.hours_of(shift)
    return {"id": shift.pk, "opens": opens.isoformat(), "closes": closes.isoformat()}


def _policy(shift: Shift, policy: DutyPolicy, reader: User) -> dict[str, Any]:
    return {
        "feverLimit": str(policy.fever_limit),
        "couriersEnter": policy.couriers_enter,
        "undoSeconds": policy.undo_seconds,
    }


def _homes(shift: Shift, policy: DutyPolicy, reader: User) -> list[list[Any]]:
    """[home, what stands at it, [name, initials, key, relation], ...] for every home of the compound, as people walk."""
    compound = shift.post.compound
    of_compound = {"entrance__building__compound": compound.pk}
    shown = str if Eyes(reader).sees(compound.community) else masks.name
    quarantined = set(
        QuarantineCase.objects.followed_on(timezone.localdate())
        .filter(**{f"dwelling__{name}": value for name, value in of_compound.items()})
        .values_list("dwelling", flat=True)
    )
    people: dict[int, list[list[Any]]] = defaultdict(list)
    rows = Resident.objects.registered().filter(**{f"dwelling__{name}": value for name, value in of_compound.items()})
    for home, name, initials, *rest in rows.order_by("id").values_list("dwelling", "name", "initials", "pk", "relation"):
        people[home].append([shown(name), initials.strip(), *rest])
    homes = Dwelling.objects.filter(**of_compound).in_place_order()
    columns = ("id", "entrance__building__number", "entrance__number", "room_no", "state")
    return [
        [
            f"{building}-{entrance}-{room}",
            QUARANTINED * (key in quarantined) + AWAY * (state == Dwelling.State.AWAY),
            *people[key],
        ]
        for key, building, entrance, room, state in homes.values_list(*columns)
    ]


def _passes(shift: Shift, policy: DutyPolicy, reader: User) -> dict[str, Any]:
    """Every pass, what holds without one, and whether the reader may let somebody go against it."""
    ground = pass_cases.Ground([shift.post.compound], timezone.now())
    return {
        "cards": pass_kits.passes_for_kit(shift, ground),
        "without": pass_kits.rules_for_kit(shift, ground),
        "leads": leads_gate(reader, shift),
    }


def _entry(shift: Shift, policy: DutyPolicy, reader: User) -> dict[str, Any]:
    """What visitors, vehicles and quarantined homes are judged by: of a visitor the first character of the name."""
    compound, now = shift.post.compound, timezone.now()
    visits = entries.visits_of(compound, timezone.localdate(now))
    held = entries.held_by_home(compound, now)
    return {
        "taxis": policy.taxis_enter,
        "visits": {home: [entry_rules.as_visit(visit) for visit in said] for home, said in visits.items()},
        "vehicles": {
            row.plate_no: entry_rules.as_vehicle(row) for row in Vehicle.objects.filter(community=compound.community_id)
        },
        "held": {home: [one.everybody, sorted(one.people), sorted(one.permitted)] for home, one in held.items()},
    }


Part = Callable[[Shift, DutyPolicy, User], Any]
# Whatever else a gate has to know without network is one more line here: a function that answers what JSON can hold.
PARTS: dict[str, Part] = {"shift": _shift, "policy": _policy, "homes": _homes, "passes": _passes, "entry": _entry}
