"""What each team did over a period: the lines of the work summary that are no community's alone."""

from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from deployments.models import Commendation
from portal.reports import sources
from portal.reports.periods import Period
from residents.models import Team

# More teams than this are read by community.
MOST = 60


def by_team(at: Period) -> list[Team]:
    """The teams that did something or were thanked, who did most first; one statement whatever their number."""
    tasks = sources.TASKS_DONE.rows(at).filter(for_team=OuterRef("pk"))
    in_time = Count("pk", filter=Q(ended_at__lte=F("due_at")))
    praise = Commendation.objects.filter(for_team=OuterRef("pk"), **at.days("received_on"))
    rows: Any = (
        Team.objects.within(at.communities)
        .select_related("community")
        .annotate(
            tasks_done=_number(tasks, Count("pk")), tasks_in_time=_number(tasks, in_time), praised=_number(praise, Count("pk"))
        )
    )
    return list(rows.filter(Q(tasks_done__gt=0) | Q(praised__gt=0)).order_by("-tasks_done", "-praised", "name", "id")[:MOST])


def _number(rows: Any, count: Count) -> Coalesce:
    counted = rows.order_by().values("for_team").annotate(n=count).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
