"""Calls of the psychological hotline: written down by the counsellor, counted for everybody else."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Community, Counsellor, HotlineCall, Membership, Role

COUNTED_DAYS = dt.timedelta(days=30)
MOST_NAMED = 20


@transaction.atomic
def record(
    *, key: uuid.UUID, community: Community, topic: str, minutes: int, referral: str = "", content: str = "", by: User
) -> HotlineCall:
    """Write a call down; whoever took it is the counsellor. The same form sent again finds the first."""
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)
    if (known := HotlineCall.objects.filter(key=key).first()) is not None:
        if known.counsellor_id != by.pk:
            raise Refused(_("This form was sent already. Open a new one."))
        return known
    with explained(HotlineCall):
        call = HotlineCall.objects.create(
            key=key, community=community, counsellor=by, topic=topic, minutes=minutes, referral=referral, content=content
        )
    # Neither topic nor words: the trail is read by others.
    audit.record("hotlinecall.recorded", call, by=by)
    return call


def counted(communities: Any) -> list[tuple[str, int, int]]:
    """Calls and minutes of the last weeks by topic; how many, never who."""
    since = timezone.now() - COUNTED_DAYS
    rows = HotlineCall.objects.within(communities).filter(called_at__gte=since).order_by()
    found = rows.values_list("topic").annotate(calls=Count("pk"), minutes=Sum("minutes")).order_by("-calls", "topic")
    labels = dict(HotlineCall.Topic.choices)
    return [(str(labels.get(topic, topic)), calls, minutes) for topic, calls, minutes in found]


# Who answers


def counsellors(communities: Any) -> "QuerySet[Membership]":
    """Who answers the hotline of these communities today."""
    rows = Membership.objects.live().filter(role=Role.COUNSELLOR, community__in=communities)
    return rows.select_related("user", "community", "counselling").order_by("community", "user__name", "pk")


def closed(communities: Any) -> list[tuple[str, int]]:
    """Who wrote calls down and answers no more, and how many: nobody reads them until they are named again."""
    answers = counsellors(communities).filter(user=OuterRef("counsellor"), community=OuterRef("community")).order_by()
    rows = HotlineCall.objects.filter(~Exists(answers), community__in=communities).order_by()
    return list(rows.values_list("counsellor__name").annotate(calls=Count("pk")).order_by("-calls", "counsellor")[:MOST_NAMED])


@transaction.atomic
def name_counsellor(
    *, user: User, community: Community, ends_on: dt.date, speciality: str = "", hours: str = "", by: User
) -> Membership:
    """Give somebody of the community the hotline until a day; from then on nobody else opens what is said to them."""
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)
    if counsellors([community.pk]).filter(user=user).exists():
        raise Refused(_("%(name)s answers the hotline already.") % {"name": user})
    with explained(Membership):
        row = Membership.objects.create(user=user, role=Role.COUNSELLOR, community=community, ends_on=ends_on)
    Counsellor.objects.create(membership=row, speciality=speciality, hours=hours)
    audit.record("membership.opened", row, by=by, after={"user": user.pk, "ends_on": ends_on})
    return row


@transaction.atomic
def end_counsellor(*, membership_id: int, by: User) -> None:
    """Take it back at once; whoever began today never did."""
    row = Membership.objects.select_for_update(no_key=True, of=("self",)).get(pk=membership_id, role=Role.COUNSELLOR)
    if not counsellors([row.community_id]).filter(pk=row.pk).exists():
        return
    audit.record("membership.ended", row, by=by, before={"user": row.user_id})
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    if row.starts_on > yesterday:
        row.delete()
        return
    row.ends_on = yesterday
    row.save(update_fields=["ends_on"])
