"""Which quarantine rule holds for whom, where and when, and the days that follow from it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q, QuerySet

from residents.models import Community, ContactClass, PolicyStage, QuarantinePolicy, StageKind

CENTRAL, HOME, MONITORING = StageKind.CENTRAL, StageKind.HOME_QUARANTINE, StageKind.HOME_MONITORING
# What the national plans said, oldest first: name, for whom, since, stages (kind, days, test days).
START_LIST = (
    ("14+7 第八版", ContactClass.CLOSE, "2021-05-14", ((CENTRAL, 14, "1,4,7,14"), (MONITORING, 7, "2,7"))),
    ("7+7 试点", ContactClass.CLOSE, "2022-04-11", ((CENTRAL, 7, "1,2,3,5,7"), (HOME, 7, "2,7"))),
    ("7+3 第九版", ContactClass.CLOSE, "2022-06-28", ((CENTRAL, 7, "1,2,3,5,7"), (MONITORING, 3, "3"))),
    ("5+3 二十条", ContactClass.CLOSE, "2022-11-11", ((CENTRAL, 5, "1,2,3,5"), (HOME, 3, "1,3"))),
    ("7 天居家 次密接", ContactClass.SECONDARY, "2022-06-28", ((HOME, 7, "1,4,7"),)),
    ("7 天居家 高风险区", ContactClass.OTHER, "2022-11-11", ((HOME, 7, "1,3,5,7"),)),
    ("住院+7 天居家监测", ContactClass.POSITIVE, "2022-06-28", ((CENTRAL, 10, ""), (MONITORING, 7, ""))),
)


@dataclass(frozen=True)
class Planned:
    """One stage with its days, and the days on which a sample is taken: (day of the stage, day)."""

    kind: str
    starts_on: dt.date
    ends_on: dt.date
    tests: tuple[tuple[int, dt.date], ...]


@transaction.atomic
def ensure() -> None:
    """Put down the national rules where there is no rule at all; a city then ends them and adds its own."""
    if QuarantinePolicy.objects.exists():
        return
    for name, contact_class, since, stages in START_LIST:
        policy = QuarantinePolicy.objects.create(name=name, contact_class=contact_class, starts_on=dt.date.fromisoformat(since))
        PolicyStage.objects.bulk_create(
            PolicyStage(policy=policy, position=position, kind=kind, days=days, test_days=tests)
            for position, (kind, days, tests) in enumerate(stages, 1)
        )


def in_force(communities: Iterable[Community], day: dt.date) -> "QuerySet[QuarantinePolicy]":
    """The rules that may be chosen in these communities on a day."""
    chosen = list(communities)
    here = (
        Q(community=None, subdistrict=None, district=None)
        | Q(community__in=chosen)
        | Q(subdistrict__in={community.subdistrict_id for community in chosen})
        | Q(district__subdistricts__in={community.subdistrict_id for community in chosen})
    )
    return QuarantinePolicy.objects.on(day).filter(pk__in=QuarantinePolicy.objects.filter(here).values("pk"))


def usual(community: Community, contact_class: str, day: dt.date) -> QuarantinePolicy | None:
    """The rule somebody of this class gets: the nearest level wins, and within it the one that started last."""
    rows = in_force([community], day).filter(contact_class=contact_class).prefetch_related("stages")
    return max(rows, key=lambda row: (_nearness(row), row.starts_on, row.pk), default=None)


def _nearness(policy: QuarantinePolicy) -> int:
    return 3 if policy.community_id else 2 if policy.subdistrict_id else 1 if policy.district_id else 0


def plan(policy: QuarantinePolicy, first_day: dt.date) -> list[Planned]:
    """The days of every stage. Where the first day does not count, it comes on top of the first stage."""
    made: list[Planned] = []
    start = first_day
    for stage in policy.stages.all():
        extra = 0 if made or policy.first_day_counts else 1
        ends = start + dt.timedelta(days=stage.days - 1 + extra)
        tests = tuple((day, start + dt.timedelta(days=day - 1 + extra)) for day in stage.tests if day <= stage.days)
        made.append(Planned(stage.kind, start, ends, tests))
        start = ends + dt.timedelta(days=1)
    return made
