"""What the assignment board costs for 60 cadres and 30 shifts, beside a small page through the same middleware."""

import datetime as dt

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from checkpoints.models import Shift
from portal.accounts.models import User
from residents.models import Role
from tests import factories
from tests.bench.timing import Line, at_most, side_by_side, slower

CADRES, POSTS = 60, 10
HOURS = ((6, 14), (14, 22), (22, 6))


def run() -> list[Line]:
    """Statements of the board opened on a gap, and its time against the posts page."""
    user, shift = _community()
    client = Client()
    client.force_login(user)
    board = f"/deployments/board/?gap={shift.pk}"
    with CaptureQueriesContext(connection) as seen:
        client.get(board)
    statements = len(seen)  # now: the next request empties the log
    times = side_by_side(lambda: client.get(board), lambda: client.get("/checkpoints/posts/"), rounds=15)
    how = f"{CADRES} cadres, {POSTS * len(HOURS)} shifts, a week of assignments, suggestions shown; {times[0] * 1000:.0f} ms"
    return [
        at_most("board page, statements", statements, aim=12, unit="statements", how=how),
        slower("board page against the list of its posts", times, aim=10, how=f"posts page {times[1] * 1000:.0f} ms"),
    ]


def _community() -> tuple[User, Shift]:
    """A week of shifts: every cadre on one shift on most days, some places of today left free."""
    membership = factories.MembershipFactory(role=Role.SECRETARY)
    community, today = membership.community, timezone.localdate()
    cadres = [row.cadre for row in factories.SecondmentFactory.create_batch(CADRES, community=community)]
    posts = [factories.PostFactory(compound=factories.CompoundFactory(community=community)) for _ in range(POSTS)]
    first = None
    for offset in range(-3, 4):
        for n, post in enumerate(posts):
            for band, (starts, ends) in enumerate(HOURS):
                hours = {"starts": dt.time(starts), "ends": dt.time(ends)}
                shift = factories.ShiftFactory(post=post, day=today + dt.timedelta(days=offset), **hours)
                cadre = cadres[(n * len(HOURS) + band + 30 * (offset % 2)) % CADRES]
                factories.AssignmentFactory(shift=shift, cadre=cadre, seat=1, is_lead=True)
                first = first or (shift if offset == 0 and band == 2 else None)
    return membership.user, first
