"""The usual ways to cut a day into shifts."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Shift
from residents.models import DutyPolicy

EVENING_ENDS = dt.time(22)


class Pattern(models.TextChoices):
    """How a day is cut; the day shift's hours are those of the duty policy."""

    DAY = "day", _("day shift only")
    DAY_EVENING = "day_evening", _("day shift, and evening until 22:00")
    ROUND_THE_CLOCK = "round_the_clock", _("day, evening and night")
    THREE_EIGHTS = "three_eights", _("three times eight hours: 06–14, 14–22, 22–06")


def hours(pattern: str, policy: DutyPolicy) -> list[tuple[str, dt.time, dt.time]]:
    """Kind, start and end of each shift of a day; an end at or before the start lies on the next day."""
    kind = Shift.Kind
    if pattern == Pattern.THREE_EIGHTS:
        return [
            (kind.DAY, dt.time(6), dt.time(14)),
            (kind.EVENING, dt.time(14), EVENING_ENDS),
            (kind.NIGHT, EVENING_ENDS, dt.time(6)),
        ]
    starts, ends = _time(policy.day_starts_at), _time(policy.day_ends_at)
    parts: list[tuple[str, dt.time, dt.time]] = [(kind.DAY, starts, ends)]
    if pattern in (Pattern.DAY_EVENING, Pattern.ROUND_THE_CLOCK):
        parts.append((kind.EVENING, ends, EVENING_ENDS))
    if pattern == Pattern.ROUND_THE_CLOCK:
        parts.append((kind.NIGHT, EVENING_ENDS, starts))
    return parts


def _time(value: dt.time | str) -> dt.time:
    """A policy that was never stored holds its defaults as text."""
    return value if isinstance(value, dt.time) else dt.time.fromisoformat(value)
