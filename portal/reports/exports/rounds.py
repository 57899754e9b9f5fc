"""The registers of rounds: temperatures at doors, and what was disinfected."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import override

from portal.lib import masks
from residents.models import Stop
from residents.rounds import kind_of
from residents.rounds.disinfection import METHODS, TARGETS
from residents.rounds.temperature import SYMPTOMS

CHUNK = 2000


def stops_of(asked: Any, kind: str) -> "QuerySet[Stop]":
    """The ended stops of a kind in the days asked for; a register also says who could not be met."""
    rows = Stop.objects.within(asked.communities).filter(round__kind=kind, round__day__range=(asked.first, asked.last))
    return rows.exclude(state=Stop.State.OPEN)


def temperature_rows(asked: Any) -> Iterator[Sequence[Any]]:
    """One line a person and round."""
    rows = stops_of(asked, "temperature").select_related(
        "round", "resident", "done_by", "dwelling__entrance__building__compound"
    )
    with override("zh-hans"):
        ends, symptoms = kind_of("temperature").ends(), dict(SYMPTOMS)
        for number, stop in enumerate(rows.order_by("round__starts_at", "round", "position").iterator(CHUNK), 1):
            name = stop.resident.name if stop.resident else ""
            yield (
                number,
                stop.round.day,
                f"{timezone.localtime(stop.done_at):%H:%M}",
                stop.dwelling.entrance.building.compound.name if stop.dwelling else "",
                str(stop),
                name if asked.full else masks.name(name),
                stop.answers.get("temperature", ""),
                # Of somebody who was not met nothing is known.
                str(symptoms.get(stop.answers.get("symptom", ""), "")) if stop.state == Stop.State.DONE else "",
                str(ends[stop.outcome].label) if stop.outcome in ends else stop.outcome,
                stop.done_by.name if stop.done_by else "",
                stop.note,
            )


def disinfection_rows(asked: Any) -> Iterator[Sequence[Any]]:
    """One line a place and round."""
    rows = stops_of(asked, "disinfection").filter(state=Stop.State.DONE).select_related("round", "done_by")
    with override("zh-hans"):
        methods, targets = dict(METHODS), dict(TARGETS[1:])
        for number, stop in enumerate(rows.order_by("done_at").iterator(CHUNK), 1):
            said = stop.answers
            yield (
                number,
                stop.round.day,
                f"{timezone.localtime(stop.done_at):%H:%M}",
                f"{timezone.localtime(stop.usable_at):%H:%M}" if stop.usable_at else "",
                str(stop),
                said.get("area_m2", ""),
                said.get("agent", ""),
                said.get("concentration_mg_l", ""),
                str(methods.get(said.get("method", ""), "")),
                said.get("contact_minutes", ""),
                stop.done_by.name if stop.done_by else "",
                said.get("checker", ""),
                "、".join(filter(None, [str(targets.get(said.get("target", ""), "")), said.get("firm", ""), stop.note])),
            )
