"""Which health checks are due in a whole city: a fixed number of statements for 3,495 communities."""

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.lib.dates import moment
from residents.models import (
    CaseStage,
    Community,
    Dwelling,
    Entrance,
    QuarantineCase,
    Resident,
    StageKind,
)
from residents.services import health_checks
from tests import factories
from tests.bench.timing import Line, side_by_side, slower

COMMUNITIES, CASES_EACH = 3495, 10


def run() -> list[Line]:
    """Ten people in quarantine in each community; nobody has been asked today."""
    _city()
    day = timezone.localdate()
    evening = moment(day, dt.time(20, 30))
    everywhere = Community.objects.all()
    with CaptureQueriesContext(connection) as counting:
        counts = health_checks.counts(everywhere, day, evening)
    with CaptureQueriesContext(connection) as escalating:
        health_checks.escalate(evening)
    statements = len([q for q in escalating if "INSERT" not in q["sql"] and "SAVEPOINT" not in q["sql"]])
    asked = sum(row["asked"] for row in counts.values())
    times = side_by_side(
        lambda: health_checks.counts(everywhere, day, evening),
        lambda: list(QuarantineCase.objects.open().values_list("pk", "community_id", "state")),
    )
    return [
        Line("due checks of a city: statements", str(len(counting)), "1", len(counting) == 1, f"{asked:,} checks asked"),
        Line("escalation: statements besides the messages", str(statements), "<= 2", statements <= 2, "one message an office"),
        slower("due checks against reading the cases", times, aim=6, how=f"{times[0] * 1000:.0f} ms for the city"),
    ]  # fmt: skip


def _city() -> None:
    subdistrict = factories.SubdistrictFactory()
    communities = Community.objects.bulk_create(
        Community(code=f"{990000000000 + n}", name=f"社区{n}", subdistrict=subdistrict) for n in range(COMMUNITIES)
    )
    entrance: Entrance = factories.EntranceFactory()
    policy = factories.QuarantinePolicyFactory()
    homes = Dwelling.objects.bulk_create(
        (Dwelling(community=c, entrance=entrance, floor=1, room_no=str(n)) for n, c in enumerate(communities)), batch_size=1000
    )
    people = Resident.objects.bulk_create(
        (Resident(community_id=h.community_id, dwelling=h, name="居民") for h in homes for _ in range(CASES_EACH)),
        batch_size=1000,
    )
    first = timezone.localdate() - dt.timedelta(days=3)
    begun, last = moment(first, dt.time(9)), first + dt.timedelta(days=6)
    cases = QuarantineCase.objects.bulk_create(
        (
            QuarantineCase(
                community_id=p.community_id, resident=p, dwelling_id=p.dwelling_id, contact_class="close", reason="secondary",
                policy=policy, state="active", starts_on=first, ends_on=last, started_at=begun, asked_from=begun,
            )
            for p in people
        ),
        batch_size=1000,
    )  # fmt: skip
    CaseStage.objects.bulk_create(
        (CaseStage(case=c, position=1, kind=StageKind.HOME_QUARANTINE, starts_on=first, ends_on=last) for c in cases),
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        # A running portal has the planner's numbers; new tables have none until the database comes round to it.
        cursor.execute("ANALYZE")
