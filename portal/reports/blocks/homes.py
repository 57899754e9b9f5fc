"""Homes, and who lives in them."""

from collections.abc import Iterator

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from portal.reports import sources
from portal.reports.blocks.definitions import HOMES, PEOPLE, Counted, Figure, distinct


def figures() -> Iterator[Figure]:
    """What the ledger says of the day."""
    homes, there = (Counted(source, lambda at: Count("pk")) for source in (sources.DWELLINGS, sources.LIVING_IN))
    yield Figure("homes", _("homes in all"), HOMES, "homes", homes, "住户总数")
    yield Figure("living_in", _("people living in"), PEOPLE, "homes", there, "在住人数")
    came = Counted(sources.CAME, lambda at: distinct("resident"))
    yield Figure("returnees", _("back or come from another area"), PEOPLE, "homes", came, "今日返(来)人员")
