"""The taps a walker's phone sends once there is a network again: each is read as the form of its stop would be."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from residents.forms.stops import StopForm
from residents.models import Stop
from residents.rounds import kind_of


class Unreadable(Exception):  # noqa: N818 - it is an answer
    """This tap cannot be taken; the sentence says what to do."""


def key(row: Any) -> str:
    """The phone's own name for the tap, or nothing."""
    said = row.get("id") if isinstance(row, Mapping) else None
    try:
        return str(UUID(said)) if isinstance(said, str) else ""
    except ValueError:
        return ""


def read(row: Any, mine: Mapping[int, Stop]) -> tuple[Stop, StopForm]:
    """The stop and what was said there; `mine` are the stops of the round by their number."""
    stop = mine.get(row["stop"]) if isinstance(row, Mapping) and type(row.get("stop")) is int else None
    if stop is None or not key(row):
        raise Unreadable(_("This stop is not on your round any more. Tell the office what you found."))
    form = StopForm(_written(row), kind=kind_of(stop.round.kind))
    if not form.is_valid():
        raise Unreadable(_sentence(form))
    return stop, form


def _written(row: Mapping[str, Any]) -> dict[str, str]:
    """The fields as a form sends them; whatever is not text is nothing."""
    said = row.get("fields")
    fields = {**said, **row} if isinstance(said, Mapping) else dict(row)
    plain = {str(name): value for name, value in fields.items() if isinstance(value, str)}
    return {**plain, "tap": key(row)}


def _sentence(form: StopForm) -> str:
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return _(": ").join(filter(None, [str(label), str(errors[0])]))
