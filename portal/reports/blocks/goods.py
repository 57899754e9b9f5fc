"""What came to the gates for homes, and visitors."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.reports import sources
from portal.reports.blocks.definitions import HOMES, LOADS, PEOPLE, Counted, Figure
from portal.reports.periods import Scope, Source


def _goods(key: str, label: Any, unit: Any, source: Source, aggregate: Callable[[Scope], Any], *, heading: str = "") -> Figure:
    return Figure(key, label, unit, "goods", Counted(source, aggregate), heading)


def figures() -> Iterator[Figure]:
    """What came to the gates for homes, how it got there, and who asked to come in."""
    yield _goods("deliveries", _("deliveries taken in"), LOADS, sources.DELIVERIES, lambda at: Count("pk"))
    yield _goods(
        "deliveries_disputed", _("deliveries short or wrong"), LOADS, sources.DELIVERIES,
        lambda at: Count("pk", filter=~Q(dispute="")),
    )  # fmt: skip
    yield _goods(
        "packages_handed_out", _("packages handed out"), pgettext_lazy("unit", "packages"), sources.DROPS,
        lambda at: Coalesce(Sum("packages"), 0), heading="配送份数",
    )  # fmt: skip
    yield _goods(
        "drops_door", _("homes served at the door"), HOMES, sources.DROPS, lambda at: Count("pk", filter=Q(handed="door"))
    )
    yield _goods("visits_asked", _("visitors, workers and carers asked for"), PEOPLE, sources.VISITS, lambda at: Count("pk"))
    yield _goods(
        "visits_agreed", _("of them with the home's consent"), PEOPLE, sources.VISITS,
        lambda at: Count("pk", filter=Q(answer="agreed")),
    )  # fmt: skip
