"""Several people of one home through a gate in one tap: children and the old pass as quickly as anybody."""

import uuid
from collections.abc import Collection
from decimal import Decimal

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
