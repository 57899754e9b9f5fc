"""Whom a community has: each cadre once, with the secondment that matters today."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery, TextChoices, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deployments.models import Cadre, Leave, Secondment
from portal.lib.constraints import lasts_on

State = Secondment.State


class Group(TextChoices):
    """Where a cadre stands today, as a list is asked for it."""

    ON_DUTY = "on_duty", _("on duty")
    LEAVE = "leave", _("on leave")
    ARRIVING = "arriving", _("to arrive")
    OFFERED = "offered", _("offered")
    LEFT = "left", _("left")


SORTS = {
    "name": ("name", "id"),
    "unit": ("unit__name", "name", "id"),
    "compound": ("posting_compound", "name", "id"),
    "last": ("posting_ends", "name", "id"),
}


def listed(communities: Any) -> "QuerySet[Cadre]":
    """Cadres of these communities, each with `posting` (the key of the secondment that matters) and `group`."""
    today = timezone.localdate()
    row = _postings(communities, today)
    cadres: QuerySet[Cadre] = Cadre.objects.within(communities).annotate(
        posting=Subquery(row.values("pk")[:1]),
        group=Subquery(row.annotate(group=_group(today)).values("group")[:1]),
    )
    return cadres.alias(
        posting_ends=Subquery(row.values("ends_on")[:1]),
        posting_compound=Subquery(row.values("compound")[:1]),
    )


def _postings(communities: Any, today: dt.date) -> Any:
    # Before a planned one comes the one of today; before those that are over, those that still come.
    rank = Case(
        When(lasts_on(today, "starts_on", "ends_on") & Q(state__in=Secondment.STANDING), then=0),
        When(Q(starts_on__gt=today, state__in=Secondment.STANDING), then=1),
        When(state__in=Secondment.STANDING, then=2),
        default=3,
    )
    rows = Secondment.objects.within(communities).filter(cadre=OuterRef("pk"))
    return rows.order_by(rank, "-starts_on", "-id")


def _group(today: dt.date) -> Case:
    """Of a secondment. Asked of it and not of the cadre, whose statement would repeat the whole search at each word."""
    lasting = Q(ends_on=None) | Q(ends_on__gte=today)
    now = timezone.now()
    away = Leave.objects.filter(secondment=OuterRef("pk"), state=Leave.State.APPROVED, starts_at__lte=now, ends_at__gt=now)
    return Case(
        When(lasting & Q(state=State.SUBMITTED), then=Value(Group.OFFERED)),
        When(lasting & Q(state=State.APPROVED), then=Value(Group.ARRIVING)),
        When(lasting & Q(state__in=Secondment.SERVING) & Exists(away), then=Value(Group.LEAVE)),
        When(lasting & Q(state__in=Secondment.SERVING), then=Value(Group.ON_DUTY)),
        default=Value(Group.LEFT),
        output_field=CharField(),
    )


def narrowed(cadres: "QuerySet[Cadre]", asked: Mapping[str, Any]) -> "QuerySet[Cadre]":
    """Only those whom a filter asks for; what it leaves empty is not asked."""
    if text := asked.get("q"):
        cadres = cadres.filter(Q(name__contains=text) | Q(phone__endswith=text))
    if unit := asked.get("unit"):
        cadres = cadres.filter(unit=unit)
    if compound := asked.get("compound"):
        cadres = cadres.filter(posting_compound=compound.pk)
    if account := asked.get("account"):
        cadres = cadres.filter(user__is_active=True) if account == "yes" else cadres.exclude(user__is_active=True)
    if skill := asked.get("skill"):
        # SQLite cannot look into a JSON list; the list of one community is short.
        holders = [pk for pk, skills in cadres.values_list("pk", "skills") if skill in skills]
        cadres = cadres.filter(pk__in=holders)
    return cadres


def in_group(cadres: "QuerySet[Cadre]", group: str) -> "QuerySet[Cadre]":
    """One group; without a name everybody who has not left."""
    return cadres.filter(group=group) if group else cadres.exclude(group=Group.LEFT)


def counts(cadres: "QuerySet[Cadre]") -> list[tuple[str, Any, int]]:
    """Each group with its name and how many are in it."""
    found = dict(cadres.order_by().values_list("group").annotate(n=Count("pk")))
    return [(str(value), label, found.get(value, 0)) for value, label in Group.choices]


def skills_of(cadres: "QuerySet[Cadre]") -> list[tuple[str, int]]:
    """Which skills they bring, the commonest first."""
    tally = Counter(skill for skills in cadres.order_by().values_list("skills", flat=True) for skill in set(skills))
    return sorted(tally.items(), key=lambda item: (-item[1], item[0]))


def postings(cadres: Any) -> dict[int, Secondment]:
    """The secondments that `listed` named, by their key, in one statement."""
    rows = Secondment.objects.select_related("community", "compound", "cadre")
    return rows.in_bulk([cadre.posting for cadre in cadres if cadre.posting])
