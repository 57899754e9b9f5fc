"""Who was at which door on a round: on a home's timeline with what was found, and in a whole compound."""

import datetime as dt
from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.lib.dates import moment
from residents.models import Compound, Dwelling, Stop
from residents.rounds import KINDS, kind_of
from residents.rounds.kinds import NO_ANSWER, REFUSED
from residents.timeline import Entry


def entries(dwelling: Dwelling, most: int) -> Iterator[Entry]:
    """The newest stops at this home, each with its outcome."""
    stops = dwelling.stops.exclude(state=Stop.State.OPEN).select_related("round", "resident", "done_by")
    for stop in stops.order_by("-done_at")[:most]:
        kind = kind_of(stop.round.kind)
        ending = kind.ends().get(stop.outcome)
        yield Entry(
            at=stop.done_at,
            what=_(": ").join([str(kind.label), str(ending.label if ending else stop.outcome)]),
            who=str(stop.done_by or ""),
            name=stop.resident.name if stop.resident else "",
            note=stop.note,
            icon=kind.icon,
            address=reverse("residents:round_sheet", args=[stop.round_id]),
        )


def walked(compound: Compound, since: dt.date) -> tuple[QuerySet[Stop], QuerySet[Stop]]:
    """The stops since a day for which somebody really stood in a compound, and those of which nobody has written where.

    A reason given at a desk is no standing there. A place of a plan that names neither compound nor building lies where
    its own name says; where that says nothing it may be here, and whoever was there has to be asked.
    """
    stood = Q(state=Stop.State.DONE) | Q(outcome__in=[NO_ANSWER.code, REFUSED.code])
    kinds = [code for code, kind in KINDS.items() if not kind.by_phone]
    rows = Stop.objects.within([compound.community]).filter(stood, round__kind__in=kinds, done_by__isnull=False).order_by()
    rows = rows.filter(done_at__gte=moment(since, dt.time()))
    # A place has no home: what its plan says of the compound counts.
    plan = Q(round__plan__compound=compound) | Q(round__plan__building__compound=compound)
    free = Q(dwelling=None, round__plan__compound=None, round__plan__building=None)
    here = Q(dwelling__entrance__building__compound=compound) | (Q(dwelling=None) & plan)
    named = Q(place__contains=compound.name)
    others = Compound.objects.filter(community=compound.community_id).exclude(pk=compound.pk).values_list("name", flat=True)
    elsewhere = reduce(or_, (Q(place__contains=name) for name in others), Q(pk=None))
    return rows.filter(here | (free & named)), rows.filter(free).exclude(named).exclude(elsewhere)
