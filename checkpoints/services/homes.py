"""Several people of one home through a gate in one tap: children and the old pass as quickly as anybody."""

import uuid
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Passage, Shift
from checkpoints.services import passages
from checkpoints.services.passages import Answer
from portal.accounts.models import User
from portal.lib.errors import Refused
from residents.models import Dwelling, QuarantineCase, Resident
from residents.models.quarantine import FOLLOWED


def people(dwelling: Dwelling) -> list[Resident]:
    """Who lives there, oldest first."""
    return sorted(Resident.objects.living_in().filter(dwelling=dwelling), key=lambda one: (one.born_on or one.came_on, one.pk))


def named(rows: Sequence[Any], shift: Shift) -> list[Any]:
    """Rows of a phone that names a resident by key, for it may see no more than 王**: with the name that stands there."""
    keys = {key for row in rows if (key := _resident_of(row))}
    if not keys:
        return list(rows)
    lived = Resident.objects.filter(dwelling__entrance__building__compound=shift.post.compound_id, pk__in=keys)
    names = dict(lived.values_list("pk", "name"))
    return [{**row, "name": names[key]} if (key := _resident_of(row)) in names else row for row in rows]


def _resident_of(row: Any) -> int:
    key = row.get("resident") if isinstance(row, dict) else None
    return key if type(key) is int and 0 < key < 2**62 else 0


def is_quarantined(dwelling: Dwelling) -> bool:
    """Whether somebody of the home may not leave it."""
    return QuarantineCase.objects.filter(dwelling=dwelling, state__in=FOLLOWED).exists()


def log(
    *, key: uuid.UUID, dwelling: Dwelling, residents: Collection[int], direction: str, reason: str, shift: Shift,
    fever_limit: Decimal, by: User,
) -> list[Answer]:  # fmt: skip
    """One passage for each of them; the same form sent twice adds nobody."""
    chosen = [one for one in people(dwelling) if one.pk in residents]
    if not chosen:
        raise Refused(_("Choose who passes."))
    if direction == Passage.Direction.OUT and is_quarantined(dwelling):
        raise Refused(_("Nobody of this home may go out: it is in quarantine. An approved exit is logged by itself."))
    now = timezone.now().isoformat()
    rows = [
        {"id": str(uuid.uuid5(key, str(one.pk))), "happened_at": now, "direction": direction, "home": str(dwelling),
         "person": Passage.Person.RESIDENT, "name": one.name, "reason": reason}
        for one in chosen
    ]  # fmt: skip
    known = set(Passage.objects.filter(pk__in=[row["id"] for row in rows]).values_list("pk", flat=True))
    rows = [row for row in rows if uuid.UUID(row["id"]) not in known]
    return passages.store_many(shift=shift, rows=rows, fever_limit=fever_limit, by=by)[0] if rows else []
