"""Rows of which the clock tells somebody at this moment, one of each kind."""

import datetime as dt

from django.utils import timezone

from checkpoints.models import Handover, Shift
from portal.accounts.models import Message
from residents.models import Community, Compound, Subdistrict
from tests import factories
from tests.people import Cast

HOUR = dt.timedelta(hours=1)
# Who is told of what, once. Yesterday's report was due more than a day ago: nobody hears of that.
TOLD = [
    ("cadre", "shift_not_signed_in"),
    ("cadre2", "shift_soon"),
    ("officer", "reports_late"),
    ("secretary", "handover_waiting"),
    ("secretary", "report_late"),
]


def strike(cast: Cast) -> dt.date:
    """A report of yesterday and one of today that is late, a shift missed, one to come, a hand-over unconfirmed."""
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Subdistrict.objects.update(report_due_at="00:01", report_within_minutes=0)
    Community.objects.filter(pk=cast.qinghe.pk).update(active_from=yesterday)
    factories.AssignmentFactory(shift=_shift(cast.hefengyuan, -HOUR), cadre=cast.cadre)
    factories.AssignmentFactory(shift=_shift(cast.yushu_rental, HOUR / 2), cadre=cast.cadre2)
    over, then = _shift(cast.hefengyuan, -10 * HOUR), timezone.now() - HOUR
    Handover.objects.create(shift=over, handed_over_at=then, handed_over_by=cast.cadre_user)
    return yesterday


def _shift(compound: Compound, begins: dt.timedelta) -> Shift:
    at = timezone.now() + begins
    post = factories.PostFactory(compound=compound)
    return factories.ShiftFactory(post=post, day=timezone.localdate(at), starts_at=at, ends_at=at + 8 * HOUR)


def told() -> list[tuple[str, str]]:
    """Every message there is: to whom, and of what kind."""
    return sorted(Message.objects.values_list("to__username", "kind"))
