"""Who answers for which place."""

from collections.abc import Iterator

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from portal.reports import sources
from portal.reports.blocks.definitions import PLACES, Counted, Figure


def figures() -> Iterator[Figure]:
    """Places for which nobody answers."""
    buildings, entrances = (Counted(source, lambda at: Count("pk")) for source in (sources.BUILDINGS, sources.ENTRANCES))
    yield Figure("buildings_unanswered", _("buildings nobody answers for"), PLACES, "places", buildings)
    yield Figure("entrances_unanswered", _("entrances nobody answers for"), PLACES, "places", entrances)
