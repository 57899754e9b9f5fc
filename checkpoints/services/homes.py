"""Several people of one home through a gate in one tap: children and the old pass as quickly as anybody."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Passage, Shift
from checkpoints.services import entries, pass_parties, passages
from checkpoints.services.pass_parties import NOTHING, Word
from portal.accounts.models import User
from portal.lib.errors import Refused
from residents.models import Dwelling, Resident
from residents.services import search
from residents.services.quarantine_exits import Held, held_homes


def people(dwelling: Dwelling) -> list[Resident]:
    """Who lives there, oldest first."""
    return sorted(Resident.objects.living_in().filter(dwelling=dwelling), key=lambda one: (one.born_on or one.came_on, one.pk))


def named(rows: Sequence[Any], shift: Shift) -> list[Any]:
    """Rows of a phone that names a resident by key, for it may see no more than 王**: with the name that stands there."""
    keys = {key for row in rows if (key := entries.resident_of(row))}
    if not keys:
        return list(rows)
    lived = Resident.objects.filter(dwelling__entrance__building__compound=shift.post.compound_id, pk__in=keys)
    names = dict(lived.values_list("pk", "name"))
    return [{**row, "name": names[key]} if (key := entries.resident_of(row)) in names else row for row in rows]


def kept_in(dwelling: Dwelling, residents: Sequence[Resident]) -> set[int]:
    """Who of them may not leave the home now, by key."""
    held = held_homes([dwelling.pk], timezone.now()).get(dwelling.pk, Held())
    return {one.pk for one in residents if held.said(one.pk) == "all"}


@transaction.atomic
def log(
    *, key: uuid.UUID, dwelling: Dwelling, residents: Collection[int], direction: str, reason: str, word: Word = NOTHING,
    shift: Shift, fever_limit: Decimal, by: User,
) -> None:  # fmt: skip
    """One passage for each of them with the pass they go on, or none; the same form sent twice adds nobody.

    Raises Stopped where the rule keeps them in, as far as `word` goes.
    """
    chosen = [one for one in people(dwelling) if one.pk in residents]
    if not chosen:
        raise Refused(_("Choose who passes."))
    rows = [
        passages.happening({
            "id": str(uuid.uuid5(key, str(one.pk))), "direction": direction, "home": str(dwelling),
            "person": Passage.Person.RESIDENT, "name": one.name, "reason": reason, "resident": one.pk,
        })
        for one in chosen
    ]  # fmt: skip
    answers = pass_parties.log(dwelling=dwelling, rows=rows, word=word, shift=shift, fever_limit=fever_limit, by=by)
    if refused := next((answer for answer in answers if answer.status == passages.REFUSED), None):
        raise Refused(refused.why)


def log_written(*, row: Mapping[str, Any], word: Word, shift: Shift, fever_limit: Decimal, by: User) -> passages.Answer:
    """A passage from the form without script; a resident of a home that is known goes by its pass, and may be Stopped."""
    goes = row.get("person") in {"", Passage.Person.RESIDENT} and not row.get("result")
    compound = shift.post.compound
    home = search.home_of(compound.community, row.get("home", ""), compound=compound) if goes else None
    if home is None:
        return passages.store_one(shift=shift, row=dict(row), fever_limit=fever_limit, by=by)
    rows = [passages.happening(row)]
    return pass_parties.log(dwelling=home, rows=rows, word=word, shift=shift, fever_limit=fever_limit, by=by)[0]
