"""Whom to put on a gap: the best first, with the reasons."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from checkpoints.models import Assignment, Post, Shift
from checkpoints.services import availability
from checkpoints.services.availability import Facts
from deployments.models import Cadre

# What counts, and how much at most; together 100.
LIVES_THERE, FEW_HOURS, RESTED, SKILL, SAME_UNIT = 25, 35, 20, 10, 10
# Taken off for whoever has not arrived: may still come, but whoever is here goes before.
NOT_YET_HERE = 100
FULL_WEEK = 45.0  # hours after which somebody has done enough
WELL_RESTED = 24.0
MOST = 6

# Words of a roster's skill column that fit a kind of post.
SKILLS: dict[str, tuple[str, ...]] = {
    Post.Kind.SAMPLING_POINT: ("医", "护", "采样", "medical", "nurse"),
    Post.Kind.SERVICE_DESK: ("心理", "沟通", "语", "psycholog", "language", "IT"),
    Post.Kind.PATROL: ("驾", "车", "退伍", "安保", "driv"),
    Post.Kind.TENT: ("医", "护", "驾", "medical", "nurse", "driv"),
    Post.Kind.CHECKPOINT: ("安保", "退伍", "信息", "录入", "security", "IT"),
}


@dataclass(frozen=True)
class Suggestion:
    """A cadre who may stand the shift, how well they fit (0 to 100), and why."""

    cadre: Cadre
    score: int
    reasons: list[str]


def suggest(shift: Shift, cadres: Collection[Cadre], facts: Facts, *, rest_hours: int, lead: Cadre | None) -> list[Suggestion]:
    """Rank the cadres whom nothing keeps from the shift; asks the facts at hand, not the database."""
    fit = [cadre for cadre in cadres if not availability.obstacle(cadre, shift, facts, rest_hours=rest_hours)]
    found = [_weigh(cadre, shift, facts, lead) for cadre in fit]
    return sorted(found, key=lambda suggestion: (-suggestion.score, suggestion.cadre.pk))[:MOST]


def hours_in_week(stands: Collection[Assignment], day: dt.date) -> float:
    """Hours planned from Monday to Sunday of the week of a day; a night belongs to the day it starts."""
    monday = day - dt.timedelta(days=day.weekday())
    week = [stand for stand in stands if monday <= stand.shift.day < monday + dt.timedelta(days=7)]
    return sum((stand.ends_at - stand.starts_at).total_seconds() for stand in week) / 3600


def _weigh(cadre: Cadre, shift: Shift, facts: Facts, lead: Cadre | None) -> Suggestion:
    stands = facts.stands.get(cadre.pk, [])
    parts = [
        _lives_there(cadre, shift, facts),
        _few_hours(stands, shift),
        _rested(stands, shift),
        _skill(cadre, shift),
        _same_unit(cadre, lead),
        (-NOT_YET_HERE, _("has not reported yet")) if availability.is_expected(cadre, shift.day, facts) else (0, ""),
    ]
    return Suggestion(cadre, max(0, round(sum(points for points, _why in parts))), [why for _points, why in parts if why])


def _lives_there(cadre: Cadre, shift: Shift, facts: Facts) -> tuple[float, str]:
    compound = shift.post.compound
    if any(row.compound_id == compound.pk and row.at_home for row in facts.secondments.get(cadre.pk, ())):
        return LIVES_THERE, _("lives in this compound")
    if cadre.home_community_id == compound.community_id:
        return LIVES_THERE * 0.8, _("lives in this community")
    if any(row.compound_id == compound.pk for row in facts.secondments.get(cadre.pk, ())):
        return LIVES_THERE * 0.6, _("sent to this compound")
    return 0, ""


def _few_hours(stands: Collection[Assignment], shift: Shift) -> tuple[float, str]:
    done = hours_in_week(stands, shift.day)
    text = ngettext("%(hours)s hour this week", "%(hours)s hours this week", round(done)) % {"hours": f"{done:g}"[:4]}
    return FEW_HOURS * max(0.0, 1 - done / FULL_WEEK), text


def _rested(stands: Collection[Assignment], shift: Shift) -> tuple[float, str]:
    rest = availability.rest_before(shift, stands)
    if rest is None:
        return RESTED, _("no shift before")
    hours = rest.total_seconds() / 3600
    return RESTED * min(1.0, hours / WELL_RESTED), _("rested %(hours)s h") % {"hours": round(hours)}


def _skill(cadre: Cadre, shift: Shift) -> tuple[float, str]:
    wanted = SKILLS.get(shift.post.kind, ())
    for skill in cadre.skills or ():
        if any(word.lower() in str(skill).lower() for word in wanted):
            return SKILL, str(skill)
    return 0, ""


def _same_unit(cadre: Cadre, lead: Cadre | None) -> tuple[float, str]:
    if lead and cadre.unit_id and cadre.unit_id == lead.unit_id:
        return SAME_UNIT, _("same unit as %(lead)s") % {"lead": lead.name}
    return 0, ""
