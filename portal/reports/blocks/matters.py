"""What residents brought up."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from portal.reports import sources
from portal.reports.blocks.definitions import CASES, PEOPLE, TIMES_CALLED, Counted, Figure
from portal.reports.periods import Scope
from residents.models.matters import INCIDENTS

# What a home lacks or what is broken; a suggestion is neither.
PROBLEMS = ("problem", "fault")


def _matters(key: str, label: Any, among: Callable[[Scope], Q], heading: str = "") -> Figure:
    how = Counted(sources.MATTERS, lambda at: Count("pk", filter=among(at)))
    return Figure(key, label, CASES, "matters", how, heading)


def figures() -> Iterator[Figure]:
    """What residents brought up, and what of it was settled."""
    problems, disputes, solved = Q(kind__in=PROBLEMS), Q(kind="dispute"), Q(state="solved")
    yield _matters("problems_new", _("problems brought up"), lambda at: problems & sources.reported(at), "困难诉求新增")
    yield _matters("problems_solved", _("problems solved"), lambda at: problems & solved & sources.ended(at), "困难诉求解决")
    yield _matters("mediations", _("disputes mediated"), lambda at: disputes & sources.ended(at), "调解件数")
    calls = Counted(sources.HOTLINE, lambda at: Count("pk"))
    yield Figure("hotline_calls", _("calls of the psychological hotline"), TIMES_CALLED, "matters", calls, "心理疏导")
    agreed = Counted(sources.TALKS, lambda at: Count("pk", filter=Q(result="agreed")))
    yield Figure("talked_round", _("people talked round"), PEOPLE, "matters", agreed)
    yield Figure("praise", _("praise received"), CASES, "matters", Counted(sources.PRAISE, lambda at: Count("pk")))
    incidents = Q(kind__in=[kind.value for kind in INCIDENTS])
    yield _matters("incidents", _("incidents"), lambda at: incidents & sources.reported(at))
