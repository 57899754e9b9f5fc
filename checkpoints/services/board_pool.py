"""The pool of the board: who is seconded here and has no shift on the day."""

import datetime as dt
from dataclasses import dataclass

from checkpoints.models import Post, Shift
from checkpoints.services import availability, suggestions
from checkpoints.services.availability import Facts
from deployments.models import Cadre
from portal.lib.dates import moment
from residents.models import Community, Compound


@dataclass
class Person:
    """A cadre nobody has placed on this day, with what matters."""

    cadre: Cadre
    hours: float
    last_ended: dt.datetime | None
    lives_here: bool
    away_until: dt.datetime | None
    expected: bool
    nights: bool


def pool_of(community: Community, day: dt.date, cadres: list[Cadre], facts: Facts, rest_hours: int) -> list[Person]:
    """Who is away stands last, before them who has still to report; else first who has stood least."""
    people = [_person(community, day, cadre, facts, rest_hours) for cadre in cadres]
    return sorted(people, key=lambda one: (one.away_until is not None, one.expected, one.hours, one.cadre.pk))


def _person(community: Community, day: dt.date, cadre: Cadre, facts: Facts, rest_hours: int) -> Person:
    stands = facts.stands.get(cadre.pk, [])
    starts_at, ends_at = moment(day, dt.time.min), moment(day + dt.timedelta(days=1), dt.time.min)
    leaves = [leave for leave in facts.leaves.get(cadre.pk, []) if leave.starts_at < ends_at and leave.ends_at > starts_at]
    ended = [stand.ends_at for stand in stands if stand.ends_at <= ends_at]
    return Person(
        cadre=cadre,
        hours=suggestions.hours_in_week(stands, day),
        last_ended=max(ended, default=None),
        lives_here=cadre.home_community_id == community.pk,
        expected=availability.is_expected(cadre, day, facts),
        away_until=max((leave.ends_at for leave in leaves), default=None),
        nights=_can_do_nights(community, day, cadre, facts, rest_hours),
    )


def _can_do_nights(community: Community, day: dt.date, cadre: Cadre, facts: Facts, rest_hours: int) -> bool:
    """Whether nothing keeps the person from standing this night, 22:00 to 06:00."""
    night = Shift(
        post=Post(compound=Compound(community=community)),
        day=day,
        starts_at=moment(day, dt.time(22)),
        ends_at=moment(day + dt.timedelta(days=1), dt.time(6)),
    )
    return availability.obstacle(cadre, night, facts, rest_hours=rest_hours) is None
