"""What a home's timeline shows of rounds: who was there, and what was found."""

from collections.abc import Iterator

from django.urls import reverse

from residents.models import Dwelling, Stop
from residents.rounds import kind_of
from residents.timeline import Entry


def entries(dwelling: Dwelling, most: int) -> Iterator[Entry]:
    """The newest stops at this home, each with its outcome."""
    stops = dwelling.stops.exclude(state=Stop.State.OPEN).select_related("round", "resident", "done_by")
    for stop in stops.order_by("-done_at")[:most]:
        kind = kind_of(stop.round.kind)
        ending = kind.ends().get(stop.outcome)
        yield Entry(
            at=stop.done_at,
            what=f"{kind.label}: {ending.label if ending else stop.outcome}",
            who=str(stop.done_by or ""),
            name=stop.resident.name if stop.resident else "",
            note=stop.note,
            icon=kind.icon,
            address=reverse("residents:round_sheet", args=[stop.round_id]),
        )
